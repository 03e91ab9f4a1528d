"""The Spark engine: a population beyond one machine, with the outcomes of the embedded engine.

In: a source on a disk that all workers reach or in an object store, settings, a sink, perhaps the
user's own session. Out: as from `embedded.run`, byte for byte.

The same two passes with the same functions on Spark's workers, over its DataFrame API alone. What
is between two steps is written to the folder of the run, so that nothing is computed twice and each
step sees the same rows. A run that was interrupted looks at the source again and judges only the
portions that the sink does not have.
Source: performance.md 5; interop 5, 7 rule 10.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain, groupby
from pathlib import Path
from typing import Final

import msgspec
from msgspec import structs

from nelm_fhir import pipeline
from nelm_fhir.batch.embedded.engine import FILES, Sink
from nelm_fhir.batch.embedded.gathering import ROUNDS
from nelm_fhir.batch.judging import Asked
from nelm_fhir.batch.lines.counting import Once, Tally, counted, missing_of, refused_files, tally
from nelm_fhir.batch.lines.people import joined
from nelm_fhir.batch.lines.scanning import FileScan
from nelm_fhir.batch.outcome import Counts, Outcome
from nelm_fhir.batch.settings import Progress, Settings, Watcher, unwatched
from nelm_fhir.batch.spark.files import Source, number_in, source_of
from nelm_fhir.batch.spark.gathering import cohort, groups_of, loose_of, of_the_cohort, wished
from nelm_fhir.batch.spark.judging import JUDGED, Assess, check_once, extent_of, long_ones, together
from nelm_fhir.batch.spark.knowledge import Knowledge, check_workers, knowledge_of
from nelm_fhir.batch.spark.people import identified, people
from nelm_fhir.batch.spark.scanning import FirstPass
from nelm_fhir.batch.spark.session import (
    Frame,
    Session,
    check_installed,
    rows_at_once,
    session_for,
)
from nelm_fhir.batch.spark.store import Store, cleared
from nelm_fhir.mappers import registry

PORTION: Final = 200
"""About how many patients the sink gets at once."""
_PATIENTS_AT_ONCE: Final = 16


def run(
    source: str | Path,
    settings: Settings,
    sink: Sink,
    *,
    session: Session | None = None,
    store: str | None = None,
    finished: Mapping[str, Tally] | None = None,
    watch: Watcher = unwatched,
) -> Counts:
    """Judge a population on Spark.

    `source` is a folder or file, or an address that Spark reads (`s3a://bucket/export`); `store`
    an address for what is between two steps, where workers do not reach `settings.work`. `session`
    is the user's own; without it that of the platform, or one that is started on this machine.
    `finished` are the portions that the sink kept in an earlier, interrupted run.

    Raises InputError where there is nothing to read, or Spark is not there.
    """
    check_installed()
    cleared(settings.work)
    with session_for(session, settings) as spark:
        knowledge = knowledge_of(settings.overlays)
        check_workers(spark, knowledge, settings.overlays)
        files = source_of(spark, source, settings.work)
        tables = Store(spark, settings.work, store)
        found = _Run(spark, files, settings, tables, knowledge, watch)
        counts = found.counts(sink, dict(finished or {}))
        tables.leave()
    return counts


@dataclass(slots=True)
class _Run:
    """The passes of one run."""

    session: Session
    source: Source
    settings: Settings
    store: Store
    knowledge: Knowledge
    watch: Watcher

    def counts(self, sink: Sink, finished: dict[str, Tally]) -> Counts:
        """Go through all passes; return what was seen."""
        files = self.source.files
        catalogue = pipeline.load(self.settings.overlays)
        read = frozenset(registry.Wanted(catalogue.codes).types)
        limit = self.settings.patient_bytes
        first = FirstPass(self.session, self.source, self.store, self.knowledge, limit, read)
        found = first.found()
        scans = [first.scans[n] for n in range(len(files))]
        total = sum(file.size for file in files)
        self.watch(Progress(total, total))
        missing = missing_of(files, scans)
        persons = joined(chain(_same(scans), _identified(first, scans)))
        groups = groups_of(self.session, persons)
        loose = loose_of(found) if any(scan.loose for scan in scans) else None
        lines = self._gathered(first, cohort(self.session, found, groups), groups, loose)
        refused = refused_files(files, scans)
        if FILES not in finished:
            sink(refused, FILES)
            finished[FILES] = 0, len(refused)
        is_partial = bool(missing) or any(scan.affects_all for scan in scans)
        self._judge(lines, sink, finished, is_partial=is_partial)
        done = sum(one[0] for one in finished.values()), sum(one[1] for one in finished.values())
        others = people(found, groups) - sum(done) + len(refused)
        return counted(files, scans, missing, done, others)

    def _gathered(
        self, first: FirstPass, wanted: Frame, groups: Frame, loose: Frame | None
    ) -> Frame:
        """Bring together the lines of all with a concern, and what of nobody's they need."""
        wanted = self.store.keep("cohort", wanted)
        owned = first.owned(range(len(self.source.files)))
        tables = [self.store.keep("gathered", of_the_cohort(owned, wanted, groups))]
        for number in range(ROUNDS if loose is not None else 0):
            lines = self.store.keep(f"gathered-{number}", wished(tables[-1], loose))
            if lines.isEmpty():
                break
            tables.append(lines)
        return reduce(lambda one, other: one.unionByName(other), tables)

    def _judge(
        self, lines: Frame, sink: Sink, finished: dict[str, Tally], *, is_partial: bool
    ) -> None:
        """Judge the portions that were not judged before."""
        chosen = self.settings
        extent = extent_of(lines)
        limit = chosen.patient_bytes
        assess = Assess(
            self.knowledge,
            Asked(chosen.as_of, chosen.sets, chosen.options),
            limit,
            portions=max(1, -(-extent.patients // PORTION)),
            finished=frozenset(int(name) for name in finished if name != FILES),
            is_partial=is_partial,
            keep_input=chosen.keep_input,
        )
        with rows_at_once(self.session, _PATIENTS_AT_ONCE):
            long = long_ones(lines, limit) if extent.largest > limit else []
            all_of_each = together(lines, long)
            judged = self.store.keep("judged", all_of_each.mapInArrow(assess, JUDGED))
        check_once(extent, judged)
        once = Once()
        total = sum(file.size for file in self.source.files)
        done = 0
        for portion, outcomes in self._portions(judged):
            if portion not in finished:
                once.add(outcomes)
                sink(outcomes, portion)
                finished[portion] = tally(outcomes)
            done += len(outcomes)
            self.watch(Progress(total, total, done, max(extent.patients, done)))
        once.check()

    def _portions(self, judged: Frame) -> Iterator[tuple[str, list[Outcome]]]:
        """Yield the outcomes of each portion, patients in the order of their names."""
        names = self.source.numbers()
        rows = judged.orderBy("portion", "patient").toLocalIterator()
        for portion, members in groupby(rows, key=lambda row: row.portion):
            outcomes = []
            for row in members:
                if row.outcome is not None:
                    outcome = msgspec.msgpack.decode(bytes(row.outcome), type=Outcome)
                    file = self.source.files[number_in(names, row.source)] if row.source else None
                    name = "" if file is None else file.name
                    outcomes.append(structs.replace(outcome, source=name))
            yield f"{portion:06}", outcomes


def _same(scans: Sequence[FileScan]) -> Iterator[tuple[str, str]]:
    return chain.from_iterable(scan.same for scan in scans)


def _identified(first: FirstPass, scans: Sequence[FileScan]) -> Iterable[tuple[str, str]]:
    """Return who is known by an identifier, asked only where one stands in place of a reference."""
    wanted = frozenset(name for scan in scans for name in scan.identified)
    whole = {n for n, scan in enumerate(scans) if not scan.is_incomplete}
    return identified(first.owned(whole), wanted) if wanted else ()
