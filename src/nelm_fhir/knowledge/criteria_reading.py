"""Criteria files: one set, its criteria, and the notes of bodies without a verdict of their own.

In: `mappings/criteria/*.toml`, the same in an overlay, and the criterion of a damaged record.
Out: CriteriaSet, BodyNote, Criterion. A criterion needs quote and source, or a policy; what it
counts for needs `settle`. Source: rules section 3, architecture section 3.
"""

from collections.abc import Mapping
from typing import Any, Final

from nelm_fhir.core.logic import Status
from nelm_fhir.knowledge.criteria import (
    Ask,
    Basis,
    BodyNote,
    CriteriaSet,
    Criterion,
    FlagRule,
    Group,
    Kind,
    Option,
    Place,
    Quotation,
)
from nelm_fhir.knowledge.question_reading import Definitions, Question, read_question
from nelm_fhir.knowledge.toml_reading import Section

LABEL_LENGTH: Final = 28
JUDGED: Final = "judged"
LAST: Final = 1000
_KINDS: Final = frozenset(kind.value for kind in Kind)
_BASES: Final = frozenset(basis.value for basis in Basis)
_STATUSES: Final = frozenset(status.value for status in Status)
_OWN_KEYS: Final = frozenset(
    {"id", "kind", "label", "statement", "quote", "source", "further", "basis", "policy"}
    | {"settle", "flag", "text", "option"}
)


def read_set(file: Section, definitions: Definitions) -> CriteriaSet:
    """Return the criteria set of one file."""
    found = CriteriaSet(
        id=file.text("id"),
        version=file.text("version"),
        title=file.text("title"),
        citation=file.text("citation"),
        sources=file.texts("sources"),
        scope=file.texts("scope"),
        criteria=tuple(read_criterion(s, definitions) for s in file.sections("criterion")),
        derived_from=file.optional_text("derived_from"),
        order=file.integer("order") if file.has("order") else LAST,
    )
    if not found.criteria:
        file.fault("criterion", "a set without any criterion would always be met")
    file.close()
    return found


def read_bodies(file: Section) -> tuple[BodyNote, ...]:
    """Return the bodies without a verdict of their own (rules 3.8, 3.9)."""
    bodies = tuple(_read_body(section) for section in file.sections("body"))
    file.close()
    return bodies


def _read_body(section: Section) -> BodyNote:
    body = BodyNote(
        id=section.text("id"),
        title=section.text("title"),
        beside=section.texts("beside"),
        notes=tuple(read_criterion(note, {}) for note in section.sections("note")),
        words=section.optional_text("words"),
    )
    for note in body.notes:
        if note.kind is not Kind.NOTE:
            section.fault("note", f"{note.id} must be of kind 'note'")
    section.close()
    return body


def read_criterion(section: Section, definitions: Definitions) -> Criterion:
    """Return one criterion; what it asks is checked against the definitions."""
    kind = _read_kind(section)
    is_note = kind is Kind.NOTE
    question = None if is_note else read_question(section, definitions)
    found = Criterion(
        id=section.text("id"),
        kind=kind,
        label=_read_label(section),
        statement=section.text("statement"),
        question=question,
        quote=section.optional_text("quote"),
        source=_read_place(section.section("source")) if section.has("source") else None,
        basis=_read_basis(section),
        policy=section.texts("policy", optional=True),
        settle=section.text("settle", "") if is_note else section.text("settle"),
        flag=_read_flag(section, kind, question, definitions) if section.has("flag") else None,
        text=section.text("text") if is_note else None,
        options=_read_options(section, definitions) if section.has("option") else (),
        further=_read_further(section) if section.has("further") else (),
    )
    _check_cited(section, found)
    section.close()
    return found


def _read_kind(section: Section) -> Kind:
    word = section.word("kind", _KINDS, "kind")
    return Kind(word) if word in _KINDS else Kind.REQUIREMENT


def _read_basis(section: Section) -> Basis | None:
    if not section.has("basis"):
        return None
    word = section.word("basis", _BASES, "basis")
    return Basis(word) if word in _BASES else None


def _read_label(section: Section) -> str:
    label = section.text("label")
    if len(label) > LABEL_LENGTH:
        section.fault("label", f"is longer than {LABEL_LENGTH} characters")
    return label


def _read_place(section: Section) -> Place:
    place = Place(section.text("key"), section.text("where"))
    section.close()
    return place


def _read_further(section: Section) -> tuple[Quotation, ...]:
    return tuple(_read_quotation(entry) for entry in section.sections("further"))


def _read_quotation(section: Section) -> Quotation:
    quotation = Quotation(section.text("quote"), _read_place(section.section("source")))
    section.close()
    return quotation


def _check_cited(section: Section, criterion: Criterion) -> None:
    """A rule needs quote and source or a policy; a note, which decides nothing, a source."""
    quoted = criterion.source is not None and (criterion.quote or criterion.kind is Kind.NOTE)
    if not quoted and not criterion.policy:
        section.fault("", "has neither quote and source nor a policy number")
    if criterion.quote and criterion.source is None:
        section.fault("source", "is missing; a quote needs its place")
    if criterion.source is not None and criterion.basis is None:
        section.fault("basis", "is missing; a source needs to be said how it was read")
    if criterion.kind is Kind.GUARD and not criterion.policy:
        section.fault("policy", "is missing; a guard is project policy (rules 1.4)")


def _read_flag(
    section: Section, kind: Kind, question: Question | None, definitions: Definitions
) -> FlagRule:
    flag = section.section("flag")
    on = flag.words("on", _STATUSES | {JUDGED}, "status")
    under = flag.integer("under") if flag.has("under") else None
    if bool(on) == (under is not None):
        flag.fault("", "must have either on or under")
    if under is not None:
        _check_under(flag, under, kind, question)
    for status in sorted(set(on) - _possible(question, definitions)):
        flag.fault("on", f"{status!r} is a status that this criterion never has")
    rule = FlagRule(flag.text("id"), frozenset(on), under)
    flag.close()
    return rule


def _check_under(flag: Section, under: int, kind: Kind, question: Question | None) -> None:
    if kind is not Kind.CLOCK or not isinstance(question, Ask) or question.limit is None:
        flag.fault("under", "is for a clock that asks one definition")
    elif under <= question.limit:
        flag.fault("under", "must be longer than the clock itself")


def _possible(question: Question | None, definitions: Definitions) -> frozenset[str]:
    """Return the statuses that a criterion can have, and `judged`; all of them for a group."""
    if isinstance(question, Ask) and question.asks in definitions:
        spec = definitions[question.asks]
        added = (spec.adds.get(key, frozenset()) for key in question.parameters)
        return spec.statuses.union({JUDGED}, *added)
    return frozenset({JUDGED}) if question is None else _STATUSES | {JUDGED}


def _read_options(section: Section, definitions: Definitions) -> tuple[Option, ...]:
    asked = {key: value for key, value in section.values.items() if key not in _OWN_KEYS}
    entries = section.section("option").entries()
    return tuple(_read_option(name, entry, asked, definitions) for name, entry in entries)


def _read_option(
    name: str, entry: Section, asked: Mapping[str, Any], definitions: Definitions
) -> Option:
    """Return what an option replaces: the keys it names, within what the criterion asks."""
    policy = entry.texts("policy")
    replaced = {key: value for key, value in entry.values.items() if key != "policy"}
    if not replaced:
        entry.fault("", "replaces nothing")
    whole = Section({**asked, **replaced}, entry.file, entry.path, entry.faults)
    question: Ask | Group = read_question(whole, definitions)
    whole.close()
    return Option(name, question, policy)
