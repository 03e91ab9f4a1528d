"""What was filled in, as the answers that FHIR names.

In: the Questionnaire that was asked, the fields of the page. Out: the answered groups, or a Wrong
for each field that cannot be an answer. Nothing is completed: an empty field is no answer.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from nelm_fhir.knowledge.answer_words import ANSWER_SYSTEM, answer_words
from nelm_fhir.service.pages.form_fields import COPIES, Item, field_name, units
from nelm_fhir.service.pages.submitted import Submitted
from nelm_fhir.writers.canonicals import UCUM
from nelm_fhir.writers.datatypes import Json
from nelm_fhir.writers.questionnaire_response import Answers

_REFERENCE: Final = re.compile(
    r"(?:[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64})|(?:urn:uuid:[0-9a-f-]{36})"
)
_NUMBER: Final = re.compile(r"\d{1,9}(?:[.,]\d{1,6})?")
_LINKS: Final = (".focus", ".specimen", ".study")
_DATE: Final = ".date"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A field that cannot be read; `word` is the key of what is told about it."""

    text: str
    word: str


@dataclass(slots=True)
class Filled:
    """The answered groups by linkId, and what cannot be read."""

    given: dict[str, list[Answers]] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)


def filled_in(questionnaire: Item, sent: Submitted) -> Filled:
    """Return what was filled in."""
    found = Filled()
    for group in _groups(questionnaire):
        for copy in range(COPIES if group.get("repeats") else 1):
            answers = _answers(group, copy, sent, found.wrong)
            if any(not name.endswith(_LINKS) for name in answers):
                found.given.setdefault(group["linkId"], []).append(answers)
                _check_date(group, answers, found.wrong)
    return found


def _groups(parent: Item) -> Iterator[Item]:
    for one in parent.get("item", ()):
        if one["type"] == "group":
            yield one
            yield from _groups(one)


def _answers(group: Item, copy: int, sent: Submitted, wrong: list[Wrong]) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for item in group["item"]:
        if text := sent.one(field_name(group, copy, item)):
            value = _value(item, text)
            if value is None:
                wrong.append(Wrong(item["text"], f"wrong_{item['type'].replace('-', '_')}"))
            else:
                found[item["linkId"]] = [value]
    return found


def _check_date(group: Item, answers: Answers, wrong: list[Wrong]) -> None:
    """A statement without its day decides nothing, so it is asked for."""
    asked = next((one for one in group["item"] if one["linkId"].endswith(_DATE)), None)
    if asked is not None and asked["linkId"] not in answers:
        wrong.append(Wrong(f"{group['text']}: {asked['text']}", "wrong_no_day"))


def _value(item: Item, text: str) -> Json | None:
    """Return an answer; None for a text that is none of its type."""
    match item["type"]:
        case "boolean":
            return {"valueBoolean": text == "true"} if text in ("true", "false") else None
        case "choice" | "open-choice":
            return _coded(text)
        case "date":
            return {"valueDate": text} if _is_day(text) else None
        case "integer":
            return {"valueInteger": int(text)} if text.isascii() and text.isdecimal() else None
        case "quantity":
            return _quantity(item, text)
        case "reference":
            return {"valueReference": _named(text)}
    return {"valueString": text}


def _coded(text: str) -> Json | None:
    display = answer_words().get(text)
    if display is None:
        return None
    return {"valueCoding": {"system": ANSWER_SYSTEM, "code": text, "display": display}}


def _quantity(item: Item, text: str) -> Json | None:
    unit = next(units(item), None)
    if not _NUMBER.fullmatch(text):
        return None
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    named: Mapping[str, Any] = {"unit": unit, "system": UCUM, "code": unit} if unit else {}
    return {"valueQuantity": {"value": number, **named}}


def _named(text: str) -> Json:
    """Return a reference, or the identifier of a thing that has none."""
    if _REFERENCE.fullmatch(text):
        return {"reference": text}
    return {"identifier": {"value": text}}


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def told_of(wrong: Sequence[Wrong]) -> list[tuple[str, str]]:
    """Return what cannot be read, each once."""
    return list(dict.fromkeys((one.text, one.word) for one in wrong))
