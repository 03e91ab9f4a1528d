"""What to do about one result: the whole of interop 7, rules 1, 3 to 6, as one pure function.

In: the new result, what the ledger knows of it and of its set, and what the server holds under its
identifier, as far as that was asked. Out: one action with its reason. `ASK` means that the ledger
alone cannot tell. The order of the questions is the order of the lines.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from nelm_fhir.exchange.writing.held import Held, Word, local
from nelm_fhir.exchange.writing.moments import is_older
from nelm_fhir.ledger.results import IN_DOUBT, Result, State

AMENDED: Final = "amended"
CORRECTED: Final = "corrected"
_COUNTED: Final = re.compile(r"[0-9]{1,18}")


class Do(StrEnum):
    """What is done about a result."""

    NOTHING = "nothing"
    ASK = "ask"
    CREATE = "create"
    UPDATE = "update"
    REFUSE = "refuse"
    ALARM = "alarm"
    RETRACT = "retract"


class Why(StrEnum):
    """Why it is done."""

    SAME = "same"
    ONLY_LATER = "only-later"
    LANDED = "landed"
    CONFIRMED_STANDS = "confirmed-stands"
    NEW = "new"
    LOST = "lost"
    CHANGED = "changed"
    AMENDS = "amends"
    VALID_AGAIN = "valid-again"
    UNKNOWN = "unknown"
    OLDER = "older"
    WITHDRAWN = "withdrawn"
    OF_PEOPLE = "of-people"
    ANOTHER_PATIENT = "another-patient"
    NO_UPDATE = "no-update"
    DOUBLES = "doubles"
    ALARMED = "alarmed"
    VOID_INPUT = "void-input"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Action:
    """What to do with a result, why, and to which resource of the server.

    `status` replaces the status of the result that is sent, where people had confirmed the one
    before it.
    """

    do: Do
    why: Why
    held: Held | None = None
    status: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knows: the row of this very result, and of its set the newest written."""

    own: Result | None = None
    newest: Result | None = None
    alarmed: bool = False


def decide(
    new: Result,
    known: Known,
    held: Sequence[Held] | None,
    *,
    can_update: bool = True,
    void: frozenset[str] = frozenset(),
) -> Action:
    """Decide about one new result; `held` is None as long as the server was not asked.

    `void` are inputs, as `Type/id`, that are known to be entered in error or gone.
    """
    by_ledger = _by_ledger(new, known)
    if by_ledger.do is not Do.ASK or held is None:
        return by_ledger
    if len(held) > 1:
        return Action(Do.ALARM, Why.DOUBLES)
    if not held:
        lost = known.own is not None and known.own.state is State.WRITTEN
        return Action(Do.CREATE, Why.LOST if lost else Why.NEW)
    action = _by_server(new, known.own, held[0], void)
    if action.do is Do.UPDATE and not can_update:
        return Action(Do.REFUSE, Why.NO_UPDATE, held[0])
    return action


def _by_ledger(new: Result, known: Known) -> Action:
    own, newest = known.own, known.newest
    if known.alarmed:
        return Action(Do.ALARM, Why.ALARMED)
    if own is not None and own.state is State.WRITTEN and _same(new, own):
        return Action(Do.NOTHING, Why.SAME)
    written = [one for one in (own, newest) if one is not None and _counts(one)]
    if any(is_older(new.newest_input, one.newest_input) for one in written):
        return Action(Do.REFUSE, Why.OLDER)
    if newest is not None and not _counts(own) and _only_later(new, newest):
        return Action(Do.NOTHING, Why.ONLY_LATER)
    return Action(Do.ASK, Why.UNKNOWN)


def _by_server(new: Result, own: Result | None, held: Held, void: frozenset[str]) -> Action:
    if held.patient != local(new.patient):
        return Action(Do.REFUSE, Why.ANOTHER_PATIENT, held)
    if held.word is Word.WITHDRAWN:
        return _after_withdrawal(own, held)
    if held.word is Word.OF_PEOPLE:
        return Action(Do.REFUSE, Why.OF_PEOPLE, held)
    if _holds(new, own, held):
        return Action(Do.NOTHING, Why.LANDED, held)
    if _older_inputs(new.basis, held.basis):
        return Action(Do.REFUSE, Why.OLDER, held)
    if held.word is Word.CONFIRMED:
        return _after_confirmation(new, own, held, void)
    return Action(Do.UPDATE, Why.CHANGED, held)


def _after_withdrawal(own: Result | None, held: Held) -> Action:
    """What we withdrew ourselves may become valid again; what people withdrew stays withdrawn."""
    if own is not None and own.state in {State.RETRACTED, State.RETRACTING}:
        return Action(Do.UPDATE, Why.VALID_AGAIN, held)
    return Action(Do.REFUSE, Why.WITHDRAWN, held)


def _after_confirmation(
    new: Result, own: Result | None, held: Held, void: frozenset[str]
) -> Action:
    """What people confirmed changes only if a reader would read something else, and says so."""
    if own is not None and own.content and own.content == new.content:
        return Action(Do.NOTHING, Why.CONFIRMED_STANDS, held)
    in_error = not void.isdisjoint(map(local, held.basis))
    return Action(Do.UPDATE, Why.AMENDS, held, CORRECTED if in_error else AMENDED)


def _counts(row: Result | None) -> bool:
    """Whether the server has it or may have it."""
    return row is not None and (row.state in IN_DOUBT or row.state is State.WRITTEN)


def _same(new: Result, other: Result) -> bool:
    """Whether both say the same from the same: set version, digests, and what is news."""
    return (new.set_version, digests(new), new.content) == (
        other.set_version,
        digests(other),
        other.content,
    )


def _only_later(new: Result, newest: Result) -> bool:
    """Whether only the as-of date differs, and the newest result is still valid on the new one."""
    return _same(new, newest) and new.as_of != newest.as_of and new.as_of <= newest.valid_until


def _holds(new: Result, own: Result | None, held: Held) -> bool:
    """Whether the server has exactly this result already.

    By its digests; but if another version of the program said otherwise from the same, they do not
    tell. Where the server dropped them, a create in doubt is known by its identifier alone.
    """
    if held.digests:
        otherwise = own is not None and digests(own) == digests(new) and own.content
        return held.digests == digests(new) and (not otherwise or otherwise == new.content)
    return own is not None and _same(new, own) and not own.server_version


def digests(result: Result) -> tuple[str, str]:
    """Return the digests of what a result was made from."""
    return result.input_digest, result.catalogue_digest


def _older_inputs(new: Sequence[str], written: Sequence[str]) -> bool:
    """Whether an input of the written result is there in an older version now.

    Only versions that are counted can be compared, as most servers count them.
    """
    before = _versions(written)
    return any(version < before.get(name, 0) for name, version in _versions(new).items())


def _versions(references: Sequence[str]) -> dict[str, int]:
    parts = [(local(one), one.partition("/_history/")[2]) for one in references]
    return {
        name: int(version) for name, version in parts if version.isascii() and version.isdigit()
    }
