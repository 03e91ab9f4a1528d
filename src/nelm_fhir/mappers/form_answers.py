"""What the answer of one question says, as value[x] of an Observation or component.

In: the row of the attested table that the question is about, one answer of a QuestionnaireResponse.
Out: value[x], or `dataAbsentReason` where the answer says that it is not known. Answers and
Observations name their types differently, and R4 answers know no Range; what has no place in an
Observation is handed on as text, which nobody reads as a value, never dropped.
Source: attested-entry.md sections 1 and 3; FHIR R4 QuestionnaireResponse.item.answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from nelm_fhir.knowledge.attested import AttestedRow
from nelm_fhir.mappers.elements import Json, extension, items, string
from nelm_fhir.mappers.places import ABSENT_REASON, DATA_ABSENT
from nelm_fhir.mappers.proliferation import unreadable
from nelm_fhir.mappers.values import recorded

_PLAIN: Final = frozenset({"boolean", "Quantity", "string"})
"""Types of answers that every attested value may have; others only where their row takes them."""
_MARK: Final = " | "
NOT_KNOWN: Final[Mapping[str, Any]] = {
    "dataAbsentReason": {"coding": [{"system": ABSENT_REASON, "code": "unknown"}]}
}
"""What an entry says in which a question was passed over."""


def spoken(row: AttestedRow, answer: Json) -> dict[str, Any]:
    """Return what one answer says; an empty object if it says nothing."""
    said = dict(_absence(answer))
    values = [name for name in answer if name.startswith("value") and answer[name] not in ("", {})]
    if len(values) > 1:
        return said | _text(row, _MARK.join(_shown({name: answer[name]}) for name in values))
    for name in values:
        said |= _value(row, name.removeprefix("value"), answer[name])
    return said


def between(row: AttestedRow, low: Sequence[Json], high: Sequence[Json]) -> dict[str, Any]:
    """Return the Range of a lowest and a highest answer, one of which may be missing."""
    bounds = {"low": low, "high": high}
    told = {name: answers for name, answers in bounds.items() if answers}
    if all(len(answers) == 1 and _is_quantity(answers[0]) for answers in told.values()):
        return {"valueRange": {name: answers[0]["valueQuantity"] for name, answers in told.items()}}
    shown = [f"{name} {_shown(one)}" for name, answers in told.items() for one in answers]
    return _text(row, _MARK.join(shown))


def together(row: AttestedRow, parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return several values of one question as the text that none of them is the value of."""
    return _text(row, _MARK.join(_shown(part) for part in parts))


def _is_quantity(answer: Json) -> bool:
    values = [name for name in answer if name.startswith("value")]
    return values == ["valueQuantity"] and isinstance(answer["valueQuantity"], dict)


def _value(row: AttestedRow, kind: str, content: Any) -> dict[str, Any]:
    if kind == "Coding" and isinstance(content, dict):
        return _coded(content)
    if kind == "String" and row.words and isinstance(content, str):
        return {"valueCodeableConcept": {"text": content}}
    if kind == "Date" and "dateTime" in row.values:
        return {"valueDateTime": content}
    if _PLAIN.union(row.values) & {kind, kind[:1].lower() + kind[1:]}:
        return {f"value{kind}": content}
    return _text(row, _shown({f"value{kind}": content}))


def _coded(coding: Json) -> dict[str, Any]:
    """Return a coded answer; a Coding of nothing but a display is a word that somebody typed."""
    named = {name: value for name, value in coding.items() if name != "extension"}
    if named.keys() == {"display"}:
        return {"valueCodeableConcept": {"text": named["display"]}}
    return {"valueCodeableConcept": {"coding": [named]}} if named else {}


def _text(row: AttestedRow, text: str) -> dict[str, Any]:
    """Return what is no value of this question in a type that its row does not take for one."""
    if row.as_text:
        return {"valueString": unreadable(text)}
    if "string" in row.values:
        return {"valueCodeableConcept": {"text": text}}
    return {"valueString": text}


def _shown(part: Mapping[str, Any]) -> str:
    value = recorded(part)
    return value.text if value is not None else ""


def _absence(answer: Json) -> Iterator[tuple[str, Any]]:
    """Yield the reason why the answer is not known, said on a primitive value or inside one."""
    for name, value in answer.items():
        if not name.startswith(("value", "_value")) or not isinstance(value, dict):
            continue
        for found in extension(value, DATA_ABSENT):
            code = string(found, "valueCode")
            if code is not None:
                yield "dataAbsentReason", {"coding": [{"system": ABSENT_REASON, "code": code}]}


def answers_of(item: Json) -> tuple[Json, ...]:
    """Return the answers of an item that hold anything."""
    return tuple(answer for answer in items(item, "answer") if answer)
