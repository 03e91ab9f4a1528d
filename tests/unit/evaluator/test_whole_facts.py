"""Every kind of fact: its place, its kind, its elements, and what each of them rests on."""

import pytest
from tests.golden.sourced_records import sourced
from tests.property.records import CATALOGUE
from tests.unit.evaluator.changed import LISTED, changed

from nelm_fhir.assessment.told import Element
from nelm_fhir.evaluator import facts
from nelm_fhir.evaluator.view import View
from nelm_fhir.profile.record_format import CandidateProfile

FALSE_POSITIVE = {"verdict": "false-positive", "signed": True, "by": "MDT", "date": "2026-05-01"}
RECORD = changed(
    {
        **LISTED,
        "liver_transplant": {"performed": False},
        "progression_treatments": {"t": {"type": "TACE", "end_date": "2026-01-01"}},
        "extrahepatic/b": {
            "class": "bone",
            "status": "suspected",
            "adjudication": FALSE_POSITIVE,
        },
        "functional_syndrome": {"present": True, "type": "carcinoid", "control": "refractory"},
        "liver/extent_judgment": "extended",
        "liver/involvement/estimate-1": {"low": 30, "date": "2026-05-04"},
        "specimens/s": {"origin": "primary", "ki67_text": "low", "mitoses_text": "2 per 2 mm2"},
    }
)

WHOLE = [
    (
        lambda view: facts.primary(view, "primary-1"),
        "primaries.primary-1 primary",
        (
            "site: ileum, performed: True, date: 2025-04-01, margin: R0, lymphadenectomy: True, "
            "planned_at_lt: False, pn: pN1"
        ),
    ),
    (
        lambda view: facts.specimen(view, "s"),
        "specimens.s specimen",
        (
            "origin: primary, date?, material?, histology?, differentiation?, reported_grade?, "
            "ki67_text unreadable (low), cells_counted?, "
            "mitoses_text: 2 /(2.mm2) (2 per 2 mm2), who_edition?"
        ),
    ),
    (
        lambda view: facts.involvement(view, "estimate-1"),
        "liver.involvement.estimate-1 involvement",
        "extent: 30-100 %, method?, date: 2026-05-04",
    ),
    (
        lambda view: facts.response(view, "response-1"),
        "response_events.response-1 response",
        "date: 2025-09-01, category: baseline, modality: CT",
    ),
    (
        lambda view: facts.treatment(view, "t"),
        "progression_treatments.t treatment",
        "type: TACE, end_date: 2026-01-01",
    ),
    (
        lambda view: facts.scan(view, "ct-1"),
        "scans.ct-1 scan",
        (
            "date: 2026-05-04, modality: CT, tracer?, technique: multiphase, "
            "extrahepatic_result: negative, liver_lesions_typical: True"
        ),
    ),
    (
        lambda view: facts.focus(view, "b"),
        "extrahepatic.b focus",
        (
            "class: bone, organ?, status: suspected, first_seen?, treatment?, treatment_end?, "
            "removed_with_primary?, verdict: false-positive, signed: True, by: MDT, "
            "date: 2026-05-01"
        ),
    ),
    (facts.person, "patient person", "birth_date: 1981-03-15"),
    (facts.metastases, "liver metastases", "metastases_present: True"),
    (
        facts.syndrome,
        "functional_syndrome syndrome",
        "present: True, type: carcinoid, control: refractory, failed_therapies?",
    ),
    (
        facts.listing,
        "listing listing",
        "status: listed, listing_date: 2025-06-01, last_update_date?",
    ),
    (facts.transplantation, "liver_transplant transplantation", "performed: False, date?"),
    (
        facts.comorbidity,
        "comorbidity_contraindication comorbidity",
        "comorbidity_contraindication: False",
    ),
]


def in_words(element: Element) -> str:
    """Return name, value, reason (`?` for what stands only in text), and the text that was read."""
    value = "" if element.value is None else f": {element.value}"
    text = f" ({element.text})" if element.text else ""
    why = {None: "", "text-only": "?"}.get(element.reason, f" {element.reason}")
    return element.name + value + why + text


def of(record):
    return View(CandidateProfile.from_record(record), CATALOGUE.definitions)


@pytest.mark.parametrize(("fact", "name", "elements"), WHOLE, ids=[name for _, name, _ in WHOLE])
def test_a_fact_shows_every_element_and_what_is_absent_for_a_reason(fact, name, elements):
    found = fact(of(sourced(RECORD)))
    assert f"{found.id} {found.kind}" == name
    assert ", ".join(in_words(one) for one in found.elements) == elements


@pytest.mark.parametrize(("fact", "name", "elements"), WHOLE, ids=[name for _, name, _ in WHOLE])
def test_what_is_silent_is_left_out_where_nothing_says_why(fact, name, elements):
    found = fact(of(RECORD))
    known = [one for one in elements.split(", ") if not one.endswith("?")]
    assert f"{found.id} {found.kind}" == name
    assert [in_words(one) for one in found.elements] == known
    assert not any(one.evidence or one.set_aside for one in found.elements)


PLACES = {
    "primaries.primary-1 primary": "primaries.primary-1.resection.margin",
    "liver metastases": "liver.metastases_present",
    "extrahepatic.b focus": "extrahepatic.b.adjudication.by",
    "comorbidity_contraindication comorbidity": "comorbidity_contraindication",
}


@pytest.mark.parametrize(("fact", "name"), [(fact, name) for fact, name, _ in WHOLE])
def test_each_element_rests_on_its_own_statement_and_keeps_what_was_set_aside(fact, name):
    found = fact(of(sourced(RECORD)))
    for one in (one for one in found.elements if one.name != "extent"):
        sources = [item.resource for item in one.evidence]
        aside = [item.evidence.resource for item in one.set_aside]
        assert sources == [] if one.reason == "text-only" else len(sources) == 1
        assert [f"older {source}" for source in sources] in ([], aside)
        assert next(source.rpartition(".")[2] for source in aside).endswith(one.name)
    if name in PLACES:
        named = {item.resource for one in found.elements for item in one.evidence}
        assert PLACES[name] in named


def test_an_extent_rests_on_both_of_its_bounds():
    extent = facts.involvement(of(sourced(RECORD)), "estimate-1").element("extent")
    place = "liver.involvement.estimate-1"
    assert [item.resource for item in extent.evidence] == [f"{place}.low"]
    aside = [item.evidence.resource for item in extent.set_aside]
    assert aside == [f"older {place}.low", f"older {place}.high"]
