"""Every way in which a definition is told is reached, by a worked case or by a record here.

The records are the favorable one of the vignettes with a few changes; the words come from the
shipped language, so that each sentence is a whole one.
"""

from functools import cache

import pytest
from tests.property.records import CATALOGUE, assess
from tests.unit.evaluator.changed import GONE, LISTED, changed

from nelm_fhir.assessment.result import Assessment
from nelm_fhir.assessment.told import Answer
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.evaluator.answers import SCOPE
from nelm_fhir.evaluator.registry import SPECS
from nelm_fhir.evaluator.tellers import TELLERS
from nelm_fhir.knowledge.cases import worked_cases

CONFLICT = {"reason": "conflicting"}
ONE_PRIMARY = "primaries/primary-1"
RESECTION = f"{ONE_PRIMARY}/resection"
NODE = {"class": "node", "status": "confirmed"}
BONE = {"class": "bone", "status": "suspected"}
POSITIVE_IN_MARCH = {
    "date": "2026-03-02",
    "modality": "PET/CT",
    "tracer": "68Ga-DOTATATE",
    "extrahepatic_result": "positive",
}
PROGRESSED = {"date": "2025-11-10", "category": "PD", "modality": "CT"}


def unclear(path, element):
    """Leave an element out that was recorded and could not be used."""
    return {f"{path}/{element}" if path else element: GONE, **why(path, element)}


def why(path, element):
    return {f"{path}/evidence/{element}" if path else f"evidence/{element}": CONFLICT}


def liver_specimen(**elements):
    return {"specimens": {"liver-1": {"origin": "liver-metastasis", **elements}}}


def focus(scans=None, **elements):
    found = {"extrahepatic": {"focus-1": elements}}
    return found if scans is None else {**found, "scans": scans}


