"""Grade, Ki-67 and mitoses: one specimen, the lesion rule, the grade criterion (rules 6)."""

from collections.abc import Callable
from enum import IntEnum
from typing import Final

from msgspec import Struct

from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.logic import MET, NOT_MET
from nelm_fhir.evaluator.definitions.proliferation_text import (
    UNREADABLE,
    Reading,
    read_ki67,
    read_mitoses,
)
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.tables import GradeLimits
from nelm_fhir.profile.candidate import Specimen

LIVER: Final = "liver-metastasis"


class Grade(IntEnum):
    """WHO grade of a well differentiated tumor."""

    G1 = 1
    G2 = 2
    G3 = 3


class GradedSpecimen(Struct, frozen=True):
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


class EffectiveGrade(Struct, frozen=True):
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
