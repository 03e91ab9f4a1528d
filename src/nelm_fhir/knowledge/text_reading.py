"""Texts and figures: flags, outcomes, surveillance, treatment rows, words for people.

In: `mappings/flags.toml`, `mappings/outcomes/*.toml`, `mappings/texts/en.toml`. Out: the types of
`texts.py`. A text names its sources by key. Source: rules sections 1.6, 3.13, 11, 12, 13.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from nelm_fhir.core.logic import Status
from nelm_fhir.core.unknown import NotApplicable, Reason
from nelm_fhir.knowledge.registers import Registers
from nelm_fhir.knowledge.texts import (
    Figure,
    FlagText,
    Language,
    OutcomeRules,
    ReferenceNote,
    SurveillanceText,
    TreatmentRow,
)
from nelm_fhir.knowledge.toml_reading import Section
from nelm_fhir.knowledge.wording_reading import Specs, read_wording

OWN_PROMPT: Final = "prompt of this project"
NO_NUMBER: Final = "n not given"
"""Where a source gives no n, this is written (rules 13, 5)."""

_STATUSES: Final = frozenset(status.value for status in Status)
_REASONS: Final = frozenset(r.value for r in Reason) | frozenset(r.value for r in NotApplicable)


def read_language(file: Section, specs: Specs) -> Language:
    """Return the words of one language; every status, reason and case needs its own."""
    reasons, statuses = _every(file, "reasons", _REASONS), _every(file, "statuses", _STATUSES)
    language = Language(
        notice=file.text("notice"),
        statuses=statuses,
        verdicts=MappingProxyType(file.mapping("verdicts")),
        reasons=reasons,
        wording=read_wording(file, specs, {"reasons": reasons, "statuses": statuses}),
    )
    file.close()
    return language


def _every(file: Section, key: str, needed: frozenset[str]) -> Mapping[str, str]:
    words = file.mapping(key)
    for word in sorted(needed - set(words)):
        file.fault(f"{key}.{word}", "is missing")
    for word in sorted(set(words) - needed):
        file.unknown(f"{key}.{word}", "word", word, needed)
    return MappingProxyType(words)


def read_flags(file: Section, registers: Registers) -> Mapping[str, FlagText]:
    """Return every flag by id (rules 1.6)."""
    return MappingProxyType({key: _read_flag(key, e, registers) for key, e in file.entries()})


def _read_flag(key: str, section: Section, registers: Registers) -> FlagText:
    numbers = section.section("numbers") if section.has("numbers") else None
    flag = FlagText(
        id=key,
        where=section.texts("where"),
        text=section.text("text"),
        source=_read_source(section, registers),
        numbers=MappingProxyType(dict(_integers(numbers)) if numbers else {}),
    )
    if not flag.where:
        section.fault("where", "is empty")
    section.close()
    return flag


def _integers(section: Section) -> Iterator[tuple[str, int]]:
    for key in section.values:
        yield key, section.integer(key)


def _read_published(section: Section, registers: Registers) -> str:
    """Return the sources of what is not our own; none is a fault."""
    source = _read_source(section, registers)
    if source == OWN_PROMPT:
        section.fault("source", "is empty; what is published has a source")
    return source


def _read_source(section: Section, registers: Registers) -> str:
    """Return the keys of sources and policies as one text; none is a prompt of our own."""
    keys = section.texts("source")
    for key in keys:
        if key not in registers.citable:
            section.unknown("source", "source", key, registers.citable)
    return ", ".join(keys) or OWN_PROMPT


def read_figures(file: Section, registers: Registers) -> Mapping[str, Figure]:
    """Return the published figures of one file; population, n and era are needed of each."""
    return {key: _read_figure(key, entry, registers) for key, entry in file.entries()}


def _read_figure(key: str, section: Section, registers: Registers) -> Figure:
    figure = Figure(
        id=key,
        population=section.text("population"),
        n=section.text("n"),
        era=section.text("era"),
        text=section.text("text"),
        details=section.text("details"),
        source=_read_published(section, registers),
        beside_verdict=section.boolean("beside_verdict"),
    )
    if figure.beside_verdict and figure.n.startswith(NO_NUMBER):
        section.fault("beside_verdict", "a figure without n stays in the reference table")
    section.close()
    return figure


def read_notes(file: Section, registers: Registers) -> Mapping[str, ReferenceNote]:
    """Return the notes that accompany figures (rules 11, 14)."""
    notes = {}
    for key, entry in file.entries():
        notes[key] = ReferenceNote(key, entry.text("text"), _read_published(entry, registers))
        entry.close()
    return MappingProxyType(notes)


def read_surveillance(file: Section, registers: Registers) -> Mapping[str, SurveillanceText]:
    """Return the surveillance texts (rules 12)."""
    rows = {}
    for key, entry in file.entries():
        rows[key] = SurveillanceText(
            id=key,
            phase=entry.text("phase"),
            text=entry.text("text"),
            source=_read_source(entry, registers),
            shown=entry.boolean("shown", default=True),
        )
        entry.close()
    return MappingProxyType(rows)


def read_treatments(file: Section, registers: Registers) -> tuple[TreatmentRow, ...]:
    """Return the treatment rows (rules 3.13)."""
    return tuple(_read_treatment(key, entry, registers) for key, entry in file.entries())


def _read_treatment(key: str, section: Section, registers: Registers) -> TreatmentRow:
    row = TreatmentRow(
        id=key,
        patient=section.text("patient"),
        action=section.text("action"),
        outcome=section.text("outcome", ""),
        quote=section.text("quote"),
        source=_read_published(section, registers),
    )
    section.close()
    return row


def read_outcome_rules(file: Section) -> OutcomeRules:
    """Return which figures may stand beside a patient (rules 11.1, 11.3)."""
    candidate, le_treut = file.section("candidate"), file.section("le_treut")
    recurrence = file.section("recurrence")
    rules = OutcomeRules(
        always=candidate.texts("always"),
        with_milan_net=candidate.texts("with_milan_net"),
        with_milan_net_resectable=candidate.texts("with_milan_net_resectable"),
        milan_net=candidate.text("milan_net"),
        le_treut_id=le_treut.text("id"),
        le_treut_sites=frozenset(le_treut.texts("sites")),
        hepatomegaly_percent=le_treut.number("hepatomegaly_percent"),
        le_treut_boundary_note=le_treut.text("boundary_note"),
        recurrence_always=recurrence.texts("always"),
        late_months=recurrence.integer("late_months"),
        late=recurrence.text("late"),
        early=recurrence.text("early"),
        exact_note=recurrence.text("exact_note"),
        surgery=recurrence.text("surgery"),
        no_surgery=recurrence.text("no_surgery"),
        mib1_limit=recurrence.number("mib1_limit"),
        mib1_high=recurrence.text("mib1_high"),
        mib1_low=recurrence.text("mib1_low"),
        not_milan_note=recurrence.text("not_milan_note"),
        warning=candidate.text("warning"),
    )
    for section in (candidate, le_treut, recurrence, file):
        section.close()
    return rules
