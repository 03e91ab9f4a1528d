"""FHIR datatypes as plain dicts: the one builder behind everything we write.

In: values of `core`. Out: dicts that hold no None, no empty string and no empty list, so that they
are valid JSON for FHIR as they stand. Numbers stay Decimal; `fhir_json` writes their exact digits.
Source: FHIR R4 datatypes.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from nelm_fhir.core.amounts import Test
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.writers.canonicals import UCUM

Json = dict[str, Any]

# FHIR R4 string: no control characters but tab and line ends. Lone surrogates are no UTF-8, and
# U+FFFE and U+FFFF are no XML, which the narrative is.
_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_TAG_OPENS: Final = re.compile(r"<(?=[A-Za-z/!?])")


def string(text: str) -> str:
    """Return the text as a FHIR string, what no FHIR string may hold shown as U+FFFD."""
    if text.isprintable():  # nothing forbidden is; most texts need no closer look
        return text.strip() or "\ufffd"
    return _FORBIDDEN.sub("\ufffd", text).strip() or "\ufffd"


def annotation(text: str) -> Json:
    """Return an Annotation without time and author.

    Its text is markdown: what would open an HTML tag there is escaped, "< 50 %" stays as it is.
    """
    return {"text": _TAG_OPENS.sub("&lt;", string(text))}


def coding(system: str, code: str, display: str | None = None, version: str | None = None) -> Json:
    """Return a Coding."""
    built: Json = {"system": system}
    if version:
        built["version"] = string(version)
    built["code"] = code
    if display:
        built["display"] = string(display)
    return built


def concept(*codings: Json, text: str | None = None) -> Json:
    """Return a CodeableConcept."""
    built: Json = {"coding": list(codings)}
    if text:
        built["text"] = string(text)
    return built


def quantity(value: Decimal, unit: str, comparator: Test | None = None) -> Json:
    """Return a Quantity in a UCUM unit; `unit` is its code and, printed, its name."""
    built: Json = {"value": value}
    if comparator:
        built["comparator"] = comparator
    return built | {"unit": unit, "system": UCUM, "code": unit}


def value_range(low: Decimal, high: Decimal, unit: str) -> Json:
    """Return a Range, both ends included: R4 can say neither open nor one-sided comparison."""
    return {"low": quantity(low, unit), "high": quantity(high, unit)}


def period(start: date, end: date) -> Json:
    """Return a Period of whole days, both included."""
    return {"start": start.isoformat(), "end": end.isoformat()}


def day_span(span: DaySpan) -> tuple[str, str | Json]:
    """Return the name of the type and the value: a (partial) date, else a Period."""
    text = str(span)
    return ("Period", period(span.earliest, span.latest)) if "/" in text else ("date", text)


def identifier(system: str, value: str) -> Json:
    """Return an Identifier."""
    return {"system": system, "value": string(value)}


def extension(url: str, kind: str, value: object) -> Json:
    """Return a simple extension; `kind` is the type as it stands behind `value`: `Quantity`."""
    return {"url": url, f"value{kind}": value}


def extensions(url: str, parts: Sequence[Json]) -> Json:
    """Return a complex extension."""
    return {"url": url, "extension": list(parts)}


def filled(members: Mapping[str, Any]) -> Json:
    """Return the members without those that are None or empty, which FHIR forbids (ele-1)."""
    return {key: value for key, value in members.items() if value or value == 0}
