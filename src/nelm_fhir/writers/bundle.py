"""Resources with their requests, in one Bundle.

In: an Assessment, or entries that somebody else chose. Out: a `transaction` that a server can take
as it stands, creating only what is not there yet and updating only the version that was read; or a
`collection`, the same for a file. Source: terminology 6.4, interop 7, FHIR R4 bdl-3, bdl-7, bdl-8.
"""

from collections.abc import Sequence
from datetime import datetime

from nelm_fhir.assessment.result import Assessment
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.writers.bundle_kind import Kind
from nelm_fhir.writers.canonicals import PROVENANCE_TAG
from nelm_fhir.writers.datatypes import Json, coding
from nelm_fhir.writers.identity import guard, urn, uuid_of
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
    """Return the Bundle of all RiskAssessments of one assessment; their Provenance stands last.

    `recorded` is the moment of writing; `valid_months`, `voice` and `test_data` are those of
    `risk_assessment`. Raises NoPatient
    where the assessment names no patient, ValueError if `recorded` has no time zone.
    """
    written = results(assessment, valid_months=valid_months, voice=voice, test_data=test_data)
    told = found_again(provenance(written, assessment, recorded))
    return bundle_of([*map(creating, written), told], kind, recorded, test_data=test_data)


def bundle_of(
    entries: Sequence[Json], kind: Kind, recorded: datetime | None, *, test_data: bool = False
) -> Json:
    """Return the Bundle of these entries; a collection requests nothing.

    `recorded` is the moment of writing, None for an answer, which holds no clock. Raises ValueError
    if it has no time zone.
    """
    names = [entry["fullUrl"].removeprefix(urn("")) for entry in entries]
    moment = {} if recorded is None else {"timestamp": instant(recorded)}
    return {
        "resourceType": "Bundle",
        "id": uuid_of("\n".join([kind, *names])),
        "meta": meta(test_data=test_data),
        "type": kind,
        **moment,
        "entry": [_only(entry) if kind == "collection" else entry for entry in entries],
    }


def results(
    assessment: Assessment, *, valid_months: int, voice: Voice, test_data: bool = False
) -> list[Json]:
    """Return the RiskAssessment of every verdict; they hold no clock. Raises NoPatient."""
    return [
        risk_assessment(
            assessment, verdict, valid_months=valid_months, voice=voice, test_data=test_data
        )
        for verdict in assessment.verdicts
    ]


def creating(resource: Json, by: tuple[str, str] | None = None) -> Json:
    """Return the entry of a conditional create: nothing is written twice (interop 7.6).

    `by` are system and value of the identifier that makes it so; without it those of our own.
    """
    request = {"method": "POST", "url": resource["resourceType"]}
    if found := by or guard(resource):
        request["ifNoneExist"] = f"identifier={'|'.join(found)}"
    return {"fullUrl": urn(resource["id"]), "resource": resource, "request": request}


def updating(resource: Json, version: str, base: str) -> Json:
    """Return the entry that updates a resource of the server, if it still has that version.

    `base` is the server's address without slash at its end (interop 7.1, 7.5).
    """
    place = f"{resource['resourceType']}/{resource['id']}"
    request = {"method": "PUT", "url": place, "ifMatch": f'W/"{version}"'}
    return {"fullUrl": f"{base}/{place}", "resource": resource, "request": request}


def found_again(told: Json) -> Json:
    """Return the entry of a Provenance that is created once, however often the Bundle is sent.

    It has no identifier in R4, but every resource can be searched by its tags; which server will
    get the Bundle, and whether that takes ids of ours, is not known here.
    """
    tag = coding(PROVENANCE_TAG, told["id"])
    tags = {"tag": [*told["meta"]["tag"], tag]}
    entry = creating(told | {"meta": tags})
    return entry | {
        "request": entry["request"] | {"ifNoneExist": f"_tag={tag['system']}|{tag['code']}"}
    }


def _only(entry: Json) -> Json:
    return {name: part for name, part in entry.items() if name != "request"}
