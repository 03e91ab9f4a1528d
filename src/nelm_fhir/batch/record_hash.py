"""The digest of a record that was fetched from a server: the same until something else is read.

In: the Bundle. Out: SHA-256 of the resources that may be read of it. Our own results come back with
the record of their patient, and are no change of it.
"""

import hashlib
from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import Raw, Struct

from nelm_fhir.mappers.registry import TYPES
from nelm_fhir.writers.canonicals import ASSESSMENT_IDENTIFIER, EDITION_IDENTIFIER

_OURS: Final = tuple(
    f'"{system}"'.encode() for system in (ASSESSMENT_IDENTIFIER, EDITION_IDENTIFIER)
)


class _Entry(Struct):
    resource: Raw = Raw(b"{}")


class _Bundle(Struct):
    entry: tuple[_Entry, ...] = ()


class _Head(Struct):
    type: str = msgspec.field(name="resourceType", default="")


def record_hash(bundle: bytes) -> str:
    """Return the digest of what of a fetched record may be read."""
    found = hashlib.sha256()
    for text in _texts(bundle):
        found.update(hashlib.sha256(text).digest())
    return found.hexdigest()


def _texts(bundle: bytes) -> Iterator[bytes]:
    try:
        entries = msgspec.json.decode(bundle, type=_Bundle).entry
        heads = [msgspec.json.decode(one.resource, type=_Head) for one in entries]
    except msgspec.DecodeError:
        yield bundle  # something in it is damaged: the reader will say what
        return
    for entry, head in zip(entries, heads, strict=True):
        text = bytes(entry.resource)
        if head.type in TYPES and not any(system in text for system in _OURS):
            yield text
