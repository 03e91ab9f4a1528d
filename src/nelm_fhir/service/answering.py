"""What a record's judgment becomes on its way out: FHIR, or the JSON of the command line.

In: what was evaluated, and what the request prefers. Out: bytes. They hold no clock: the same
record, day and knowledge give the same bytes (promise 1 of interop 12). FHIR is one collection:
a RiskAssessment per criteria set, and an OperationOutcome with what was noticed on the way.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from nelm_fhir import pipeline
from nelm_fhir.assessment.json_form import as_bytes, to_json
from nelm_fhir.core.issues import Issue, Severity
from nelm_fhir.errors import NotValid
from nelm_fhir.fhir_r4.models import refuse_built
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.service.evaluating import Evaluated
from nelm_fhir.service.preferring import Return
from nelm_fhir.writers.bundle import bundle_of, creating
from nelm_fhir.writers.canonicals import OBSERVATION_VALUE, SUBSETTED
from nelm_fhir.writers.datatypes import Json, coding
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.identity import uuid_of
from nelm_fhir.writers.operation_outcome import operation_outcome

KEPT: Final = (
    "resourceType",
    "id",
    "meta",
    "identifier",
    "status",
    "method",
    "code",
    "subject",
    "occurrenceDateTime",
    "prediction",
)
"""Elements of a RiskAssessment that a minimal answer keeps; of its predictions the verdict."""


class NotWritable(Exception):
    """What we wrote is not valid: a defect, told as one and never sent."""


def json_answer(found: Evaluated) -> bytes:
    """Return the contract of `nelm assess --format json`."""
    return as_bytes(to_json(found.assessment))


def fhir_answer(
    found: Evaluated,
    catalogue: Catalogue,
    returning: Return | None,
    issues: Sequence[Issue] = (),
) -> bytes:
    """Return the answer as FHIR R4; `issues` are those of the request itself.

    Raises NoPatient where the record names no patient.
    """
    outcome = operation_outcome([*issues, *map(_as_warning, found.assessment.issues)])
    if returning is Return.OUTCOME:
        return fhir_json(outcome)
    test_data = found.read.test_data
    results = pipeline.risk_assessments(found.assessment, catalogue, test_data=test_data)
    names = "\n".join(result["id"] for result in results)
    told = {**outcome, "id": uuid_of(f"outcome\n{names}")}
    resources = [_shown(result, returning) for result in results]
    entries = [creating(resource) for resource in (*resources, told)]
    built = bundle_of(entries, "collection", None, test_data=test_data)
    _refuse_invalid(built)
    return fhir_json(built)


def _shown(result: Json, returning: Return | None) -> Json:
    if returning is not Return.MINIMAL:
        return result
    kept: Json = {name: result[name] for name in KEPT if name in result}
    tags = [*result["meta"]["tag"], coding(OBSERVATION_VALUE, SUBSETTED)]
    return {**kept, "meta": {"tag": tags}, "prediction": result["prediction"][:1]}


def _as_warning(issue: Issue) -> Issue:
    """Return what was noticed as no error: one would say that nothing was evaluated."""
    return replace(issue, severity=Severity.WARNING) if issue.severity is Severity.ERROR else issue


def _refuse_invalid(built: Json) -> None:
    try:
        refuse_built(built)
    except NotValid as error:
        raise NotWritable(error.message) from None
