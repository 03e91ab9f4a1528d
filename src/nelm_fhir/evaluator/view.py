"""One candidate as the definitions see it: the profile of the evaluation date and the tables.

Results that several definitions share (graded specimens, states of foci, responses) are computed
once per view. A view is made for one judgment and then forgotten; it never changes what it shows.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Final, TypeVar, cast

from nelm_fhir.evaluator.seen import as_seen_on
from nelm_fhir.knowledge.tables import Definitions
from nelm_fhir.profile.candidate import Profile

T = TypeVar("T")
_NOT_YET: Final = object()


class View:
    """The profile without its future, the evaluation date, and the tables of the definitions.

    `recorded` is the profile with its future, which no rule reads: only what is told shows it.
    """

    def __init__(self, profile: Profile, tables: Definitions) -> None:
        seen = as_seen_on(profile, profile.as_of)
        self.profile = seen.profile
        self.recorded = profile
        self.future_dated = seen.future_dated
        self.as_of: date = profile.as_of
        self.tables = tables
        self._shared: dict[tuple[Any, ...], Any] = {}

    def shared(self, compute: Callable[..., T], *arguments: Any) -> T:
        """Return `compute(view, *arguments)`, computed once."""
        key = (compute, *arguments)
        found = self._shared.get(key, _NOT_YET)
        if found is _NOT_YET:
            found = self._shared[key] = compute(self, *arguments)
        return cast("T", found)
