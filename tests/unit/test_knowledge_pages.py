"""The words of the pages: every language says everything, and a gap is found."""

import pytest

from nelm_fhir import pipeline
from nelm_fhir.errors import KnowledgeError
from nelm_fhir.knowledge.page_words import build_page_words, load_page_words
from nelm_fhir.writers.questionnaire import questionnaire

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


def test_every_question_of_the_form_is_asked_in_german_too():
    """By what it says in English: a question that is worded anew needs its German again."""
    catalogue = pipeline.load()
    german = load_page_words()["de"]
    known = {key.partition(".")[2] for key in german.texts if key.startswith("asked.")}
    asked = set(texts_of(questionnaire(catalogue.form, catalogue.attested)))
    assert asked == known


def texts_of(item):
    for one in item.get("item", ()):
        yield one["text"]
        yield from texts_of(one)
