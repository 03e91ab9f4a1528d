"""A population on a FHIR server: each record fetched whole, judged, and its results written back.

In: whose records, a client, what to judge. Out: the same Outcomes to the same sink as from files,
a part per patient, so that a run that was interrupted asks only for those who are left.

A record that could not be read whole is a patient who was not assessed; a server that is gone ends
the run, which can go on later. Results are written before the outcome is kept: whoever is kept as
judged has been written, and writing again changes nothing.
Source: interop 5, 7 rules 4 and 10.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Final, Protocol

from msgspec import structs

from nelm_fhir import pipeline
from nelm_fhir.assessment.result import Assessment
from nelm_fhir.batch.fetching import THREADS, Come, ahead
from nelm_fhir.batch.judging import Asked, defect, failed, judged
from nelm_fhir.batch.lines.counting import Tally, tally
from nelm_fhir.batch.outcome import FAILED, Counts, Outcome
from nelm_fhir.batch.record_hash import record_hash
from nelm_fhir.batch.settings import Progress, Watcher, unwatched
from nelm_fhir.errors import AuthFailed, NelmError, NoPatient, ServerUnavailable
from nelm_fhir.exchange.capability import Capability
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.patient_record import Fetched, fetch_record
from nelm_fhir.exchange.writing.inputs import merged_people
from nelm_fhir.knowledge.catalogue import Catalogue

Sink = Callable[[list[Outcome], str], None]
"""Keeps the outcome of a patient under the patient's name."""
GONE_AFTER: Final = 3
"""So many patients in a row for whom the server did not answer: it is gone."""
_IS: Final = " is "
"""Between the two names in the name of the part of somebody who is judged under another name."""
_TOLD: Final = ("error", "message", "remedy", "issue_type")
"""What a judged patient's outcome tells of results that did not land."""


class WriteBack(Protocol):
    """Writes the results of one record to the server it was read from."""

    @property
    def standing(self) -> frozenset[str]:
        """Patients who have results there by the ledger."""

    def __call__(
        self, fetched: Fetched, read: pipeline.Read, assessment: Assessment
    ) -> NelmError | None:
        """Write; return the error that what was not written amounts to."""


@dataclass(frozen=True, slots=True)
class Site:
    """What a population is read from and judged with; `write` None: nothing is written back."""

    client: Client
    offered: Capability
    catalogue: Catalogue
    asked: Asked
    write: WriteBack | None = None
    keep_input: bool = False
    threads: int = THREADS


def run(
    site: Site,
    names: Iterable[str],
    sink: Sink,
    *,
    finished: Mapping[str, Tally] | None = None,
    watch: Watcher = unwatched,
) -> Counts:
    """Judge the patients of these names; `finished` are the parts of an interrupted run.

    Raises ExchangeError where the server is gone or does not know us any more.
    """
    going = _Run(site, sink, dict(finished or {}))
    every = list(dict.fromkeys(names))
    known = {part.partition(_IS)[0] for part in going.done}
    left = [name for name in every if name not in known]
    done = len(every) - len(left)
    fetch = partial(fetch_record, site.client, offered=site.offered)
    for name, come in ahead(fetch, left, site.threads):
        going.take(name, come)
        done += 1
        watch(Progress(patients_done=done, patients_total=len(every)))
    return going.counts()


@dataclass(slots=True)
class _Run:
    """One run: the parts that are done, and patients who were lost while the server was silent."""

    site: Site
    sink: Sink
    done: dict[str, Tally]
    lost: list[Outcome] = field(default_factory=list)

    def take(self, name: str, come: Come) -> None:
        """Judge what came for a patient, or note why nothing did."""
        if isinstance(come, Fetched):
            self._keep_lost()
            self._of_record(name, come)
        elif _ends_all(come):
            raise come
        elif isinstance(come, ServerUnavailable):
            self.lost.append(failed(name, "", come))
            if len(self.lost) == GONE_AFTER:
                raise come
        else:
            self._keep([failed(name, "", come)], name)

    def counts(self) -> Counts:
        """Return what the run came to, whatever was done of it before."""
        self._keep_lost()
        nobody = sum(1 for part, both in self.done.items() if both == (0, 0) and _IS not in part)
        judged_ones, failed_ones = (sum(both[at] for both in self.done.values()) for at in (0, 1))
        return Counts(judged=judged_ones, failed=failed_ones, passed_over=nobody)

    def _of_record(self, name: str, fetched: Fetched) -> None:
        """Judge a record; somebody who was merged is judged once, under the name of today."""
        if fetched.patient not in self.done:
            outcome = _outcome(self.site, fetched)
            self._keep([] if outcome is None else [outcome], fetched.patient)
        if name != fetched.patient:
            self._keep([], f"{name}{_IS}{fetched.patient}")

    def _keep_lost(self) -> None:
        """Keep those who were lost as not assessed: the server answered for others since."""
        for one in self.lost:
            self._keep([one], one.patient)
        self.lost.clear()

    def _keep(self, outcomes: list[Outcome], part: str) -> None:
        self.sink(outcomes, part)
        self.done[part] = tally(outcomes)


def _ends_all(error: NelmError) -> bool:
    """Whether no other patient could be asked for either: the server does not know us any more."""
    return isinstance(error, AuthFailed) and error.status != HTTPStatus.FORBIDDEN


def _outcome(site: Site, fetched: Fetched) -> Outcome | None:
    """Judge a record and write its results back; None if nothing in it concerns us."""
    patient, digest = fetched.patient, record_hash(fetched.bundle)
    seen: list[pipeline.Judged] = []
    record, asked = [fetched.bundle], site.asked
    outcome = judged(patient, record, digest, site.catalogue, asked, see=seen.append)
    if seen and seen[0].assessment.subject.reference != patient:
        outcome = failed(patient, digest, _of_another())
    if outcome is not None and outcome.state == FAILED:
        return structs.replace(outcome, kept=(fetched.bundle,)) if site.keep_input else outcome
    letter = _letter(site, fetched, digest, seen)
    if outcome is None or letter is None:
        return outcome or letter
    return structs.replace(outcome, **{name: getattr(letter, name) for name in _TOLD})


def _of_another() -> NoPatient:
    return NoPatient(
        "The record is about another patient than the one who was asked for.",
        "Assess the patient by itself: nelm assess --server.",
    )


def _letter(
    site: Site, fetched: Fetched, digest: str, seen: Sequence[pipeline.Judged]
) -> Outcome | None:
    """Write the results back and return what the dead letter says if they did not land."""
    try:
        error = _written(site, fetched, seen)
    except NelmError as raised:
        error = raised
    except Exception:  # noqa: BLE001 - a defect met in one patient must not cost all others
        return defect(fetched.patient, digest)
    if error is not None and _ends_all(error):
        raise error
    return None if error is None else failed(fetched.patient, digest, error)


def _written(site: Site, fetched: Fetched, seen: Sequence[pipeline.Judged]) -> NelmError | None:
    """Write the results of a record, also where they only take back what was written before."""
    if site.write is None:
        return None
    if seen:
        return site.write(fetched, seen[0].read, seen[0].assessment)
    if site.write.standing.isdisjoint({fetched.patient, *merged_people(fetched.bundle)}):
        return None
    read = pipeline.read_one(
        fetched.bundle,
        site.catalogue,
        as_of=site.asked.as_of,
        subject=fetched.patient,
        options=dict.fromkeys(site.asked.options, True),
    )
    return site.write(fetched, read, pipeline.judge(read, site.catalogue, site.asked.sets))
