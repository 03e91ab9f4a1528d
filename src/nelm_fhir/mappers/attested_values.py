"""What the value of an attested element or component says, by its row of the table.

In: a row and the Observation or component that carries value[x]. Out: a typed value, or Unknown
with the reason; whatever cannot be read is handed on as `unreadable`, never dropped. Source:
attested-entry.md sections 1, 2 and 4.
"""

from decimal import Decimal
from typing import Final

from msgspec import Struct

from nelm_fhir.core.canonical import BASE
from nelm_fhir.core.codes import Code
from nelm_fhir.core.evidence import Match
from nelm_fhir.core.unknown import Unknown
from nelm_fhir.fhir_r4.record import Resource
from nelm_fhir.knowledge.attested import AttestedRow, fold_answer
from nelm_fhir.mappers.amounts import amount, exact_number
from nelm_fhir.mappers.concepts import Matched, codings, matched, within, words
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.dates import read_date
from nelm_fhir.mappers.elements import Json, string
from nelm_fhir.mappers.proliferation import index_text, unreadable
from nelm_fhir.mappers.values import (
    ASKED,
    CONFLICTING,
    NOT_EXACT,
    NOT_STATED,
    TEXT_ONLY,
    UNREADABLE,
    Recorded,
    is_absent,
    recorded,
)
from nelm_fhir.profile.findings import Value

ELEMENT: Final = "attested-element"
ANSWER: Final = "attested-answer"
_BOOLEANS: Final = {"true": True, "false": False}


class Answer(Struct, frozen=True):
    """The value, the text as recorded, its element name, and the code it rests on."""

    value: Value | Unknown
    text: str | None = None
    element: str = ""
    match: Matched | None = None

    @property
    def is_stated(self) -> bool:
        """Whether anything was answered, be it "not known"."""
        return self.value != NOT_STATED


def answer(row: AttestedRow, part: Json, path: str, resource: Resource, ctx: Context) -> Answer:
    """Return what the part says as a value of that row; `path` leads to the part."""
    value = recorded(part)
    if value is None:
        return Answer(ASKED if is_absent(part) else NOT_STATED)
    if is_absent(part):
        held = unreadable(value.text) if row.as_text else CONFLICTING
        return Answer(held, value.text, value.element)
    if row.as_text:
        return Answer(_as_text(row, value, resource, ctx), value.text, value.element)
    if value.kind in row.values and value.kind != "CodeableConcept":
        return Answer(
            _typed(row, value, f"{path}{value.element}", resource, ctx), value.text, value.element
        )
    return _word(row, value, ctx)


def _as_text(row: AttestedRow, value: Recorded, resource: Resource, ctx: Context) -> str:
    if value.kind not in row.values:
        return unreadable(value.text)
    return index_text(value, row.unit, resource, ctx)


def _typed(
    row: AttestedRow, value: Recorded, path: str, resource: Resource, ctx: Context
) -> Value | Unknown:
    content = value.content
    if value.kind == "boolean":
        return content if isinstance(content, bool) else UNREADABLE
    if value.kind == "string":
        return content.strip() if isinstance(content, str) else UNREADABLE
    if value.kind == "dateTime":
        day = read_date(content, resource, path, ctx) if isinstance(content, str) else None
        return UNREADABLE if day is None else day
    if value.kind == "integer":
        is_count = isinstance(content, int) and not isinstance(content, bool) and content >= 0
        return Decimal(content) if is_count else UNREADABLE
    kind = row.unit or ""
    if "Range" in row.values:
        return amount(value, kind, ctx.units) or UNREADABLE
    volume = exact_number(value.json, kind, ctx.units)
    return UNREADABLE if volume is None or volume < 0 else volume


def _word(row: AttestedRow, value: Recorded, ctx: Context) -> Answer:
    """A coded answer; of strings only those that an overlay lists for this element count."""
    if value.kind not in {"CodeableConcept", "string"}:
        return Answer(UNREADABLE, value.text, value.element)
    found = within(matched(value.json, ctx.codes, row.code), ANSWER)
    listed = {word: m for word, m in words(found).items() if word in admitted(row)}
    if len(listed) > 1:
        return Answer(CONFLICTING, value.text, value.element)
    if not listed and not found:
        listed = _fixed(row, value, ctx)
    for word, match in listed.items():
        return Answer(held_as(row, word), value.text, value.element, match)
    if any(not m.exact for m in found):
        return Answer(NOT_EXACT, value.text, value.element)
    return Answer(_outside(row, value, ctx), value.text, value.element)


def held_as(row: AttestedRow, word: str) -> Value:
    """Return the value that an answer stands for: itself, or a boolean."""
    return word if row.words else _BOOLEANS[word]


def admitted(row: AttestedRow) -> frozenset[str]:
    """Return the codes of attested-answer that answer the row."""
    if row.words:
        return row.words
    return frozenset(_BOOLEANS) if "boolean" in row.values else frozenset()


def _fixed(row: AttestedRow, value: Recorded, ctx: Context) -> dict[str, Matched]:
    """A fixed local answer string of an overlay: trimmed, case ignored, nothing else."""
    text = string(value.json, "text") if value.kind == "CodeableConcept" else value.text
    word = ctx.answers.get(row.code, {}).get(fold_answer(text)) if text else None
    if word is None or word not in admitted(row):
        return {}
    code = Code(f"{BASE}/CodeSystem/{ANSWER}", word)
    return {word: Matched(code, ANSWER, word, Match.SITE, exact=True)}


def _outside(row: AttestedRow, value: Recorded, ctx: Context) -> str | Unknown:
    """A word outside the list, where the rules admit one as text; never a listed one as text."""
    text = string(value.json, "text")
    if not row.open or text is None or any(codings(value.json, ctx.codes)):
        return UNREADABLE
    if fold_answer(text) in {fold_answer(word) for word in row.words}:
        return TEXT_ONLY
    return text.strip()
