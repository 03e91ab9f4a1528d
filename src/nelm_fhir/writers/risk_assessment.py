"""One RiskAssessment per criteria set: the verdict, one prediction per criterion, never a number.

In: an Assessment and one of its verdicts. Out: the resource as a plain dict. It states what of a
published set the documented data meet; probability stays empty, always (terminology 6.1 to 6.3).

No `meta.profile` is written: a server that does not hold our profile refuses a resource that
claims it, and nothing in the resource depends on the claim.
"""

from collections.abc import Iterator

from nelm_fhir.assessment.result import Assessment, CriterionResult, SetVerdict, Subject
from nelm_fhir.assessment.sentences import verdict_sentence
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.core.dates import add_months
from nelm_fhir.writers.canonicals import (
    ASSESSMENT_CODE,
    ASSESSMENT_IDENTIFIER,
    ASSESSMENT_SYSTEM,
    CATALOGUE_DIGEST,
    CRITERIA_SET_SYSTEM,
    CRITERION_SYSTEM,
    INPUT_DIGEST,
    OUTCOME_SYSTEM,
    VERDICT_SYSTEM,
)
from nelm_fhir.writers.datatypes import (
    Json,
    annotation,
    coding,
    concept,
    extension,
    filled,
    identifier,
    period,
    string,
)
from nelm_fhir.writers.device import REFERENCE, engine
from nelm_fhir.writers.identity import identity_key, patient_of, uuid_of
from nelm_fhir.writers.narrative import narrative
from nelm_fhir.writers.notes import mitigation, notes
from nelm_fhir.writers.operand import operand
from nelm_fhir.writers.rationale import rationale
from nelm_fhir.writers.references import sources, typed
from nelm_fhir.writers.tags import meta

STATUS = "preliminary"  # until a person confirms it


def risk_assessment(
    assessment: Assessment,
    verdict: SetVerdict,
    *,
    valid_months: int,
    voice: Voice,
    test_data: bool = False,
) -> Json:
    """Return the RiskAssessment of one criteria set.

    `valid_months` is the freshness of imaging in calendar months (`definitions.freshness`), after
    which the result is due again; `voice` says it in one language. Raises
    NoPatient where the assessment names no patient.
    """
    patient = patient_of(assessment.subject)
    key = identity_key(patient, verdict.set, verdict.version, assessment.as_of)
    due = add_months(assessment.as_of, valid_months)
    return filled(
        {
            "resourceType": "RiskAssessment",
            "id": uuid_of(key),
            "meta": meta(test_data=test_data),
            "text": narrative(assessment, verdict, voice, test_data=test_data),
            "contained": [engine(assessment.program)],
            "extension": _digests(assessment),
            "identifier": [identifier(ASSESSMENT_IDENTIFIER, key)],
            "status": STATUS,
            "method": _method(verdict),
            "code": _code(),
            "subject": typed(patient, "Patient"),
            "occurrenceDateTime": assessment.as_of.isoformat(),
            "condition": _condition(assessment.subject),
            "performer": {"reference": REFERENCE},
            "basis": sources(item for result in verdict.criteria for item in result.evidence),
            "prediction": list(_predictions(verdict, voice, period(assessment.as_of, due))),
            "mitigation": _text(mitigation(verdict, voice)),
            "note": [annotation(line) for line in notes(assessment, verdict, voice)],
        }
    )


def _condition(subject: Subject) -> Json | None:
    """Return the liver metastases or the primary; the element takes nothing but a Condition."""
    if not subject.condition:
        return None
    built = typed(subject.condition, "Condition")
    elsewhere = "reference" in built and "Condition/" not in built["reference"]
    return None if elsewhere else built


def _text(text: str | None) -> str | None:
    return None if text is None else string(text)


def _digests(assessment: Assessment) -> list[Json]:
    return [
        extension(INPUT_DIGEST, "String", assessment.input_digest),
        extension(CATALOGUE_DIGEST, "String", assessment.catalogue_digest),
    ]


def _method(verdict: SetVerdict) -> Json:
    return concept(
        coding(CRITERIA_SET_SYSTEM, verdict.set, verdict.title, verdict.version),
        text=f"{verdict.title}: {verdict.citation}",
    )


def _code() -> Json:
    words = "Published transplant criteria, neuroendocrine liver metastases"
    return concept(coding(ASSESSMENT_SYSTEM, ASSESSMENT_CODE, words), text=words)


def _predictions(verdict: SetVerdict, voice: Voice, when: Json) -> Iterator[Json]:
    yield {
        "outcome": concept(
            coding(OUTCOME_SYSTEM, f"meets-{verdict.set}", f"Meets {verdict.title}")
        ),
        "qualitativeRisk": _in_verdicts(verdict.verdict),
        "whenPeriod": {**when},
        "rationale": string(verdict_sentence(verdict, voice)),
    }
    for result in verdict.criteria:
        yield _prediction(result, voice, when)


def _prediction(result: CriterionResult, voice: Voice, when: Json) -> Json:
    compared = operand(result)
    return filled(
        {
            "extension": [compared] if compared else None,
            "outcome": concept(coding(CRITERION_SYSTEM, result.id, result.label)),
            "qualitativeRisk": _in_verdicts(result.status),
            "whenPeriod": {**when},
            "rationale": string(rationale(result, voice)),
        }
    )


def _in_verdicts(code: str) -> Json:
    """Return status or verdict; the displays of that CodeSystem are its codes as words."""
    return concept(coding(VERDICT_SYSTEM, str(code), str(code).replace("-", " ").capitalize()))
