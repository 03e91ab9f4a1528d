"""The table *Assembly* of ARCHITECTURE.md, clause by clause: from liver to recurrence.

From bytes to profile; the tests bear the name of their row.
"""

import pytest
from tests.traps.line import issues, only, profile
from tests.unit.mappers.mapping import (
    coded,
    coding,
    concept,
    condition,
    observation,
    procedure,
    ref,
    resource,
)

DAY = {"effectiveDateTime": "2026-05-12"}
NET = condition("sct 737313007")
BONE, LIVER = "sct 94222008", "sct 94381002"
REFUTED = {"verificationStatus": concept("ver refuted")}
PLACE = "sct 385421009"
STUDY = resource(
    "ImagingStudy", "ct", status="available", started="2026-05-10", modality=[coding("dcm CT")]
)


def status(id_, code, **more):
    return observation("ln 97509-4", id_, **coded(code), **DAY | more)


def worse(id_="pd", **more):
    return status(id_, "sct 271299001", **more)


def report(id_="r", **more):
    told = {"status": "final", "code": concept("ln 24627-2")}
    return resource("DiagnosticReport", id_, **told, **more)


def result(id_="e", **more):
    return observation("el scan", id_, **coded("an negative"), **DAY | more)


# --- liver metastases -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sent",
    [
        condition(LIVER, onsetDateTime="2026-01-01"),
        condition("cm C78.7", onsetDateTime="2026-01-01"),
        condition("cm C7B.02", onsetDateTime="2026-01-01"),
        observation(PLACE, **coded("metastases HEP"), **DAY),
        observation("el liver-metastases-present", valueBoolean=True, **DAY),
    ],
)
def test_liver_metastases_are_present_whatever_says_so(sent):
    assert profile(NET, sent | {"id": "met"}).liver.metastases_present is True


def test_liver_metastases_the_latest_presence_or_absence_counts():
    seen = observation(PLACE, "seen", **coded("metastases HEP"), effectiveDateTime="2026-01-01")
    gone = observation("el liver-metastases-present", "gone", valueBoolean=False, **DAY)
    assert profile(NET, seen, gone).liver.metastases_present is False
    again = seen | {"effectiveDateTime": "2026-05-20"}
    assert profile(NET, again, gone).liver.metastases_present is True


# --- scan -----------------------------------------------------------------------------------------


def scans(*resources):
    return profile(NET, *resources).scans


@pytest.mark.parametrize(
    "sent",
    [
        [result(derivedFrom=[ref("ImagingStudy/ct")], effectiveDateTime="2026-05-10")],
        [
            report(
                imagingStudy=[ref("ImagingStudy/ct")],
                result=[ref("Observation/e")],
                effectiveDateTime="2026-05-11",
            ),
            result(effectiveDateTime="2026-05-10"),
        ],
    ],
    ids=["Observation", "report"],
)
def test_scan_is_the_study_with_what_points_to_it_and_dated_by_its_start(sent):
    found = only(scans(STUDY, *sent))
    assert (found.extrahepatic_result, found.modality) == ("negative", "CT")
    assert str(found.date) == "2026-05-10"


def test_scan_has_the_tracer_of_the_procedure_that_it_was():
    pet = STUDY | {"modality": [coding("dcm PT")], "procedureReference": ref("Procedure/pet")}
    act = procedure("sct 82918005", id_="pet", usedCode=[concept("ndc 69488-001")])
    assert only(scans(pet, act)).tracer == "68Ga-DOTATATE"


def test_scan_of_a_report_without_study_is_its_own_and_dated_by_it():
    alone = report(result=[ref("Observation/e")], effectiveDateTime="2026-05-11")
    undated = {key: value for key, value in result().items() if key not in DAY}
    found = [scan for scan in scans(STUDY, alone, undated).values() if scan.extrahepatic_result]
    assert [(scan.extrahepatic_result, str(scan.date)) for scan in found] == [
        ("negative", "2026-05-11")
    ]


def test_scan_and_entry_are_never_joined_by_date_alone():
    same_day = result(effectiveDateTime="2026-05-10")
    assert len(scans(STUDY, same_day)) == 2


# --- focus ----------------------------------------------------------------------------------------


def foci(*resources):
    return profile(NET, *resources).extrahepatic


def test_focus_conditions_equal_in_code_site_and_onset_are_one():
    first = condition(BONE, id_="a", onsetDateTime="2026-01-01")
    assert len(foci(first, first | {"id": "b"})) == 1
    assert len(foci(first, first | {"id": "b", "onsetDateTime": "2026-02-01"})) == 2


