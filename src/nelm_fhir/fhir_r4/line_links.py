"""What a text of a population refers to, so that nobody's resources reach those who need them.

In: the text of a resource or Bundle. Out: the names (`Type/id`) of what its statements belong
together with, and its own, under which it may be withdrawn. Only the elements count that the reader
follows: who measured and who paid is no part of a record.
Source: references.py (`FOLLOWED`).
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from nelm_fhir.fhir_r4 import strict
from nelm_fhir.fhir_r4.line_head import decoded
from nelm_fhir.fhir_r4.persons import without_server
from nelm_fhir.fhir_r4.references import links

_WRITTEN: Final = re.compile(rb'"reference"\s*+:\s*+"([^"]*+)"')


def mentioned(text: bytes) -> set[str]:
    """Return every reference that stands in a text, followed or not; costs little."""
    return {_name(_unescaped(found)) for found in set(_WRITTEN.findall(text))}


def _unescaped(written: bytes) -> str:
    """Return a JSON string as text; some servers write each slash as an escape."""
    if b"\\" not in written:
        return written.decode(errors="replace")
    try:
        return msgspec.json.decode(b'"%s"' % written, type=str)
    except msgspec.DecodeError:
        return written.decode(errors="replace")


def own_names(text: bytes) -> frozenset[str]:
    """Return the names under which what is in a text may be withdrawn."""
    head = decoded(text)
    if head is None:
        return frozenset()
    if head.resource_type == "Bundle":
        return followed(text)
    return frozenset({f"{head.resource_type}/{head.id}"})


def followed(text: bytes) -> frozenset[str]:
    """Return the names of a text's own resources and of all that they belong together with."""
    try:
        data = strict.read(text)
    except strict.Damaged:
        return frozenset()
    return frozenset(name for resource in _resources(data) for name in _of(resource))


def _resources(data: Any) -> Iterator[dict[str, Any]]:
    """Yield a resource, or those of a Bundle, of Bundles within it too."""
    if not isinstance(data, dict):
        return
    if data.get("resourceType") != "Bundle":
        yield data
        return
    entries = data.get("entry")
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict):
            yield from _resources(entry.get("resource"))


def _of(resource: dict[str, Any]) -> Iterator[str]:
    yield f"{resource.get('resourceType')}/{resource.get('id')}"
    for _, reference in links(resource):
        if isinstance(written := reference.get("reference"), str):
            yield _name(written)


def _name(written: str) -> str:
    return without_server(written.partition("/_history/")[0])
