"""Operations, therapies, drugs, scans, response events.

Terminology 3.9 to 3.12, 3.15; traps T18, T22 to T27 and T37 of section 4.
"""

from typing import Any

import pytest
from tests.unit.mappers.mapping import (
    MCODE,
    coded,
    concept,
    condition,
    mapped,
    observation,
    of,
    one,
    part,
    procedure,
    question_map,
    read_one,
    reason,
    ref,
    resource,
)

from nelm_fhir.core.reading import Reading
from nelm_fhir.mappers.registry import Mapped

DAY = {"performedDateTime": "2024-07-15"}
DICOM = "http://dicom.nema.org/resources/ontology/DCM"


def shown(found: Any) -> dict[str, str]:
    return {
        code: reason(v) if hasattr(v, "reason") else str(v) for code, v in found.components.items()
    }


# --- resection ------------------------------------------------------------------------------------


def test_a_resection_has_its_day_its_tumor_and_its_margin() -> None:
    sent = procedure(
        "sct 51346007",
        outcome=concept("residual R0"),
        reasonReference=[ref("Condition/c")],
        **DAY,
    )
    found = one(mapped(sent, condition("cm C7A.012")), "primary-resected")
    assert (found.value, found.body_site) == (True, "ileum")
    assert found.links.focus == ("Condition/c",)
    assert shown(found) == {"resection-date": "2024-07-15", "residual-tumor": "R0"}


def test_an_operation_on_several_organs_names_its_field_and_no_organ() -> None:
    found = read_one("primary-resected", procedure("sct 359571009", "cpt 44160", **DAY))
    assert found.body_site is None
    assert found.components["resection-field"] == "appendix cecum colon-ascending ileum"


def test_codings_of_one_operation_share_their_field() -> None:
    found = read_one("primary-resected", procedure("sct 359571009", "sct 51346007", **DAY))
    assert found.body_site == "ileum"


def test_the_body_site_tells_the_organ_of_such_an_operation() -> None:
    site = {"bodySite": [concept("sct 34516001")]}
    found = read_one("primary-resected", procedure("sct 359571009", **site, **DAY))
    assert found.body_site == "ileum"
    assert "resection-field" not in found.components


def test_an_operation_that_was_not_done_says_so_in_its_reading() -> None:
    found = read_one("primary-resected", procedure("sct 51346007", status="not-done"))
    assert found.reading is Reading.NOT_DONE


def test_lymphadenectomy_is_told_alone_and_beside_the_resection() -> None:
    alone = mapped(procedure("cpt 38747", partOf=[ref("Procedure/x")], **DAY))
    assert one(alone, "lymphadenectomy").value is True
    both = read_one("primary-resected", procedure("sct 51346007", "cpt 38747", **DAY))
    assert both.components["lymphadenectomy"] is True


def test_the_codes_below_a_german_lymphadenectomy_code_belong_to_it() -> None:
    assert of(mapped(procedure("ops 5-406.2")), "lymphadenectomy")
    assert not of(mapped(procedure("ops 5-401.1")), "lymphadenectomy")


def test_t22_r_status_on_a_procedure_that_resects_no_primary_is_not_taken_over() -> None:
    sent = procedure(
        "ops 5-547.0", "ops 5-683", "ops 5-661", "ops 5-501", outcome=concept("residual R0")
    )
    assert not of(mapped(sent), "residual-tumor", "primary-resected")


def test_the_r_status_of_an_operations_wrapper_is_kept_for_its_parts() -> None:
    wrapper = procedure("sct 387713003", id_="w", outcome=concept("residual R1"), **DAY)
    child = procedure("ops 5-484.55", id_="k", partOf=[ref("Procedure/w")])
    result = mapped(wrapper, child)
    assert one(result, "residual-tumor").value == "R1"
    assert one(result, "primary-resected").links.studies == ("Procedure/w",)


def test_a_bare_year_as_string_is_a_date_other_words_are_not() -> None:
    year = read_one("primary-resected", procedure("sct 51346007", performedString="2019"))
    assert str(year.day) == "2019"
    words = read_one("primary-resected", procedure("sct 51346007", performedString="Z.n. 2019"))
    assert (words.day, words.evidence.recorded) == (None, "Z.n. 2019")


# --- transplantation ------------------------------------------------------------------------------


def test_a_transplantation_has_its_day() -> None:
    found = read_one(
        "liver-transplant", procedure("sct 18027006", performedPeriod={"start": "2021"})
    )
    assert (found.value, shown(found)) == (True, {"transplant-date": "2021"})


@pytest.mark.parametrize("donor", ["sct 240326000", "sct 235462000"])
def test_t23_donor_surgery_says_nothing_of_the_recipient(donor: str) -> None:
    assert not mapped(procedure(donor, "sct 18027006")).findings


