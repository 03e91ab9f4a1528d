"""A ledger mended after what the server says: ids and versions learned again, doubts settled.

In: the findings of a comparison. Out: what was done about each. Nothing is written to the server:
what is lost there is marked to be written again by the next run, doubles are left to people and
stop all writing for their patient until they are gone.
"""

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from msgspec.structs import replace

from nelm_fhir.exchange.writing.compare import Differs, Finding
from nelm_fhir.exchange.writing.held import Word
from nelm_fhir.exchange.writing.learn import learned
from nelm_fhir.exchange.writing.lookup import Lookup
from nelm_fhir.exchange.writing.settle import settled
from nelm_fhir.ledger import holds
from nelm_fhir.ledger.results import Result, State, note
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.writers.basic import carried
from nelm_fhir.writers.canonicals import CRITERIA_SET_SYSTEM, VERDICT_SYSTEM
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.identity import guard

Json = dict[str, Any]
_MOMENTS: Final = ("occurrenceDateTime", "effectiveDateTime")


class Mended(StrEnum):
    """What was done about a finding."""

    LEARNED = "learned"
    TO_BE_WRITTEN = "to-be-written"
    FOR_PEOPLE = "for-people"


def mended(finding: Finding, ledger: Ledger, lookup: Lookup, moment: datetime) -> Mended:
    """Mend what the ledger says of one result; raises ExchangeError where the server is away."""
    row, held = finding.row, finding.held
    if finding.differs is Differs.DOUBLED and row is not None:
        holds.raise_alarm(ledger, row.server, row.patient, moment)
        return Mended.FOR_PEOPLE
    if row is None:
        return _adopted(finding, ledger, moment)
    if finding.differs is Differs.IN_DOUBT:
        note(ledger, settled([row], lookup, finding.place), moment)
        return Mended.LEARNED
    there = held[0] if held else lookup.by_id(row.server_id) if row.server_id else None
    if there is None:
        note(ledger, [replace(row, state=State.EVALUATED, owed=b"")], moment)
        return Mended.TO_BE_WRITTEN
    note(ledger, [learned(row, there)], moment)
    return Mended.LEARNED


def alarms_ended(ledger: Ledger, server: str, doubled: frozenset[str]) -> list[str]:
    """End the alarms of patients whose doubles are gone, and return those patients."""
    over = [
        row["patient"]
        for row in holds.alarms(ledger)
        if row["server"] == server and row["patient"] not in doubled
    ]
    for patient in over:
        holds.end_alarm(ledger, server, patient)
    return over


def _adopted(finding: Finding, ledger: Ledger, moment: datetime) -> Mended:
    row = adopted(finding)
    if row is None:
        return Mended.FOR_PEOPLE
    note(ledger, [row], moment)
    return Mended.LEARNED


def adopted(finding: Finding) -> Result | None:
    """Return the row of a result that only the server knows; None where it does not tell enough.

    What it says is not known, so that it is never taken for unchanged; what it rests on is, so that
    it can be retracted.
    """
    held = finding.held[0]
    said = carried(held.resource) if held.resource.get("resourceType") == "Basic" else held.resource
    judged = next(_codings(said, CRITERIA_SET_SYSTEM), None)
    named = guard(held.resource)
    day = _day(said or {})
    if judged is None or day is None or named is None or not held.patient:
        return None
    verdict = next(_codings(said, VERDICT_SYSTEM), {})
    made, by = (*held.digests, "", "")[:2]
    return Result(
        server=finding.place.base,
        strategy=finding.place.strategy.name,
        key=named[1],
        patient=held.patient,
        set_id=str(judged.get("code", "")),
        set_version=str(judged.get("version", "")),
        as_of=day,
        input_digest=made,
        catalogue_digest=by,
        content="",
        verdict=str(verdict.get("code", "")),
        valid_until=day,
        newest_input="",
        basis=held.basis,
        state=State.RETRACTED if held.word is Word.WITHDRAWN else State.WRITTEN,
        assessment=fhir_json(held.resource),
        server_id=held.id,
        server_version=held.version,
    )


def _day(said: Json) -> date | None:
    period = said.get("context", {}).get("period", {})
    told = next((said[name] for name in _MOMENTS if name in said), period.get("start"))
    try:
        return date.fromisoformat(str(told)[:10])
    except ValueError:
        return None


def _codings(tree: Any, system: str) -> Iterator[Json]:
    """Yield every coding of the system, in the order of the resource."""
    if isinstance(tree, dict):
        if tree.get("system") == system:
            yield tree
        for branch in tree.values():
            yield from _codings(branch, system)
    elif isinstance(tree, list):
        for branch in tree:
            yield from _codings(branch, system)
