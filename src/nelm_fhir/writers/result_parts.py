"""What a result says alike in every resource that can carry it.

In: an Assessment, one of its verdicts, one of its criteria. Out: the FHIR datatypes for digests,
patient, what it is about, criteria set, criterion, status and inputs. Source: terminology 6.2, 6.5.
"""

from nelm_fhir.assessment.result import Assessment, CriterionResult, SetVerdict
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.writers.canonicals import (
    ASSESSMENT_CODE,
    ASSESSMENT_IDENTIFIER,
    ASSESSMENT_SYSTEM,
    CATALOGUE_DIGEST,
    CRITERIA_SET_SYSTEM,
    CRITERION_SYSTEM,
    EDITION_IDENTIFIER,
    INPUT_DIGEST,
    VERDICT_SYSTEM,
)
from nelm_fhir.writers.datatypes import Json, coding, concept, extension, identifier
from nelm_fhir.writers.device import engine
from nelm_fhir.writers.identity import key_of, patient_of, uuid_of
from nelm_fhir.writers.narrative import narrative
from nelm_fhir.writers.passages import passages
from nelm_fhir.writers.references import sources, typed
from nelm_fhir.writers.tags import meta


def opening(
    kind: str, assessment: Assessment, verdict: SetVerdict, voice: Voice, *, test_data: bool
) -> Json:
    """Return what every carrier of one result begins with, in FHIR's order: type to identifier."""
    key = key_of(assessment, verdict)
    return {
        "resourceType": kind,
        "id": uuid_of(key),
        "meta": meta(test_data=test_data),
        "text": narrative(passages(assessment, verdict, voice, test_data=test_data)),
        "contained": [engine(assessment.program)],
        "extension": digests(assessment),
        "identifier": named_edition(key, None),
    }


def patient(assessment: Assessment) -> Json:
    """Return the Reference to the patient; NoPatient where the assessment names none."""
    return typed(patient_of(assessment.subject), "Patient")


def about(assessment: Assessment) -> Json | None:
    """Return the Reference to the liver metastases or the primary, None for all but a Condition."""
    if not assessment.subject.condition:
        return None
    built = typed(assessment.subject.condition, "Condition")
    elsewhere = "reference" in built and "Condition/" not in built["reference"]
    return None if elsewhere else built


def digests(assessment: Assessment) -> list[Json]:
    """Return the extensions that pin the input and the knowledge of the result."""
    return [
        extension(INPUT_DIGEST, "String", assessment.input_digest),
        extension(CATALOGUE_DIGEST, "String", assessment.catalogue_digest),
    ]


def pinned(resource: Json) -> list[str]:
    """Return the digests that a result was made from, in the order in which they are written."""
    told = {one.get("url"): one.get("valueString") for one in resource.get("extension", ())}
    return [
        text for url in (INPUT_DIGEST, CATALOGUE_DIGEST) if isinstance(text := told.get(url), str)
    ]


def named_edition(key: str, edition: str | None) -> list[Json]:
    """Return the identifiers: the identity, and the edition where there is one."""
    own = [identifier(ASSESSMENT_IDENTIFIER, key)]
    return own if edition is None else [*own, identifier(EDITION_IDENTIFIER, edition)]


def assessment_code() -> Json:
    """Return the code of every assessment of this project."""
    words = "Published transplant criteria, neuroendocrine liver metastases"
    return concept(coding(ASSESSMENT_SYSTEM, ASSESSMENT_CODE, words), text=words)


def criteria_set(verdict: SetVerdict) -> Json:
    """Return the criteria set with its version and citation."""
    return concept(
        coding(CRITERIA_SET_SYSTEM, verdict.set, verdict.title, verdict.version),
        text=f"{verdict.title}: {verdict.citation}",
    )


def criterion(result: CriterionResult) -> Json:
    """Return one criterion."""
    return concept(coding(CRITERION_SYSTEM, result.id, result.label))


def in_verdicts(code: str, text: str | None = None) -> Json:
    """Return status or verdict; the displays of that CodeSystem are its codes as words."""
    display = str(code).replace("-", " ").capitalize()
    return concept(coding(VERDICT_SYSTEM, str(code), display), text=text)


def inputs(verdict: SetVerdict) -> list[Json]:
    """Return what the verdict rests on, by version, in the order of the criteria."""
    return sources(item for result in verdict.criteria for item in result.evidence)