def test_focus_of_observations_that_name_only_an_organ_is_one_per_organ():
    seen = [
        observation(PLACE, id_, **coded(f"metastases {organ}"), **DAY)
        for id_, organ in (("a", "OSS"), ("b", "OSS"), ("c", "PUL"))
    ]
    assert sorted(focus.disease_class for focus in foci(*seen).values()) == ["bone", "solid-organ"]
    known = condition(BONE, id_="known", onsetDateTime="2026-01-01")
    assert len(foci(known, seen[0])) == 1


def test_focus_of_m1_without_organ_adds_nothing_beside_liver_metastases_else_is_an_issue():
    m1 = observation("sct 399387003", "m1", **coded("uicc M1"), **DAY)
    assert foci(condition(LIVER, id_="met"), m1) == {}
    assert issues(NET, condition(LIVER, id_="met"), m1) == []
    assert foci(m1) == {}
    assert issues(NET, m1) == ["metastasis-without-organ"]


def test_focus_is_first_seen_on_the_earliest_day():
    known = condition(BONE, id_="known", onsetDateTime="2026-03-01")
    earlier = observation(PLACE, "o", **coded("metastases OSS"), effectiveDateTime="2026-01-05")
    assert str(only(foci(known, earlier)).first_seen) == "2026-01-05"


# --- response event -------------------------------------------------------------------------------


def events(*resources):
    return sorted(e.category for e in profile(NET, *resources).response_events.values())


def test_response_event_is_each_observation_of_the_liver_or_the_whole_tumor():
    met = condition(LIVER, id_="met")
    of_liver = status("a", "sct 359746009", focus=[ref("Condition/met")])
    of_all = status("b", "sct 359746009", effectiveDateTime="2026-05-20")
    assert events(met, of_liver, of_all) == ["SD", "SD"]


def test_response_event_of_one_other_lesion_is_only_its_progression():
    bone = condition(BONE, id_="bone")
    of_it = {"focus": [ref("Condition/bone")]}
    assert events(bone, status("a", "sct 359746009", **of_it)) == []
    assert events(bone, worse(**of_it)) == ["PD"]


# --- progression treatment ------------------------------------------------------------------------

PRRT = "sct 431743005"


def treatments(*resources):
    found = profile(NET, *resources).progression_treatments.values()
    return [(item.type, str(item.end_date)) for item in found]


def test_progression_treatment_began_on_or_after_a_progression():
    seen = worse(effectiveDateTime="2025-08-01")

    def course(start, end):
        return procedure(PRRT, performedPeriod={"start": start, "end": end})

    assert treatments(seen, course("2025-08-01", "2025-12-01")) == [("prrt", "2025-12-01")]
    assert treatments(seen, course("2025-07-01", "2025-12-01")) == []
    assert treatments(course("2025-08-01", "2025-12-01")) == []


def test_progression_treatment_that_runs_has_no_end():
    seen = worse(effectiveDateTime="2025-08-01")
    running = resource(
        "MedicationStatement",
        "m",
        status="active",
        medicationCodeableConcept=concept("atc L01EG02"),
        effectivePeriod={"start": "2025-09-01"},
    )
    assert treatments(seen, running) == [("systemic", "None")]


# --- recurrence -----------------------------------------------------------------------------------

GRAFT = procedure("sct 18027006", id_="lt", performedDateTime="2025-01-15")


def recurrence(*resources):
    return profile(GRAFT, *resources).recurrence


@pytest.mark.parametrize("word", ["recurrence", "relapse"])
def test_recurrence_is_a_condition_of_this_tumor_in_recurrence_after_transplantation(word):
    back = condition(
        "sct 737313007", clinicalStatus=concept(f"clin {word}"), onsetDateTime="2025-11-02"
    )
    found = recurrence(back)
    assert (found.status, str(found.date)) == ("confirmed", "2025-11-02")
    assert profile(back).recurrence.status is None


def test_recurrence_is_a_metastasis_first_seen_after_transplantation():
    later, before = (
        condition(BONE, id_="bone", onsetDateTime=day) for day in ("2025-11-02", "2024-11-02")
    )
    found = recurrence(NET, later)
    assert (found.status, str(found.date)) == ("confirmed", "2025-11-02")
    assert recurrence(NET, before).status is None