REACHED = [
    *(
        (name, "unclear", liver_specimen(evidence={"ki67_text": CONFLICT}))
        for name in ("grade-criterion", "functional-histology", "effective-ki67")
    ),
    ("effective-mitoses", "unclear", liver_specimen(evidence={"mitoses_text": CONFLICT})),
    *(
        (name, case, liver_specimen(ki67_text="2 %", evidence={"histology": CONFLICT}))
        for name, case in {
            "grade-criterion": "unclear-net",
            "functional-histology": "unclear-net",
            "no-carcinoma": "unclear",
        }.items()
    ),
    *(
        (
            name,
            "unreadable-elsewhere",
            {"specimens": {"p": {"origin": "primary", "ki67_text": "low"}}},
        )
        for name in ("grade-criterion", "functional-histology", "effective-ki67")
    ),
    (
        "effective-mitoses",
        "unreadable-elsewhere",
        {"specimens": {"p": {"origin": "primary", "mitoses_text": "some"}}},
    ),
    ("effective-ki67", "within", liver_specimen(histology="NET", ki67_text="2 %")),
    ("effective-mitoses", "beyond", liver_specimen(mitoses_text="25 per 2 mm2")),
    ("primary-site", "unclear", unclear(ONE_PRIMARY, "site")),
    ("not-pancreatic-head", "unclear", unclear(ONE_PRIMARY, "site")),
    *(
        (name, "unclear", unclear(RESECTION, "performed"))
        for name in ("removed", "curatively-removed", "radically-removed")
    ),
    *(
        (name, "unclear-margin", unclear(RESECTION, "margin"))
        for name in ("curatively-removed", "radically-removed")
    ),
    *(
        (name, "unclear-nodes", unclear(RESECTION, "lymphadenectomy"))
        for name in ("radically-removed", "nodes-removed")
    ),
    ("extrahepatic-state", "present", focus({}, **NODE)),
    (
        "extrahepatic-state",
        "back",
        focus({}, **NODE, treatment="prrt", treatment_end="2025-05-01", first_seen="2025-09-01"),
    ),
    ("extrahepatic-state", "contradicted-unnamed", {"scans/pet-0": POSITIVE_IN_MARCH}),
    *(
        (name, "scan-unclear", unclear("scans/pet-1", "extrahepatic_result"))
        for name in ("extrahepatic-state", "reported-scan")
    ),
    (
        "no-resected-deposits",
        "suspected",
        focus(**NODE | {"status": "suspected"}, treatment="resection"),
    ),
    (
        "no-resected-deposits",
        "equivocal-on-scan",
        focus(
            {
                "pet-1": {
                    **POSITIVE_IN_MARCH,
                    "extrahepatic_result": "equivocal",
                    "foci": {"focus-1": "equivocal"},
                }
            },
            **NODE | {"status": "suspected"},
            treatment="resection",
        ),
    ),
    (
        "no-resected-deposits",
        "judgment-date-open",
        focus(
            {},
            **NODE,
            first_seen="2026-02",
            treatment="resection",
            adjudication={"verdict": "false-positive", "signed": True, "date": "2026-02-10"},
        ),
    ),
    (
        "solid-organ-exclusion",
        "equivocal-after",
        focus(**BONE, treatment="ablation", treatment_end="2025-05-01", first_seen="2025-09-01"),
    ),
    (
        "solid-organ-exclusion",
        "not-rechecked",
        focus(
            {}, **BONE, treatment="ablation", treatment_end="2025-05-01", first_seen="2025-01-01"
        ),
    ),
    (
        "solid-organ-exclusion",
        "order-open",
        focus(**BONE, treatment="ablation", treatment_end="2025-05", first_seen="2025-05"),
    ),
    (
        "solid-organ-exclusion",
        "judgment-date-open",
        focus(
            **BONE,
            treatment="ablation",
            treatment_end="2025-05",
            first_seen="2025-05",
            adjudication={"verdict": "false-positive", "signed": True, "date": "2025-05-10"},
        ),
    ),
    *(
        (
            name,
            "order-open",
            {
                "response_events": {
                    "pd": {**PROGRESSED, "date": "2025-11"},
                    "maybe": {"date": "2025-11", "category": "SD", "modality": "CT"},
                }
            },
        )
        for name in ("no-progression", "stability-clock")
    ),
    *(
        (
            name,
            "stale-vague",
            {
                "response_events": {
                    "first": {"date": "2025-06-01", "category": "SD", "modality": "CT"},
                    "last": {"date": "2026", "category": "SD", "modality": "CT"},
                }
            },
        )
        for name in ("no-progression", "stability-clock")
    ),
    (
        "resection-clock",
        "focus-vague",
        focus({}, **NODE, first_seen="2025-01-01", treatment="resection", treatment_end="2025-12"),
    ),
    (
        "resection-clock",
        "focus-open",
        focus(
            **NODE,
            first_seen="2026-02",
            treatment="resection",
            treatment_end="2026-03-01",
            adjudication={"verdict": "false-positive", "signed": True, "date": "2026-02-10"},
        ),
    ),
    (
        "listed-progression-clock",
        "treated-vague",
        {
            **LISTED,
            "response_events/pd": {**PROGRESSED, "date": "2025-07-10"},
            "progression_treatments": {"t-1": {"type": "TACE", "end_date": "2025-12"}},
            "response_events/response-1/date": "2025-06-10",
        },
    ),
    ("list-update", "update-vague", {**LISTED, "listing/last_update_date": "2026"}),
    ("liver-involvement", "stale-vague", {"liver/involvement/estimate-1/date": "2026"}),
    ("liver-involvement", "unclear", {"liver/involvement": {}, **why("liver", "involvement")}),
    ("bilobar", "unclear", unclear("liver", "distribution")),
    ("unresectable", "unclear", unclear("liver", "resectability")),
    ("extended-disease", "unclear", why("liver", "extent_judgment")),
    ("typical-liver-imaging", "scan-old-vague", {"scans/ct-1/date": "2026"}),
    ("typical-liver-imaging", "scan-undated", {"scans/ct-1/date": GONE}),
    ("functional-syndrome", "unclear", unclear("functional_syndrome", "present")),
    *(
        (name, case, {"functional_syndrome": syndrome})
        for name in ("refractory", "refractory-to-systemic-therapies")
        for case, syndrome in {
            "unclear": {"evidence": {"present": CONFLICT}},
            "control-unclear": {"present": True, "evidence": {"control": CONFLICT}},
            "therapies-unclear": {
                "present": True,
                "control": "refractory",
                "evidence": {"failed_therapies": CONFLICT},
            },
        }.items()
    ),
    ("age", "unclear", unclear("patient", "birth_date")),
    ("comorbidity-absent", "unclear", unclear("", "comorbidity_contraindication")),
]


def answers(assessment: Assessment) -> list[Answer]:
    results = [one for v in assessment.verdicts for one in v.criteria]
    return [a for one in results for a in one.answers if a.asks != SCOPE]


@cache
def told(number: int) -> list[Answer]:
    """Return the answers of the definition to the record of that row."""
    name, _, changes = REACHED[number]
    return [a for a in answers(assess(changed(changes))) if a.asks == name]


@cache
def worked() -> frozenset[tuple[str, str]]:
    return frozenset(
        (a.asks, t.case)
        for case in worked_cases()
        for a in answers(assess(case.record))
        for t in a.told
    )


@pytest.mark.parametrize("number", range(len(REACHED)), ids=[f"{n}-{c}" for n, c, _ in REACHED])
def test_a_record_is_told_in_its_case(number: int) -> None:
    name, case, _ = REACHED[number]
    said = [t for a in told(number) for t in a.told if t.case == case]
    assert said, {t.case for a in told(number) for t in a.told}
    sentence = Voice(CATALOGUE.texts.wording).sentence(name, said[0])
    assert sentence.endswith(".")
    assert said[0].words.keys() == SPECS[name].cases[case].fields
    outcomes = {"beside"} if said[0].beside else {str(a.outcome) for a in told(number)}
    assert SPECS[name].cases[case].outcome in outcomes


def test_no_case_has_words_for_nothing() -> None:
    reached = worked() | {(name, case) for name, case, _ in REACHED}
    declared = {(name, case) for name, spec in SPECS.items() for case in spec.cases}
    assert declared - reached == {("record-intact", "intact")}


def test_every_definition_has_one_teller() -> None:
    assert TELLERS.keys() == SPECS.keys()
