"""The results of one patient after the other onto a server, in the order that survives everything.

In: an Assessment and what is known of its record. Out: what became of each result. The order: be
the only writer of the patient; find out what was in doubt; decide; note what is about to be sent;
send it; note each answer; look whether anything stands there twice. Whatever was not answered is
asked for before it is repeated. Source: interop 7, rules 1 to 8.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from nelm_fhir.assessment.result import Assessment
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.writing.decide import Do, Why
from nelm_fhir.exchange.writing.delivery import Delivery
from nelm_fhir.exchange.writing.learn import landed_rows
from nelm_fhir.exchange.writing.lookup import Lookup
from nelm_fhir.exchange.writing.news import news, patient_at
from nelm_fhir.exchange.writing.pack import Packing, packed, retractions
from nelm_fhir.exchange.writing.parcel import Parcel
from nelm_fhir.exchange.writing.place import Place
from nelm_fhir.exchange.writing.plan import plan
from nelm_fhir.exchange.writing.report import OPEN, Done, alarm, found_out, kept
from nelm_fhir.exchange.writing.settle import Doubles, rested_on, resting_on, settled
from nelm_fhir.ledger import holds
from nelm_fhir.ledger.results import Result, State, note, of_patient
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.writers.strategies import Writing

ROUNDS: Final = 3
"""How often it is decided anew before nobody knows what became of a result."""
NO_INPUTS: Final[frozenset[str]] = frozenset()

Dones = dict[str, Done]
Decided = tuple[Dones, Sequence[Parcel]]
"""What has ended without sending anything, and what is to be sent."""
Turn = Callable[[Sequence[Result], Dones, Packing], Decided]
"""One round: from the rows as they stand, and what was done in earlier rounds."""


class Writer:
    """Writes to one place, with one ledger.

    `program` is who writes, `now` tells the moment, `run` is the run of the ledger.
    """

    def __init__(
        self,
        client: Client,
        place: Place,
        ledger: Ledger,
        *,
        program: str,
        now: Callable[[], datetime],
        run: int | None = None,
    ) -> None:
        self._place = place
        self._ledger = ledger
        self._program = program
        self._now = now
        self._run = run
        self._lookup = Lookup(client, place)
        self._delivery = Delivery(client, place, ledger, now)
        holds.give_up_claims(ledger)

    def write(
        self,
        assessment: Assessment,
        writing: Writing,
        *,
        newest_input: str,
        void: frozenset[str] = NO_INPUTS,
    ) -> list[Done]:
        """Write the results of an assessment, and retract earlier ones that rest on `void` inputs.

        `newest_input` is the youngest moment of the record. Raises ExchangeError where the server
        cannot be asked, NoPatient, WriteRefused where somebody else writes for the patient.
        """
        patient = patient_at(assessment, self._place)
        new = list(
            news(
                assessment,
                self._place,
                newest_input=newest_input,
                valid_months=writing.valid_months,
                run=self._run,
            )
        )

        def turn(rows: Sequence[Result], done: Dones, packing: Packing) -> Decided:
            pending = [one for one in new if one.key not in done or done[one.key].end in OPEN]
            can_update = self._place.in_place
            planned = plan(pending, rows, self._lookup, can_update=can_update, void=void)
            if any(one.action.why is Why.DOUBLES for one in planned):
                raise Doubles
            note(self._ledger, landed_rows(planned), self._now())
            to_send = [one for one in planned if one.action.do in {Do.CREATE, Do.UPDATE}]
            return kept(planned), [packed(one, assessment, packing) for one in to_send]

        def work() -> list[Done]:
            written = self._in_rounds(patient, writing, turn)
            wrong = self._in_rounds(patient, writing, self._withdrawal(Why.VOID_INPUT, void))
            return [*(written[one.key] for one in new), *wrong.values()]

        return self._alone(patient, work, [one.set_id for one in new])

    def withdraw(self, patient: str, writing: Writing) -> list[Done]:
        """Retract every result of a patient who was merged into another."""

        def work() -> list[Done]:
            return list(self._in_rounds(patient, writing, self._withdrawal(Why.MERGED)).values())

        return self._alone(patient, work, [])

    def rested_on(self, patient: str) -> list[str]:
        """Return what the written results of a patient rest on, as the ledger knows it."""
        return rested_on(of_patient(self._ledger, self._place.target, patient))

    def _withdrawal(self, why: Why, void: frozenset[str] | None = None) -> Turn:
        """Return the round that retracts what rests on `void` inputs; everything without."""

        def turn(rows: Sequence[Result], done: Dones, packing: Packing) -> Decided:
            unsure = [row for row in rows if row.key in done and done[row.key].end in OPEN]
            written = [row for row in rows if row.state is State.WRITTEN and row.key not in done]
            wrong = written if void is None else list(resting_on(written, void))
            ended, parcels = retractions([*wrong, *unsure], self._lookup, why, packing)
            gone = [replace(row, state=State.RETRACTED) for row in wrong if row.key in ended]
            note(self._ledger, gone, self._now())
            return ended, parcels

        return turn

    def _in_rounds(self, patient: str, writing: Writing, turn: Turn) -> Dones:
        done: Dones = {}
        for _ in range(ROUNDS):
            rows = self._settled(patient)
            moment = self._now()
            packing = Packing(self._place, writing, self._program, moment, tuple(rows))
            decided, parcels = turn(rows, done, packing)
            ended = decided | self._delivery.deliver(parcels, moment)
            done |= {key: found_out(done.get(key), one) for key, one in ended.items()}
            if not any(one.end in OPEN for one in done.values()):
                break
        return done

    def _settled(self, patient: str) -> list[Result]:
        """Find out what was in doubt, pay what is owed, and return the rows as they stand."""
        rows = of_patient(self._ledger, self._place.target, patient)
        note(self._ledger, settled(rows, self._lookup, self._place), self._now())
        self._delivery.settle_debts(of_patient(self._ledger, self._place.target, patient))
        return of_patient(self._ledger, self._place.target, patient)

    def _alone(
        self, patient: str, work: Callable[[], list[Done]], sets: Sequence[str]
    ) -> list[Done]:
        """Work as the only writer of the patient, unless an alarm stands or has to be raised."""
        server = self._place.base
        with holds.one_writer(self._ledger, server, patient, self._now()):
            if holds.alarmed(self._ledger, server, patient):
                return alarm(sets, Why.ALARMED)
            try:
                return work()
            except Doubles:
                holds.raise_alarm(self._ledger, server, patient, self._now())
                return alarm(sets, Why.DOUBLES)
