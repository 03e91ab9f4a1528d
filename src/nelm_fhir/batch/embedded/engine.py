"""The embedded engine: a whole population on one machine, in bounded memory, to be taken up again.

In: a source (a Bulk Data export in any layout, a folder of Bundles, NDJSON of either), settings,
and a sink. Out: every patient with a concern as exactly one Outcome, handed to the sink portion by
portion, and the Counts of the run.

Two passes: whose each line is and who has something that concerns us; then the lines of those,
brought together on disk. Each is judged from all their lines. What is done is kept: a run that was
interrupted goes on with the file or portion that was not done.
Source: performance.md 5; interop 5, 7 rule 10.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Final

from nelm_fhir.batch.embedded import tasks
from nelm_fhir.batch.embedded.gathering import Gathering
from nelm_fhir.batch.embedded.shards import Shards, portions
from nelm_fhir.batch.embedded.workers import Workers, catalogue
from nelm_fhir.batch.embedded.workplace import Workplace
from nelm_fhir.batch.judging import Asked
from nelm_fhir.batch.lines.counting import (
    Once,
    Tally,
    counted,
    given_up,
    missing_of,
    names_in,
    refused_files,
    tally,
)
from nelm_fhir.batch.lines.identified import identified
from nelm_fhir.batch.lines.people import count, joined
from nelm_fhir.batch.lines.scanning import FileScan
from nelm_fhir.batch.lines.sources import SourceFile, files_of, fingerprint
from nelm_fhir.batch.outcome import Counts, Outcome
from nelm_fhir.batch.settings import Progress, Settings, Watcher, unwatched
from nelm_fhir.core.program import PROGRAM

Sink = Callable[[list[Outcome], str], None]
"""Keeps the outcomes of a portion, all or none, under the portion's name."""
FILES: Final = "files"
"""Portion of the outcomes of files that are no patient's record."""
_GATHERED: Final = "gathered"
_INDEX_SHARE: Final = 20
"""The index and what is nobody's take at most this part of a source; mostly far less."""


def run(
    source: Path | str,
    settings: Settings,
    sink: Sink,
    *,
    finished: Mapping[str, Tally] | None = None,
    watch: Watcher = unwatched,
) -> Counts:
    """Judge a population; `source` is a path or the address of a place in an object store.

    `finished` are the portions that the sink kept in an earlier, interrupted run over the same
    source with the same settings. Raises InputError where there is nothing to read or no room.
    """
    files = files_of(source, without=settings.work)
    if any(file.store for file in files):
        settings = replace(settings, start_method="spawn")  # a store's client survives no fork
    with Workers(settings) as workers:
        place = Workplace(settings.work, fingerprint(files, PROGRAM, workers.digest))
        counts = _Run(files, settings, place, workers, watch).counts(sink, dict(finished or {}))
    place.leave()
    return counts


class _Run:
    """The passes of one run."""

    def __init__(
        self,
        files: Sequence[SourceFile],
        settings: Settings,
        place: Workplace,
        workers: Workers,
        watch: Watcher,
    ) -> None:
        self._files = files
        self._settings = settings
        self._place = place
        self._workers = workers
        self._watch = watch
        self._total = sum(file.size for file in files)

    def counts(self, sink: Sink, finished: dict[str, Tally]) -> Counts:
        """Go through all passes; return what was seen."""
        scans = self._scanned()
        missing = missing_of(self._files, scans)
        pairs = chain.from_iterable(scan.same for scan in scans)
        groups = joined(chain(pairs, identified(self._files, scans, self._settings.patient_bytes)))
        patients = self._gathered(scans, groups)
        refused = refused_files(self._files, scans)
        if FILES not in finished:
            sink(refused, FILES)
            finished[FILES] = 0, len(refused)
        is_partial = bool(missing) or any(scan.affects_all for scan in scans)
        self._judge(sink, finished, patients, is_partial=is_partial)
        runs = [(self._place.path(f"{n}.people"), scan.people) for n, scan in enumerate(scans)]
        done = sum(one[0] for one in finished.values()), sum(one[1] for one in finished.values())
        others = count(runs, groups) - sum(done) + len(refused)
        return counted(self._files, scans, missing, done, others)

    def _scanned(self) -> list[FileScan]:
        """Look through the files that were not looked through before."""
        self._place.need(self._total // _INDEX_SHARE)
        scans = {
            n: kept
            for n in range(len(self._files))
            if (kept := self._place.kept(f"{n}.scan", FileScan)) is not None
        }
        before = sum(self._files[n].size for n in scans)
        self._workers.watch(lambda done: self._watch(Progress(before + done, self._total)))
        folder, limit = self._place.folder, self._settings.patient_bytes
        left = (
            tasks.ToScan(n, file, folder, limit)
            for n, file in enumerate(self._files)
            if n not in scans
        )
        for task, found in self._workers.results(tasks.scan, left):
            scans[task.number] = found or given_up(task.number, folder)
            if found is not None:
                self._place.keep(f"{task.number}.scan", found)
        return [scans[n] for n in range(len(self._files))]

    def _gathered(self, scans: Sequence[FileScan], groups: Mapping[str, str]) -> int:
        """Bring the lines together; return about how many patients have a concern."""
        patients = self._place.kept(_GATHERED, int)
        if patients is not None:
            return patients
        self._place.remove("*.shard")
        shards = Shards(self._place, self._settings.buffer_bytes)
        gathering = Gathering(self._place, scans, groups, shards, catalogue())
        share = gathering.patients / max(1, sum(sum(scan.people) for scan in scans))
        self._place.need(int(min(1.0, share) * self._total))
        for number, file in enumerate(self._files):
            gathering.file(number, file)
        gathering.complete()
        shards.flush()
        self._place.keep(_GATHERED, gathering.patients)
        return gathering.patients

    def _judge(
        self, sink: Sink, finished: dict[str, Tally], patients: int, *, is_partial: bool
    ) -> None:
        """Judge the portions that were not judged before."""
        chosen = self._settings
        asked = Asked(chosen.as_of, chosen.sets, chosen.options)
        names = [file.name for file in self._files]
        self._workers.watch()
        left = (
            tasks.ToJudge(
                one,
                asked,
                chosen.patient_bytes,
                names_in(one, names),
                is_partial,
                chosen.keep_input,
            )
            for one in portions(self._place, chosen.shard_bytes, chosen.patient_bytes)
            if one.name not in finished
        )
        once = Once()
        done = 0
        for task, found in self._workers.results(tasks.judge, left):
            outcomes = found if found is not None else self._one_by_one(task)
            once.add(outcomes)
            sink(outcomes, task.portion.name)
            finished[task.portion.name] = tally(outcomes)
            done += len(task.portion.patients)
            self._watch(Progress(self._total, self._total, done, max(patients, done)))
        once.check()
        self._watch(Progress(self._total, self._total, done, done))

    def _one_by_one(self, task: tasks.ToJudge) -> list[Outcome]:
        """Judge the patients of a portion that killed its process: only one of them is to blame."""
        outcomes: list[Outcome] = []
        for single in task.singly():
            found = self._workers.alone(tasks.judge, single)
            outcomes += [single.lost()] if found is None else found
        return outcomes
