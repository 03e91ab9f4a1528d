"""All RiskAssessments of one assessment with their Provenance, in one Bundle.

In: an Assessment. Out: a `transaction` that a server can take as it stands, created only where the
same identity is not there yet; or a `collection`, the same for a file. Entries are named by
`urn:uuid:` of their identity. Source: terminology 6.4, FHIR R4 bdl-3, bdl-7, bdl-8.
"""

from collections.abc import Sequence
from datetime import datetime

from nelm_fhir.assessment.result import Assessment
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.writers.bundle_kind import Kind
from nelm_fhir.writers.datatypes import Json
from nelm_fhir.writers.identity import urn, uuid_of
from nelm_fhir.writers.provenance import instant, provenance
from nelm_fhir.writers.risk_assessment import risk_assessment
from nelm_fhir.writers.tags import meta


def bundle(
    assessment: Assessment,
    kind: Kind,
    recorded: datetime,
    *,
    valid_months: int,
    voice: Voice,
    test_data: bool = False,
) -> Json:
    """Return the Bundle; its Provenance stands last.

    `recorded` is the moment of writing; `valid_months`, `voice` and `test_data` are those of
    `risk_assessment`. Raises NoPatient
    where the assessment names no patient, ValueError if `recorded` has no time zone.
    """
    results = [
        risk_assessment(
            assessment, verdict, valid_months=valid_months, voice=voice, test_data=test_data
        )
        for verdict in assessment.verdicts
    ]
    resources = [*results, provenance(results, assessment, recorded)]
    return {
        "resourceType": "Bundle",
        "id": uuid_of("\n".join([kind, *(resource["id"] for resource in resources)])),
        "meta": meta(test_data=test_data),
        "type": kind,
        "timestamp": instant(recorded),
        "entry": _entries(resources, kind),
    }


def _entries(resources: Sequence[Json], kind: Kind) -> list[Json]:
    return [_entry(one, kind) for one in resources]


def _entry(resource: Json, kind: Kind) -> Json:
    entry = {"fullUrl": urn(resource["id"]), "resource": resource}
    return entry | {"request": _request(resource)} if kind == "transaction" else entry


def _request(resource: Json) -> Json:
    """Return the conditional create: nothing is written twice (interop 7.6)."""
    request = {"method": "POST", "url": resource["resourceType"]}
    for one in resource.get("identifier", ()):
        request["ifNoneExist"] = f"identifier={one['system']}|{one['value']}"
    return request
