"""What the form asks for one candidate: what changes a verdict, all of it and nothing else.

Candidates are made from the baseline of the worked cases by taking data out of it.
"""

import copy
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.unit.assessment.made import catalogue, vignettes

from nelm_fhir.assessment.asked import Asked
from nelm_fhir.assessment.result import Verdict
from nelm_fhir.evaluator.assess import verdicts_of
from nelm_fhir.form.questions import questions
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.profile.record_format import CandidateProfile

Json = dict[str, Any]
Path = tuple[str, ...]
RESECTION = "primaries.primary-1.resection"
COMORBIDITY = "comorbidity-contraindication"
THINGS = ("scans", "response_events", "involvement")


@cache
def baseline() -> str:
    return json.dumps(vignettes()["V01"].record, default=float)


def full() -> Json:
    record: Json = json.loads(baseline())
    return record


def without(*paths: str, record: Json | None = None) -> Json:
    """The baseline without these data."""
    left = copy.deepcopy(full() if record is None else record)
    for path in paths:
        *above, last = path.split(".")
        inner = left
        for step in above:
            inner = inner.get(step, {})
        inner.pop(last, None)
    return left


def asked(record: Json, *sets: str) -> Asked:
    return questions(CandidateProfile.from_record(record), catalogue(), sets)


def codes(found: Asked) -> dict[str, set[str]]:
    return {element: set(one.codes) for element, one in found.elements.items()}


def verdicts(record: Json) -> dict[str, Verdict]:
    judged = verdicts_of(CandidateProfile.from_record(record), catalogue())
    return {one.set: one.verdict for one in judged}


# --- one datum, three data, everything ------------------------------------------------------------


def test_nothing_is_asked_where_nothing_is_lacking() -> None:
    assert codes(asked(full())) == {}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("liver.resectability", {"liver-resectability": {"liver-resectability"}}),
        ("liver.distribution", {"liver-distribution": {"liver-distribution"}}),
        ("liver.involvement.estimate-1", {"liver-involvement": {"liver-involvement"}}),
        ("comorbidity_contraindication", {COMORBIDITY: {COMORBIDITY}}),
        ("primaries.primary-1.site", {"primary-site": {"primary-site"}}),
        (f"{RESECTION}.margin", {"primary-resected": {"residual-tumor"}}),
        (f"{RESECTION}.lymphadenectomy", {"primary-resected": {"lymphadenectomy"}}),
        (f"{RESECTION}.date", {"primary-resected": {"resection-date"}}),
        ("specimens.liver-1.mitoses_text", {"mitotic-count": {"mitotic-count"}}),
        ("specimens.liver-1.cells_counted", {}),
        ("specimens.liver-1.material", {}),
        ("liver.frilling_type", {}),
        ("other_malignancy", {}),
        ("patient.birth_date", {}),
    ],
)  # fmt: skip
def test_one_datum_that_is_lacking_is_asked_for_if_it_counts(
    path: str, expected: dict[str, set[str]]
) -> None:
    assert codes(asked(without(path))) == expected


def test_a_scan_is_asked_for_with_what_makes_it_count() -> None:
    found = codes(asked(without("scans.pet-1", "extrahepatic.regional-nodes")))
    assert found == {"scan": {"scan", "scan-modality", "scan-tracer"}}
    both = codes(asked(without("scans.ct-1", "scans.mri-1", "extrahepatic"), "optn"))
    assert both == {"scan": {"liver-lesions-typical", "scan", "scan-modality", "scan-technique"}}


def test_a_known_focus_is_asked_for_on_the_scan() -> None:
    found = codes(asked(without("scans.pet-1")))
    assert found["focus-uptake"] == {"focus-uptake"}


THREE = ("liver.resectability", "liver.involvement.estimate-1", "primaries.primary-1.site")


def test_three_data_of_which_none_alone_changes_the_verdict_are_all_asked_for() -> None:
    lacking = without(*THREE)
    for path in THREE:
        others = [other for other in THREE if other != path]
        assert verdicts(without(*others))["esmo-2020"] == verdicts(lacking)["esmo-2020"]
    assert codes(asked(lacking, "esmo-2020")).keys() == {
        "liver-resectability",
        "liver-involvement",
        "primary-site",
    }


def test_what_a_guard_lacks_is_asked_for_beside_what_else_is_lacking() -> None:
    """A guard is never not met: alone its datum changes nothing (rules 1.4)."""
    record = without("primaries.primary-1.resection.performed", "liver.extent_judgment")
    record["functional_syndrome"] = {
        "present": True,
        "control": "refractory",
        "failed_therapies": ["PRRT", "SSA"],
    }
    found = codes(asked(record, "enets-2016"))
    assert {"primary-resected", "liver-extent"} <= found.keys()


