"""What is done about each result of a patient: asked is the ledger, and the server if need be.

In: the new results, the patient's rows, and a way to ask the server. Out: an action for each, in
order. Nothing is sent and nothing is noted here, so that it serves a dry run as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from nelm_fhir.exchange.writing.decide import Action, Do, Known, decide
from nelm_fhir.exchange.writing.held import Held
from nelm_fhir.ledger.results import Result, newest_written


class Asking(Protocol):
    """Asks what a server holds."""

    def by_keys(self, keys: Sequence[str], patient: str) -> Mapping[str, Sequence[Held]]:
        """Return what bears each key."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A new result and what is done about it."""

    new: Result
    action: Action


def plan(
    new: Sequence[Result],
    rows: Sequence[Result],
    server: Asking,
    *,
    alarmed: bool = False,
    can_update: bool = True,
    void: frozenset[str] = frozenset(),
) -> list[Planned]:
    """Return what is done about results of one patient; the server is asked at most once."""
    known = {one.key: _known(one, rows, alarmed=alarmed) for one in new}
    first = {one.key: decide(one, known[one.key], None) for one in new}
    asked = [one for one in new if first[one.key].do is Do.ASK]
    held = server.by_keys([one.key for one in asked], asked[0].patient) if asked else {}
    for one in asked:
        first[one.key] = decide(
            one, known[one.key], held[one.key], can_update=can_update, void=void
        )
    return [Planned(one, first[one.key]) for one in new]


def _known(new: Result, rows: Sequence[Result], *, alarmed: bool) -> Known:
    own = next((row for row in rows if row.key == new.key), None)
    return Known(own, newest_written(rows, new.set_id), alarmed)
