"""What a run adds up: files, patients, and that nobody was judged twice.

In: the scans of all files, outcomes. Out: tallies and the Counts; outcomes of files that are no
patient's record; names of files that were announced and are not there whole.
"""

import hashlib
from array import array
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from nelm_fhir.batch.embedded.shards import Portion
from nelm_fhir.batch.lines.keys import key_of
from nelm_fhir.batch.lines.scanning import FileScan
from nelm_fhir.batch.lines.sources import SourceFile
from nelm_fhir.batch.outcome import FAILED, JUDGED, Counts, Outcome

Tally = tuple[int, int]
"""How many of a portion were judged, and how many failed."""


def tally(outcomes: Collection[Outcome]) -> Tally:
    """Return how many were judged, and how many failed."""
    judged = sum(one.state == JUDGED for one in outcomes)
    return judged, len(outcomes) - judged


class Once:
    """Watches that no patient has two outcomes."""

    def __init__(self) -> None:
        self._keys = array("Q")

    def add(self, outcomes: Collection[Outcome]) -> None:
        """Note these outcomes."""
        self._keys.extend(key_of(one.patient) for one in outcomes)

    def check(self) -> None:
        """Raise RuntimeError, which is a defect, if somebody has two."""
        if len(set(self._keys)) != len(self._keys):
            raise RuntimeError("a patient has two outcomes in one run")


def given_up(number: int, folder: Path) -> FileScan:
    """Return the scan of a file that killed every process that looked at it."""
    for what in ("lines", "people", "loose", "concerned"):
        (folder / f"{number}.{what}").write_bytes(b"")
    return FileScan(is_incomplete=True, affects_all=True)


def missing_of(files: Sequence[SourceFile], scans: Sequence[FileScan]) -> set[str]:
    """Return the names that a manifest announces and that are not there, or hold too few lines.

    If no announced name is there at all, files were renamed, and nothing can be said.
    """
    there = {_bare(file.path.name): scan.lines for file, scan in zip(files, scans, strict=True)}
    announced = {_bare(one.name): one.count for scan in scans for one in scan.announced}
    if there.keys().isdisjoint(announced):
        return set()
    return {name for name, lines in announced.items() if there.get(name, -1) < (lines or 0)}


def _bare(name: str) -> str:
    return name.removesuffix(".gz")


def refused_files(files: Sequence[SourceFile], scans: Sequence[FileScan]) -> list[Outcome]:
    """Return the outcomes of texts that are no patient's record; they are named by their file."""
    return [
        Outcome(
            patient=f"file:{hashlib.sha256(f'{file.name}#{n}'.encode()).hexdigest()[:16]}",
            state=FAILED,
            input_hash="",
            error=one.error,
            message=one.message,
            remedy=one.remedy,
            issue_type=one.issue_type,
            source=file.name,
        )
        for file, scan in zip(files, scans, strict=True)
        for n, one in enumerate(scan.refused)
    ]


def names_in(portion: Portion, names: Sequence[str]) -> Mapping[str, str]:
    """Return the name of the file for each patient of a portion who is one file."""
    return {one.patient: names[one.source - 1] for one in portion.patients if one.source}


def counted(
    files: Sequence[SourceFile],
    scans: Sequence[FileScan],
    missing: Collection[str],
    done: Tally,
    passed_over: int,
) -> Counts:
    """Return the Counts of a run."""
    used = [scan for scan in scans if not scan.is_ignored]
    cut = {file.name for file, scan in zip(files, scans, strict=True) if scan.is_incomplete}
    return Counts(
        judged=done[0],
        failed=done[1],
        passed_over=passed_over,
        files=len(used),
        lines=sum(scan.lines for scan in used),
        bytes=sum(scan.bytes for scan in used),
        deleted=sum(scan.deleted for scan in used),
        outcomes=sum(scan.outcomes for scan in used),
        lost=sum(scan.lost for scan in used),
        incomplete=tuple(sorted(cut.union(missing))),
    )
