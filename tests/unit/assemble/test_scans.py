"""Scans: table Assembly, row scan; attested-entry sections 1 and 2; T27."""

import pytest
from tests.unit.assemble.finding import (
    UNREADABLE,
    assembled,
    coded,
    entry,
    kinds,
    metastasis,
    profile,
)

from nelm_fhir.core.unknown import Reason
from nelm_fhir.profile.provenance import reason, sources

PET = {"scan-modality": "PET/CT", "scan-tracer": "68Ga-DOTATATE"}
BONE = metastasis("bone", "bone", "bone", "2025-01-01")


def study(key="pet", day="2026-05-11", parts=None, **more):
    return coded("study", True, f"ImagingStudy/{key}", day, parts=parts or {}, **more)


def scan(result, key="s", day="2026-05-11", **more):
    return entry("scan", result, key, day, **more)


def uptake(word, key="u", day="2026-05-11", focus=("Condition/bone",), **more):
    return entry("focus-uptake", word, key, day, focus=focus, **more)


def report(key="r", day="2026-05-12", **more):
    return coded("report", True, f"DiagnosticReport/{key}", day, **more)


def only(*findings):
    found = profile(*findings).scans
    assert len(found) == 1, list(found)
    return next(iter(found.values()))


# --- one scan -------------------------------------------------------------------------------------


def test_an_entry_that_points_to_a_study_is_its_result():
    found = only(
        study(parts={"scan-modality": "PET/CT"}),
        scan("negative", studies=["ImagingStudy/pet"], parts={"scan-tracer": "68Ga-DOTATATE"}),
    )
    assert (found.modality, found.tracer, found.extrahepatic_result) == (
        "PET/CT",
        "68Ga-DOTATATE",
        "negative",
    )


def test_a_report_joins_its_study_and_the_entry_it_names():
    joined = report(studies=["ImagingStudy/pet"], members=["Observation/s"])
    assert only(study(), joined, scan("negative")).extrahepatic_result == "negative"


def test_a_report_without_study_is_its_own_scan():
    found = only(report(members=["Observation/s"], day="2026-05-11"), scan("negative", day=None))
    assert (found.extrahepatic_result, str(found.date)) == ("negative", "2026-05-11")


def test_a_pathology_report_is_no_scan():
    assert (
        profile(report(members=["Observation/k"]), coded("ki67", "2 %", "Observation/k")).scans
        == {}
    )


def test_nothing_is_joined_by_date_alone():
    assert len(profile(study(), scan("negative")).scans) == 2


def test_an_imaging_procedure_that_points_to_the_study_is_the_same_scan():
    act = coded("study", True, "Procedure/p", "2026-05-11", studies=["ImagingStudy/pet"], parts=PET)
    assert only(study(), act).tracer == "68Ga-DOTATATE"


def test_a_report_on_two_studies_joins_neither():
    both = report(studies=["ImagingStudy/ct", "ImagingStudy/mr"])
    imaging = coded(
        "study",
        True,
        "DiagnosticReport/r",
        "2026-05-12",
        studies=["ImagingStudy/ct", "ImagingStudy/mr"],
    )
    found = profile(
        study("ct", parts={"scan-modality": "CT"}),
        study("mr", parts={"scan-modality": "MRI"}),
        both,
        imaging,
    )
    assert sorted(s.modality for s in found.scans.values()) == ["CT", "MRI"]


def test_a_result_of_a_report_on_two_studies_is_a_scan_of_its_own_and_an_issue():
    both = report(studies=["ImagingStudy/ct", "ImagingStudy/mr"], members=["Observation/s"])
    result = assembled(study("ct"), study("mr"), both, scan("negative"))
    assert len(result.profile.scans) == 3
    assert kinds(result.issues) == ["several-studies"]


def test_a_study_without_result_stands_without_result():
    assert only(study(parts=PET)).extrahepatic_result is None


def test_the_same_entry_twice_is_one_scan():
    assert (
        len(sources(only(scan("negative", "a"), scan("negative", "b")), "extrahepatic_result")) == 2
    )


# --- date and modality ----------------------------------------------------------------------------


def test_date_and_modality_come_from_the_study_where_the_entry_has_none():
    found = only(
        study(parts={"scan-modality": "PET/MR"}),
        scan("negative", day=None, studies=["ImagingStudy/pet"]),
    )
    assert (str(found.date), found.modality) == ("2026-05-11", "PET/MR")


def test_the_start_of_the_study_beats_the_date_of_the_report():
    assert str(only(study(), report(studies=["ImagingStudy/pet"])).date) == "2026-05-11"


def test_a_tracer_given_the_day_before_does_not_move_the_study():
    given = coded(
        "study",
        True,
        "MedicationAdministration/m",
        "2026-05-10",
        studies=["ImagingStudy/pet"],
        parts={"scan-tracer": "68Ga-DOTATOC"},
    )
    found = only(study(), given)
    assert (str(found.date), found.tracer) == ("2026-05-11", "68Ga-DOTATOC")


def test_an_entry_of_another_day_than_its_study_leaves_the_scan_undated():
    found = only(study(day="2026-05-01"), scan("negative", studies=["ImagingStudy/pet"]))
    assert found.date is None
    assert reason(found, "date") is Reason.CONFLICTING


