"""Parcels on their way, with the ledger at every step.

In: parcels of one patient. Out: how it ended for each. A row is noted before its request leaves and
after its answer came. What was created is searched for afterwards: a server may have taken two
creates at once, and that is an alarm. Source: interop 7 rules 2, 6, 8.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from nelm_fhir.errors import ExchangeError
from nelm_fhir.events import Event, event
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.writing.answers import Came, Landed
from nelm_fhir.exchange.writing.decide import digests
from nelm_fhir.exchange.writing.held import Held
from nelm_fhir.exchange.writing.lookup import Lookup
from nelm_fhir.exchange.writing.owed import paid, take_back
from nelm_fhir.exchange.writing.parcel import Parcel
from nelm_fhir.exchange.writing.place import Place
from nelm_fhir.exchange.writing.report import WRITTEN, Done, End
from nelm_fhir.exchange.writing.send import sent
from nelm_fhir.exchange.writing.settle import Doubles
from nelm_fhir.ledger.results import Result, State, note
from nelm_fhir.ledger.store import Ledger

_OPEN = {
    Came.EXISTED: End.CONTESTED,
    Came.CONFLICT: End.CONTESTED,
    Came.UNKNOWN: End.UNKNOWN,
}


class Delivery:
    """Delivers to one place."""

    def __init__(
        self, client: Client, place: Place, ledger: Ledger, now: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._place = place
        self._ledger = ledger
        self._now = now
        self._lookup = Lookup(client, place)

    def deliver(self, parcels: Sequence[Parcel], recorded: datetime) -> dict[str, Done]:
        """Send the parcels; returns by key how it ended. Raises Doubles, AuthFailed."""
        if not parcels:
            return {}
        self._note([parcel.row for parcel in parcels])
        done: dict[str, Done] = {}
        created: list[Result] = []
        for parcel, landed in sent(self._client, parcels, self._place, recorded):
            done[parcel.row.key] = self._arrived(parcel, landed, created)
        return done | self._looked_after(created, done)

    def settle_debts(self, rows: Sequence[Result]) -> None:
        """Send the Provenance that rows of an earlier run still owe."""
        for row in rows:
            if row.owed and row.server_id and row.state in {State.WRITTEN, State.RETRACTED}:
                self._note([paid(self._client, row, self._place, in_doubt=True)])

    def _arrived(self, parcel: Parcel, landed: Landed, created: list[Result]) -> Done:
        event(Event.RESULT_SENT, do=parcel.action.do, why=parcel.action.why, came=landed.came)
        nameless = not (landed.id or parcel.row.server_id)
        if landed.came is Came.EXISTED and landed.id:
            self._tidy(parcel, landed)
        if landed.came in _OPEN or (landed.came is Came.LANDED and nameless):
            end = _OPEN.get(landed.came, End.UNKNOWN)
            return Done(parcel.row.set_id, end, parcel.action.why, landed.status)
        if landed.came is Came.REFUSED:
            self._note([_refused(parcel)])
            return Done(parcel.row.set_id, End.FAILED, parcel.action.why, landed.status)
        row = self._stands(parcel, landed)
        self._note([row])
        if row.owed:
            self._note([paid(self._client, row, self._place, in_doubt=False)])
        if parcel.creates and parcel.landed is State.WRITTEN:
            created.append(row)
        return Done(row.set_id, WRITTEN[parcel.action.do], parcel.action.why, landed.status)

    def _tidy(self, parcel: Parcel, landed: Landed) -> None:
        """See to the Provenance of a create that found something: whose is what stands there?"""
        held = self._lookup.by_id(landed.id)
        ours = held is not None and held.digests == digests(parcel.row)
        take_back(self._client, f"{self._place.type}/{landed.id}", landed.told, ours=ours)

    def _stands(self, parcel: Parcel, landed: Landed) -> Result:
        """Return the row of what landed; a withdrawal that is a new resource keeps the old id."""
        keeps_id = parcel.landed is State.RETRACTED
        server_id = parcel.row.server_id if keeps_id else landed.id or parcel.row.server_id
        return replace(
            parcel.row,
            state=parcel.landed,
            server_id=server_id,
            server_version=landed.version or self._version(server_id),
        )

    def _version(self, server_id: str) -> str:
        """Return the version that stands there now, where an answer does not tell (Medplum)."""
        try:
            held = self._lookup.by_id(server_id)
        except ExchangeError:
            return ""  # it landed all the same
        return held.version if held else ""

    def _looked_after(self, created: Sequence[Result], done: Mapping[str, Done]) -> dict[str, Done]:
        """Look whether what was created stands there, once and as it was sent."""
        if not created:
            return {}
        found = self._lookup.by_keys([row.key for row in created], created[0].patient)
        if any(len(hits) > 1 for hits in found.values()):
            raise Doubles
        lost = [row for row in created if not self._stands_there(row, found[row.key])]
        self._note([replace(row, state=State.SENDING) for row in lost])
        return {row.key: _contested(done[row.key]) for row in lost}

    def _stands_there(self, row: Result, hits: Sequence[Held]) -> bool:
        """Whether it is there; a server whose index comes later is asked for the id itself."""
        held = hits[0] if hits else self._lookup.by_id(row.server_id)
        if held is None or held.id != row.server_id:
            return False
        return not held.digests or held.digests == digests(row)

    def _note(self, rows: Sequence[Result]) -> None:
        note(self._ledger, rows, self._now())


def _refused(parcel: Parcel) -> Result:
    """Return the row of what the server refused; a result that was to be retracted still stands."""
    stands = parcel.landed is State.RETRACTED
    return replace(parcel.row, state=State.WRITTEN if stands else State.FAILED, owed=b"")


def _contested(done: Done) -> Done:
    return Done(done.set_id, End.CONTESTED, done.why, done.status)
