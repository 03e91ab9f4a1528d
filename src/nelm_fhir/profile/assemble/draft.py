"""One object of the record while it is written: values, and beside them their evidence.

A value that the record format does not admit at its path is left out as unreadable, so that one
odd statement never costs the record.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.unknown import Reason
from nelm_fhir.profile.assemble.statements import Settled
from nelm_fhir.profile.candidate import Part
from nelm_fhir.profile.provenance import note
from nelm_fhir.profile.record_format import EVIDENCE

_KINDS: Final[tuple[type, ...]] = (bool, DaySpan, Decimal, int, str)


class Draft:
    """The values of one model of `profile/candidate.py`, under the keys of the record."""

    def __init__(self, model: type[Part]) -> None:
        self._model = model
        self._values: dict[str, Any] = {}
        self._evidence: dict[str, Any] = {}

    def put(self, key: str, settled: Settled) -> None:
        """Write a settled value with its evidence, or why the key is absent."""
        if settled.is_silent:
            return
        value = None if settled.value is None else _admitted(self._model, key)(settled.value)
        reason = settled.reason
        if value is not None:
            self._values[key] = value
        elif settled.value is not None:
            reason = Reason.UNREADABLE
        self.explain(key, settled, reason if value is None else None)

    def explain(self, key: str, settled: Settled, reason: Reason | None) -> None:
        """Write the evidence of a key alone."""
        content = note(settled.evidence, settled.aside, reason)
        if content:
            self._evidence[key] = content

    def hold(self, key: str, value: Any) -> None:
        """Write a value as it is: an inner object, a list, or a value without evidence."""
        if value not in (None, {}):
            self._values[key] = value

    def get(self, key: str) -> Any:
        """Return the value written under the key; None if there is none."""
        return self._values.get(key)

    def record(self) -> dict[str, Any]:
        """Return the object of the record."""
        if not self._evidence:
            return dict(self._values)
        return {**self._values, EVIDENCE: dict(sorted(self._evidence.items()))}


@cache
def _admitted(model: type[Part], key: str) -> Callable[[Any], Any]:
    """Return what turns a value into that of the record, or None where it is not admitted."""
    kinds = set(_flat(_field(model, key).annotation))
    words = {kind for kind in kinds if not isinstance(kind, type)} - {None}
    if words:
        return lambda value: value if isinstance(value, str) and value in words else None
    return _CONVERSIONS[next(kind for kind in _KINDS if kind in kinds)]


def _field(model: type[Part], key: str) -> Any:
    fields: Mapping[str, Any] = model.model_fields
    return fields.get(key) or next(field for field in fields.values() if field.alias == key)


def _flat(annotation: Any) -> list[Any]:
    """Return the types and, of a Literal, the words that an annotation is made of."""
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    if get_origin(annotation) is Annotated:
        return _flat(get_args(annotation)[0])
    inner = get_args(annotation)
    return [kind for part in inner for kind in _flat(part)] if inner else [annotation]


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _day(value: object) -> str | None:
    return str(value) if isinstance(value, DaySpan) else None


def _number(value: object) -> Decimal | None:
    if isinstance(value, Amount) and value.is_point:
        value = value.low
    return value if isinstance(value, Decimal) and value >= 0 else None


def _count(value: object) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number == number.to_integral_value() else None


def _text(value: object) -> str | None:
    if isinstance(value, bool | DaySpan):
        return None
    return str(value).strip() or None


_CONVERSIONS: Final[dict[type, Callable[[Any], Any]]] = {
    bool: _flag,
    DaySpan: _day,
    Decimal: _number,
    int: _count,
    str: _text,
}
