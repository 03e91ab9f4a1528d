"""Every output of a run, from the ledger alone: streamed, in fixed orders, without a clock.

In: a run whose patients are all in the ledger. Out: the files of the folder, each whole or not at
all, `run.json` last; and their digests. Called again it writes the same bytes, so an interruption
costs nothing but the time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

from nelm_fhir.assessment.json_form import as_bytes
from nelm_fhir.batch.outcome import FAILED, Counts
from nelm_fhir.batch.outputs import changes, files
from nelm_fhir.batch.outputs.causes import Causes
from nelm_fhir.batch.outputs.changes import Change, Changed
from nelm_fhir.batch.outputs.dead_letters import dead_letters
from nelm_fhir.batch.outputs.files import Folder
from nelm_fhir.batch.outputs.run_line import run_line
from nelm_fhir.batch.outputs.summary import Summary
from nelm_fhir.batch.outputs.worklist import lines
from nelm_fhir.batch.outputs.worklist_page import Facts, page
from nelm_fhir.batch.outputs.worklist_rows import can_write_parquet, csv_rows, write_parquet
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.ledger import patients
from nelm_fhir.ledger.runs import Run
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.report.worklist_line import Place, WorklistLine, encoded

Json = dict[str, Any]
_LINE_END: Final = b"\n"


@dataclass(frozen=True, slots=True)
class Outputs:
    """Writes the outputs of one run; `before` is the run that changes are told from."""

    ledger: Ledger
    run: Run
    before: Run | None
    counts: Counts
    catalogue: Catalogue
    folder: Folder

    def write(self) -> dict[str, str]:
        """Write every file and return the SHA-256 of each by its name."""
        self.folder.remove(files.RUN)  # until all of its files are there again
        summary, changed = Summary(), Changed()
        worklist = (encoded(line) + _LINE_END for line in summary.passing(self._lines()))
        self._write(files.WORKLIST, worklist)
        different = (changes.encoded(one) + _LINE_END for one in changed.passing(self._changes()))
        self._write(files.CHANGES, different)
        self._write(files.WORKLIST_PAGE, self._page(summary, changed))
        self._write(files.WORKLIST_ROWS, csv_rows(self._lines()))
        self._table()
        self._write(files.SUMMARY, [as_bytes(self._summary(summary, changed), indent=True)])
        self._write(files.RISK_ASSESSMENTS, self._resources())
        self._write(files.PROFILES, self._profiles())
        self._write(files.DEAD_LETTERS, dead_letters(self.ledger, self.run))
        states = patients.states(self.ledger, self.run)
        told = run_line(self.run, self.before, self.counts, states, digests(self.folder))
        self._write(files.RUN, [as_bytes(told, indent=True)])
        return digests(self.folder)

    def _write(self, name: str, pieces: Iterable[bytes]) -> None:
        with self.folder.writing(name) as file:
            file.writelines(pieces)

    def _lines(self) -> Iterator[WorklistLine]:
        return lines(self.ledger, self.run)

    def _changes(self) -> Iterator[Change]:
        if self.before is None:
            return iter(())
        causes = Causes(self.ledger, self.before, self.run, self.catalogue)
        return changes.changes(self.ledger, self.before, self.run, causes.explain)

    def _table(self) -> None:
        """Write the table for data frames, or remove one that would be out of date."""
        if not can_write_parquet():
            self.folder.remove(files.WORKLIST_TABLE)
            return
        with self.folder.writing(files.WORKLIST_TABLE) as file:
            write_parquet(self._lines(), file)

    def _resources(self) -> Iterator[bytes]:
        for resource in patients.resources(self.ledger, self.run):
            yield resource + _LINE_END

    def _profiles(self) -> Iterator[bytes]:
        for patient, profile in patients.profiles(self.ledger, self.run):
            yield as_bytes({"patient": patient, "profile": orjson.Fragment(profile)})

    def _summary(self, summary: Summary, changed: Changed) -> Json:
        asked, states = self.run.asked, patients.states(self.ledger, self.run)
        return {
            "as_of": asked.as_of.isoformat(),
            "program": asked.program,
            "catalogue_digest": asked.catalogue,
            "patients": {
                **{str(place): summary.places[place] for place in Place},
                "deceased": states["deceased"],
                "failed": states.get(FAILED, 0),
                "passed_over": self.counts.passed_over,
            },
            "verdicts": summary.verdicts(),
            "missing": summary.missing(),
            "disagreements": summary.disagreements(),
            "failed": patients.errors(self.ledger, self.run),
            "changes": changed.by_cause(),
        }

    def _page(self, summary: Summary, changed: Changed) -> Iterator[bytes]:
        asked, states = self.run.asked, patients.states(self.ledger, self.run)
        facts = Facts(
            as_of=asked.as_of.isoformat(),
            program=asked.program,
            catalogue=asked.catalogue,
            overlays=[f"{one['name']} {one['version']}" for one in asked.about["overlays"]],
            options=asked.options["options"],
            notice=self.catalogue.texts.notice,
            verdicts=self.catalogue.texts.verdicts,
            statuses=self.catalogue.texts.statuses,
            reasons=self.catalogue.texts.reasons,
            places=summary.places,
            deceased=states["deceased"],
            failed=states.get(FAILED, 0),
            passed_over=self.counts.passed_over,
            before=self.before.asked.as_of.isoformat() if self.before else None,
        )
        for piece in page(self._lines(), changed.first, facts):
            yield piece.encode() + _LINE_END


def digests(folder: Folder) -> dict[str, str]:
    """Return the SHA-256 of every output that is there."""
    found = {name: folder.digest(name) for name in files.NAMES}
    return {name: digest for name, digest in found.items() if digest is not None}