def test_what_is_lacking_only_once_something_else_is_answered_is_asked_for() -> None:
    record = without("functional_syndrome") | {
        "liver": full()["liver"] | {"extent_judgment": "extended"}
    }
    found = asked(record, "enets-2016").elements
    assert {"syndrome-present", "syndrome-control", "failed-therapy"} <= found.keys()
    assert ("ENETS 2016", "E16-REFR") in found["syndrome-control"].lacking_for


def test_what_matters_only_beside_an_unfavorable_answer_is_asked_for() -> None:
    """Refractory symptoms only matter from half of the liver on (rules 3.11, B-BURD)."""
    record = without("liver.involvement.estimate-1", "functional_syndrome")
    assert "syndrome-control" in asked(record, "la-fe-2026").elements


NO_SCAN = ("scans.pet-1", "extrahepatic")
"""A guard asks for the scan: never not met, whatever it shows, so that alone it changes nothing."""
NET = ("histology", "differentiation", "reported_grade")


def unreadable() -> Json:
    record = without(*NO_SCAN)
    record["specimens"]["liver-1"]["ki67_text"] = "low"
    return record


@pytest.mark.parametrize(
    "record",
    [
        without(*NO_SCAN, "patient.birth_date"),
        without(*NO_SCAN, *(f"specimens.liver-1.{key}" for key in NET)),
        without(*NO_SCAN, "specimens.liver-1"),
        without(*NO_SCAN) | {"damaged": True},
        unreadable(),
    ],
    ids=["birth date", "histology", "no liver specimen", "damaged", "unreadable Ki-67"],
)
def test_what_the_form_cannot_ask_for_does_not_hide_what_it_can(record: Json) -> None:
    """It comes from elsewhere; then the scan decides."""
    assert verdicts(record)["milan-2007"] is Verdict.INDETERMINATE
    assert codes(asked(record, "milan-2007"))["scan"] == {"scan", "scan-modality", "scan-tracer"}


def test_what_can_only_make_matters_worse_or_wait_is_asked_for_though_the_set_stays_open() -> None:
    """A positive scan that names no focus keeps the guard open, whatever is answered."""
    record = without("response_events", "extrahepatic")
    record["scans"]["pet-1"]["extrahepatic_result"] = "positive"
    found = codes(asked(record, "milan-2007"))
    assert found["response"] == {"response", "response-modality"}


# --- whom it is about, and which sets -------------------------------------------------------------


def test_only_the_chosen_sets_ask() -> None:
    record = without("comorbidity_contraindication")
    assert "comorbidity-contraindication" in asked(record, "milan-2007").elements
    assert codes(asked(record, "optn")) == {}


def test_a_set_that_is_certainly_not_met_asks_nothing() -> None:
    record = without("liver.distribution", "liver.involvement.estimate-1")
    record["specimens"]["liver-1"]["ki67_text"] = "30 %"
    assert set(verdicts(record).values()) == {Verdict.CRITERIA_NOT_MET}
    assert codes(asked(record)) == {}


@pytest.mark.parametrize(
    ("path", "element"), [("liver_transplant", "liver-transplant"), ("listing", "listing")]
)
def test_a_fact_is_asked_for_where_a_verdict_rests_on_an_assumption(
    path: str, element: str
) -> None:
    found = asked(without(path)).elements
    assert found.keys() == {element}
    assert not found[element].lacking_for


def test_an_assumption_is_asked_for_though_other_data_are_lacking() -> None:
    found = codes(asked(without("listing", "liver.distribution"), "optn"))
    assert found == {
        "liver-distribution": {"liver-distribution"},
        "listing": {"listing", "last-update-date"},
    }


def test_what_the_record_holds_is_not_asked_for_again() -> None:
    record = without("listing")
    record["listing"] = {"status": "listed", "listing_date": "2026-01-10"}
    assert codes(asked(record, "optn")) == {"listing": {"last-update-date"}}


def test_a_value_that_does_not_tell_enough_is_asked_for_again() -> None:
    record = full()
    record["primaries"]["primary-1"]["site"] = "rectum"
    record["primaries"]["primary-1"]["resection"]["date"] = "2025-12"
    found = codes(asked(record, "optn"))
    assert found["primary-site"] == {"primary-site"}
    assert "resection-date" in found["primary-resected"]


def test_the_criteria_that_lack_the_answer_stand_beside_it() -> None:
    found = asked(without("liver.resectability")).elements["liver-resectability"]
    assert found.lacking_for == (
        ("OPTN/UNOS exception guidance", "OPTN-LIVER"),
        ("ESMO 2020", "ESMO-UNRES"),
        ("La Fe composite (Boscà Robledo 2026)", "B-UNRES"),
        ("Citterio 2023", "C-UNRES"),
    )


