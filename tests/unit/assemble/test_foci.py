"""Foci outside the liver: table Assembly, row focus; rules 8.3, 8.4; T15, T16, T17."""

import pytest
from tests.unit.assemble.finding import (
    ASKED,
    assembled,
    coded,
    condition,
    entry,
    kinds,
    metastasis,
    on,
    profile,
    resection,
)

from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.profile.provenance import reason, sources

BONE = metastasis("bone", "bone", "femur", "2025-01-01")
NAMED = {"focus": ["Condition/bone"]}
LIVER = coded("liver-metastases-present", True, "Condition/lm", "2025-01-01")


def foci(*findings):
    return profile(*findings).extrahepatic


def only(*findings):
    found = foci(*findings)
    assert len(found) == 1, list(found)
    return next(iter(found.values()))


# --- one focus ------------------------------------------------------------------------------------


def test_conditions_equal_in_class_site_and_onset_are_one_focus():
    again = metastasis("again", "bone", "femur", "2025-01-01")
    assert len(sources(only(BONE, again), "status")) == 2


@pytest.mark.parametrize(
    "other",
    [
        metastasis("b", "bone", "femur", "2025-02-01"),
        metastasis("b", "bone", "rib", "2025-01-01"),
        metastasis("b", "node", "femur", "2025-01-01"),
    ],
)
def test_conditions_that_differ_in_class_site_or_onset_are_two(other):
    assert len(foci(BONE, other)) == 2


def test_conditions_in_text_alone_are_never_one_and_share_no_treatment():
    bone, node = (coded("condition", True, f"Condition/{key}") for key in ("b", "n"))
    found = foci(
        bone,
        node,
        entry("focus-class", "bone", "cb", focus=["Condition/b"]),
        entry("focus-class", "hilar-node", "cn", focus=["Condition/n"]),
        entry("focus-treatment", "resection", "t", "2025-03-01", focus=["Condition/n"]),
    )
    told = {(focus.disease_class, focus.treatment) for focus in found.values()}
    assert told == {("bone", None), ("hilar-node", "resection")}


def test_class_organ_status_and_first_sight_come_from_the_condition():
    found = only(BONE)
    assert (found.disease_class, found.organ, found.status, str(found.first_seen)) == (
        "bone",
        "femur",
        "confirmed",
        "2025-01-01",
    )


def test_a_suspected_condition_is_a_suspected_focus():
    assert (
        only(metastasis("bone", "bone", "femur", reading=Reading.SUSPECTED)).status == "suspected"
    )


def test_a_past_condition_stays_a_focus():
    assert only(metastasis("bone", "bone", "femur", reading=Reading.PAST)).status == "confirmed"


def test_a_refuted_condition_is_no_focus_and_noted():
    result = assembled(metastasis("bone", "bone", "femur", reading=Reading.ABSENT))
    assert result.profile.extrahepatic == {}
    assert kinds(result.issues) == ["metastasis-refuted"]


def test_observations_of_one_organ_make_one_focus():
    found = [metastasis(f"Observation/{k}", "bone", "femur", "2025-01-01") for k in ("a", "b")]
    assert str(only(*found).first_seen) == "2025-01-01"


def test_an_observation_of_an_organ_is_evidence_on_the_only_condition_of_it():
    seen = metastasis("Observation/o", "bone", "femur", "2024-11-01")
    found = only(BONE, seen)
    assert str(found.first_seen) == "2024-11-01"
    assert {e.resource for e in sources(found, "status")} == {"Condition/bone", "Observation/o"}


def test_beside_two_conditions_of_the_organ_an_observation_is_a_focus_of_its_own():
    second = metastasis("second", "bone", "femur", "2025-03-01")
    assert len(foci(BONE, second, metastasis("Observation/o", "bone", "femur", "2026-01-01"))) == 3


def test_an_organ_seen_again_later_is_positive_on_that_day():
    again = metastasis("Observation/o", "bone", "femur", "2026-02-01")
    found = profile(BONE, again)
    assert [(str(s.date), s.foci, s.modality) for s in found.scans.values()] == [
        ("2026-02-01", {"bone": "positive"}, None)
    ]


def test_an_organ_suspected_again_later_is_equivocal_on_that_day():
    again = metastasis("Observation/o", "bone", "femur", "2026-02-01", reading=Reading.SUSPECTED)
    assert [s.foci for s in profile(BONE, again).scans.values()] == [{"bone": "equivocal"}]


def test_an_observation_of_the_day_of_first_sight_makes_no_scan():
    assert profile(BONE, metastasis("Observation/o", "bone", "femur", "2025-01-01")).scans == {}


