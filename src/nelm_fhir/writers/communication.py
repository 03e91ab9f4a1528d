"""One Communication per result, for systems that take nothing but messages.

In: an Assessment and one of its verdicts. Out: the resource as a plain dict, its payload plain
text. Such systems update nothing: a changed result is a new message in response to the earlier one,
told apart by its edition. Source: terminology 6.5, interop 6.
"""

from nelm_fhir.assessment.result import Assessment, SetVerdict
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.writers.datatypes import Json, annotation, filled
from nelm_fhir.writers.device import REFERENCE, engine
from nelm_fhir.writers.identity import edition_of, key_of, uuid_of
from nelm_fhir.writers.message import message
from nelm_fhir.writers.narrative import narrative
from nelm_fhir.writers.notes import notes
from nelm_fhir.writers.passages import passages
from nelm_fhir.writers.result_parts import (
    assessment_code,
    criteria_set,
    digests,
    inputs,
    named_edition,
    patient,
)
from nelm_fhir.writers.tags import meta


def communication(
    assessment: Assessment,
    verdict: SetVerdict,
    *,
    voice: Voice,
    in_response_to: str | None = None,
    test_data: bool = False,
) -> Json:
    """Return the Communication of one criteria set.

    `in_response_to` is the reference of the earlier message about this patient and set. Raises
    NoPatient where the assessment names no patient.
    """
    key = key_of(assessment, verdict)
    edition = edition_of(key, assessment.input_digest, assessment.catalogue_digest)
    said = list(passages(assessment, verdict, voice, test_data=test_data))
    return filled(
        {
            "resourceType": "Communication",
            "id": uuid_of(edition),
            "meta": meta(test_data=test_data),
            "text": narrative(said),
            "contained": [engine(assessment.program)],
            "extension": digests(assessment),
            "identifier": named_edition(key, edition),
            "inResponseTo": [{"reference": in_response_to}] if in_response_to else None,
            "status": "completed",
            "subject": patient(assessment),
            "topic": _topic(verdict),
            "about": inputs(verdict),
            "sender": {"reference": REFERENCE},
            "payload": [{"contentString": message(said)}],
            "note": [annotation(line) for line in notes(assessment, verdict, voice)],
        }
    )


def _topic(verdict: SetVerdict) -> Json:
    """Return what the message is about: the assessment, and more exactly the criteria set."""
    kind, one = assessment_code(), criteria_set(verdict)
    return kind | {"coding": [*kind["coding"], *one["coding"]], "text": one["text"]}