def evidence(key: str, resource: str) -> Json:
    return {"evidence": {key: {"sources": [{"resource": resource}]}}}


def test_the_one_condition_that_a_question_can_be_about_is_named() -> None:
    record = without("primaries.primary-1.resection.margin")
    assert asked(record).elements["primary-resected"].known is None
    record["primaries"]["primary-1"] |= evidence("site", "Condition/p")
    assert asked(record).elements["primary-resected"].known == "Condition/p"
    second = {"site": "ileum", "resection": {"performed": True}} | evidence("site", "Condition/q")
    record["primaries"]["primary-2"] = second
    assert asked(record).elements["primary-resected"].known is None


def test_a_focus_that_awaits_a_judgment_is_asked_for() -> None:
    record = full()
    record["extrahepatic"] = {"hilum": {"class": "hilar-node", "first_seen": "2026-05-04"}}
    assert "focus-adjudication" in asked(record, "milan-net-2016").elements


# --- it asks for all, and in time -----------------------------------------------------------------


def leaves(record: Json, path: Path = ()) -> Iterator[Path]:
    for key, value in record.items():
        if path[-1:] and path[-1] in THINGS:
            yield (*path, key)
        elif isinstance(value, dict):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


def elements_of(path: Path) -> set[str]:
    """The elements of the form that fill this place of the record, or a part of this thing."""
    found = set()
    for element in catalogue().attested.elements.values():
        for code in (element.code, *element.components):
            row = catalogue().attested.row(code)
            steps = [feed.split(".") for feed in (row.feeds if row else ())]
            if any(_lies_in(one, path) for one in steps):
                found.add(element.code)
    return found


def _lies_in(steps: list[str], path: Path) -> bool:
    inside = (
        len(steps) >= len(path) if path[-2:-1] and path[-2] in THINGS else len(steps) == len(path)
    )
    return inside and all(a.startswith("<") or a == b for a, b in zip(steps, path, strict=False))


UNITS = [path for path in leaves(full()) if elements_of(path)]


@given(st.lists(st.sampled_from(UNITS), unique=True, min_size=1, max_size=6))
def test_whatever_would_settle_an_open_set_is_asked_for(gone: list[Path]) -> None:
    """Data are taken out by chance; each that a set needs, given all others, is asked for."""
    lacking = without(*map(".".join, gone))
    found = asked(lacking).elements
    settled, open_now = verdicts(full()), verdicts(lacking)
    for path in gone:
        alone = verdicts(without(".".join(path)))
        needed = [
            one
            for one, verdict in open_now.items()
            if verdict is Verdict.INDETERMINATE and alone[one] != settled[one]
        ]
        assert not needed or elements_of(path) & found.keys(), (path, needed)


def test_an_empty_record_is_asked_everything_that_counts_and_nothing_else() -> None:
    record = {"as_of": "2026-06-01"}
    found = asked(record).elements
    assert {"primary-site", "primary-resected", "ki67", "scan", "response"} <= found.keys()
    never = {"frilling-type", "liver-volume", "standard-liver-volume", "other-malignancy"}
    assert not found.keys() & (never | {"recurrence"})
    components = {code for one in found.values() for code in one.codes}
    assert not components & {"cells-counted", "who-edition", "specimen-material", "syndrome-type"}


def test_it_is_bounded() -> None:
    started = time.process_time()
    asked({"as_of": "2026-06-01"})
    assert time.process_time() - started < 5


@pytest.mark.parametrize("name", list(vignettes()))
def test_every_worked_case_can_be_asked_and_is_not_changed_by_it(name: str) -> None:
    profile = CandidateProfile.from_record(vignettes()[name].record)
    before = profile.to_record()
    found = questions(profile, catalogue())
    assert found == questions(profile, catalogue())
    assert profile.to_record() == before


def test_a_set_that_wants_what_others_refuse_is_asked_for_what_it_lacks() -> None:
    """A hospital's own set may want much disease: then no answer suits all sets at once."""
    esmo = catalogue().sets["esmo-2020"]
    burden = next(one for one in esmo.criteria if one.id == "ESMO-BURD")
    assert isinstance(burden.question, Ask)
    much = structs.replace(burden, question=structs.replace(burden.question, test=">="))
    own = tuple(much if one is burden else one for one in esmo.criteria)
    changed = replace(catalogue(), sets={"own": structs.replace(esmo, criteria=own)})
    record = without("liver.involvement.estimate-1", "response_events")
    found = codes(questions(CandidateProfile.from_record(record), changed))
    assert found == {
        "liver-involvement": {"liver-involvement"},
        "response": {"response", "response-modality"},
    }
