"""One batch from beginning to end: what is done already, what is to be judged, the outputs.

In: a request, an engine, the ledger and the folder. Out: the files of the folder, and how it ended.
A run that was asked before with the same input writes nothing; one that was interrupted goes on
where it was; anything else is a new run. What a server holds is known only when it has been read:
a run that read the same as the one before leaves no trace. Moments come from the caller's clock.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from nelm_fhir.batch.input_digest import input_digest
from nelm_fhir.batch.outcome import FAILED, JUDGED, Counts, Outcome
from nelm_fhir.batch.outputs.files import Folder
from nelm_fhir.batch.outputs.run_line import KIND, Request
from nelm_fhir.batch.outputs.worklist import kept
from nelm_fhir.batch.outputs.written import Outputs, digests
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.ledger import patients, runs
from nelm_fhir.ledger.runs import Asked, Run
from nelm_fhir.ledger.store import Ledger

Sink = Callable[[list[Outcome], str], None]
"""Keeps the outcomes of one finished part, by its name: all of them or none."""
Tally = tuple[int, int]
"""How many patients of a part were judged, and how many failed."""
Engine = Callable[[Sink, Mapping[str, Tally]], Counts]
"""Judges a population: it is told which parts are done already and need no second judgment."""
Clock = Callable[[], datetime]
_COUNTS: Final = "counts"
_OUTPUTS: Final = "outputs"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a batch ended; `repeated`: nothing was written, because all of it was there.

    `unwritten` counts patients who were judged and whose results did not land at the server.
    """

    run: Run
    counts: Counts
    judged: int
    failed: int
    repeated: bool
    unwritten: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether every patient was assessed, from lines that could all be read, and written."""
        return not (self.failed or self.unwritten) and self.counts.is_whole


@dataclass(frozen=True, slots=True)
class Job:
    """What a batch works with."""

    ledger: Ledger
    folder: Folder
    catalogue: Catalogue
    clock: Clock

    def done(self, request: Request) -> Ended | None:
        """Return how the same request ended, if its outputs are all there as they were written."""
        return self._there(request.asked())

    def _there(self, asked: Asked) -> Ended | None:
        run = next(runs.finished(self.ledger, KIND), None)
        if run is None or not run.asked.gives_the_same_as(asked):
            return None
        if run.counts.get(_OUTPUTS) != digests(self.folder):
            return None
        return self._ended(run, _counts(run), repeated=True)

    def do(self, request: Request, engine: Engine, *, fresh: bool) -> Ended:
        """Judge what is not judged yet, write the outputs, and note the run as finished."""
        run = self._run(request, fresh=fresh)
        before = self._before(run)
        counts = self._judged(run, before, engine)
        if request.is_live:
            run = _of_input(run, input_digest(self.ledger, run))
            if not fresh and (there := self._there(run.asked)):
                runs.give_up(self.ledger, run)
                return there
            before = self._before(run)
        outputs = Outputs(self.ledger, run, before, counts, self.catalogue, self.folder).write()
        noted = {_COUNTS: msgspec.to_builtins(counts), _OUTPUTS: outputs}
        runs.finish(self.ledger, run, self.clock(), noted)
        return self._ended(run, counts, repeated=False)

    def _run(self, request: Request, *, fresh: bool) -> Run:
        """Return the run to go on with: one that was begun, one without its files, or a new one.

        Runs that were begun for something else, or on another engine, will never be ended.
        """
        asked = request.asked()
        going_on = None
        for run in runs.unfinished(self.ledger, KIND):
            if going_on is None and not fresh and run.asked == asked:
                going_on = run
            else:
                runs.give_up(self.ledger, run)
        last = next(runs.finished(self.ledger, KIND), None)
        if not (going_on or fresh) and last and last.asked.gives_the_same_as(asked):
            return last
        return going_on or runs.begin(self.ledger, asked, self.clock())

    def _before(self, run: Run) -> Run | None:
        """Return the last run that was asked for something else: changes are told from it."""
        for other in runs.finished(self.ledger, KIND):
            if other.id != run.id and not other.asked.gives_the_same_as(run.asked):
                return other
        return None

    def _judged(self, run: Run, before: Run | None, engine: Engine) -> Counts:
        """Return what was counted, after every patient has been judged once."""
        if _COUNTS in run.counts:
            return _counts(run)

        def sink(outcomes: list[Outcome], part: str) -> None:
            rows = (kept(one, self._failed_before(before, one)) for one in outcomes)
            patients.add_part(self.ledger, run, part, rows)

        parts = patients.parts_done(self.ledger, run).items()
        done = {name: (states.get(JUDGED, 0), states.get(FAILED, 0)) for name, states in parts}
        counts = engine(sink, done)
        runs.note(self.ledger, run, {_COUNTS: msgspec.to_builtins(counts)})
        return counts

    def _failed_before(self, before: Run | None, outcome: Outcome) -> int:
        if before is None:
            return 0
        return patients.attempts(self.ledger, before, outcome.patient, outcome.input_hash)

    def _ended(self, run: Run, counts: Counts, *, repeated: bool) -> Ended:
        states = patients.states(self.ledger, run)
        judged, failed = states.get(JUDGED, 0), states.get(FAILED, 0)
        unwritten = sum(patients.errors(self.ledger, run).values()) - failed
        return Ended(run, counts, judged, failed, repeated, unwritten)


def _of_input(run: Run, fingerprint: str) -> Run:
    """Return the run with the fingerprint of what it has read."""
    asked = msgspec.structs.replace(run.asked, source=fingerprint)
    return msgspec.structs.replace(run, asked=asked)


def _counts(run: Run) -> Counts:
    found: dict[str, Any] = dict(run.counts[_COUNTS])
    return msgspec.convert(found, Counts)
