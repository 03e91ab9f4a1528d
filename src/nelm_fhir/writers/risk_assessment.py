"""One RiskAssessment per criteria set: the verdict, one prediction per criterion, never a number.

In: an Assessment and one of its verdicts. Out: the resource as a plain dict. It states what of a
published set the documented data meet; probability stays empty, always (terminology 6.1 to 6.3).

No `meta.profile` is written: a server that does not hold our profile refuses a resource that
claims it, and nothing in the resource depends on the claim.
"""

from collections.abc import Iterator

from nelm_fhir.assessment.result import Assessment, CriterionResult, SetVerdict
from nelm_fhir.assessment.sentences import verdict_sentence
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.core.dates import add_months
from nelm_fhir.writers.canonicals import OUTCOME_SYSTEM
from nelm_fhir.writers.datatypes import (
    Json,
    annotation,
    coding,
    concept,
    filled,
    period,
    string,
)
from nelm_fhir.writers.device import REFERENCE
from nelm_fhir.writers.notes import mitigation, notes
from nelm_fhir.writers.operand import operand
from nelm_fhir.writers.rationale import rationale
from nelm_fhir.writers.result_parts import (
    about,
    assessment_code,
    criteria_set,
    criterion,
    in_verdicts,
    inputs,
    opening,
    patient,
)

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
    due = add_months(assessment.as_of, valid_months)
    return filled(
        {
            **opening("RiskAssessment", assessment, verdict, voice, test_data=test_data),
            "status": STATUS,
            "method": criteria_set(verdict),
            "code": assessment_code(),
            "subject": patient(assessment),
            "occurrenceDateTime": assessment.as_of.isoformat(),
            "condition": about(assessment),
            "performer": {"reference": REFERENCE},
            "basis": inputs(verdict),
            "prediction": list(_predictions(verdict, voice, period(assessment.as_of, due))),
            "mitigation": _text(mitigation(verdict, voice)),
            "note": [annotation(line) for line in notes(assessment, verdict, voice)],
        }
    )


def _text(text: str | None) -> str | None:
    return None if text is None else string(text)


def _predictions(verdict: SetVerdict, voice: Voice, when: Json) -> Iterator[Json]:
    yield {
        "outcome": concept(
            coding(OUTCOME_SYSTEM, f"meets-{verdict.set}", f"Meets {verdict.title}")
        ),
        "qualitativeRisk": in_verdicts(verdict.verdict),
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
            "outcome": criterion(result),
            "qualitativeRisk": in_verdicts(result.status),
            "whenPeriod": {**when},
            "rationale": string(rationale(result, voice)),
        }
    )
