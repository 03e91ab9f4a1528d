"""The page of the worklist: whole, without script and network, escaped, honest about its length.

Its looks were approved in a browser, on paper and without color; the golden file keeps them. To
renew it after a wanted change: `make golden` with this file, and look at the page again.
"""

import os
import re
from base64 import b64encode
from datetime import date
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec import json as fast
from msgspec import structs
from tests.unit.batch_outputs.made import ROOT, batch, failed, of_record, of_vignettes, samples

from nelm_fhir.batch.outputs import changed_page, worklist_page
from nelm_fhir.errors import SeveralPatients
from nelm_fhir.report.markup import Markup, element, joined
from nelm_fhir.report.worklist_line import decoded, encoded

GOLDEN = Path(__file__).parent / "golden"
UPDATE = os.environ.get("NELM_UPDATE_GOLDEN") == "1"
HOSTILE = "<script>alert(1)</script>\"'&\u202e\x1b[2J"
VOID = {"meta", "br"}


class Reader(HTMLParser):
    """Notes tags, attributes and words, and that every tag is closed in its order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def page(folder: Path) -> str:
    return (folder / "worklist.html").read_text("utf-8")


def two_days(folder: Path) -> str:
    """Return the page of a second run in which some verdicts have changed."""
    broken = failed("Patient/broken", SeveralPatients("Two patients.", "Choose one."))
    batch(folder, [*samples()[::2], broken])
    later = date(2026, 7, 15)
    batch(folder, [*samples(later)[2::2], broken], as_of=later)
    return page(folder)


def approved(text: str) -> str:
    """Return the page without the digests, which change with every file of the mappings."""
    return re.sub(r"sha256:[0-9a-f]{64}", "sha256:...", text)


@pytest.mark.parametrize("name", ["worklist.html", "worklist.ndjson", "changes.ndjson"])
def test_it_is_as_it_was_looked_at_and_approved(name: str, tmp_path: Path):
    two_days(tmp_path / "out")
    found = approved((tmp_path / "out" / name).read_text("utf-8"))
    golden = GOLDEN / name
    if UPDATE:
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(found, "utf-8")
    assert found == golden.read_text("utf-8")


def test_it_is_whole_and_asks_for_nothing(tmp_path: Path):
    reader = Reader(two_days(tmp_path / "out"))
    assert not reader.tags & {"script", "link", "img", "iframe", "form", "object", "a"}
    assert not reader.names & {"src", "href", "action", "style", "onclick"}
    assert {"html", "head", "body", "table", "title"} <= reader.tags


def test_its_own_policy_allows_its_own_style_and_nothing_else(tmp_path: Path):
    text = two_days(tmp_path / "out")
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL).group(1)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text).group(1)
    assert policy.split("; ")[0] == "default-src &#x27;none&#x27;"
    assert f"style-src &#x27;sha256-{digest}&#x27;" in policy
    assert "url(" not in text
    assert "@import" not in text


def test_every_patient_stands_on_it_with_every_set_its_version_and_the_notice(tmp_path: Path):
    batch(tmp_path / "out", of_vignettes())
    text = Reader(page(tmp_path / "out")).text
    for outcome in of_vignettes():
        line = decoded(outcome.line)
        assert line.patient in text
        for one in line.verdicts:
            assert one.title in text
            assert f"version {one.version}" in text
        assert text.count(line.notice) == 2
        for lacking in line.missing:
            assert f"{lacking.datum} : {lacking.settle}" in text


@pytest.mark.threat(18)
def test_what_a_record_sends_is_never_markup(tmp_path: Path):
    outcome = of_record((ROOT / "sample_bundles/indeterminate-old-pet/bundle.json").read_bytes())
    line = fast.decode(fast.encode(decoded(outcome.line)).replace(b"Liver involvement", b"@@"))
    hostile = fast.encode(line).replace(b"@@", fast.encode(HOSTILE)[1:-1])
    batch(tmp_path / "out", [structs.replace(outcome, patient=HOSTILE, line=encoded(
        structs.replace(decoded(hostile), patient=HOSTILE)))])  # fmt: skip
    reader = Reader(page(tmp_path / "out"))
    assert "script" not in reader.tags
    assert "<script>alert(1)</script>\"'&" in reader.text
    assert all(character.isprintable() or character == "\n" for character in page(tmp_path / "out"))


@pytest.mark.threat(18)
def test_plain_text_cannot_become_markup_by_being_forgotten():
    assert element("p", "<b>", element("i", "x"), None) == "<p>&lt;b&gt;<i>x</i></p>"
    assert element("td", class_='a"b') == '<td class="a&quot;b"></td>'
    assert joined(["<", Markup("<br>")], "&") == "&lt;&amp;<br>"


def test_marks_and_words_say_it_without_color(tmp_path: Path):
    batch(tmp_path / "out", of_vignettes())
    text = re.sub(r'class="[^"]*"|<style>.*?</style>', "", page(tmp_path / "out"), flags=re.DOTALL)
    for words in ("✓ met", "✗ not met", "… deferred", "? indeterminate", "– not applicable"):
        assert words in text


def test_of_a_long_list_the_first_are_shown_and_the_page_says_where_the_others_are(
    tmp_path: Path, monkeypatch
):
    monkeypatch.setattr(worklist_page, "SHOWN", 4)
    batch(tmp_path / "out", samples())
    text = Reader(page(tmp_path / "out")).text
    lines = (tmp_path / "out" / "worklist.ndjson").read_bytes().splitlines()
    order = [fast.decode(one)["patient"] for one in lines]
    assert all(patient in text for patient in order[:4])
    assert not any(patient in text for patient in order[4:])
    every = f"The first 4 of {len(order)} patients are shown."
    assert f"{every} All of them stand in worklist.csv." in text


def test_of_very_many_changes_the_first_are_shown(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(changed_page, "SHOWN", 3)
    text = Reader(two_days(tmp_path / "out")).text
    assert "The first 3 changes are shown. All of them stand in changes.ndjson." in text


def test_the_first_run_tells_of_no_changes_and_an_unchanged_one_says_so(tmp_path: Path):
    batch(tmp_path / "out", samples())
    assert "Changed since" not in page(tmp_path / "out")
    batch(tmp_path / "out", samples(), fingerprint="b")
    assert "No verdict differs from the last run." in page(tmp_path / "out")


def test_an_empty_list_is_a_page_too(tmp_path: Path):
    batch(tmp_path / "out", [])
    assert "No patient stands in this list." in Reader(page(tmp_path / "out")).text
