"""Grade, Ki-67 and mitoses: one specimen, the lesion rule, the grade criterion (rules 6)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from typing import Final

from nelm_fhir.core.amounts import Amount, maximum
from nelm_fhir.core.evidence import Evidence
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN, Status
from nelm_fhir.core.unknown import NotApplicable, Reason
from nelm_fhir.evaluator.definition import THREE, compared, definition
from nelm_fhir.evaluator.definitions.proliferation_text import (
    PER_2_MM2,
    PERCENT,
    UNREADABLE,
    Reading,
    read_ki67,
    read_mitoses,
)
from nelm_fhir.evaluator.judgment import Judgment, not_applicable, unique, unknown
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.knowledge.tables import GradeLimits
from nelm_fhir.profile.candidate import Specimen
from nelm_fhir.profile.provenance import reason, sources

LIVER: Final = "liver-metastasis"


class Grade(IntEnum):
    """WHO grade of a well differentiated tumor."""

    G1 = 1
    G2 = 2
    G3 = 3


@dataclass(frozen=True, slots=True)
class GradedSpecimen:
    """One specimen with its votes (6.2).

    `ki67` and `mitoses` are None where absent. `lowest` and `highest` are the grades its votes
    leave open; both None without any vote. `graded` tells whether it can carry the lesion rule.
    """

    key: str
    specimen: Specimen
    ki67: Reading | None
    mitoses: Reading | None
    reported: Grade | None
    carcinoma: bool
    shown_net: bool
    lowest: Grade | None
    highest: Grade | None

    @property
    def is_liver(self) -> bool:
        """Whether it is a specimen of a liver metastasis."""
        return self.specimen.origin == LIVER

    @property
    def graded(self) -> bool:
        """Whether Ki-67 or a reported grade is there (6.2, 4)."""
        return self.ki67 is not None or self.reported is not None

    @property
    def unreadable(self) -> bool:
        """Whether a Ki-67 or mitosis text was rejected."""
        return UNREADABLE in (self.ki67, self.mitoses)


@dataclass(frozen=True, slots=True)
class EffectiveGrade:
    """The highest grade over all specimens, as far as it is open (6.3)."""

    lowest: Grade
    highest: Grade


def graded_specimens(view: View) -> tuple[GradedSpecimen, ...]:
    """Return every specimen with its votes, in a fixed order."""
    return tuple(
        _graded(view, key, specimen) for key, specimen in sorted(view.profile.specimens.items())
    )


def specimens(view: View) -> tuple[GradedSpecimen, ...]:
    """Return the graded specimens, computed once per view."""
    return view.shared(graded_specimens)


def _graded(view: View, key: str, specimen: Specimen) -> GradedSpecimen:
    tables = view.tables.grading
    ki67 = _read(specimen.ki67_text, lambda text: read_ki67(text, view.tables.grammar))
    mitoses = _read(specimen.mitoses_text, lambda text: read_mitoses(text, view.tables.grammar))
    reported = Grade[specimen.reported_grade] if specimen.reported_grade else None
    votes = [
        *_votes_of(ki67, tables.ki67),
        *_votes_of(mitoses, tables.mitoses),
        *((reported, reported) if reported else ()),
        *_vote_of_differentiation(view, specimen),
    ]
    lows, highs = votes[::2], votes[1::2]
    return GradedSpecimen(
        key,
        specimen,
        ki67,
        mitoses,
        reported,
        carcinoma=specimen.histology in tables.carcinoma_histologies
        or specimen.differentiation in tables.carcinoma_differentiation,
        shown_net=specimen.histology in tables.net_histologies
        or specimen.differentiation in tables.net_differentiation
        or specimen.reported_grade in tables.net_grades,
        lowest=max(lows, default=None),
        highest=max(highs, default=None),
    )


def _read(text: str | None, read: Callable[[str], Reading]) -> Reading | None:
    return None if text is None or not text.strip() else read(text)


def _votes_of(reading: Reading | None, limits: GradeLimits) -> tuple[Grade, ...]:
    """Return lowest and highest grade that a value votes for; unreadable ones leave all open."""
    if reading is None:
        return ()
    if reading.amount is None:
        return (Grade.G1, Grade.G3)
    return grades_of(reading.amount, limits)


def grades_of(amount: Amount, limits: GradeLimits) -> tuple[Grade, Grade]:
    """Return the lowest and the highest grade an interval allows (6.2, 2)."""
    below, above = amount.compare("<", limits.g2_from), amount.compare(">", limits.g3_above)
    lowest = Grade.G3 if above is MET else (Grade.G2 if below is NOT_MET else Grade.G1)
    highest = Grade.G1 if below is MET else (Grade.G2 if above is NOT_MET else Grade.G3)
    return lowest, highest


def _vote_of_differentiation(view: View, specimen: Specimen) -> tuple[Grade, ...]:
    word = view.tables.grading.grade_of_differentiation.get(specimen.differentiation or "")
    return (Grade[word], Grade[word]) if word else ()


def effective_grade(view: View) -> EffectiveGrade:
    """Return the highest grade over all specimens; without a graded liver specimen up to G3."""
    seen = specimens(view)
    lowest = max((s.lowest for s in seen if s.lowest), default=Grade.G1)
    highest = max((s.highest for s in seen if s.highest), default=Grade.G1)
    if not any(s.is_liver and s.graded for s in seen):
        highest = Grade.G3
    return EffectiveGrade(lowest, highest)


def has_carcinoma(view: View) -> bool:
    """Whether any specimen is a poorly differentiated carcinoma (6.2, 1)."""
    return any(s.carcinoma for s in specimens(view))


def other_grading_scale(view: View) -> bool:
    """Whether a primary is graded on another scale: lung or thymus (6.2, 8)."""
    sites = {primary.site for primary in view.profile.primaries.values()}
    return bool(sites & view.tables.grading.other_scale_sites)


def liver_shown_net(view: View) -> bool:
    """Whether a liver metastasis is shown to be a neuroendocrine tumor (6.3)."""
    return any(s.is_liver and s.shown_net for s in specimens(view))


def _evidence(view: View, *keys: str) -> tuple[Evidence, ...]:
    return unique(
        item for s in specimens(view) for key in keys for item in sources(s.specimen, key)
    )


_GRADE_KEYS: Final = (
    "histology",
    "differentiation",
    "reported_grade",
    "ki67_text",
    "mitoses_text",
)


def judge_grade(view: View) -> Judgment:
    """Judge the grade criterion, shared by all sets that limit grade (6.3)."""
    grade = effective_grade(view)
    status = _grade_status(view, grade)
    judgment = Judgment(
        status,
        value=_grade_in_words(view, grade),
        evidence=_evidence(view, *_GRADE_KEYS),
    )
    if status is not UNKNOWN:
        return judgment
    why, paths = _why_grade_unknown(view, grade)
    return Judgment(UNKNOWN, why, value=judgment.value, evidence=judgment.evidence, paths=paths)


def _grade_status(view: View, grade: EffectiveGrade) -> Status:
    if has_carcinoma(view):
        return NOT_MET
    if other_grading_scale(view):
        return UNKNOWN
    if grade.lowest is Grade.G3:
        return NOT_MET
    if grade.highest is Grade.G3 or not liver_shown_net(view):
        return UNKNOWN
    return MET


def _grade_in_words(view: View, grade: EffectiveGrade) -> str | None:
    if has_carcinoma(view):
        return "poorly differentiated carcinoma"
    if not specimens(view):
        return None
    if grade.lowest is grade.highest:
        return grade.lowest.name
    return f"{grade.lowest.name} to {grade.highest.name}"


def _why_grade_unknown(view: View, grade: EffectiveGrade) -> tuple[Reason, tuple[str, ...]]:
    if other_grading_scale(view):
        return Reason.OTHER_GRADING_SCALE, ()
    liver = [s for s in specimens(view) if s.is_liver]
    if not any(s.graded for s in liver):
        return _why_absent(liver, "ki67_text", "reported_grade"), _liver_paths(
            liver, "ki67_text", "reported_grade"
        )
    if any(s.unreadable for s in specimens(view)):
        return Reason.UNREADABLE, tuple(_unreadable_paths(view))
    if grade.highest is Grade.G3:
        return Reason.STRADDLES_LIMIT, _liver_paths(liver, "ki67_text")
    return _why_absent(liver, "histology"), _liver_paths(liver, "histology")


def _why_absent(liver: list[GradedSpecimen], *keys: str) -> Reason:
    """Return why no liver specimen has any of the keys; a recorded reason beats no record."""
    given = [reason(s.specimen, key) for s in liver for key in keys]
    return next((r for r in given if r is not Reason.NO_RECORD), Reason.NO_RECORD)


def _liver_paths(liver: list[GradedSpecimen], *keys: str) -> tuple[str, ...]:
    owners = [s.key for s in liver] or [f"<{LIVER}>"]
    return tuple(f"specimens.{owner}.{key}" for owner in owners for key in keys)


def _unreadable_paths(view: View) -> Iterator[str]:
    for s in specimens(view):
        if s.ki67 == UNREADABLE:
            yield f"specimens.{s.key}.ki67_text"
        if s.mitoses == UNREADABLE:
            yield f"specimens.{s.key}.mitoses_text"


@definition(*THREE)
def grade_criterion(view: View, _ask: Ask) -> Judgment:
    """Well differentiated, G1 or G2, shown on a liver metastasis (6.3)."""
    return view.shared(judge_grade)


@definition(*THREE)
def no_carcinoma(view: View, _ask: Ask) -> Judgment:
    """No specimen shows a carcinoma, and a liver metastasis is shown to be a NET (M07-HIGH)."""
    evidence = _evidence(view, "histology", "differentiation")
    if has_carcinoma(view):
        return Judgment(NOT_MET, value="poorly differentiated carcinoma", evidence=evidence)
    if liver_shown_net(view):
        return Judgment(MET, value="no carcinoma in any specimen", evidence=evidence)
    liver = [s for s in specimens(view) if s.is_liver]
    return unknown(_why_absent(liver, "histology"), *_liver_paths(liver, "histology"))


@definition(NOT_MET, UNKNOWN, Status.NOT_APPLICABLE)
def functional_histology(view: View, _ask: Ask) -> Judgment:
    """Carcinoma fails a text that speaks of functional NET; else a guard (E16-HIST)."""
    judged = view.shared(judge_grade)
    if has_carcinoma(view):
        return judged
    if judged.status is MET:
        return not_applicable(NotApplicable.NOTHING_ADVERSE, judged.value)
    return Judgment(
        UNKNOWN,
        Reason.NO_SOURCE_TEXT,
        value=judged.value,
        evidence=judged.evidence,
        paths=judged.paths,
    )


@dataclass(frozen=True, slots=True)
class _Index:
    """A proliferation index: its key in the record, its unit, and what it can at most be."""

    key: str
    unit: str
    highest: Decimal | None

    def reading(self, specimen: GradedSpecimen) -> Reading | None:
        return specimen.ki67 if self.key == "ki67_text" else specimen.mitoses


def _judge_index(view: View, index: _Index, ask: Ask) -> Judgment:
    amount = _effective(view, index)
    present = any(index.reading(s) is not None for s in specimens(view))
    value = str(amount) if present else None
    evidence = _evidence(view, index.key)
    observed = amount if present else None
    if other_grading_scale(view):
        return Judgment(UNKNOWN, Reason.OTHER_GRADING_SCALE, value=value, evidence=evidence)
    status = compared(amount, ask)
    if status is not UNKNOWN:
        return Judgment(status, value=value, observed=observed, evidence=evidence)
    why, paths = _why_index_unknown(view, index)
    return Judgment(UNKNOWN, why, value=value, observed=observed, evidence=evidence, paths=paths)


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
        return _why_absent(liver, index.key), _liver_paths(liver, index.key)
    unreadable = [s for s in specimens(view) if index.reading(s) == UNREADABLE]
    if unreadable:
        return Reason.UNREADABLE, tuple(f"specimens.{s.key}.{index.key}" for s in unreadable)
    return Reason.STRADDLES_LIMIT, _liver_paths(liver, index.key)


def judge_ki67(view: View, ask: Ask) -> Judgment:
    """Compare the effective Ki-67 with a limit in percent."""
    return _judge_index(view, _Index("ki67_text", PERCENT, view.tables.grammar.ki67_max), ask)


@definition(*THREE, unit=PERCENT)
def effective_ki67(view: View, ask: Ask) -> Judgment:
    """The highest Ki-67 over all specimens, a liver specimen among them (6.3)."""
    return judge_ki67(view, ask)


@definition(*THREE, unit=PER_2_MM2)
def effective_mitoses(view: View, ask: Ask) -> Judgment:
    """The highest mitotic count per 2 mm2 over all specimens, a liver specimen among them (6.3)."""
    return _judge_index(view, _Index("mitoses_text", PER_2_MM2, None), ask)
