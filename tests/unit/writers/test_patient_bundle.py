"""Records as hospitals send them: the shapes of each style, and what R4 cannot say."""

import pytest
from tests.unit.writers.records_made import back, baseline, bundle, coded, codes, record, resources

from nelm_fhir.core.unknown import Reason
from nelm_fhir.profile.provenance import reason

ALL = ("mcode", "messy", "mii", "nl", "plain")


def extension(resource, ending):
    return [e for e in resource.get("extension", ()) if e["url"].endswith(ending)]


# --- shapes ---------------------------------------------------------------------------------------


def test_mcode_sends_metastases_as_conditions_and_links_them_to_the_primary():
    (liver,) = coded(bundle(baseline(), "mcode"), "Condition", "C7B.02")
    (link,) = extension(liver, "condition-related")
    assert link["valueReference"] == {"reference": "Condition/primary-1"}


def test_mcode_sends_disease_status_with_its_evidence_type():
    status = coded(bundle(baseline(), "mcode"), "Observation", "97509-4")
    assert len(status) == 2
    assert all(extension(one, "evidence-type") for one in status)


def test_the_german_module_sends_a_wrapper_with_child_procedures_and_the_r_status():
    built = bundle(baseline(), "mii")
    (wrapper,) = coded(built, "Procedure", "387713003")
    url = next(e["fullUrl"] for e in built["entry"] if e["resource"] is wrapper)
    children = [
        p for p in resources(built, "Procedure") if {"reference": url} in p.get("partOf", ())
    ]
    assert len(children) == 2
    assert codes(wrapper["outcome"]) == {"R0"}
    (status,) = coded(built, "Observation", "84892-9")
    assert status["partOf"] == [{"reference": url}]
    assert status["focus"]


def test_the_german_module_groups_the_tnm_categories():
    built = bundle(baseline(), "mii")
    (group,) = coded(built, "Observation", "263642008")
    assert len(group["hasMember"]) == 2


def test_german_and_dutch_metastases_are_observations_of_their_place():
    for style, place in (("mii", "HEP"), ("nl", "10200004")):
        found = coded(bundle(baseline(), style), "Observation", "385421009")
        assert [codes(one["valueCodeableConcept"]) for one in found] == [{place}]


def test_a_dutch_report_concludes_with_the_morphology():
    for report in resources(bundle(baseline(), "nl"), "DiagnosticReport"):
        if "conclusionCode" in report:
            assert codes(report["conclusionCode"][0]) == {"8240/3"}
    assert not coded(bundle(baseline(), "nl"), "Observation", "59847-4")


def test_a_dutch_involved_margin_stands_by_itself():
    primaries = {"p": {"site": "ileum", "resection": {"performed": True, "margin": "R1"}}}
    told = record(primaries=primaries)
    built = bundle(told, "nl")
    assert coded(built, "Observation", "521221000146104")
    assert back(built, told).primaries["primary-p"].resection.margin == "R1"


def test_a_messy_hospital_sends_one_panel_of_strings_per_specimen():
    built = bundle(baseline(), "messy")
    panels = [one for one in resources(built, "Observation") if one["id"].startswith("panel-")]
    assert len(panels) == 2
    texts = [
        part["valueString"] for one in panels for part in one["component"] if "valueString" in part
    ]
    assert sorted(set(texts)) == ["1 per 2 mm2", "2 %"]


def test_a_messy_hospital_writes_a_bare_year_as_text():
    resection = {"performed": True, "date": "2021"}
    told = record(primaries={"p": {"site": "ileum", "resection": resection}})
    (operation,) = coded(bundle(told, "messy"), "Procedure", "44160")
    assert operation["performedString"] == "2021"


def test_histology_of_no_specimen_stands_on_the_condition():
    told = record(specimens={"s": {"histology": "NET", "date": "2024-03"}})
    for style in ("mcode", "mii"):
        built = bundle(told, style)
        assert resources(built, "Specimen") == []
        assert extension(resources(built, "Condition")[0], ("behavior", "behavior-icdo3"))


def test_a_grade_of_a_general_scale_is_never_sent_without_what_makes_it_one_of_who():
    told = record(specimens={"s": {"reported_grade": "G2"}})
    for style in ALL:
        assert back(bundle(told, style), told).specimens["specimen-s"].reported_grade == "G2"


