"""The worked cases with an overlay: what it changes, and which of its settings did it.

In: the cases, the catalogue as shipped, the catalogue with the overlay. Out: every expectation that
no longer holds, each with the setting that alone explains it. Codes change no case: cases are
profiles. An overlay that only maps codes must pass all of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from msgspec import structs

from nelm_fhir.evaluator.assess import assess_profile
from nelm_fhir.evaluator.cases import Failure, compare
from nelm_fhir.knowledge.cases import Case
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.profile.record_format import CandidateProfile

FRESHNESS: Final = "stricter freshness"
OPTIONS: Final = "options"
TOGETHER: Final = "stricter freshness and options together"


@dataclass(frozen=True, slots=True)
class Change:
    """One case that comes out otherwise; `why` is None where no setting explains it."""

    case: Case
    failures: tuple[Failure, ...]
    why: str | None


@dataclass(frozen=True, slots=True)
class Trial:
    """All cases with an overlay: how many, and those that change."""

    cases: int
    changes: tuple[Change, ...]

    @property
    def unexplained(self) -> tuple[Change, ...]:
        """Changes that no setting of the overlay explains."""
        return tuple(change for change in self.changes if change.why is None)


def trial(cases: Iterable[Case], shipped: Catalogue, overlaid: Catalogue) -> Trial:
    """Return what the overlay changes in the worked cases."""
    everything = list(cases)
    settings = _settings(shipped, overlaid)
    changes = [
        Change(case, failures, _why(case, settings))
        for case in everything
        if (failures := _failures(case, overlaid))
    ]
    return Trial(len(everything), tuple(changes))


def _settings(shipped: Catalogue, overlaid: Catalogue) -> Sequence[tuple[str, Catalogue]]:
    """Return the overlaid catalogue without each of the settings that can change a case."""
    as_fresh = structs.replace(overlaid.definitions, freshness=shipped.definitions.freshness)
    return (
        (FRESHNESS, replace(overlaid, definitions=as_fresh)),
        (OPTIONS, replace(overlaid, options=shipped.options)),
        (TOGETHER, replace(overlaid, definitions=as_fresh, options=shipped.options)),
    )


def _why(case: Case, settings: Sequence[tuple[str, Catalogue]]) -> str | None:
    return next((name for name, without in settings if not _failures(case, without)), None)


def _failures(case: Case, catalogue: Catalogue) -> tuple[Failure, ...]:
    return tuple(
        compare(case, assess_profile(CandidateProfile.from_record(case.record), catalogue))
    )
