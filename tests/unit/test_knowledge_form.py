"""The form as data: every element is asked, every component has words, faults are named."""

from decimal import Decimal

import pytest
from tests.unit.knowledge_copies import changed, faults_of, shipped
from tests.unit.test_conformance_resources import codes, properties

from nelm_fhir.core.unknown import Reason
from nelm_fhir.knowledge.form import Form
from nelm_fhir.knowledge.units import UCUM

FILE = "definitions/form.toml"
FORM: Form = shipped().form
TABLE = shipped().attested

BROKEN = [
    ('element = "frilling-type"', 'element = "frilling"', "question: frilling-type is missing"),
    ('element = "frilling-type"', 'element = "frilling"', "question: frilling is not known"),
    ('element = "frilling-type"', 'element = "scan"', "question: scan stands twice"),
    ('text    = "Where does the focus lie?"', "", "text: is missing"),
    ('asks    = ["study"]', 'asks = ["studies"]', "link 'studies' is not known"),
    ('inside  = "scan"', 'inside = "scans"', "element 'scans' is not known"),
    ('cells-counted              = "Number', 'cells = "Number', "cells-counted is missing"),
    ("[links.study]", "[links.studies]", "links: study is missing"),
    ("[answers.liver-volume]", "[answers.volume]", "answers.volume: is no element"),
    ('scan-tracer   = "68Ga-DOTATATE"', 'scan-tracer = "gallium"', "scan-tracer: is no answer"),
    ("primary-resected = true", 'primary-resected = "yes"', "primary-resected: is no answer"),
    ('resection-date   = "before"', 'resection-date = "2020"', "resection-date: is no answer"),
    ("liver-involvement = 10", "liver-involvement = true", "liver-involvement: is no answer"),
    ('scan          = "negative"', 'scann = "negative"', "key 'scann' is not known"),
    ('date          = "as-of"', 'date = "today"', "day 'today' is not known"),
    ('title       = "Tumor board', 'titel = "Tumor board', "title: is missing"),
]


@pytest.mark.parametrize(("old", "new", "fault"), BROKEN)
def test_a_wrong_form_is_refused_with_file_and_key(old: str, new: str, fault: str) -> None:
    found = faults_of(changed(FILE, old, new))
    assert any(fault in line and FILE in line for line in found), found


def test_links_that_an_element_needs_are_asked() -> None:
    asked = {question.element: set(question.asks) for question in FORM.questions}
    for element, row in TABLE.elements.items():
        assert ("focus" in asked[element]) is row.focus, element
    assert {e for e, links in asked.items() if "specimen" in links} == {
        "specimen-origin",
        "ki67",
        "mitotic-count",
    }


def test_a_range_has_words_for_both_bounds() -> None:
    for question in FORM.questions:
        bounded = "Range" in TABLE.elements[question.element].values
        assert ({"low", "high"} <= question.words.keys()) is bounded


def test_elements_of_a_path_with_a_free_key_repeat() -> None:
    several = {question.element for question in FORM.questions if question.several}
    keyed = {e for e, row in TABLE.elements.items() if any("<" in feed for feed in row.feeds)}
    assert several == keyed | {"failed-therapy"}


def test_every_unit_that_is_offered_is_read() -> None:
    for code, look in FORM.looks.items():
        row = TABLE.row(code)
        assert row is not None
        if look.unit:
            assert row.unit
            found = shipped().units.convert(row.unit, Decimal(40), UCUM, look.unit, look.unit)
            assert not isinstance(found, Reason)


def test_the_paths_that_an_element_feeds_are_those_of_the_code_system() -> None:
    concepts = codes("attested-element")
    for code in (*TABLE.elements, *TABLE.components):
        row = TABLE.row(code)
        assert row is not None
        assert set(row.feeds) == properties(concepts[code], "feeds"), code
