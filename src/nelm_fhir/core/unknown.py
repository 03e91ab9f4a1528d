"""A value is known with evidence, or unknown with a reason; never a bare None (rules 1.1)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from nelm_fhir.core.evidence import Evidence, SetAside

T_co = TypeVar("T_co", covariant=True)


class Reason(StrEnum):
    """Why something is unknown; the first ten describe data, the others come from the rules."""

    NO_RECORD = "no-record"
    RECORDED_AS_UNKNOWN = "recorded-as-unknown"
    TOO_OLD = "too-old"
    CONFLICTING = "conflicting"
    UNIT_NOT_CONVERTIBLE = "unit-not-convertible"
    CODE_NOT_MAPPED = "code-not-mapped"
    MAP_NOT_EXACT = "map-not-exact"
    DATE_TOO_VAGUE = "date-too-vague"
    TEXT_ONLY = "text-only"
    UNREADABLE = "unreadable"
    STRADDLES_LIMIT = "straddles-limit"
    EQUIVOCAL = "equivocal"
    TEST_NOT_ACCEPTED = "test-not-accepted"
    NO_SOURCE_TEXT = "no-source-text"
    OTHER_GRADING_SCALE = "other-grading-scale"
    SITE_NOT_CLASSIFIED = "site-not-classified"
    AWAITING_JUDGMENT = "awaiting-judgment"


class NotApplicable(StrEnum):
    """Why a criterion does not arise for this patient."""

    NO_SUCH_EVENT = "no-such-event"
    NOT_LISTED = "not-listed"
    NOTHING_ADVERSE = "nothing-adverse"
    COVERED_BY_ANOTHER_CRITERION = "covered-by-another-criterion"
    OUTSIDE_SCOPE = "outside-scope"


@dataclass(frozen=True, slots=True)
class Known(Generic[T_co]):
    """A value and what it rests on; `set_aside` was read and not used."""

    value: T_co
    evidence: tuple[Evidence, ...] = ()
    set_aside: tuple[SetAside, ...] = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """No value, the reason, and the evidence that was set aside."""

    reason: Reason = Reason.NO_RECORD
    set_aside: tuple[SetAside, ...] = ()