def test_a_day_within_the_month_of_the_study_refines_it():
    assert (
        str(only(study(day="2026-05"), scan("negative", studies=["ImagingStudy/pet"])).date)
        == "2026-05-11"
    )


def test_an_attested_tracer_that_differs_from_the_study_conflicts():
    found = only(
        study(parts=PET),
        scan("negative", studies=["ImagingStudy/pet"], parts={"scan-tracer": "18F-FDG"}),
    )
    assert found.tracer is None
    assert reason(found, "tracer") is Reason.CONFLICTING


def test_an_unlisted_tracer_stands_as_text():
    assert only(scan("negative", parts={"scan-tracer": "68Ga-Exendin"})).tracer == "68Ga-Exendin"


def test_an_unlisted_modality_is_unreadable():
    found = only(scan("negative", parts={"scan-modality": "X-ray"}))
    assert found.modality is None
    assert reason(found, "modality") is Reason.UNREADABLE


def test_technique_and_typical_lesions_stand_with_the_scan():
    found = only(
        scan(
            "negative",
            parts={
                "scan-modality": "MRI",
                "scan-technique": "hepatobiliary",
                "liver-lesions-typical": False,
            },
        )
    )
    assert (found.technique, found.liver_lesions_typical) == ("hepatobiliary", False)


# --- results --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        ("negative", "positive", "positive"),
        ("negative", "equivocal", "equivocal"),
        ("equivocal", "positive", "positive"),
    ],
)
def test_of_two_results_of_one_scan_the_worse_counts(first, second, counts):
    link = {"studies": ["ImagingStudy/pet"]}
    assert (
        only(study(), scan(first, "a", **link), scan(second, "b", **link)).extrahepatic_result
        == counts
    )


def test_beside_an_unreadable_result_negative_shows_nothing_and_positive_counts():
    link = {"studies": ["ImagingStudy/pet"]}
    unread = scan(UNREADABLE, "b", **link)
    assert only(study(), scan("negative", "a", **link), unread).extrahepatic_result is None
    assert only(study(), scan("positive", "a", **link), unread).extrahepatic_result == "positive"


def test_an_unreadable_result_leaves_a_scan_without_result():
    found = only(scan(UNREADABLE))
    assert (found.extrahepatic_result, str(found.date)) == (None, "2026-05-11")
    assert reason(found, "extrahepatic_result") is Reason.UNREADABLE


def test_a_future_scan_keeps_its_date():
    assert str(only(scan("negative", day="2026-07-01")).date) == "2026-07-01"


# --- uptake of single foci ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "links",
    [
        [scan("negative", members=["Observation/u"]), uptake("positive")],
        [scan("negative"), uptake("positive", studies=["Observation/s"])],
        [
            study(),
            scan("negative", studies=["ImagingStudy/pet"]),
            uptake("positive", studies=["ImagingStudy/pet"]),
        ],
    ],
)
def test_uptake_belongs_to_its_scan_by_member_derivation_or_study(links):
    assert only(BONE, *links).foci == {"bone": "positive"}


def test_of_two_uptakes_of_one_focus_the_worse_counts():
    link = {"studies": ["Observation/s"]}
    found = only(
        BONE, scan("negative"), uptake("negative", "a", **link), uptake("equivocal", "b", **link)
    )
    assert found.foci == {"bone": "equivocal"}


def test_an_uptake_without_scan_is_a_scan_of_its_own_date_and_unknown_modality():
    found = only(BONE, uptake("positive", day="2026-04-01"))
    assert (str(found.date), found.modality, found.foci) == (
        "2026-04-01",
        None,
        {"bone": "positive"},
    )


def test_an_uptake_whose_focus_is_lost_is_a_focus_of_its_own():
    found = profile(
        scan("negative"), uptake("positive", focus=(), studies=["Observation/s"], lost=["focus"])
    )
    assert found.scans["s"].foci == {"u": "positive"}


def test_a_focus_named_by_identifier_alone_is_one_focus():
    name = ("identifier:urn:x|left-rib",)
    found = profile(
        uptake("positive", "a", day="2026-04-01", focus=name), uptake("negative", "b", focus=name)
    )
    assert [s.foci for s in found.scans.values()] == [
        {"left-rib": "positive"},
        {"left-rib": "negative"},
    ]


def test_an_uptake_that_cannot_be_read_is_an_issue():
    result = assembled(BONE, scan("negative"), uptake(UNREADABLE, studies=["Observation/s"]))
    assert kinds(result.issues) == ["uptake-not-readable"]


def test_uptake_of_a_liver_metastasis_is_no_focus_outside_the_liver():
    liver = coded("liver-metastases-present", True, "Condition/lm", "2025-01-01")
    result = assembled(
        liver,
        scan("negative"),
        uptake("positive", focus=["Condition/lm"], studies=["Observation/s"]),
    )
    assert result.profile.extrahepatic == {}
    assert result.profile.scans["s"].foci == {}
    assert kinds(result.issues) == ["uptake-inside-the-liver"]
