"""Provenance of what one run wrote: which program, when, from which inputs, by which criteria.

In: the written RiskAssessments, the Assessment they were made from, and the moment of writing,
the only clock-like value of anything we write. Out: one Provenance. It has no identifier in R4, so
a sender writes it only for what landed. Source: terminology 6.4.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from nelm_fhir.assessment.result import Assessment
from nelm_fhir.writers.canonicals import AGENT_TYPE, ASSEMBLER, CRITERIA_SET_SYSTEM
from nelm_fhir.writers.datatypes import Json, coding, concept, identifier, string
from nelm_fhir.writers.device import agent
from nelm_fhir.writers.identity import urn, uuid_of
from nelm_fhir.writers.tags import is_test_data, meta


def provenance(
    risk_assessments: Sequence[Json],
    assessment: Assessment,
    recorded: datetime,
    *,
    revises: Sequence[str] = (),
) -> Json:
    """Return the Provenance of these resources, at least one, all of that assessment.

    `revises` are references, by version, of earlier results that these replace. Raises ValueError
    if `recorded` has no time zone, since a FHIR instant has one.
    """
    written = [urn(resource["id"]) for resource in risk_assessments]
    when = instant(recorded)
    return {
        "resourceType": "Provenance",
        "id": uuid_of("\n".join([*written, when])),
        "meta": meta(test_data=any(map(is_test_data, risk_assessments))),
        "target": [{"reference": target} for target in written],
        "recorded": when,
        "agent": [
            {"type": concept(coding(AGENT_TYPE, ASSEMBLER)), "who": agent(assessment.program)}
        ],
        "entity": list(_entities(risk_assessments, assessment, revises)),
    }


def instant(moment: datetime) -> str:
    """Return a FHIR instant, to the second; ValueError without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment of writing needs a time zone")
    return moment.isoformat(timespec="seconds")


def _entities(
    risk_assessments: Sequence[Json], assessment: Assessment, revises: Sequence[str]
) -> Iterator[Json]:
    for source in _inputs(risk_assessments):
        yield {"role": "source", "what": source}
    for earlier in revises:
        yield {"role": "revision", "what": {"reference": earlier}}
    for verdict in assessment.verdicts:
        version = identifier(CRITERIA_SET_SYSTEM, f"{verdict.set}|{verdict.version}")
        yield {
            "role": "source",
            "what": {"identifier": version, "display": string(verdict.title)},
        }


def _inputs(risk_assessments: Sequence[Json]) -> list[Json]:
    """Return what the results rest on, each once."""
    used = [source for resource in risk_assessments for source in resource.get("basis", ())]
    return list({repr(source): source for source in used}.values())
