"""One candidate as the definitions see it: the profile of the evaluation date and the tables.

Results that several definitions share (graded specimens, states of foci, responses) are computed
once per view. A view is made for one judgment and then forgotten; it never changes what it shows.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar, cast

from nelm_fhir.evaluator.seen import as_seen_on
from nelm_fhir.knowledge.tables import Definitions
from nelm_fhir.profile.candidate import Profile

T = TypeVar("T")


class View:
    """The profile without its future, the evaluation date, and the tables of the definitions."""

    def __init__(self, profile: Profile, tables: Definitions) -> None:
        seen = as_seen_on(profile, profile.as_of)
        self.profile = seen.profile
        self.future_dated = seen.future_dated
        self.as_of: date = profile.as_of
        self.tables = tables
        self._shared: dict[tuple[Any, ...], Any] = {}

    def shared(self, compute: Callable[..., T], *arguments: Any) -> T:
        """Return `compute(view, *arguments)`, computed once."""
        key = (compute, *arguments)
        if key not in self._shared:
            self._shared[key] = compute(self, *arguments)
        return cast("T", self._shared[key])
