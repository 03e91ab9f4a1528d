"""The real line over one sent record: bytes to an Assessment, or the error that stands for it.

In: a Base and the bytes made of it. Out: an Outcome. Nothing of the line is replaced.
"""

from dataclasses import dataclass
from functools import cache, cached_property

from tests.fuzz.bases import CATALOGUE, Base, base
from tests.fuzz.sent import Sent

from nelm_fhir import pipeline
from nelm_fhir.assessment.result import Assessment
from nelm_fhir.errors import InputError
from nelm_fhir.fhir_r4.read import records
from nelm_fhir.fhir_r4.record import Record
from nelm_fhir.mappers.registry import Wanted
from nelm_fhir.profile.record_format import CandidateProfile

WANTED = Wanted(CATALOGUE.codes)


@dataclass(frozen=True)
class Outcome:
    """What the line made of one record."""

    record: Record
    profile: CandidateProfile
    assessment: Assessment

    @cached_property
    def verdicts(self) -> dict[str, str]:
        """The verdict of every set."""
        return {v.set: str(v.verdict) for v in self.assessment.verdicts}

    @cached_property
    def statuses(self) -> dict[tuple[str, str], str]:
        """The status of every counting criterion, a running clock told from a failed one."""
        return {
            (v.set, c.id): "running" if c.running else str(c.status)
            for v in self.assessment.verdicts
            for c in v.criteria
            if c.counts and c.id != "RECORD"
        }


def judged(text: bytes, of: Base, subject: str | None = None) -> Outcome:
    """Return what the line makes of one record; raises InputError, and whatever is a defect."""
    (record,) = records(text, wanted=WANTED, subject=subject)
    if isinstance(record, InputError):
        raise record
    line = pipeline.line_of(record, CATALOGUE, as_of=of.as_of, options=of.options)
    return Outcome(record, line.read.profile, pipeline.judge(line.read, CATALOGUE))


@cache
def original(name: str) -> Outcome:
    """Return what the line makes of an undamaged record."""
    whole = base(name)
    return judged(Sent.of(whole).text(), whole)