# --- therapies ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "kind", "site"),
    [
        (("sct 314617008",), "TACE", "liver"),
        (("sct 764677008",), "TARE", "liver"),
        (("sct 71273005",), "resection", "liver"),
        (("sct 448781006",), "ablation", "liver"),
        (("sct 431743005",), "prrt", None),
        (("cpt 38747",), "resection", None),
        (("ops 8-54",), "systemic", None),
        (("ops 8-53",), "map-not-exact", None),
        (("sct 314617008", "sct 448781006"), "conflicting", "liver"),
    ],
)
def test_a_treatment_has_its_kind_and_its_end(
    codes: tuple[str, ...], kind: str, site: str | None
) -> None:
    found = read_one("procedure", procedure(*codes, **DAY))
    assert shown(found) == {"procedure-kind": kind, "treatment-end": "2024-07-15"} | {
        k: v for k, v in shown(found).items() if k == "drug"
    }
    assert found.body_site == site


def test_a_course_ends_with_its_period_and_runs_without_end() -> None:
    period = {"start": "2025-03-01", "end": "2025-06-30"}
    ended = read_one("procedure", procedure("sct 431743005", performedPeriod=period))
    assert (str(ended.day), shown(ended)["treatment-end"]) == (
        "2025-03-01/2025-06-30",
        "2025-06-30",
    )
    running = procedure("sct 431743005", performedPeriod={"start": "2025-03-01"})
    assert shown(read_one("procedure", running))["treatment-end"] == "no-record"


def test_t25_lutetium_psma_is_no_prrt() -> None:
    assert not mapped(procedure("sct 1263784000")).findings


def drug(type_: str, *codes: str, status: str = "completed", **more: Any) -> dict[str, Any]:
    return resource(type_, "m", status=status, medicationCodeableConcept=concept(*codes), **more)


def test_t24_everolimus_after_transplantation_is_no_tumor_therapy() -> None:
    assert not mapped(drug("MedicationStatement", "atc L04AA18")).findings
    assert not mapped(drug("MedicationStatement", "rx 977429")).findings
    assert not mapped(drug("MedicationStatement", "atc L04AA18", "rx 845507")).findings
    tumor = read_one("procedure", drug("MedicationStatement", "atc L01EG02"))
    assert tumor.components["procedure-kind"] == "systemic"
    shared = read_one("procedure", drug("MedicationStatement", "rx 141704"))
    assert shown(shared)["procedure-kind"] == "map-not-exact"


def test_t26_two_analogs_in_one_concept_agree_on_the_class_and_not_on_the_drug() -> None:
    sent = drug("MedicationStatement", "rx 68092", "atc H01CB02")
    found = shown(read_one("procedure", sent))
    assert (found["procedure-kind"], found["drug"]) == ("systemic", "conflicting")


def test_a_dose_does_not_end_a_course_a_period_does() -> None:
    dose = drug("MedicationAdministration", "rx 1999682", effectiveDateTime="2025-09-02")
    found = read_one("procedure", dose)
    assert (str(found.day), shown(found)["treatment-end"]) == ("2025-09-02", "no-record")
    infusion = {"start": "2025-09-02T09:10:00+02:00", "end": "2025-09-02T09:40:00+02:00"}
    given = drug("MedicationAdministration", "rx 1999682", effectivePeriod=infusion)
    assert shown(read_one("procedure", given))["treatment-end"] == "no-record"
    period = {"start": "2025-02", "end": "2025-08-31"}
    course = drug("MedicationStatement", "atc L01EG02", effectivePeriod=period)
    assert shown(read_one("procedure", course))["treatment-end"] == "2025-08-31"


@pytest.mark.parametrize("status", ["active", "completed"])
def test_an_order_is_not_proof_of_taking(status: str) -> None:
    order = drug("MedicationRequest", "rx 68092", status=status, intent="order")
    assert read_one("procedure", order).reading is Reading.PLANNED


def test_a_drug_named_by_reference_is_looked_up() -> None:
    sent = resource(
        "MedicationAdministration",
        "m",
        status="completed",
        medicationReference=ref("Medication/lu"),
        effectiveDateTime="2025-09-02",
    )
    lutathera = {"resourceType": "Medication", "id": "lu", "code": concept("rx 1999682")}
    assert one(mapped(sent, lutathera), "procedure").components["procedure-kind"] == "prrt"


def test_a_drug_in_text_alone_is_not_read() -> None:
    sent = resource(
        "MedicationStatement", "m", status="active", medicationCodeableConcept={"text": "Afinitor"}
    )
    assert not mapped(sent).findings


# --- scans ----------------------------------------------------------------------------------------


