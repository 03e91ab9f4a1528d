"""What became of the results of one patient, for whoever asked.

In: actions and what came of them. Out: one Done per result, and the error that the whole amounts
to, if it does. No value of a record stands in it, but the patient's results do: it is for the one
who asked, not for logs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from nelm_fhir.errors import NelmError, ServerRefused, ServerUnavailable, WriteRefused
from nelm_fhir.exchange.writing.decide import Do, Why
from nelm_fhir.exchange.writing.plan import Planned


class End(StrEnum):
    """How it ended for one result.

    `unknown`: nobody answered; `contested`: somebody else wrote at the same time.
    """

    UNCHANGED = "unchanged"
    CREATED = "created"
    UPDATED = "updated"
    RETRACTED = "retracted"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CONTESTED = "contested"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Done:
    """How it ended for one result, and why; `status` is what a server that refused answered."""

    set_id: str
    end: End
    why: Why
    status: int | None = None


WRITTEN: Final = {Do.CREATE: End.CREATED, Do.UPDATE: End.UPDATED, Do.RETRACT: End.RETRACTED}
OPEN: Final = frozenset({End.UNKNOWN, End.CONTESTED})
_KEPT: Final = {Do.NOTHING: End.UNCHANGED, Do.REFUSE: End.REFUSED, Do.ALARM: End.ALARM}
_REASONS: Final = {
    Why.OLDER: "the input is older than that of the result already written, or cannot be shown "
    "not to be",
    Why.WITHDRAWN: "somebody at the server marked the result as entered in error",
    Why.OF_PEOPLE: "somebody at the server gave the result a status of their own",
    Why.ANOTHER_PATIENT: "the server holds the result under another patient",
    Why.NO_UPDATE: "the server holds another result under this identifier and updates nothing",
}
_LOOK: Final = "Look at both results; what stands at the server was not touched."


def kept(planned: Sequence[Planned]) -> dict[str, Done]:
    """Return, by key, how it ends for results about which nothing is sent."""
    return {
        one.new.key: Done(one.new.set_id, _KEPT[one.action.do], one.action.why)
        for one in planned
        if one.action.do in _KEPT
    }


def alarm(sets: Sequence[str], why: Why) -> list[Done]:
    """Return how it ends for all results of a patient for whom an alarm stands."""
    return [Done(set_id, End.ALARM, why) for set_id in sets or ("",)]


def found_out(before: Done | None, after: Done) -> Done:
    """Return how it ended after another round: what was not answered may have landed after all."""
    if before is None or before.end is not End.UNKNOWN or after.end is not End.UNCHANGED:
        return after
    landed = End.CREATED if before.why in {Why.NEW, Why.LOST} else End.UPDATED
    return Done(after.set_id, landed, before.why)


def error_of(done: Sequence[Done]) -> NelmError | None:
    """Return the gravest error that the results amount to, None where all is well."""
    ends = {one.end for one in done}
    if End.ALARM in ends:
        return WriteRefused(
            "The server holds the same result of this patient more than once; nothing more is "
            "written for the patient.",
            "Find the doubles with nelm ledger verify, remove them there, then nelm ledger repair.",
        )
    if ends & OPEN:
        return ServerUnavailable(
            "The server did not say whether results landed, and could not be asked.",
            "Run again: the server is asked what it holds before anything is repeated.",
        )
    if End.FAILED in ends:
        status = next((one.status for one in done if one.end is End.FAILED), None)
        told = f" (status {status})" if status else ""
        return ServerRefused(
            f"The server did not take {_counted(done, End.FAILED)}{told}.",
            "Compare --dry-run with what the server allows: nelm doctor --server.",
            status,
        )
    if End.REFUSED in ends:
        reasons = sorted({_REASONS[one.why] for one in done if one.end is End.REFUSED})
        return WriteRefused(
            f"Not written: {_counted(done, End.REFUSED)}: {'; '.join(reasons)}.", _LOOK
        )
    return None


def _counted(done: Sequence[Done], end: End) -> str:
    number = sum(one.end is end for one in done)
    return f"{number} result{'' if number == 1 else 's'}"