@pytest.mark.parametrize("organ", ["unspecified", None])
def test_distant_disease_without_organ_adds_nothing_beside_liver_metastases(organ):
    m1 = metastasis("Observation/m1", None, organ, "2025-01-01")
    result = assembled(LIVER, m1)
    assert result.profile.extrahepatic == {}
    assert result.issues == ()


def test_distant_disease_without_organ_and_without_liver_metastases_is_an_issue():
    result = assembled(metastasis("Observation/m1", None, "unspecified", "2025-01-01"))
    assert result.profile.extrahepatic == {}
    assert kinds(result.issues) == ["metastasis-without-organ"]


def test_asked_but_not_known_is_no_focus():
    assert foci(coded("metastasis", ASKED, "Observation/m")) == {}


def test_a_focus_without_class_is_of_unknown_class():
    assert only(metastasis("node", None, "intra-abdominal nodes")).disease_class is None


def test_a_metastasis_of_another_malignancy_is_no_focus_of_this_one():
    cancer = coded("primary-site-plain", "breast", "Condition/breast")
    result = assembled(
        condition("net", "ileum"),
        cancer,
        metastasis("b", "bone", "rib", focus=["Condition/breast"]),
    )
    assert result.profile.extrahepatic == {}
    assert kinds(result.issues) == ["metastasis-of-another-tumor"]


def test_a_focus_first_seen_after_the_evaluation_date_keeps_its_date():
    assert str(only(metastasis("b", "bone", "rib", "2026-08-01")).first_seen) == "2026-08-01"


# --- entries --------------------------------------------------------------------------------------


def test_an_attested_class_refines_a_coarser_or_unknown_one():
    named = entry("focus-class", "hilar-node", "c", "2025-04-01", focus=["Condition/n"])
    for word in ("node", None, Unknown(Reason.MAP_NOT_EXACT)):
        assert only(metastasis("n", word, "node"), named).disease_class == "hilar-node"


def test_an_attested_class_that_differs_conflicts():
    found = only(BONE, entry("focus-class", "node", "c", "2026-01-01", **NAMED))
    assert found.disease_class is None
    assert reason(found, "class") is Reason.CONFLICTING


def test_an_attested_class_makes_a_condition_known_by_text_a_focus():
    found = only(
        entry(
            "focus-class",
            "peritoneum",
            "c",
            "2026-01-01",
            focus=["Condition/text"],
            parts={"removed-with-primary": False},
        )
    )
    assert (found.disease_class, found.removed_with_primary) == ("peritoneum", False)


def test_a_condition_of_no_known_code_gives_its_onset_once_an_entry_names_it():
    text = coded("condition", True, "Condition/text", "2025-06-01")
    named = entry("focus-class", "peritoneum", "c", "2026-01-01", focus=["Condition/text"])
    assert str(only(text, named).first_seen) == "2025-06-01"
    assert foci(text) == {}


def test_a_class_outside_the_list_stands_as_text():
    assert (
        only(entry("focus-class", "pleura", "c", focus=["Condition/x"])).disease_class == "pleura"
    )


def test_a_class_given_to_a_liver_metastasis_makes_it_a_focus():
    named = entry("focus-class", "other", "c", focus=["Condition/lm"])
    assert only(LIVER, named).disease_class == "other"


@pytest.mark.parametrize("element", ["focus-class", "focus-treatment", "focus-uptake"])
def test_an_entry_whose_focus_is_lost_is_a_focus_of_its_own(element):
    words = {"focus-class": "bone", "focus-treatment": "resection", "focus-uptake": "positive"}
    found = profile(BONE, entry(element, words[element], "lost", "2026-01-01", lost=["focus"]))
    known = set(found.extrahepatic) | {f for s in found.scans.values() for f in s.foci}
    assert known == {"bone", "lost"}


# --- treatment ------------------------------------------------------------------------------------


def treated(word, key, end, day="2026-01-01"):
    parts = {} if end is None else {"treatment-end": on(end)}
    return entry("focus-treatment", word, key, day, parts=parts, **NAMED)


def test_an_attested_treatment_brings_kind_and_end():
    found = only(BONE, treated("radiotherapy", "t", "2025-06-30"))
    assert (found.treatment, str(found.treatment_end)) == ("radiotherapy", "2025-06-30")


def test_of_several_treatments_the_last_to_end_counts():
    found = only(BONE, treated("resection", "a", "2025-03-01"), treated("prrt", "b", "2025-09-01"))
    assert (found.treatment, str(found.treatment_end)) == ("prrt", "2025-09-01")


