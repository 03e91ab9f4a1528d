"""Why a verdict differs from the last run: the datum, the passing of time, the rules, the options.

In: where a patient stood in both runs, and the ledger with its assessments and profiles. Out: Why.
What differs between the runs is put in place one after the other (rules, options, time, data), and
the former profile is really judged at each step: what turns the verdict is behind the change, and
nothing else is. Where only one thing differs, it is known without a judgment.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nelm_fhir import pipeline
from nelm_fhir.batch.outputs.changed_data import changed_data, judgment, turned
from nelm_fhir.batch.outputs.changes import Behind, Datum, Why
from nelm_fhir.errors import NelmError
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.ledger.patients import Standing, document
from nelm_fhir.ledger.runs import Run
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.profile.record_format import CandidateProfile
from nelm_fhir.report.worklist_line import decoded

OPTIONS: Final = "options"


@dataclass(frozen=True, slots=True)
class Causes:
    """Finds what is behind the changes between two runs."""

    ledger: Ledger
    before: Run
    after: Run
    catalogue: Catalogue

    def explain(self, was: Standing, now: Standing, name: str) -> Why:
        """Return why the verdict of that set differs for a patient whom both runs judged."""
        old = judgment(document(self.ledger, self.before, was.patient, "assessment"), name)
        new = judgment(document(self.ledger, self.after, now.patient, "assessment"), name)
        profile = document(self.ledger, self.before, was.patient, "profile")
        behind = self._behind(was, now, name, profile)
        data: tuple[Datum, ...] = ()
        if Behind.DATA in behind:
            later = document(self.ledger, self.after, now.patient, "profile")
            data = changed_data(old, new, profile, later)
        return Why(behind, turned(old, new), data)

    def _behind(
        self, was: Standing, now: Standing, name: str, profile: bytes
    ) -> tuple[Behind, ...]:
        differing = tuple(self._differing(was, now))
        if len(differing) < 2:  # noqa: PLR2004 - one cause needs no comparison
            return differing
        try:
            verdicts = [*self._on_the_way(profile, name, differing), _verdict(now, name)]
        except NelmError:
            return differing  # a profile that this program cannot read tells no more
        behind, current = [], _verdict(was, name)
        for cause, verdict in zip(differing, verdicts, strict=True):
            if verdict != current:
                behind.append(cause)
            current = verdict
        return tuple(behind)

    def _differing(self, was: Standing, now: Standing) -> Iterator[Behind]:
        """Yield what differs between the runs for this patient, in the order of the steps."""
        one, other = self.before.asked, self.after.asked
        if (one.catalogue, one.program) != (other.catalogue, other.program):
            yield Behind.RULES
        if one.options[OPTIONS] != other.options[OPTIONS]:
            yield Behind.OPTIONS
        if one.as_of != other.as_of:
            yield Behind.TIME
        if was.input_hash != now.input_hash:
            yield Behind.DATA

    def _on_the_way(self, profile: bytes, name: str, differing: Sequence[Behind]) -> Iterator[str]:
        """Yield the verdict of the former profile after each step but the last."""
        candidate = CandidateProfile.from_json(profile)
        for cause in differing[:-1]:
            candidate = candidate.model_copy(update=self._step(candidate, cause))
            given = pipeline.given(candidate)
            yield str(pipeline.judge(given, self.catalogue, (name,)).verdict_of(name).verdict)

    def _step(self, candidate: CandidateProfile, cause: Behind) -> dict[str, Any]:
        if cause is Behind.TIME:
            return {"as_of": self.after.asked.as_of}
        if cause is Behind.OPTIONS:
            on = dict.fromkeys(self.after.asked.options[OPTIONS], True)
            return {"options": type(candidate.options)(**on)}
        return {}  # the rules are those of the catalogue


def _verdict(standing: Standing, name: str) -> str:
    return next(one.verdict for one in decoded(standing.line).verdicts if one.set == name)
