"""Types of the result. Any page, card, resource or sentence is made from an Assessment alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from msgspec import Struct

from nelm_fhir.assessment.told import Answer, Fact, Limit
from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.evidence import Evidence, SetAside
from nelm_fhir.core.issues import Issue
from nelm_fhir.core.logic import Status


class Verdict(StrEnum):
    """Verdict of one criteria set, in the order of precedence of rules 1.3."""

    NOT_APPLICABLE = "not-applicable"
    CRITERIA_NOT_MET = "criteria-not-met"
    DEFERRED = "deferred"
    INDETERMINATE = "indeterminate"
    CRITERIA_MET = "criteria-met"


Observed = Amount | DaySpan | bool | str


class CriterionResult(Struct, frozen=True):
    """Status of one criterion and why.

    `reason` is a word of rules 1.1 for `unknown` and `not-applicable`, else None. `observed` is the
    value considered, `value` the same in words. `running` tells a clock that runs, with `earliest`,
    from one that failed. `paths` are the data elements (rules 15.2) that are lacking. `statement`,
    `quote`, `source`, `basis` and `settle` are copied from the criterion. `answers` tell what each
    definition that it asks answered, with the facts considered.
    """

    id: str
    kind: str
    label: str
    status: Status
    statement: str
    settle: str
    reason: str | None = None
    value: str | None = None
    observed: Observed | None = None
    limits: tuple[Limit, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    paths: tuple[str, ...] = ()
    running: bool = False
    earliest: date | None = None
    quote: str | None = None
    source: str | None = None
    basis: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether the criterion takes part in the verdict (rules 1.2)."""
        return self.kind not in {"relative", "note"}


class Missing(Struct, frozen=True):
    """A counting criterion that is unknown, and the datum that would settle it."""

    criterion: str
    reason: str
    paths: tuple[str, ...]
    settle: str


@dataclass(frozen=True, slots=True)
class SetVerdict:
    """Verdict of one criteria set; `deciding` are ids of criteria or of the scope gate.

    `notes` are ids of what the set itself wants shown with it (kind NOTE).
    """

    set: str
    version: str
    title: str
    citation: str
    verdict: Verdict
    deciding: tuple[str, ...]
    earliest: date | None
    missing: tuple[Missing, ...]
    flags: tuple[str, ...]
    criteria: tuple[CriterionResult, ...]
    notes: tuple[str, ...] = ()


class Text(NamedTuple):
    """The sentence behind an id; figures carry population, n and era (safety rule 5)."""

    text: str
    source: str
    population: str | None = None
    n: str | None = None
    era: str | None = None


class Subject(Struct, frozen=True):
    """The patient of the record: its reference as recorded, None for a profile without one."""

    reference: str | None = None
    version: str | None = None
    condition: str | None = None


class Counts(Struct, frozen=True):
    """Resources of the record: read, passed over and unusable, each by type or reason.

    `read` counts by resource type those that were understood; `passed_over` by type those nobody
    reads; `unusable` by reason those that were dropped.
    """

    read: Mapping[str, int]
    passed_over: Mapping[str, int]
    unusable: Mapping[str, int]

    @property
    def total(self) -> int:
        """All resources of the record."""
        return sum(sum(part.values()) for part in (self.read, self.passed_over, self.unusable))


class LeftOut(Struct, frozen=True):
    """A resource that was understood and not used, and why (`entered-in-error`).

    `resource` is `Type/id`, or the type alone where it has none; `location` is its place in the
    input.
    """

    resource: str
    location: str
    reason: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """All sets judged for one candidate at one as-of date.

    `neuroendocrine` tells whether the record holds any neuroendocrine finding. `references`,
    `reference_notes`, `surveillance` and `notes` hold ids; `texts` gives each id its sentence.
    `notice` is the standard notice of rules section 13. `left_out` names the resources that were
    dropped, those that nobody reads not among them.
    """

    as_of: date
    subject: Subject
    options: Mapping[str, bool]
    verdicts: tuple[SetVerdict, ...]
    flags: tuple[str, ...]
    references: tuple[str, ...]
    reference_notes: tuple[str, ...]
    surveillance: tuple[str, ...]
    notes: tuple[str, ...]
    texts: Mapping[str, Text]
    issues: tuple[Issue, ...]
    counts: Counts
    neuroendocrine: bool
    program: str
    catalogue_digest: str
    input_digest: str
    notice: str
    left_out: tuple[LeftOut, ...] = ()

    @property
    def facts(self) -> Mapping[str, Fact]:
        """Everything of the record that any criterion looked at, each once, by id."""
        answers = [a for v in self.verdicts for c in v.criteria for a in c.answers]
        seen = [fact for one in answers for fact in (*one.used, *(a.fact for a in one.aside))]
        return {fact.id: fact for fact in seen}

    def verdict_of(self, set_id: str) -> SetVerdict:
        """Return the verdict of that set; KeyError if it was not judged."""
        for verdict in self.verdicts:
            if verdict.set == set_id:
                return verdict
        raise KeyError(set_id)

    def to_dict(self) -> dict[str, Any]:
        """Return the assessment as plain JSON values (`nelm schema result`)."""
        from nelm_fhir.assessment.json_form import to_json  # noqa: PLC0415 - it imports these types

        return to_json(self)

    def to_json(self) -> str:
        """Return the assessment as JSON text, the same for the same assessment."""
        from nelm_fhir.assessment.json_form import to_bytes  # noqa: PLC0415 - it imports these types

        return to_bytes(self).decode()
