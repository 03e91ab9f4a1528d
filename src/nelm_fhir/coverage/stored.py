"""A coverage report read back from its JSON, as far as an overlay is made or reviewed from it.

In: bytes (gzip, too). Out: the codes nobody maps and the codes that were seen; InputError for
anything that is no coverage report.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from nelm_fhir.core.codes import Code
from nelm_fhir.errors import InputError
from nelm_fhir.fhir_r4.inflate import inflated


class StoredCode(Struct, frozen=True):
    """A code as the report names it."""

    code: str | None
    system: str | None = None


class Suggestion(Struct, frozen=True):
    """What a code could be mapped to."""

    map: str
    name: str


class StoredGap(Struct, frozen=True):
    """A code that nobody maps."""

    code: str
    at: str
    near: tuple[str, ...]
    topics: tuple[str, ...]
    suggestions: tuple[Suggestion, ...]
    values: tuple[str, ...]
    records: int | str | None
    system: str | None = None
    display: str | None = None
    answers: StoredCode | None = None
    unverified: bool = False


class _Element(Struct, frozen=True):
    path: str
    coded: tuple[StoredCode, ...]


class _Report(Struct, frozen=True):
    unmapped: tuple[StoredGap, ...]
    site_codes: tuple[StoredCode, ...]
    elements: tuple[_Element, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """What an overlay needs of a report: the gaps in their order, and every code that was seen."""

    gaps: tuple[StoredGap, ...]
    seen: frozenset[Code]


def stored(content: bytes) -> Stored:
    """Return a report that `nelm coverage --format json` wrote."""
    text = inflated(content)
    try:
        report = msgspec.json.decode(text, type=_Report)
    except (msgspec.DecodeError, UnicodeDecodeError):  # its text would show what stands there
        raise InputError(
            "The file is no coverage report.",
            "Give what `nelm coverage --format json` wrote (see `nelm schema coverage`).",
        ) from None
    return Stored(report.unmapped, frozenset(_seen(report)))


def _seen(report: _Report) -> Iterator[Code]:
    named = [(code.system, code.code) for element in report.elements for code in element.coded]
    named += [(code.system, code.code) for code in report.site_codes]
    named += [(gap.system, gap.code) for gap in report.unmapped]
    for system, code in named:
        if system is not None and code is not None:
            yield Code(system, code)
