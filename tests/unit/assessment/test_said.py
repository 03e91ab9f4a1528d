"""How single values are said: never more exact than they were recorded."""

import json
from datetime import date
from decimal import Decimal

import pytest
from tests.unit.assessment.made import voice

from nelm_fhir.assessment import said
from nelm_fhir.assessment.naming import AS_HEADING, in_heading, named
from nelm_fhir.assessment.told import Claims, Element, Fact, Limit, Months, Recorded, Term, Told
from nelm_fhir.assessment.voice import Voice, uncapitalized
from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.knowledge.files import mapping_files
from nelm_fhir.knowledge.wording import NO_WORDING, Template, Wording

FORMS = ("", "on", "of", "optional")
CUT_OFF = DaySpan(date(2026, 1, 1), date(2026, 6, 1))


def words() -> Wording:
    return voice().wording


def amount(low: str, high: str | None, unit: str = "%", **ends: bool) -> Amount:
    return Amount(Decimal(low), None if high is None else Decimal(high), unit, **ends)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (
            DaySpan.parse("2026-03-02"),
            ("2 March 2026", "on 2 March 2026", " of 2 March 2026", " on 2 March 2026"),
        ),
        (
            date(2026, 3, 2),
            ("2 March 2026", "on 2 March 2026", " of 2 March 2026", " on 2 March 2026"),
        ),
        (
            DaySpan.parse("2026-03"),
            ("March 2026", "in March 2026", " of March 2026", " in March 2026"),
        ),
        (DaySpan.parse("2026"), ("2026", "in 2026", " of 2026", " in 2026")),
        (
            CUT_OFF,
            (
                "a day from 1 January 2026 to 1 June 2026",
                "between 1 January 2026 and 1 June 2026",
                " of a day from 1 January 2026 to 1 June 2026",
                " between 1 January 2026 and 1 June 2026",
            ),
        ),
        (None, ("an undocumented date", "on an undocumented date", " without a date", "")),
    ],
)
def test_a_date_stays_as_partial_as_it_is(when, expected):
    assert tuple(said.day(words(), when, form) for form in FORMS) == expected


@pytest.mark.parametrize(
    ("its", "expected"),
    [
        (amount("8.5", "8.5"), "8.5 %"),
        (amount("50.0", "50.0"), "50.0 %"),
        (amount("8", "8", approximate=True), "about 8 %"),
        (amount("5", "10"), "5 to 10 %"),
        (amount("0", "2", high_open=True), "less than 2 %"),
        (amount("0", "2"), "at most 2 %"),
        (amount("20", "100", low_open=True), "more than 20 %"),
        (amount("20", "100"), "at least 20 %"),
        (amount("20", None, "/(2.mm2)", low_open=True), "more than 20 per 2 mm2"),
        (amount("20", None, "/(2.mm2)"), "at least 20 per 2 mm2"),
        (amount("5", "10", low_open=True), "more than 5 and at most 10 %"),
        (amount("5", "10", high_open=True), "at least 5 and less than 10 %"),
        (amount("5", "10", low_open=True, high_open=True), "more than 5 and less than 10 %"),
        (amount("0", "0"), "0 %"),
    ],
)
def test_an_amount_says_which_of_its_ends_belong_to_it(its, expected):
    assert said.amount(words(), its) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("10.0", "10.0"),
        ("2.25", "2.25"),
        ("3.3333333", "3.33 (rounded)"),
        ("19.996", "20 (rounded)"),
        ("2.500", "2.500"),
        ("40", "40"),
    ],
)
def test_only_a_long_number_is_rounded_and_then_says_so(value, expected):
    assert said.number(words(), Decimal(value)) == expected


@pytest.mark.parametrize(
    ("test", "asked", "kept"),
    [
        ("<", "less than 50 %", "below the limit of 50 %"),
        ("<=", "at most 50 %", "within the limit of 50 %"),
        (">", "more than 50 %", "above the limit of 50 %"),
        (">=", "at least 50 %", "which reaches the limit of 50 %"),
    ],
)
def test_a_limit_is_asked_for_or_kept_to(test, asked, kept):
    its = Limit(test, "50", "%")
    assert (said.limit(words(), its, ""), said.limit(words(), its, "within")) == (asked, kept)


def test_a_list_names_each_once():
    assert said.listed(words(), ["a"]) == "a"
    assert said.listed(words(), ["a", "b", "a"]) == "a and b"
    assert said.listed(words(), ["a", "b", "c", "d"]) == "a, b, c and d"
    assert said.listed(words(), []) == ""


def test_what_is_recorded_is_quoted_on_one_line_and_cut_where_it_is_long():
    assert said.quoted(words(), "  low\n proliferation ") == "“low proliferation”"
    assert said.quoted(words(), "x" * 61) == f"“{'x' * 60}…”"


