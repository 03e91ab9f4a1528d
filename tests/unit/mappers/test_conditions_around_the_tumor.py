"""What Conditions say beside the tumor: syndrome, other cancers, recurrence, laterality."""

import pytest
from tests.unit.mappers.mapping import (
    MCODE,
    coded,
    concept,
    condition,
    mapped,
    morphology,
    observation,
    of,
    one,
    procedure,
    profile_of,
    ref,
)

NET = "sct 737313007"
PAST = {"clinicalStatus": concept("clin resolved")}
TRANSPLANT = procedure("sct 18027006", performedDateTime="2024-01-01")


# --- functional syndrome --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("sct 35868009", "carcinoid-syndrome"),
        ("cm E34.01", "carcinoid-heart-disease"),
        ("gm E34.0", "carcinoid-syndrome"),
        ("sct 713189001", "insulinoma"),
    ],
)
def test_a_condition_of_a_syndrome_says_that_it_is_present_and_which(code, kind):
    syndrome = profile_of(condition(code)).functional_syndrome
    assert (syndrome.present, syndrome.type) == (True, kind)


def test_a_refuted_syndrome_is_documented_as_absent():
    refuted = condition("sct 35868009", verificationStatus=concept("ver refuted"))
    assert profile_of(refuted).functional_syndrome.present is False


@pytest.mark.parametrize("more", [PAST, {"verificationStatus": concept("ver provisional")}])
def test_a_syndrome_of_the_past_or_a_suspected_one_shows_neither(more):
    syndrome = profile_of(condition("sct 35868009", **more)).functional_syndrome
    assert syndrome.present is None
    assert syndrome.evidence["present"]["reason"] == "equivocal"


# --- other cancers --------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["cm C50.4", "gm C61", "who C91.1"])
def test_a_cancer_of_another_organ_is_another_malignancy(code):
    other = profile_of(condition(NET), condition(code, id_="d")).other_malignancy
    assert other.present is True


def test_a_cancer_of_another_organ_is_named_as_recorded_and_dated_by_its_onset():
    cancer = condition(
        "cm C50.4", id_="d", onsetDateTime="2015", code=concept("cm C50.4", text="Breast")
    )
    other = profile_of(condition(NET), cancer).other_malignancy
    assert (other.type, str(other.date)) == ("Breast", "2015")


def test_a_cancer_of_another_organ_with_neuroendocrine_morphology_is_the_primary():
    profile = profile_of(condition("gm C34.1", **morphology("ico 8240/3")))
    assert [p.site for p in profile.primaries.values()] == ["lung"]
    assert profile.other_malignancy.present is None


def test_histology_elsewhere_that_names_the_cancer_makes_it_the_primary():
    named = observation("ln 59847-4", focus=[ref("Condition/c")], **coded("ico 8240/3"))
    profile = profile_of(condition("gm C25.0"), named)
    assert [p.site for p in profile.primaries.values()] == ["pancreas-head"]


def test_an_only_cancer_of_another_organ_is_no_primary_by_being_the_only_one():
    histology = observation("ln 59847-4", **coded("ico 8240/3"))
    profile = profile_of(condition("cm C50.4"), histology)
    assert profile.primaries == {}
    assert profile.other_malignancy.present is True


def test_a_leukemia_is_never_the_primary_even_where_histology_names_it():
    histology = observation("ln 59847-4", focus=[ref("Condition/c")], **coded("ico 8240/3"))
    profile = profile_of(condition("cm C91.10"), histology)
    assert profile.primaries == {}


def test_beside_another_cancer_an_unlinked_ki67_may_be_its_own():
    ki67 = observation("ln 29593-1", valueQuantity={"value": 4, "unit": "%"})
    profile = profile_of(condition(NET), condition("cm C50.4", id_="d"), ki67)
    assert [s.ki67_text for s in profile.specimens.values()] == ["conflicting: 4 %"]


