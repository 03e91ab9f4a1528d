"""What worker processes are asked to do: look through one file, judge some patients."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from msgspec import structs

from nelm_fhir import pipeline
from nelm_fhir.batch.embedded import workers
from nelm_fhir.batch.embedded.shards import Gathered, Portion
from nelm_fhir.batch.judging import Asked, defect, failed, judged
from nelm_fhir.batch.lines.scanning import FileScan, FileScanner, too_large
from nelm_fhir.batch.lines.sources import SourceFile
from nelm_fhir.batch.outcome import FAILED, Outcome
from nelm_fhir.errors import PartialRecord
from nelm_fhir.fhir_r4.split import is_bundle


@dataclass(frozen=True, slots=True)
class ToScan:
    """A file to look through: its number and where to keep what is seen."""

    number: int
    file: SourceFile
    folder: Path
    limit: int


@dataclass(frozen=True, slots=True)
class ToJudge:
    """Patients to judge.

    `limit` is the most that one patient's lines may hold, `names` gives the file of a patient who
    is one file; `is_partial` tells that lines of anybody may be missing; `keep_input` that the
    lines of a failed patient are to be kept.
    """

    portion: Portion
    asked: Asked
    limit: int
    names: Mapping[str, str]
    is_partial: bool = False
    keep_input: bool = False

    def singly(self) -> Iterator["ToJudge"]:
        """Yield the same for each patient alone."""
        for one in self.portion.patients:
            yield replace(self, portion=Portion(self.portion.name, (one,)))

    def lost(self) -> Outcome:
        """Return the outcome of the only patient if judging them killed the process."""
        one = self.portion.patients[0]
        return defect(one.patient, one.digest, self.names.get(one.patient, ""))


def scan(task: ToScan) -> FileScan:
    """Look through a file."""
    scanner = FileScanner(task.file, task.number, task.folder, task.limit)
    return scanner.run(workers.catalogue(), workers.advance)


def judge(task: ToJudge) -> list[Outcome]:
    """Return the outcome of each patient who has one."""
    found = []
    for one in task.portion.patients:
        outcome = _of_patient(one, task)
        if outcome is not None:
            source = task.names.get(one.patient, "")
            kept = one.lines if task.keep_input and outcome.state == FAILED else ()
            found.append(structs.replace(outcome, source=source, kept=kept))
    return found


def _of_patient(one: Gathered, task: ToJudge) -> Outcome | None:
    if not one.lines:
        return failed(one.patient, one.digest, too_large(task.limit))
    if task.is_partial and not all(map(is_bundle, one.lines)):
        return _withheld(one)
    return judged(one.patient, one.lines, one.digest, workers.catalogue(), task.asked)


def _withheld(one: Gathered) -> Outcome | None:
    """Return why a patient is not assessed whose record may lack something."""
    if not pipeline.may_concern(one.lines, workers.catalogue()):
        return None
    error = PartialRecord(
        "A file of the source could not be read to its end; something of the record may be in it.",
        "Fetch the file again that the run names, and repeat the run.",
    )
    return failed(one.patient, one.digest, error)