def test_months_are_counted_in_singular_and_plural():
    assert [said.months(words(), Months(n)) for n in (1, 6)] == ["1 month", "6 months"]


def test_a_word_without_entry_stands_as_recorded():
    assert said.word(words(), "primary.site", "pancreas-head") == "the head of the pancreas"
    assert said.word(words(), "primary.site", "choledochus") == "“choledochus”"


BIOPSY = Fact(
    "specimens.b",
    "specimen",
    (
        Element("origin", "liver-metastasis"),
        Element("material", "biopsy"),
        Element("date", DaySpan.parse("2026-03-02")),
        Element("ki67_text", amount("6", "6"), text="6 %"),
        Element("reported_grade", "G2"),
    ),
)


@pytest.mark.parametrize(
    ("word", "form", "expected"),
    [
        (None, "on", "on an undocumented date"),
        (BIOPSY, "", "the liver biopsy of 2 March 2026"),
        (
            Claims(BIOPSY, ("ki67_text", "reported_grade", "histology")),
            "",
            "Ki-67 6 % and reported grade G2",
        ),
        (Term("focus.class", "bone"), "", "bone metastasis"),
        (
            (Term("primary.site", "ileum"), Term("primary.site", "appendix")),
            "",
            "the ileum and the appendix",
        ),
        (Recorded("small bowel"), "", "“small bowel”"),
        (Months(3), "", "3 months"),
        (Limit("<", "10", "%"), "within", "below the limit of 10 %"),
        (amount("6", "6"), "", "6 %"),
        (date(2026, 3, 2), "", "2 March 2026"),
        (7, "", "7"),
    ],
)
def test_every_kind_of_value_is_said(word, form, expected):
    assert voice().say(word, form) == expected


def test_a_sentence_begins_with_a_capital_whatever_fills_it():
    wording = Wording(sentences={"d": {"c": Template.parse("{response} was seen {day:on}.")}})
    told = Told("c", {"response": 3, "day": None})
    assert Voice(wording).sentence("d", told) == "3 was seen ."
    assert voice().sentence("age", Told("none", {})) == "The birth date is not documented."


def test_a_language_without_words_says_nothing_and_breaks_nothing():
    assert Voice(NO_WORDING).sentence("age", Told("none", {})) == ""
    assert said.day(NO_WORDING, None, "on") == ""


def test_a_sentence_that_goes_on_begins_small_unless_it_begins_with_an_abbreviation():
    assert uncapitalized("Volumetry") == "volumetry"
    assert uncapitalized("A negative SSTR PET") == "a negative SSTR PET"
    assert uncapitalized("MRI of the liver") == "MRI of the liver"
    assert uncapitalized("") == ""


@pytest.mark.parametrize(
    ("organ", "name"),
    [
        ("lymph-node", "the lymph node metastasis"),
        ("celiac lymph nodes", "the lymph node metastasis (celiac lymph nodes)"),
        (
            "colon-ascending, lung",
            "the lymph node metastasis (the ascending colon, the lung)",
        ),
    ],
)
def test_the_place_of_a_focus_is_said_without_code_words(organ, name):
    focus = Fact("extrahepatic.f", "focus", (Element("class", "node"), Element("organ", organ)))
    assert named(words(), focus) == name


@pytest.mark.parametrize(
    ("kind", "heading"),
    [
        ("prrt", "treatment of progression: radionuclide therapy (PRRT)"),
        ("bland embolization", "treatment of progression: bland embolization"),
    ],
)
def test_a_treatment_is_named_by_its_kind_and_an_uncoded_one_as_recorded(kind, heading):
    fact = Fact("progression_treatments.t", "treatment", (Element("type", kind),))
    assert named(words(), fact, AS_HEADING) == heading


def test_a_heading_says_of_a_focus_that_it_is_only_suspected():
    suspected = Fact(
        "extrahepatic.f", "focus", (Element("class", "bone"), Element("status", "suspected"))
    )
    confirmed = Fact("extrahepatic.f", "focus", (Element("class", "bone"),))
    assert named(words(), suspected, AS_HEADING) == "bone metastasis, suspected"
    assert named(words(), suspected) == "the suspected bone metastasis"
    assert in_heading(suspected) - in_heading(confirmed) == {"status"}


def test_every_syndrome_that_a_code_names_has_its_word():
    maps = json.loads(mapping_files()["codes/functional-syndrome.json"])
    said_words = words().words["syndrome.type"]
    assert targets_of(maps) == said_words.keys()


def targets_of(value) -> set[str]:
    """Return every code that a ConceptMap maps to."""
    if isinstance(value, list):
        return {code for item in value for code in targets_of(item)}
    if not isinstance(value, dict):
        return set()
    own = {value["code"]} if "equivalence" in value and "code" in value else set()
    return own.union(*(targets_of(item) for item in value.values()))