# --- recurrence -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["recurrence", "relapse"])
def test_after_transplantation_a_tumor_that_is_back_is_a_recurrence(status):
    back = condition(NET, clinicalStatus=concept(f"clin {status}"), onsetDateTime="2025-03-01")
    recurrence = profile_of(TRANSPLANT, back).recurrence
    assert (recurrence.status, str(recurrence.date)) == ("confirmed", "2025-03-01")


def test_the_onset_of_the_tumor_before_transplantation_is_not_the_day_of_recurrence():
    back = condition(NET, clinicalStatus=concept("clin recurrence"), onsetDateTime="2019")
    recurrence = profile_of(TRANSPLANT, back).recurrence
    assert (recurrence.status, recurrence.date) == ("confirmed", None)


def test_a_suspected_relapse_is_suspected():
    status = {"clinicalStatus": concept("clin relapse")}
    maybe = condition(NET, verificationStatus=concept("ver provisional"), **status)
    assert profile_of(TRANSPLANT, maybe).recurrence.status == "suspected"


def test_before_transplantation_a_relapse_is_no_recurrence_of_the_rules():
    back = condition(NET, clinicalStatus=concept("clin relapse"))
    assert profile_of(back).recurrence.status is None


def test_the_relapse_of_another_cancer_is_no_recurrence_of_this_tumor():
    other = condition("cm C50.4", id_="d", clinicalStatus=concept("clin relapse"))
    assert profile_of(TRANSPLANT, condition(NET), other).recurrence.status is None


def test_a_refuted_or_active_tumor_is_no_recurrence():
    active = condition(NET, clinicalStatus=concept("clin active"))
    refuted = condition(
        NET, verificationStatus=concept("ver refuted"), clinicalStatus=concept("clin relapse")
    )
    for sent in (active, refuted):
        assert of(mapped(sent), "recurrence") == []


# --- laterality -----------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["mcode-laterality", "mcode-laterality-qualifier"])
def test_liver_metastases_right_and_left_are_bilobar(url):
    side = {"url": f"{MCODE}{url}", **coded("sct 51440002")}
    site = concept("sct 10200004") | {"extension": [side]}
    found = one(mapped(condition("cm C7B.02", bodySite=[site])), "liver-distribution")
    assert found.value == "bilobar"


def test_laterality_beside_another_metastasis_or_one_side_says_nothing_of_the_liver():
    both = condition("cm C78.00", bodySite=[concept("sct 51440002")])
    plain = condition("cm C7B.02", bodySite=[concept("sct 10200004")])
    assert of(mapped(both, plain | {"id": "d"}), "liver-distribution") == []


# --- disease status -------------------------------------------------------------------------------


def event(code, status, course="active", **more):
    """A Condition of IDEA4RC that is an event: its status stands beside the clinical status."""
    told = {"clinicalStatus": concept(f"clin {course}", status), "onsetDateTime": "2025-05-18"}
    return condition(code, id_="e", **told, **more)


@pytest.mark.parametrize(
    ("status", "course", "category"),
    [
        ("omop 32949", "relapse", "PD"),
        ("omop 32948", "active", "SD"),
        ("omop 4163135", "inactive", "CR"),
    ],
)
@pytest.mark.parametrize("code", [NET, "cm C7B.02"])
def test_a_status_beside_the_clinical_status_is_a_response(code, status, course, category):
    found = one(mapped(event(code, status, course)), "response")
    assert (found.value, str(found.day)) == (category, "2025-05-18")
    assert found.evidence.path == "Condition.clinicalStatus"
    events = profile_of(event(code, status, course)).response_events.values()
    assert [e.category for e in events] == [category]


def test_a_status_of_another_cancer_or_of_a_refuted_one_is_no_response():
    assert of(mapped(event("cm C50.4", "omop 32949")), "response") == []
    refuted = event(NET, "omop 32949", verificationStatus=concept("ver refuted"))
    assert profile_of(refuted).response_events == {}


def test_the_clinical_status_alone_is_no_response():
    assert of(mapped(condition(NET, clinicalStatus=concept("clin relapse"))), "response") == []
