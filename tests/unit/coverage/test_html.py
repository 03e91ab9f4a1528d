"""The page of a report: whole, no script, no network, and no markup that comes from a record."""

from html.parser import HTMLParser

import pytest
from tests.unit.coverage.made import LOCAL, bundle, catalogue, concept, net, observation, report
from tests.unit.coverage.made import samples as all_samples

from nelm_fhir.coverage.html import page

VOID = {"meta", "br", "link", "img", "hr", "input"}
HOSTILE = "<script>alert(1)</script>KI67&\"'"


class Reader(HTMLParser):
    """Notes tags, attributes and text, and that every tag is closed in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in {"src", "href", "action"}]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def read(told) -> Reader:
    reader = Reader()
    reader.feed(page(told, catalogue().codes.systems))
    reader.close()
    assert reader.open == []
    return reader


def test_the_page_is_whole_and_asks_for_nothing():
    reader = read(report(all_samples()))
    assert not reader.tags & {"script", "link", "img", "iframe", "form", "object"}
    assert reader.links == []
    assert {"html", "head", "body", "table", "title"} <= reader.tags


def test_its_own_policy_forbids_scripts_and_the_network():
    text = page(report([]), catalogue().codes.systems)
    assert "default-src 'none'; style-src 'unsafe-inline'" in text
    assert "url(" not in text
    assert "@import" not in text


def test_it_says_what_the_report_says():
    told = report(all_samples())
    words = " ".join(read(told).words)
    for element in told["elements"]:
        assert element["label"] in words
    for row in told["unmapped"]:
        assert row["code"] in words
    assert told["notice"] in words


@pytest.mark.parametrize("place", ["code", "system"])
def test_what_a_record_sends_is_never_markup(place: str):
    code = concept(LOCAL, HOSTILE) if place == "code" else concept(f"urn:{HOSTILE}", "KI67")
    told = report([bundle(net(), observation("x", code))])
    reader = read(told)
    assert "script" not in reader.tags
    assert HOSTILE in "".join(reader.words)


def test_an_empty_report_is_a_page_too():
    assert "None." in " ".join(read(report([])).words)
