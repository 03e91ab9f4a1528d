"""What a flag rule may look at, and its type (rules 1.6)."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from nelm_fhir.assessment.result import CriterionResult
from nelm_fhir.core.logic import Status
from nelm_fhir.evaluator.view import View


class FlagCase(Struct, frozen=True):
    """What a flag may look at: the view, the results of its set, its numbers."""

    view: View
    results: Mapping[str, CriterionResult]
    numbers: Mapping[str, int]

    def status(self, criterion: str) -> Status | None:
        """Return the status of a criterion of the set; None if the set has no such criterion."""
        result = self.results.get(criterion)
        return None if result is None else result.status


Rule = Callable[[FlagCase], bool]
