"""Trying answers: entered into the record, judged, and seen whether a verdict differs.

In: one record, the chosen sets. Out: the verdicts with some answers given. Each combination is
judged once.
"""

from collections.abc import Mapping, Sequence

from nelm_fhir.assessment.result import SetVerdict, Verdict
from nelm_fhir.evaluator.assess import verdicts_of
from nelm_fhir.form.limits import Answer
from nelm_fhir.form.paths import Path, Record
from nelm_fhir.form.slots import Slot, enter
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.profile.record_format import EVIDENCE, CandidateProfile

Given = Mapping[Slot, Answer]


class Trial:
    """One candidate against the chosen sets, with answers that nobody has given yet.

    `settled` holds what is lacking and cannot be answered in the form; it is taken as found where
    all that is lacking is tried together.
    """

    def __init__(
        self, profile: CandidateProfile, catalogue: Catalogue, sets: Sequence[str]
    ) -> None:
        self.record: Record = _without_evidence(profile.to_record())
        self.settled: dict[Path, Answer] = {}
        self._catalogue = catalogue
        self._sets = sets
        self._known: dict[object, tuple[Verdict, ...]] = {}

    def judged(self, given: Given, *, whole: bool) -> Sequence[SetVerdict]:
        """Return the verdicts with these answers; `whole`: everything else lacking is settled."""
        record = enter(self.record, given, self.settled if whole else {})
        return verdicts_of(CandidateProfile.from_record(record), self._catalogue, self._sets)

    def verdicts(self, given: Given, *, whole: bool) -> tuple[Verdict, ...]:
        """Return the words of the verdicts with these answers."""
        key = (frozenset(given.items()), whole)
        found = self._known.get(key)
        if found is None:
            found = tuple(one.verdict for one in self.judged(given, whole=whole))
            self._known[key] = found
        return found


def _without_evidence(record: Record) -> Record:
    """Return the record without what its values rest on, which changes no status (rules 15.1)."""
    return {
        key: _without_evidence(value) if isinstance(value, Mapping) else value
        for key, value in record.items()
        if key != EVIDENCE
    }
