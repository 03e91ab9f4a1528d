"""Effective Ki-67 and mitoses: the interval of the maximum over all specimens (rules 6.3)."""

from decimal import Decimal

from msgspec import Struct

from nelm_fhir.core.amounts import Amount, maximum
from nelm_fhir.core.logic import UNKNOWN
from nelm_fhir.core.unknown import Reason
from nelm_fhir.evaluator.definition import THREE, compared, definition
from nelm_fhir.evaluator.definitions.grading import (
    GradedSpecimen,
    other_grading_scale,
    specimens,
)
from nelm_fhir.evaluator.definitions.grading_evidence import (
    evidence_of,
    liver_paths,
    why_absent,
)
from nelm_fhir.evaluator.definitions.proliferation_text import (
    PER_2_MM2,
    PERCENT,
    UNREADABLE,
    Reading,
)
from nelm_fhir.evaluator.judgment import Judgment
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask


class _Index(Struct, frozen=True):
    """A proliferation index: its key in the record, its unit, and what it can at most be."""

    key: str
    unit: str
    highest: Decimal | None

    def reading(self, specimen: GradedSpecimen) -> Reading | None:
        return specimen.ki67 if self.key == "ki67_text" else specimen.mitoses


def _judge_index(view: View, index: _Index, ask: Ask) -> Judgment:
    amount = _effective(view, index)
    observed = amount if _is_recorded(view, index) else None
    value = _recorded(view, index) if observed is None else str(amount)
    evidence = evidence_of(view, index.key)
    if other_grading_scale(view):
        return Judgment(UNKNOWN, Reason.OTHER_GRADING_SCALE, value=value, evidence=evidence)
    status = compared(amount, ask)
    if status is not UNKNOWN:
        return Judgment(status, value=value, observed=observed, evidence=evidence)
    why, paths = _why_index_unknown(view, index)
    return Judgment(UNKNOWN, why, value=value, observed=observed, evidence=evidence, paths=paths)


def _is_recorded(view: View, index: _Index) -> bool:
    """Whether every bound of the effective interval was recorded, none only left open."""
    readings = [(s.is_liver, index.reading(s)) for s in specimens(view)]
    in_liver = any(is_liver and reading is not None for is_liver, reading in readings)
    return in_liver and UNREADABLE not in [reading for _, reading in readings]


def _recorded(view: View, index: _Index) -> str | None:
    """Return what is recorded where that leaves the interval open; a value never invented."""
    amounts = [r.amount for s in specimens(view) if (r := index.reading(s)) and r.amount]
    texts = [
        f"“{getattr(s.specimen, index.key)}” (unreadable)"
        for s in specimens(view)
        if index.reading(s) == UNREADABLE
    ]
    return "; ".join([*map(str, amounts), *texts]) or None


def _effective(view: View, index: _Index) -> Amount:
    """Return the interval of the maximum over all specimens (6.3)."""
    anything = Amount(Decimal(0), index.highest, index.unit)
    readings = [(s.is_liver, index.reading(s)) for s in specimens(view)]
    amounts = [r.amount or anything for _, r in readings if r is not None]
    if not any(is_liver and r is not None for is_liver, r in readings):
        amounts.append(anything)
    return maximum(amounts)


def _why_index_unknown(view: View, index: _Index) -> tuple[Reason, tuple[str, ...]]:
    liver = [s for s in specimens(view) if s.is_liver]
    if not any(index.reading(s) is not None for s in liver):
        return why_absent(liver, index.key), liver_paths(liver, index.key)
    unreadable = [s for s in specimens(view) if index.reading(s) == UNREADABLE]
    if unreadable:
        return Reason.UNREADABLE, tuple(f"specimens.{s.key}.{index.key}" for s in unreadable)
    return Reason.STRADDLES_LIMIT, liver_paths(liver, index.key)


@definition(*THREE, unit=PERCENT)
def effective_ki67(view: View, ask: Ask) -> Judgment:
    """The highest Ki-67 over all specimens, a liver specimen among them (6.3)."""
    return _judge_index(view, _Index("ki67_text", PERCENT, view.tables.grammar.ki67_max), ask)


@definition(*THREE, unit=PER_2_MM2)
def effective_mitoses(view: View, ask: Ask) -> Judgment:
    """The highest mitotic count per 2 mm2 over all specimens, a liver specimen among them (6.3)."""
    return _judge_index(view, _Index("mitoses_text", PER_2_MM2, None), ask)
