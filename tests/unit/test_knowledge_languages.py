"""The other languages: what English says they say, and a gap is a fault with file and key."""

import pytest
from tests.unit.knowledge_copies import changed, faults_of, shipped

from nelm_fhir.knowledge.files import mapping_files
from nelm_fhir.knowledge.wording import NO_WORDS

DE = "texts/de.toml"
GAPS = [
    ('jejunum          = "im Jejunum"\n', "", "words.primary.site.jejunum: is missing"),
    ('jejunum          = "im', 'jejunam          = "im', "words.primary.site.jejunam: stands in"),
    (
        'title                 = "Lebertr',
        'titel                 = "Lebertr',
        "words.page.title: is",
    ),
    ("Alter {value}; gefordert: {limit}.", "Alter {value}.", "sentences.age.beyond: has other"),
    ('M07-AGE      = "Alter"\n', "", "words.labels.M07-AGE: is missing"),
    ('M07-AGE      = "Alter"\n', 'M07-AGES     = "Alter"\n', "words.labels.M07-AGES: id 'M07-"),
    ('O9  = "europäisches', 'O99 = "europäisches', "words.populations.O9: is missing"),
    ("\nnotice = ", "\nnotiz = ", "notice: is missing"),
]


@pytest.mark.parametrize(("old", "new", "fault"), GAPS)
def test_a_gap_of_another_language_is_a_fault_with_file_and_key(old, new, fault) -> None:
    found = faults_of(changed(DE, old, new))
    assert [line for line in found if line.startswith(f"{DE}: ") and fault in line], found


def test_a_new_word_in_english_is_a_gap_of_every_other_language() -> None:
    more = 'subtitle              = "The documented'
    found = faults_of(changed("texts/en.toml", more, f'extra = "new"\n{more}'))
    assert found == (f"{DE}: words.page.extra: is missing",)


def test_a_language_that_is_not_there_is_one_fault() -> None:
    files = dict(mapping_files())
    del files[DE]
    assert faults_of(files) == (f"{DE}: is missing",)


def test_german_has_its_own_word_wherever_english_has_a_sentence() -> None:
    languages = shipped().texts.languages
    english, german = languages["en"].wording, languages["de"].wording
    for table in ("sentences", "needs", "changes"):
        for name, cases in getattr(english, table).items():
            for case, template in cases.items():
                assert getattr(german, table)[name][case] != template, f"{table}.{name}.{case}"
    for key, word in english.words["page"].items():
        same = {"version", "program", "population"}
        assert key in same or german.words["page"][key] != word, f"words.page.{key}"


def test_every_text_that_a_page_can_show_has_german_words() -> None:
    catalogue = shipped()
    words = catalogue.texts.languages["de"].wording.words
    for flag in catalogue.texts.flags.values():
        assert words["texts"][flag.id] != flag.text
    for figure in catalogue.texts.figures.values():
        assert (figure.id in words["texts"]) is figure.beside_verdict
        if figure.beside_verdict:
            digits = {part for part in figure.text.replace(",", ".").split() if part.isdigit()}
            assert digits <= set(words["texts"][figure.id].replace(",", ".").split())


def test_quotes_of_papers_stay_in_english_in_their_marks() -> None:
    catalogue = shipped()
    words = catalogue.texts.languages["de"].wording.words.get("texts", NO_WORDS)
    for text in catalogue.texts.surveillance.values():
        for quote in text.text.split("“")[1:]:
            assert f"“{quote.partition('”')[0]}”" in words[text.id]
