"""The page of one patient: whole, safe, the same for the same input, and no word too many."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from tests.unit.report.made import LANGUAGES, NAMES, Seen, bundle, judged, page, sample

from nelm_fhir import pipeline
from nelm_fhir.report.about import Links

BOTH = [(name, language) for name in NAMES for language in LANGUAGES]
NEVER = ("eligible", "rejected", "score", "geeignet", "abgelehnt", "Punktwert")
MARKER = "<script>alert(1)</script>"


@pytest.mark.parametrize(("name", "language"), BOTH)
def test_every_criterion_of_every_set_has_its_place_with_version_and_source(name, language) -> None:
    read, assessment = sample(name)
    seen = Seen(page(read, assessment, language))
    for verdict in assessment.verdicts:
        assert verdict.citation in seen.text
        assert verdict.version in seen.text
        for result in verdict.criteria:
            assert result.id in seen.ids, f"{result.id} has no place"
            if result.quote:
                assert result.quote in seen.text, f"{result.id} without its published words"


@pytest.mark.parametrize(("name", "language"), BOTH)
def test_nothing_is_loaded_from_elsewhere_and_every_link_has_its_end(name, language) -> None:
    html = page(*sample(name), language)
    seen = Seen(html)
    assert not seen.of("script", "img", "link", "iframe", "object", "form", "base")
    assert "url(" not in html
    assert "@import" not in html
    ends = {str(a["href"]) for a in seen.of("a")}
    assert {end[:1] for end in ends} == {"#"}
    assert {end[1:] for end in ends} <= set(seen.ids)
    assert len(seen.ids) == len(set(seen.ids))
    assert not [tag for tag, attributes in seen.tags for key in attributes if key == "style"]
    assert not [tag for tag, attributes in seen.tags for key in attributes if key.startswith("on")]


def test_its_own_policy_allows_its_own_style_and_nothing_else() -> None:
    html = page(*sample("meets-all"))
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    policy = next(a["content"] for a in Seen(html).of("meta") if a.get("http-equiv"))
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    assert str(policy).startswith(f"default-src 'none'; style-src 'sha256-{digest}';")


def test_what_a_record_says_is_text_never_markup() -> None:
    data = bundle("meets-all").replace(b'"text":"', b'"text":"' + MARKER.encode())
    data = data.replace(b'"text": "', b'"text": "' + MARKER.encode())
    html = page(*judged(data, sample("meets-all")[1].as_of))
    assert MARKER not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_record_gives_the_same_bytes(language) -> None:
    as_of = sample("sets-that-disagree")[1].as_of
    pages = [page(*judged(bundle("sets-that-disagree"), as_of), language) for _ in range(2)]
    assert pages[0] == pages[1]
    assert f'<html lang="{language}">' in pages[0]


@pytest.mark.parametrize(("name", "language"), BOTH)
def test_no_word_that_rules_13_forbid(name, language) -> None:
    text = Seen(page(*sample(name), language)).text
    for policy in pipeline.load().policies.values():
        text = text.replace(policy, "")  # one speaks of a unit that is rejected
    text = text.lower()
    for word in NEVER:
        assert word.lower() not in text, f"{word} on the page"


@pytest.mark.parametrize("name", NAMES)
def test_the_standard_notice_stands_as_it_is(name) -> None:
    read, assessment = sample(name)
    assert assessment.notice in Seen(page(read, assessment)).text
    german = Seen(page(read, assessment, "de")).text
    assert assessment.notice in german, "the original stands below"
    assert pipeline.load().texts.languages["de"].notice in german


@pytest.mark.parametrize(("name", "language"), BOTH)
def test_a_published_figure_stands_with_population_number_era_and_source(name, language) -> None:
    read, assessment = sample(name)
    html = page(read, assessment, language)
    for reference in assessment.references:
        row = re.search(rf">{re.escape(reference)}</span>(.*?)</tr>", html)
        assert row, f"{reference} has no row"
        cells = re.findall(r"<td>(.*?)</td>", row[1])
        assert len(cells) == 4
        assert all(cell and cell != "–" for cell in cells)


def test_addresses_are_shown_only_where_they_are_given() -> None:
    links = Links(form="/form", worklist="/worklist")
    given = {a.get("href") for a in Seen(page(*sample("meets-all"), links=links)).of("a")}
    assert {"/form", "/worklist"} <= given
    assert not Seen(page(*sample("meets-all"))).of("nav")


def test_tables_have_captions_and_headings_for_who_listens() -> None:
    seen = Seen(page(*sample("meets-all")))
    assert len(seen.of("table")) == len(seen.of("caption"))
    assert all(a.get("scope") for a in seen.of("th"))
    assert [tag for tag, _ in seen.tags].count("h1") == 1
    assert len(seen.of("main")) == 1