@pytest.mark.parametrize("style", ALL)
def test_the_patient_is_fictional_and_tagged_as_test_data(style):
    (patient,) = resources(bundle(baseline(), style), "Patient")
    assert "(fictional)" in patient["name"][0]["text"]
    assert patient["meta"]["tag"][0]["code"] == "HTEST"


# --- the envelope ---------------------------------------------------------------------------------


def test_a_transaction_names_its_entries_by_uuid_and_asks_for_each_to_be_created():
    built = bundle(baseline(), "mii")
    assert all(entry["fullUrl"].startswith("urn:uuid:") for entry in built["entry"])
    assert {entry["request"]["method"] for entry in built["entry"]} == {"POST"}


def test_a_searchset_counts_its_matches():
    built = bundle(baseline(), "mcode")
    assert built["total"] == len(built["entry"])
    assert {entry["search"]["mode"] for entry in built["entry"]} == {"match"}


def test_more_noise_leaves_what_was_there():
    few, many = (bundle(baseline(), "plain", noise=count)["entry"] for count in (5, 40))
    assert many[: len(few)] == few
    assert len(many) == len(few) + 35


def test_another_seed_gives_another_patient():
    one, other = (resources(bundle(baseline(), "plain", seed=s), "Patient")[0] for s in (1, 2))
    assert one["identifier"] != other["identifier"]


# --- what R4 cannot say ---------------------------------------------------------------------------


def involved(**estimate):
    return record(liver={"involvement": {"e": {"date": "2026-05-04", **estimate}}})


def test_a_range_with_an_open_end_becomes_the_closed_one_that_holds_it():
    told = involved(low=30, high=50, high_open=True)
    (estimate,) = back(bundle(told, "plain"), told).liver.involvement.values()
    assert (estimate.low, estimate.high, estimate.high_open) == (30, 50, False)


def test_bounds_the_wrong_way_round_stand_as_text_and_are_unreadable():
    told = involved(low=60, high=40)
    (estimate,) = back(bundle(told, "plain"), told).liver.involvement.values()
    assert (estimate.low, estimate.high) == (None, None)
    assert reason(estimate, "low") is Reason.UNREADABLE


@pytest.mark.parametrize(
    ("span", "date"),
    [
        ("2026-03-02/2026-03-20", "2026-03"),
        ("2026-01-02/2026-03-20", "2026"),
        ("2025-12-30/2026-01-02", None),
    ],
)
def test_a_period_where_only_a_date_may_stand_becomes_the_smallest_date_that_holds_it(span, date):
    told = record(listing={"status": "listed", "listing_date": span})
    found = back(bundle(told, "plain"), told).listing.listing_date
    assert (str(found) if found else None) == date


def test_a_damaged_record_stays_damaged():
    told = record(damaged=True)
    assert all(back(bundle(told, style), told).damaged for style in ALL)


def test_two_foci_that_are_equal_come_back_as_two():
    same = {"class": "bone", "organ": "bone", "status": "confirmed", "first_seen": "2025"}
    told = record(extrahepatic={"a": same, "b": same})
    for style in ALL:
        assert len(back(bundle(told, style), told).extrahepatic) == 2


def test_a_chromogranin_range_stays_text():
    told = record(
        liver_transplant={"performed": True, "date": "2020"},
        recurrence={"chromogranin_a": "100-200 ng/mL"},
    )
    assert back(bundle(told, "plain"), told).recurrence.chromogranin_a == "100-200 ng/mL"


@pytest.mark.parametrize("style", ALL)
def test_a_judgment_signed_without_a_name_is_signed_by_an_identifier(style):
    judged = {"verdict": "false-positive", "signed": True, "date": "2026-05-11"}
    told = record(extrahepatic={"f": {"class": "bone", "adjudication": judged}})
    (focus,) = back(bundle(told, style), told).extrahepatic.values()
    assert (focus.adjudication.signed, focus.adjudication.by) == (True, None)


@pytest.mark.parametrize("style", [style for style in ALL if style != "messy"])
def test_a_clinical_finding_is_no_imaging(style):
    event = {"date": "2026-05-11", "category": "SD", "modality": "clinical"}
    told = record(response_events={"r": event})
    (found,) = back(bundle(told, style), told).response_events.values()
    assert found.modality == "clinical"


@pytest.mark.parametrize("style", ALL)
def test_a_primary_of_the_liver_is_no_metastasis(style):
    told = record(primaries={"p": {"site": "liver"}})
    (primary,) = back(bundle(told, style), told).primaries.values()
    assert primary.site == "liver"
