"""The words of the pages: every language says everything, and a gap is found."""

import pytest
from tests.unit.cli.run import nelm

from nelm_fhir.errors import KnowledgeError
from nelm_fhir.knowledge.page_words import PageWords, build_page_words, load_page_words

ENGLISH = b'[try]\ntitle = "A page"\nlead = "{sets} sets"\n'


def test_every_language_says_what_english_says():
    assert set(load_page_words()) == {"en", "de"}


@pytest.mark.parametrize(
    ("german", "fault"),
    [
        (b'[try]\ntitle = "Eine Seite"\n', "try.lead"),
        (b'[try]\ntitle = "Eine Seite"\nlead = "alle Saetze"\n', "other fields"),
        (b'[try]\ntitle = "Eine Seite"\nlead = "{sets}"\nmore = "x"\n', "try.more"),
        (b"[try]\ntitle = 1\n", "is no text"),
    ],
)
def test_a_gap_is_a_fault(german, fault):
    with pytest.raises(KnowledgeError) as found:
        build_page_words({"en.toml": ENGLISH, "de.toml": german})
    assert any(fault in one for one in found.value.faults)


def test_what_the_knowledge_says_in_english_may_be_translated_or_not():
    german = b'[try]\ntitle = "Eine Seite"\nlead = "{sets}"\n[asked]\nscan = "Aufnahme"\n'
    words = build_page_words({"en.toml": ENGLISH, "de.toml": german})["de"]
    assert words.translated("asked", "scan", "Scan") == "Aufnahme"
    assert words.translated("asked", "other", "Other") == "Other"


def test_criteria_check_finds_a_question_that_is_worded_anew(monkeypatch):
    """Questions, answers and samples are translated by what they are called in English."""
    known = load_page_words()["de"].texts
    worded = {key: text for key, text in known.items() if key != "asked.Day of the resection"}
    changed = {**load_page_words(), "de": PageWords("de", worded | {"sample.gone": "weg"})}
    monkeypatch.setattr("nelm_fhir.knowledge.page_words.load_page_words", lambda: changed)
    result = nelm("criteria", "check")
    assert result.exit_code == 11
    assert "pages/de.toml: asked.Day of the resection: is missing" in result.output
    assert "pages/de.toml: sample: key 'gone' is not known" in result.output
