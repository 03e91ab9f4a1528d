"""Results packed for their way: the row as it will stand, the request, and its Provenance.

In: what was decided about a result, and the assessment it comes from. Out: Parcels. Creates are
guarded by the identifier, updates by the version that was read; what people added to a stored
resource stays in it. Nothing is sent here. Source: interop 7 rules 1, 5, 6, terminology 6.4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import msgspec

from nelm_fhir.assessment.result import Assessment, SetVerdict
from nelm_fhir.exchange.writing.decide import AMENDED, CORRECTED, Action, Do, Why
from nelm_fhir.exchange.writing.held import Held, Word
from nelm_fhir.exchange.writing.lookup import Lookup
from nelm_fhir.exchange.writing.owed import by_content, told_once
from nelm_fhir.exchange.writing.parcel import Parcel
from nelm_fhir.exchange.writing.place import Place, Way
from nelm_fhir.exchange.writing.plan import Planned
from nelm_fhir.exchange.writing.report import Done, End
from nelm_fhir.ledger.results import Result, State, newest_written
from nelm_fhir.writers.amending import amended
from nelm_fhir.writers.bundle import creating, updating
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.provenance import provenance, provenance_of_retraction
from nelm_fhir.writers.retraction import (
    Withdrawn,
    retracted,
    retraction_sentence,
    withdrawal,
)
from nelm_fhir.writers.strategies import Writing

Json = dict[str, Any]
_SENTENCE: Final[Mapping[Why, Withdrawn]] = {
    Why.VOID_INPUT: Withdrawn.SOURCE_IN_ERROR,
    Why.MERGED: Withdrawn.PATIENT_MERGED,
}


@dataclass(frozen=True, slots=True)
class Packing:
    """What every parcel of a patient is packed with; `rows` are the patient's of the ledger."""

    place: Place
    writing: Writing
    program: str
    recorded: datetime
    rows: tuple[Result, ...] = ()


def packed(planned: Planned, assessment: Assessment, packing: Packing) -> Parcel:
    """Pack a result that is to be created or updated."""
    action = planned.action
    verdict = assessment.verdict_of(planned.new.set_id)
    built = _built(planned.new, assessment, verdict, packing)
    held = action.held if action.do is Do.UPDATE else None
    resource = built if held is None else _in_place(built, held, action.status)
    told = by_content(
        provenance(
            [built],
            replace(assessment, verdicts=(verdict,)),
            packing.recorded,
            revises=[_version_of(held, packing.place)] if held else (),
            targets=[f"{packing.place.type}/{held.id}"] if held else (),
        ),
        packing.place,
    )
    _refuse_invalid(built, told)
    row = msgspec.structs.replace(
        planned.new,
        state=State.SENDING,
        assessment=fhir_json(resource),
        server_id=held.id if held else "",
        server_version=held.version if held else "",
        owed=_owed(told, packing.place),
    )
    entry = _entry(resource, held, packing.place)
    return Parcel(row, State.WRITTEN, action, entry, _along(told, packing.place))


def retractions(
    rows: Sequence[Result], lookup: Lookup, why: Why, packing: Packing
) -> tuple[dict[str, Done], list[Parcel]]:
    """Pack the retraction of results, each as the server holds it now.

    Returned first, by key, is how it ended for those that are withdrawn or gone already.
    """
    done: dict[str, Done] = {}
    parcels: list[Parcel] = []
    for row in rows:
        held = lookup.by_id(row.server_id) if row.state is State.WRITTEN else None
        if held is None or held.word is Word.WITHDRAWN:
            done[row.key] = Done(row.set_id, End.RETRACTED, why)
        else:
            parcels.append(_retraction(row, held, why, packing))
    return done, parcels


def _retraction(row: Result, held: Held, why: Why, packing: Packing) -> Parcel:
    place = packing.place
    sentence = retraction_sentence(_SENTENCE[why], packing.writing.voice)
    if place.in_place:
        entry = _entry(retracted(held.resource, sentence), held, place)
    else:
        entry = _entry(withdrawal(held.resource, sentence), None, place)
    told = by_content(
        provenance_of_retraction([held.resource], sentence, packing.program, packing.recorded),
        place,
    )
    going = msgspec.structs.replace(
        row,
        state=State.RETRACTING,
        server_id=held.id,
        server_version=held.version,
        owed=_owed(told, place),
    )
    return Parcel(going, State.RETRACTED, Action(Do.RETRACT, why, held), entry, _along(told, place))


def _built(new: Result, assessment: Assessment, verdict: SetVerdict, packing: Packing) -> Json:
    """Build the resource of the strategy; it may name the result before it."""
    write = packing.place.strategy.write
    if write is None:
        raise TypeError("a strategy that writes nothing has no parcels")
    before = newest_written([row for row in packing.rows if row.key != new.key], new.set_id)
    earlier = f"{packing.place.type}/{before.server_id}" if before and before.server_id else None
    return write(assessment, verdict, packing.writing, earlier)


def _refuse_invalid(*resources: Json) -> None:
    """Raise NotValid for what must not leave; what others added to a resource is theirs."""
    from nelm_fhir.fhir_r4.models import refuse_built  # noqa: PLC0415 - costs seconds, only here

    refuse_built({"entry": [{"resource": one} for one in resources]})


def _in_place(built: Json, held: Held, status: str) -> Json:
    """Return what takes the place of the stored resource, corrected where it was in error."""
    whole = amended(built, held.resource)
    if status == CORRECTED and whole.get("status") == AMENDED:
        return whole | {"status": CORRECTED}
    return whole


def _entry(resource: Json, held: Held | None, place: Place) -> Json:
    """Return the entry with its request, as far guarded as the server can guard it."""
    if held is None:
        entry = creating(resource)
        kept = entry["request"].keys() - ({"ifNoneExist"} if not place.guarded else set())
    else:
        entry = updating(resource, held.version, place.base)
        kept = entry["request"].keys() - ({"ifMatch"} if not held.version else set())
    request = {name: value for name, value in entry["request"].items() if name in kept}
    return entry | {"request": request}


def _along(told: Json, place: Place) -> Json | None:
    """Return the entry of the Provenance where it lands or falls with its result."""
    if place.way is not Way.TRANSACTION or not place.provenance:
        return None
    return told_once(told, place)


def _owed(told: Json, place: Place) -> bytes:
    """Return the Provenance that has to follow, where entries stand alone."""
    return fhir_json(told) if place.provenance and place.way is not Way.TRANSACTION else b""


def _version_of(held: Held, place: Place) -> str:
    name = f"{place.type}/{held.id}"
    return f"{name}/_history/{held.version}" if held.version else name
