"""Texts and figures that stand beside a verdict: flags, references, notes, surveillance, treatment.

All of them are data with a source (`mappings/flags.toml`, `mappings/outcomes/`, `mappings/texts/`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from nelm_fhir.knowledge.wording import NO_WORDING, NO_WORDS, Wording


class FlagText(Struct, frozen=True):
    """A flag of rules 1.6: where it is raised (set ids, or `patient`), its sentence and source.

    `numbers` holds the figures its rule needs (ages in completed years, months).
    """

    id: str
    where: tuple[str, ...]
    text: str
    source: str
    numbers: Mapping[str, int]


class Figure(Struct, frozen=True):
    """A published group figure (rules 11): never without population, n, era and source.

    `text` is the complete sentence, `details` what stands in the table beside it. `beside_verdict`
    tells whether POL-31 or 11.3 lets it stand beside a patient's verdict at all.
    """

    id: str
    population: str
    n: str
    era: str
    text: str
    details: str
    source: str
    beside_verdict: bool


class ReferenceNote(Struct, frozen=True):
    """A note that accompanies a figure: E10, E13, P1-BOUNDARY, and the warning of 11.1."""

    id: str
    text: str
    source: str


class SurveillanceText(Struct, frozen=True):
    """One row of rules 12: `phase`, the sentence "S0 describes ...", and its source."""

    id: str
    phase: str
    text: str
    source: str
    shown: bool


class TreatmentRow(Struct, frozen=True):
    """One row T1-T8 of rules 3.13: text only, no branch is computed."""

    id: str
    patient: str
    action: str
    outcome: str
    quote: str
    source: str


class OutcomeRules(Struct, frozen=True):
    """Numbers that the choice of figures needs (rules 11): all data, none in Python."""

    always: tuple[str, ...]
    with_milan_net: tuple[str, ...]
    with_milan_net_resectable: tuple[str, ...]
    milan_net: str
    le_treut_id: str
    le_treut_sites: frozenset[str]
    hepatomegaly_percent: Decimal
    le_treut_boundary_note: str
    recurrence_always: tuple[str, ...]
    late_months: int
    late: str
    early: str
    exact_note: str
    surgery: str
    no_surgery: str
    mib1_limit: Decimal
    mib1_high: str
    mib1_low: str
    not_milan_note: str
    warning: str = ""
    """The note that is shown with the figures of `with_milan_net` (rules 11.1)."""


class Language(Struct, frozen=True):
    """Words for people in one language."""

    notice: str
    statuses: Mapping[str, str]
    verdicts: Mapping[str, str]
    reasons: Mapping[str, str]
    wording: Wording


NO_LANGUAGES: Final[Mapping[str, Language]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Texts:
    """All texts of the catalogue; `statuses`, `verdicts`, `reasons`, `wording` are for people.

    They are in English, as is everything that is written back; `languages` holds all there are, by
    code, for pages.
    """

    notice: str
    flags: Mapping[str, FlagText]
    figures: Mapping[str, Figure]
    reference_notes: Mapping[str, ReferenceNote]
    surveillance: Mapping[str, SurveillanceText]
    treatments: tuple[TreatmentRow, ...]
    reasons: Mapping[str, str]
    outcome_rules: OutcomeRules
    statuses: Mapping[str, str] = field(default_factory=lambda: NO_WORDS)
    verdicts: Mapping[str, str] = field(default_factory=lambda: NO_WORDS)
    wording: Wording = NO_WORDING
    languages: Mapping[str, Language] = field(default_factory=lambda: NO_LANGUAGES)
