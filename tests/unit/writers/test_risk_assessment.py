"""RiskAssessment: every element of terminology 6.2 as the table says, on real assessments."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.unit.writers.written import (
    HOSTILE,
    VIGNETTES,
    WITHOUT_ID,
    assessed,
    cases,
    catalogue,
    resource,
    resources,
    vignettes,
    voice,
    with_evidence,
)

from nelm_fhir.assessment.criterion_sentences import needs_words
from nelm_fhir.assessment.result import Assessment, SetVerdict, Subject, Verdict
from nelm_fhir.core.canonical import BASE
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.risk_assessment import risk_assessment

ORDER = [
    *("resourceType", "id", "meta", "text", "contained", "extension", "identifier", "status"),
    *("method", "code", "subject", "occurrenceDateTime", "condition", "performer", "basis"),
    *("prediction", "mitigation", "note"),
]
# "not listed" and "progression while listed" name the patient's state, as recorded
NEVER = re.compile(
    r"eligible|rejected|cured|high risk|low risk|(?<!not[ -])(?<!while )\blisted\b", re.IGNORECASE
)


def pairs() -> Iterator[tuple[Assessment, SetVerdict, dict[str, Any]]]:
    for assessment in vignettes().values():
        yield from zip(
            [assessment] * len(assessment.verdicts),
            assessment.verdicts,
            resources(assessment),
            strict=True,
        )


def with_verdict(wanted: Verdict) -> tuple[SetVerdict, dict[str, Any]]:
    return next((verdict, one) for _, verdict, one in pairs() if verdict.verdict is wanted)


def code_of(concept: dict[str, Any]) -> str:
    (coding,) = concept["coding"]
    return coding["code"]


def test_every_vignette_gives_one_resource_per_set() -> None:
    assert len(vignettes()) == sum(case.file == VIGNETTES for case in cases()) > 30
    for assessment in vignettes().values():
        assert [code_of(one["method"]) for one in resources(assessment)] == list(catalogue().sets)


def test_the_elements_stand_in_the_order_of_fhir_and_no_other_is_written() -> None:
    for _, _, one in pairs():
        assert list(one) == [name for name in ORDER if name in one]


def test_the_first_prediction_is_the_verdict_and_then_each_criterion_in_order() -> None:
    for _, verdict, one in pairs():
        overall, *criteria = one["prediction"]
        assert code_of(overall["outcome"]) == f"meets-{verdict.set}"
        assert code_of(overall["qualitativeRisk"]) == verdict.verdict
        found = [(code_of(p["outcome"]), code_of(p["qualitativeRisk"])) for p in criteria]
        assert found == [(result.id, result.status) for result in verdict.criteria]


def test_there_is_never_a_probability_or_a_relative_risk() -> None:
    for _, _, one in pairs():
        assert not re.search(r'"(probability|relativeRisk)', fhir_json(one).decode())


def test_every_prediction_says_from_when_to_when_it_holds() -> None:
    for _, _, one in pairs():
        start = date.fromisoformat(one["occurrenceDateTime"])
        for prediction in one["prediction"]:
            assert prediction["whenPeriod"]["start"] == start.isoformat()
            assert prediction["whenPeriod"]["end"] > prediction["whenPeriod"]["start"]


def test_the_window_ends_after_the_given_months_on_the_last_day_of_a_short_month() -> None:
    assessment = replace(vignettes()["V01"], as_of=date(2026, 11, 30))
    one = risk_assessment(assessment, assessment.verdicts[0], valid_months=3, voice=voice())
    assert one["prediction"][0]["whenPeriod"] == {"start": "2026-11-30", "end": "2027-02-28"}


def test_it_is_preliminary_decision_support_by_a_contained_device() -> None:
    for _, _, one in pairs():
        assert one["status"] == "preliminary"
        assert one["meta"]["tag"][0] == {"system": f"{BASE}/tag", "code": "decision-support"}
        assert one["performer"] == {"reference": "#engine"}
        (device,) = one["contained"]
        assert (device["id"], device["version"]) == ("engine", [{"value": "0.1.0"}])


@pytest.mark.parametrize("test_data", [True, False])
def test_test_data_and_only_test_data_are_tagged_as_such(test_data: bool) -> None:
    for one in resources(vignettes()["V01"], test_data=test_data):
        assert ("HTEST" in [tag["code"] for tag in one["meta"]["tag"]]) is test_data
        assert ("Test data." in one["text"]["div"]) is test_data


def test_no_profile_is_claimed() -> None:
    assert all("profile" not in one["meta"] for _, _, one in pairs())


def test_patient_condition_set_and_digests_are_named() -> None:
    assessment = vignettes()["V01"]
    one = resource(assessment)
    assert one["subject"] == {"reference": "Patient/fictional"}
    assert one["condition"] == {"reference": "Condition/liver-metastases"}
    assert one["method"]["coding"][0]["version"] == "2016.1"
    assert catalogue().sets["milan-net-2016"].citation in one["method"]["text"]
    digests = [extension["valueString"] for extension in one["extension"]]
    assert digests == [assessment.input_digest, assessment.catalogue_digest]


def test_a_patient_who_exists_only_in_a_bundle_is_named_by_identifier() -> None:
    one = resource(replace(vignettes()["V01"], subject=Subject(WITHOUT_ID)))
    assert one["subject"]["type"] == "Patient"
    assert one["subject"]["identifier"]["value"] == WITHOUT_ID
    assert "condition" not in one


def test_metastases_known_only_by_an_observation_leave_the_condition_empty() -> None:
    subject = Subject("Patient/p", None, "Observation/liver-metastases")
    assert "condition" not in resource(replace(vignettes()["V01"], subject=subject))


def test_the_basis_is_every_source_once_by_version_in_the_order_of_the_criteria() -> None:
    for _, verdict, one in pairs():
        used = [item for result in verdict.criteria for item in result.evidence]
        expected = list(dict.fromkeys(item.reference for item in used))
        found = [
            source.get("reference") or source["identifier"]["value"]
            for source in one.get("basis", [])
        ]
        assert found == expected


def test_a_source_that_failed_a_criterion_is_in_the_basis_too() -> None:
    verdict, one = with_verdict(Verdict.CRITERIA_NOT_MET)
    failed = next(r for r in verdict.criteria if r.id in verdict.deciding and r.evidence)
    assert {"reference": failed.evidence[0].reference} in one["basis"]


def test_what_is_missing_stands_where_an_answer_could_change_the_verdict_and_only_there() -> None:
    for _, verdict, one in pairs():
        assert ("mitigation" in one) is (
            verdict.verdict in {Verdict.INDETERMINATE, Verdict.DEFERRED}
        )
        results = {result.id: result for result in verdict.criteria}
        for missing in verdict.missing:
            assert f"{missing.criterion}: " in one["mitigation"]
            assert needs_words(results[missing.criterion], voice()) in one["mitigation"]


def test_a_deferred_assessment_gives_the_earliest_date() -> None:
    verdict, one = with_verdict(Verdict.DEFERRED)
    assert verdict.earliest is not None
    assert f"{voice().say(verdict.earliest)} at the earliest" in one["mitigation"]
    clock = verdict.deciding[0]
    (prediction,) = (p for p in one["prediction"] if code_of(p["outcome"]) == clock)
    parts = {part["url"]: part for part in prediction["extension"][0]["extension"]}
    assert parts["earliest"]["valueDate"] <= verdict.earliest.isoformat()


def test_the_notice_is_the_first_note_and_each_flag_stands_with_its_id() -> None:
    for assessment, verdict, one in pairs():
        first, *others = [note["text"] for note in one["note"]]
        assert first == assessment.notice
        for flag in (*verdict.flags, *assessment.flags):
            assert f"{flag}: {assessment.texts[flag].text}" in others
        assert all(set(note) == {"text"} for note in one["note"])  # no time: it would differ


def test_evidence_that_was_set_aside_is_a_note_with_its_reason() -> None:
    aside = [item for _, v, _ in pairs() for r in v.criteria for item in r.set_aside]
    assert aside
    for _, verdict, one in pairs():
        notes = " ".join(note["text"] for note in one["note"])
        for result in verdict.criteria:
            assert all(item.evidence.resource in notes for item in result.set_aside)


def test_a_switched_option_is_a_note() -> None:
    assessment = replace(vignettes()["V01"], options={"la_fe_ki67_up_to_20": True})
    assert any("la_fe_ki67_up_to_20" in note["text"] for note in resource(assessment)["note"])


def test_a_record_without_neuroendocrine_finding_says_so() -> None:
    assessment = replace(vignettes()["V01"], neuroendocrine=False)
    assert "no neuroendocrine finding" in resource(assessment)["note"][1]["text"]


def test_no_published_figure_stands_in_a_resource() -> None:
    for assessment, _, one in pairs():
        text = fhir_json(one).decode()
        assert "survival" not in text
        for reference in assessment.references:
            assert assessment.texts[reference].text not in text


def test_it_never_says_what_should_be_done_with_the_patient() -> None:
    for _, _, one in pairs():
        found = NEVER.findall(fhir_json(one).decode())
        assert found == []


def test_every_status_and_every_verdict_is_written_by_some_vignette() -> None:
    written = {code_of(p["qualitativeRisk"]) for _, _, one in pairs() for p in one["prediction"]}
    assert written == {*map(str, Verdict), "met", "not-met", "unknown", "not-applicable"}


def test_the_rationale_is_plain_text_with_dates_and_the_source() -> None:
    one = resource(vignettes()["V01"])
    by_code = {code_of(p["outcome"]): p["rationale"] for p in one["prediction"]}
    assert by_code["M16-BURD"] == (
        "Tumor replaces 30 % of the liver volume by volumetry of 4 May 2026, below the limit of "
        "50 %. Source: S3, Materials and Methods."
    )


def test_the_same_assessment_gives_the_same_bytes() -> None:
    case = next(case for case in cases() if case.id == "V05")
    once, again = (assessed(with_evidence(case.record)) for _ in range(2))
    first, second = ([fhir_json(one) for one in resources(each)] for each in (once, again))
    assert first == second


def test_text_of_the_record_is_escaped_in_narrative_and_notes() -> None:
    hostile = replace(
        vignettes()["V01"].verdicts[1],
        title=HOSTILE,
        deciding=(HOSTILE,),
        verdict=Verdict.CRITERIA_NOT_MET,
    )
    one = risk_assessment(vignettes()["V01"], hostile, valid_months=3, voice=voice())
    assert "&lt;script&gt;" in one["text"]["div"]
    assert not re.search(r"<(?!/?(p|ul|li|div)\b)", one["text"]["div"])
    for _, _, other in pairs():
        assert not any("<script" in note["text"] for note in other["note"])
