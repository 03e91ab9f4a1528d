"""Provenance of what one run wrote: which program, when, from which inputs, by which criteria.

In: the written resources, the Assessment they were made from, and the moment of writing, the only
clock-like value of anything we write. Out: one Provenance. It has no identifier in R4, so a sender
writes it only for what landed. Source: terminology 6.4.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from nelm_fhir.assessment.result import Assessment
from nelm_fhir.writers.canonicals import AGENT_TYPE, ASSEMBLER, CRITERIA_SET_SYSTEM
from nelm_fhir.writers.datatypes import Json, coding, concept, filled, identifier, string
from nelm_fhir.writers.device import agent
from nelm_fhir.writers.identity import urn, uuid_of
from nelm_fhir.writers.result_parts import inputs
from nelm_fhir.writers.tags import is_test_data, meta


def provenance(
    written: Sequence[Json],
    assessment: Assessment,
    recorded: datetime,
    *,
    revises: Sequence[str] = (),
    targets: Sequence[str] = (),
) -> Json:
    """Return the Provenance of these resources, at least one; the assessment holds no other result.

    `revises` are references, by version, of earlier results that these replace. `targets` are the
    references that a server gave them; without, they are entries of the same Bundle. Raises
    ValueError if `recorded` has no time zone, since a FHIR instant has one.
    """
    return _resource(
        targets or [urn(resource["id"]) for resource in written],
        recorded,
        assessment.program,
        entities=list(_entities(assessment, revises)),
        test_data=any(map(is_test_data, written)),
    )


def provenance_of_retraction(
    withdrawn: Sequence[Json], sentence: str, program: str, recorded: datetime
) -> Json:
    """Return the Provenance of stored resources that were withdrawn, at least one.

    `withdrawn` are the resources as they stood on the server before, with `meta.versionId` where it
    has one; `sentence` says why. Raises ValueError if `recorded` has no time zone.
    """
    return _resource(
        [_place(stored) for stored in withdrawn],
        recorded,
        program,
        entities=[_revised(_by_version(stored)) for stored in withdrawn],
        test_data=any(map(is_test_data, withdrawn)),
        reason=sentence,
    )


def instant(moment: datetime) -> str:
    """Return a FHIR instant, to the second; ValueError without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment of writing needs a time zone")
    return moment.isoformat(timespec="seconds")


def _resource(
    targets: Sequence[str],
    recorded: datetime,
    program: str,
    *,
    entities: Sequence[Json],
    test_data: bool,
    reason: str = "",
) -> Json:
    when = instant(recorded)
    return filled(
        {
            "resourceType": "Provenance",
            "id": uuid_of("\n".join([*targets, when])),
            "meta": meta(test_data=test_data),
            "target": [{"reference": target} for target in targets],
            "recorded": when,
            "reason": [{"text": string(reason)}] if reason else None,
            "agent": [{"type": concept(coding(AGENT_TYPE, ASSEMBLER)), "who": agent(program)}],
            "entity": list(entities),
        }
    )


def _entities(assessment: Assessment, revises: Sequence[str]) -> Iterator[Json]:
    for source in _inputs(assessment):
        yield {"role": "source", "what": source}
    yield from map(_revised, revises)
    for verdict in assessment.verdicts:
        version = identifier(CRITERIA_SET_SYSTEM, f"{verdict.set}|{verdict.version}")
        yield {
            "role": "source",
            "what": {"identifier": version, "display": string(verdict.title)},
        }


def _revised(earlier: str) -> Json:
    return {"role": "revision", "what": {"reference": earlier}}


def _inputs(assessment: Assessment) -> list[Json]:
    """Return what the results rest on, each once."""
    used = [source for verdict in assessment.verdicts for source in inputs(verdict)]
    return list({repr(source): source for source in used}.values())


def _place(stored: Json) -> str:
    return f"{stored['resourceType']}/{stored['id']}"


def _by_version(stored: Json) -> str:
    version = stored.get("meta", {}).get("versionId")
    return f"{_place(stored)}/_history/{version}" if version else _place(stored)