def study(*modalities: str, on_series: bool = False, **more: Any) -> dict[str, Any]:
    codings = [{"system": DICOM, "code": m} for m in modalities]
    told = (
        {"series": [{"uid": "1.2", "modality": c} for c in codings]}
        if on_series
        else {"modality": codings}
    )
    return resource(
        "ImagingStudy", "i", status="available", started="2026-02-20T23:30:00-08:00", **told, **more
    )


def test_the_modality_of_a_study_may_stand_on_the_series_only() -> None:
    for sent in (study("PT", "CT"), study("PT", "CT", on_series=True)):
        assert shown(read_one("study", sent)) == {"scan-modality": "PET/CT"}


def test_the_day_of_a_study_is_kept_as_written() -> None:
    assert str(read_one("study", study("CT")).day) == "2026-02-20"


def test_t27_pet_without_a_tracer_has_no_tracer_whatever_the_text_says() -> None:
    result = mapped(
        study("PT", "CT", description="Ga-68 DOTATATE PET/CT"), procedure("sct 82918005")
    )
    assert all("scan-tracer" not in f.components for f in result.findings)
    report = resource(
        "DiagnosticReport", "r", status="final", code=concept("ln 44139-4", text="DOTATOC PET")
    )
    assert read_one("report", report).components == {}


def test_a_tracer_that_a_procedure_used_is_told() -> None:
    used = procedure("sct 82918005", usedCode=[concept("ndc 69488-001")], **DAY)
    assert shown(read_one("study", used)) == {"scan-tracer": "68Ga-DOTATATE"}


def test_a_tracer_that_was_given_belongs_to_the_study_it_is_part_of() -> None:
    pet = procedure("sct 82918005", id_="pet")
    given = drug("MedicationAdministration", "ndc 69488-001", partOf=[ref("Procedure/pet")])
    found = [f for f in of(mapped(given, pet), "study") if f.key == "MedicationAdministration/m"]
    assert found[0].links.studies == ("Procedure/pet",)
    assert not of(mapped(drug("MedicationAdministration", "ndc 69488-001")), "study")


def test_scintigraphy_is_a_modality_whose_tracer_is_not_told() -> None:
    report = resource("DiagnosticReport", "r", status="final", code=concept("ln 39828-9"))
    assert shown(read_one("report", report)) == {"scan-modality": "scintigraphy"}


def test_a_site_maps_the_code_of_its_reports_to_modality_and_tracer() -> None:
    overlay = {"t.json": question_map({"PETCT-DOTA": "68Ga-DOTATOC"}, "an")}
    overlay |= {"m.json": question_map({"PETCT-DOTA": "PET/CT"}, "an")}
    report = resource("DiagnosticReport", "r", status="final", code=concept("local PETCT-DOTA"))
    assert shown(one(mapped(report, overlay=overlay), "report"))["scan-tracer"] == "68Ga-DOTATOC"


def test_a_report_names_its_study_and_results() -> None:
    report = resource(
        "DiagnosticReport",
        "r",
        status="final",
        code=concept(text="PET"),
        imagingStudy=[ref("ImagingStudy/i")],
        result=[ref("Observation/o")],
        effectiveDateTime="2026-02-21",
        issued="2026-03-01T00:00:00Z",
    )
    found = one(
        mapped(report, study("PT"), observation("el scan", **coded("an negative"))), "report"
    )
    assert found.links.studies == ("ImagingStudy/i",)
    assert found.links.members == ("Observation/o",)
    assert str(found.day) == "2026-02-21"


# --- response -------------------------------------------------------------------------------------

STATUS = "ln 97509-4"


def evidence(code: str, url: str = "mcode-cancer-disease-status-evidence-type") -> dict[str, Any]:
    return {"extension": [{"url": f"{MCODE}{url}", **coded(code)}]}


@pytest.mark.parametrize("question", [STATUS, "ln 88040-1", "sct 396432002"])
@pytest.mark.parametrize(
    ("answer", "category"),
    [
        ("sct 359746009", "SD"),
        ("sct 271299001", "PD"),
        ("sct 103337004", "PR"),
        ("sct 103338009", "CR"),
        ("req USCRS-352236", "CR"),
        ("overall K", "SD"),
        ("overall P", "PD"),
        ("sct 268910001", "map-not-exact"),
        ("overall D", "map-not-exact"),
        ("sct 1", "code-not-mapped"),
    ],
)
def test_a_disease_status_is_an_event_with_its_category(
    question: str, answer: str, category: str
) -> None:
    found = read_one("response", observation(question, **coded(answer)))
    held = reason(found.value) if hasattr(found.value, "reason") else found.value
    assert held == category