def test_a_treatment_without_end_leaves_the_end_open():
    found = only(BONE, treated("resection", "a", "2025-03-01"), treated("systemic", "b", None))
    assert (found.treatment, found.treatment_end) == ("systemic", None)


def test_treatments_that_end_on_one_day_and_differ_conflict():
    found = only(
        BONE, treated("resection", "a", "2025-03-01"), treated("ablation", "b", "2025-03-01")
    )
    assert found.treatment is None
    assert reason(found, "treatment") is Reason.CONFLICTING


def test_a_treatment_that_ends_after_the_evaluation_date_does_not_hide_an_earlier_one():
    found = only(BONE, treated("resection", "a", "2025-03-01"), treated("prrt", "b", "2026-09-01"))
    assert (found.treatment, str(found.treatment_end)) == ("resection", "2025-03-01")


def test_a_treatment_of_the_future_alone_keeps_its_end():
    assert str(only(BONE, treated("prrt", "b", "2026-09-01")).treatment_end) == "2026-09-01"


def test_a_procedure_for_the_condition_treats_the_focus():
    act = coded(
        "procedure",
        True,
        "Procedure/p",
        "2025-05-01",
        parts={"procedure-kind": "ablation", "treatment-end": on("2025-05-01")},
        **NAMED,
    )
    found = only(BONE, act)
    assert (found.treatment, str(found.treatment_end)) == ("ablation", "2025-05-01")


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("prrt", "prrt"),
        ("systemic", "systemic"),
        ("resection", "resection"),
        ("TACE", None),
    ],
)
def test_a_course_counts_in_words_of_the_record(kind, word):
    act = coded(
        "procedure",
        True,
        "Procedure/p",
        "2025-05-01",
        parts={"procedure-kind": kind, "treatment-end": on("2025-05-01")},
        **NAMED,
    )
    assert only(BONE, act).treatment == word


def test_a_planned_procedure_treats_nothing():
    act = coded(
        "procedure",
        True,
        "Procedure/p",
        "2025-05-01",
        parts={"procedure-kind": "ablation"},
        reading=Reading.PLANNED,
        **NAMED,
    )
    assert only(BONE, act).treatment is None


def test_a_resection_coded_for_the_focus_is_its_treatment():
    found = only(BONE, resection("p", "2025-05-01", **NAMED))
    assert (found.treatment, str(found.treatment_end)) == ("resection", "2025-05-01")


# --- adjudication ---------------------------------------------------------------------------------


def judged(key, day, *, signed=True, author="MDT"):
    return entry(
        "focus-adjudication", "false-positive", key, day, signed=signed, author=author, **NAMED
    )


def test_a_signed_adjudication_brings_who_and_when():
    found = only(BONE, judged("j", "2026-02-01")).adjudication
    assert (found.verdict, found.signed, found.by, str(found.date)) == (
        "false-positive",
        True,
        "MDT",
        "2026-02-01",
    )


def test_an_unsigned_adjudication_says_so():
    assert only(BONE, judged("j", "2026-02-01", signed=False)).adjudication.signed is False


def test_an_unsigned_adjudication_replaces_no_signed_one():
    found = only(
        BONE, judged("a", "2026-02-01"), judged("b", "2026-03-01", signed=False)
    ).adjudication
    assert (found.signed, str(found.date)) == (True, "2026-02-01")


def test_the_latest_adjudication_counts_and_a_future_one_does_not():
    found = only(
        BONE, judged("a", "2026-02-01"), judged("b", "2026-03-01"), judged("c", "2026-09-01")
    )
    assert str(found.adjudication.date) == "2026-03-01"


def test_the_day_of_an_adjudication_stays_as_recorded():
    assert str(only(BONE, judged("a", "2026")).adjudication.date) == "2026"


def test_an_adjudication_without_date_has_none():
    assert only(BONE, judged("a", None)).adjudication.date is None


def test_a_treatment_of_conflicting_kind_is_unknown_with_its_reason():
    act = coded(
        "procedure",
        True,
        "Procedure/p",
        "2025-05-01",
        parts={"procedure-kind": Unknown(Reason.CONFLICTING), "treatment-end": on("2025-05-01")},
        **NAMED,
    )
    found = only(BONE, act)
    assert found.treatment is None
    assert reason(found, "treatment") is Reason.CONFLICTING


def test_a_focus_known_by_an_entry_that_may_not_hold_is_suspected_and_does_not_vanish():
    doubtful = {"focus": ["identifier:|b"], "reading": Reading.UNKNOWN}
    found = only(entry("focus-class", "bone", "c", "2026-01-01", **doubtful))
    assert (found.disease_class, found.status) == (None, "suspected")
    assert [item.resource for item in sources(found, "status")] == ["Observation/c"]
