"""Facts and answers in the JSON contract: what sentences are made of, for programs that say them.

In: the types of `told.py`. Out: plain JSON values. A fact stands once, at the top of the result;
answers name it by its id.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from nelm_fhir.assessment.json_values import (
    Json,
    amount_json,
    evidence_json,
    number_json,
    set_aside_json,
)
from nelm_fhir.assessment.told import (
    Answer,
    Claims,
    Element,
    Fact,
    Limit,
    Months,
    Recorded,
    Term,
    Told,
    Word,
)
from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.dates import DaySpan


def fact_json(fact: Fact) -> Json:
    """Return one fact with its elements."""
    return {
        "id": fact.id,
        "kind": fact.kind,
        "elements": [_element(element) for element in fact.elements],
    }


def _element(element: Element) -> Json:
    return {
        "name": element.name,
        "value": _value(element.value),
        "text": element.text,
        "reason": element.reason,
        "evidence": [evidence_json(item) for item in element.evidence],
        "set_aside": [set_aside_json(item) for item in element.set_aside],
    }


def answer_json(answer: Answer) -> Json:
    """Return what one definition answered."""
    return {
        "asks": answer.asks,
        "branch": answer.branch,
        "status": str(answer.status),
        "reason": answer.reason,
        "running": answer.running,
        "told": [_told(told) for told in answer.told],
        "used": [fact.id for fact in answer.used],
        "aside": [{"fact": one.fact.id, "reason": str(one.reason)} for one in answer.aside],
    }


def _told(told: Told) -> Json:
    words = {name: word_json(word) for name, word in sorted(told.words.items())}
    return {"case": told.case, "beside": told.beside, "words": words}


def word_json(word: Word) -> Any:
    """Return a typed value; what is no plain value is an object that says what it is."""
    if isinstance(word, tuple):
        return [word_json(part) for part in word]
    for kind, how in _PARTS.items():
        if isinstance(word, kind):
            return how(word)
    return _value(word)


_PARTS: Final[Mapping[type, Callable[[Any], Json]]] = MappingProxyType(
    {
        Fact: lambda part: {"fact": part.id},
        Claims: lambda part: {"fact": part.fact.id, "elements": list(part.names)},
        Term: lambda part: {"table": part.table, "word": part.word},
        Recorded: lambda part: {"recorded": part.text},
        Months: lambda part: {"months": part.number},
        Limit: lambda part: {"limit": str(part)},
    }
)


def _value(value: Any) -> Any:
    """Return a plain value: an amount as an object, dates as text, lists as lists."""
    if isinstance(value, Amount):
        return amount_json(value)
    if isinstance(value, DaySpan | date):
        return str(value)
    if isinstance(value, Decimal):
        return number_json(value)
    return list(value) if isinstance(value, tuple) else value