def test_t37_stable_once_is_one_event_of_its_day() -> None:
    sent = observation(STATUS, effectiveDateTime="2025-08-01", **coded("sct 359746009"))
    found = read_one("response", sent)
    assert (found.value, str(found.day), found.components) == ("SD", "2025-08-01", {})


def test_worse_and_stable_in_one_concept_are_both_told() -> None:
    sent = observation(STATUS, **coded("sct 359746009", "sct 271299001"))
    assert {f.value for f in mapped(sent).findings} == {"PD", "SD"}


def test_two_categories_in_one_concept_are_conflicting() -> None:
    sent = observation(STATUS, **coded("overall K", "overall V"))
    assert reason(read_one("response", sent).value) == "conflicting"


def test_a_category_in_text_is_text_only() -> None:
    assert reason(read_one("response", observation(STATUS, valueString="SD")).value) == "text-only"
    assert not mapped(observation(concept(text="RECIST 1.1"), valueString="SD")).findings


def by_element(result: Mapped) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for f in result.findings:
        found.setdefault(f.element, []).append(f.value)
    return found


def test_t18_k_is_no_change_overall_and_none_detectable_in_the_distant_list() -> None:
    distant = part("sct 399608002", **coded("distant K"))
    result = mapped(observation("sct 396432002", **coded("overall K"), component=[distant]))
    assert by_element(result) == {
        "response": ["SD"],
        "metastasis": [False],
        "liver-metastases-present": [False],
    }


def test_t18_n_and_p_of_the_distant_list_are_presence_and_a_category() -> None:
    distant = part("sct 399608002", **coded("distant P"))
    result = mapped(observation("sct 396432002", **coded("overall D"), component=[distant]))
    found = by_element(result)
    assert [reason(v) if hasattr(v, "reason") else v for v in found["response"]] == [
        "map-not-exact",
        "PD",
    ]
    assert found["metastasis"] == [True]


@pytest.mark.parametrize(
    ("question", "answer"),
    [("sct 399656008", "nodes P"), ("sct 277062004", "primary P"), ("sct 445200009", "primary P")],
)
def test_nodes_or_the_primary_in_progress_are_progression(question: str, answer: str) -> None:
    worse = part(question, **coded(answer))
    result = mapped(observation("sct 396432002", **coded("overall K"), component=[worse]))
    assert by_element(result)["response"] == ["SD", "PD"]


@pytest.mark.parametrize("answer", ["nodes N", "sct 359746009", "sct 260388006"])
def test_stable_nodes_are_no_stable_disease(answer: str) -> None:
    stable = part("sct 399656008", **coded(answer))
    assert not mapped(observation("sct 396432002", component=[stable])).findings


def test_distant_metastasis_as_status_is_also_a_metastasis() -> None:
    result = mapped(observation(STATUS, **coded("sct 399409002")))
    assert one(result, "metastasis").components == {"organ": "unspecified"}


@pytest.mark.parametrize(
    ("more", "modality"),
    [
        (evidence("sct 363679005"), {"response-modality": "no-record"}),
        (evidence("sct 363679005", "mcode-evidence-type"), {"response-modality": "no-record"}),
        (evidence("sct 252416005"), {"response-modality": "clinical"}),
        (evidence("sct 5880005"), {"response-modality": "clinical"}),
        ({}, {}),
    ],
)
def test_the_evidence_type_tells_imaging_from_clinical(
    more: dict[str, Any], modality: dict[str, str]
) -> None:
    found = read_one("response", observation(STATUS, **coded("sct 359746009"), **more))
    assert shown(found) == modality


@pytest.mark.parametrize(
    ("evidence_type", "attested", "modality"),
    [
        ("sct 363679005", "CT", "CT"),
        ("sct 363679005", "clinical", "conflicting"),
        ("sct 252416005", "clinical", "clinical"),
        ("sct 252416005", "CT", "conflicting"),
    ],
)
def test_an_attested_modality_tells_which_imaging_it_was_and_contradicts_what_it_is_not(
    evidence_type: str, attested: str, modality: str
) -> None:
    component = {"component": [part("el response-modality", **coded(f"an {attested}"))]}
    more = {**evidence(evidence_type), **component}
    found = read_one("response", observation(STATUS, **coded("sct 359746009"), **more))
    assert shown(found) == {"response-modality": modality}


def test_a_response_keeps_lesion_and_study() -> None:
    sent = observation(
        STATUS,
        **coded("sct 359746009"),
        focus=[ref("Condition/c")],
        derivedFrom=[ref("ImagingStudy/i")],
    )
    found = one(mapped(sent, condition("cm C7B.02"), study("CT")), "response")
    assert (found.links.focus, found.links.studies) == (("Condition/c",), ("ImagingStudy/i",))
