"""One Observation per criteria set, for servers that take no RiskAssessment.

In: an Assessment and one of its verdicts. Out: the resource as a plain dict: the verdict is its
value, each criterion a component, and a criterion that is unknown has no value but a reason. Inputs
of a type that `derivedFrom` may not point to stand in a repeated extension. It claims no profile of
others. Source: terminology 6.5, 6.6.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from nelm_fhir.assessment.result import Assessment, CriterionResult, SetVerdict
from nelm_fhir.assessment.sentences import verdict_sentence
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.core.codes import Code, Coding
from nelm_fhir.core.logic import UNKNOWN
from nelm_fhir.writers.canonicals import (
    ABSENT,
    ABSENT_REASON,
    BASIS,
    OBSERVATION_CATEGORY,
    REASON_SYSTEM,
    SURVEY,
)
from nelm_fhir.writers.datatypes import (
    Json,
    annotation,
    coding,
    concept,
    extension,
    filled,
)
from nelm_fhir.writers.device import REFERENCE
from nelm_fhir.writers.notes import mitigation, notes
from nelm_fhir.writers.operand import operand
from nelm_fhir.writers.rationale import rationale
from nelm_fhir.writers.references import type_of
from nelm_fhir.writers.result_parts import (
    about,
    assessment_code,
    criteria_set,
    criterion,
    digests,
    in_verdicts,
    inputs,
    opening,
    patient,
)
from nelm_fhir.writers.risk_assessment import STATUS

CATEGORY: Final = Coding(Code(OBSERVATION_CATEGORY, SURVEY), "Survey")
"""What kind of Observation it is where a site does not say otherwise."""

# FHIR R4 Observation.derivedFrom
_DERIVABLE: Final = frozenset(
    {
        *("DocumentReference", "ImagingStudy", "Media", "QuestionnaireResponse", "Observation"),
        "MolecularSequence",
    }
)


def observation(
    assessment: Assessment,
    verdict: SetVerdict,
    *,
    voice: Voice,
    category: Coding = CATEGORY,
    test_data: bool = False,
) -> Json:
    """Return the Observation of one criteria set.

    `category` is what the site files it under; `voice` says it in one language. Raises NoPatient
    where the assessment names no patient.
    """
    condition, used = about(assessment), inputs(verdict)
    return filled(
        {
            **opening("Observation", assessment, verdict, voice, test_data=test_data),
            "extension": [*digests(assessment), *based_on(_elsewhere(used))],
            "status": STATUS,
            "category": [concept(coding(*category.code, category.display, category.version))],
            "code": assessment_code(),
            "subject": patient(assessment),
            "focus": [condition] if condition else None,
            "effectiveDateTime": assessment.as_of.isoformat(),
            "valueCodeableConcept": in_verdicts(verdict.verdict, verdict_sentence(verdict, voice)),
            "note": [annotation(line) for line in _notes(assessment, verdict, voice)],
            "method": criteria_set(verdict),
            "device": {"reference": REFERENCE},
            "derivedFrom": [one for one in used if type_of(one) in _DERIVABLE],
            "component": [_component(result, voice) for result in verdict.criteria],
        }
    )


def based_on(used: Sequence[Json]) -> Iterator[Json]:
    """Yield the extension that names an input, one for each."""
    yield from (extension(BASIS, "Reference", one) for one in used)


def _elsewhere(used: Sequence[Json]) -> list[Json]:
    return [one for one in used if type_of(one) not in _DERIVABLE]


def _notes(assessment: Assessment, verdict: SetVerdict, voice: Voice) -> Iterator[str]:
    """Yield the notes of the result, and what is missing, for which there is no element."""
    notice, *others = notes(assessment, verdict, voice)
    yield notice
    if lacking := mitigation(verdict, voice):
        yield lacking
    yield from others


def _component(result: CriterionResult, voice: Voice) -> Json:
    compared, why = operand(result), rationale(result, voice)
    told = {"extension": [compared] if compared else None, "code": criterion(result)}
    if result.status is UNKNOWN:
        return filled(told | {"dataAbsentReason": _absent(result, why)})
    return filled(told | {"valueCodeableConcept": in_verdicts(result.status, why)})


def _absent(result: CriterionResult, why: str) -> Json:
    codes = [coding(ABSENT_REASON, ABSENT, "Unknown")]
    if result.reason:
        codes.append(coding(REASON_SYSTEM, result.reason))
    return concept(*codes, text=why)
