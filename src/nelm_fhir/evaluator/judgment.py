"""What a definition answers for one profile, and how answers of one criterion combine."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from nelm_fhir.assessment.result import Observed
from nelm_fhir.core.evidence import Evidence, SetAside
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN, Status, any_of
from nelm_fhir.core.unknown import NotApplicable, Reason

T = TypeVar("T")


class Judgment(Struct, frozen=True):
    """The answer of one definition for one profile.

    `reason` is given for unknown and not-applicable. `observed` is the value considered, `value`
    the same in words. `paths` are the data elements of rules 15.2 that are lacking. A not-met
    judgment is `running` (a clock, with `earliest`) or has failed.
    """

    status: Status
    reason: Reason | NotApplicable | None = None
    value: str | None = None
    observed: Observed | None = None
    evidence: tuple[Evidence, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    paths: tuple[str, ...] = ()
    running: bool = False
    earliest: date | None = None

    @property
    def failed(self) -> bool:
        """Whether the data certainly violate what was asked, other than by a running clock."""
        return self.status is NOT_MET and not self.running


def unknown(reason: Reason, *paths: str, value: str | None = None) -> Judgment:
    """Return the judgment that neither can be shown."""
    return Judgment(UNKNOWN, reason, value=value, paths=paths)


def not_applicable(reason: NotApplicable, value: str | None = None) -> Judgment:
    """Return the judgment that the question does not arise."""
    return Judgment(Status.NOT_APPLICABLE, reason, value=value)


def running(earliest: date, value: str | None = None) -> Judgment:
    """Return the judgment of a clock that runs until `earliest`."""
    return Judgment(NOT_MET, value=value, running=True, earliest=earliest)


def all_met(parts: Sequence[Judgment]) -> Judgment:
    """Join the parts of one criterion: failure, then running clock, then unknown (rules 9.4).

    A part that does not arise counts for nothing; if none arises, neither does the criterion.
    """
    if failed := [part for part in parts if part.failed]:
        return _joined(NOT_MET, failed)
    if clocks := [part for part in parts if part.running]:
        earliest = max(part.earliest for part in clocks if part.earliest is not None)
        return replace(_joined(NOT_MET, clocks), running=True, earliest=earliest)
    if open_parts := [part for part in parts if part.status is UNKNOWN]:
        return replace(_joined(UNKNOWN, open_parts), reason=open_parts[0].reason)
    if met := [part for part in parts if part.status is MET]:
        return _joined(MET, met)
    return replace(_joined(Status.NOT_APPLICABLE, parts), reason=parts[0].reason)


def any_met(parts: Sequence[Judgment]) -> Judgment:
    """Join alternatives by the three-valued or."""
    arising = [part.status for part in parts if part.status is not Status.NOT_APPLICABLE]
    status = any_of(arising) if arising else Status.NOT_APPLICABLE
    those = [part for part in parts if part.status is status]
    return replace(_joined(status, those), reason=those[0].reason)


def _joined(status: Status, parts: Sequence[Judgment]) -> Judgment:
    values = unique(part.value for part in parts if part.value)
    return Judgment(
        status,
        value="; ".join(values) or None,
        observed=next((part.observed for part in parts if part.observed is not None), None),
        evidence=unique(item for part in parts for item in part.evidence),
        set_aside=unique(item for part in parts for item in part.set_aside),
        paths=unique(path for part in parts for path in part.paths),
    )


def unique(items: Iterable[T]) -> tuple[T, ...]:
    """Return the items without repetitions, in order."""
    return tuple(dict.fromkeys(items))
