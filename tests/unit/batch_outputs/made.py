"""Outcomes of real records, and batches over them: the samples and the patients of the vignettes.

Whatever stands in an outcome is made by the straight line; only how a population is read from files
and shared among processes is left out, which is the engine's part.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from tests.unit.assessment.made import catalogue, vignettes

from nelm_fhir import pipeline
from nelm_fhir.assessment.json_form import as_bytes, to_bytes
from nelm_fhir.batch.job import Ended, Job
from nelm_fhir.batch.outcome import FAILED, JUDGED, Counts, Outcome
from nelm_fhir.batch.outputs.files import LEDGER, Folder
from nelm_fhir.batch.outputs.run_line import Request
from nelm_fhir.errors import InputError
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.profile.record_format import CandidateProfile
from nelm_fhir.report.worklist_line import encoded, worklist_line
from nelm_fhir.writers.fhir_json import fhir_json

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "sample_bundles"
DAY = date(2026, 6, 1)
MOMENT = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)


def outcome(read: pipeline.Read, patient: str, text: bytes, *, deceased: bool = False) -> Outcome:
    """Return the outcome of a record that was read."""
    assessment = pipeline.with_subject(pipeline.judge(read, catalogue()), patient)
    written = pipeline.to_fhir(assessment, catalogue(), recorded=MOMENT, validated=False)
    resources = [entry["resource"] for entry in written["entry"]]
    return Outcome(
        patient=patient,
        state=JUDGED,
        input_hash=hashlib.sha256(text).hexdigest(),
        assessment=to_bytes(assessment).rstrip(b"\n"),
        profile=as_bytes(read.profile.to_record()).rstrip(b"\n"),
        resources=tuple(
            fhir_json(one) for one in resources if one["resourceType"] == "RiskAssessment"
        ),
        deceased=deceased,
        line=encoded(worklist_line(assessment, catalogue())),
    )


@cache
def of_record(text: bytes, as_of: date = DAY) -> Outcome:
    """Return the outcome of one Bundle."""
    read = pipeline.read_one(text, catalogue(), as_of=as_of)
    dead = any(issue.kind == "death-recorded" for issue in read.origin.issues)
    return outcome(read, str(read.origin.subject.reference), text, deceased=dead)


@cache
def samples(as_of: date = DAY) -> tuple[Outcome, ...]:
    """Return the outcomes of all samples, by patient."""
    bundles = [path.read_bytes() for path in sorted(SAMPLES.glob("*/bundle.json"))]
    return tuple(sorted((of_record(one, as_of) for one in bundles), key=lambda one: one.patient))


@cache
def of_vignettes(as_of: date | None = None) -> tuple[Outcome, ...]:
    """Return the outcomes of the vignettes, each at its own day if none is given."""
    found = []
    for name, case in vignettes().items():
        profile = CandidateProfile.from_record(case.record)
        if as_of:
            profile = profile.model_copy(update={"as_of": as_of})
        text = repr(case.record).encode()
        found.append(outcome(pipeline.given(profile), f"Patient/{name}", text))
    return tuple(found)


def failed(patient: str, error: InputError, text: bytes = b"{", **more: object) -> Outcome:
    """Return the outcome of a patient whose record was of no use."""
    return Outcome(
        patient=patient,
        state=FAILED,
        input_hash=hashlib.sha256(text).hexdigest(),
        error=type(error).__name__,
        message=error.message,
        remedy=error.remedy,
        issue_type=error.issue_type,
        **more,
    )


def request(**changes: object) -> Request:
    """Return what a batch over the samples asks for."""
    given = {
        "source": "records",
        "fingerprint": "0" * 64,
        "as_of": DAY,
        "catalogue": catalogue().digest,
        "sets": tuple(catalogue().sets),
    }
    return Request(**{**given, **changes})


def engine(outcomes: Iterable[Outcome], *, at_a_time: int = 5, stop_after: int | None = None):
    """Return an engine that has these outcomes in parts; it may break down after some parts."""
    every = list(outcomes)
    parts = {f"{at:05}": every[at : at + at_a_time] for at in range(0, len(every), at_a_time)}

    def judge(sink, done: Mapping[str, tuple[int, int]]) -> Counts:
        for number, (name, some) in enumerate(parts.items()):
            if stop_after is not None and number >= stop_after:
                raise KeyboardInterrupt
            if name not in done:
                sink(some, name)
        states: Mapping[str, int] = {
            state: sum(one.state == state for one in every) for state in (JUDGED, FAILED)
        }
        return Counts(judged=states[JUDGED], failed=states[FAILED], passed_over=7, files=3)

    return judge


@contextmanager
def job(folder: Path):
    """Open a batch in a folder, as the command does."""
    with (
        Folder.open(folder) as opened,
        Ledger.open(opened.path / LEDGER, exclusive=True) as ledger,
    ):
        yield Job(ledger, opened, catalogue(), lambda: MOMENT)


def batch(
    folder: Path, outcomes: Sequence[Outcome], *, fresh: bool = False, **changes: object
) -> Ended:
    """Run a batch over outcomes into a folder."""
    with job(folder) as one:
        asked = request(**changes)
        return (None if fresh else one.done(asked)) or one.do(asked, engine(outcomes), fresh=fresh)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the outputs of a folder by name, without the ledger and its locks."""
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if not path.name.startswith("ledger.") and path.suffix != ".lock"
    }
