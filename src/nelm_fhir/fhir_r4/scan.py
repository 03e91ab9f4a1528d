"""One text of a population and where it belongs: a line, or a file that is one JSON text.

In: the text. Out: a Scanned. Never raises: what cannot be read or used is told in it.
Source: performance.md 5; design of `fhir_r4/line_head.py` and `line_bundle.py`.
"""

from itertools import chain
from typing import Final

from msgspec.structs import replace

from nelm_fhir.errors import InputError
from nelm_fhir.fhir_r4 import twice
from nelm_fhir.fhir_r4.line_bundle import of_bundle
from nelm_fhir.fhir_r4.line_head import Kind, Scanned, decoded, of_damaged, of_resource
from nelm_fhir.fhir_r4.split import items

_UTF8_MARK: Final = b"\xef\xbb\xbf"
"""What some programs write before the first line of a file."""


def scanned(text: bytes) -> Scanned:
    """Return what a text is and where it belongs."""
    text = text.removeprefix(_UTF8_MARK).strip()
    if text.startswith(b"["):
        return _of_list(text)
    found = decoded(text)
    if found is None:
        return of_damaged(text)
    if found.resource_type is None:
        return Scanned(Kind.OTHER)
    if found.resource_type == "Bundle":
        return of_bundle(text)
    if found.resource_type == "OperationOutcome":
        return Scanned(Kind.OUTCOME)
    return of_resource(text, found)


def names_twice(text: bytes) -> bool:
    """Whether a resource names its subject twice, so that only the last would be seen."""
    return twice.of_subject(text) and twice.repeats_a_key(text)


def _of_list(text: bytes) -> Scanned:
    """Return where the members of a JSON list belong, each by itself."""
    try:
        members = [scanned(item) for item in items(text)]
    except InputError as error:
        return replace(of_damaged(text), error=error)
    return Scanned(
        Kind.RESOURCE if any(one.kind is not Kind.OTHER for one in members) else Kind.OTHER,
        tuple(chain.from_iterable(one.texts for one in members)),
        tuple(chain.from_iterable(one.loose for one in members)),
        tuple(chain.from_iterable(one.same for one in members)),
        deletions=sum(one.deletions for one in members),
        error=next((one.error for one in members if one.error is not None), None),
    )
