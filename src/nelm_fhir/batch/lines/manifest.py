"""What the manifest of a Bulk Data export announces, if it lies among the files.

In: the text of a JSON object that is no FHIR resource. Out: the names of the files it announces and
how many resources are in each, where it tells. So a file that lost its end, or never came, is
noticed even if what is there can be read.
Source: Bulk Data Access, Response - Complete Status (`output[].url`, `count`).
"""

import msgspec
from msgspec import UNSET, Struct, UnsetType


class Announced(Struct, frozen=True):
    """One file of an export: the last step of its address, and how many lines it has."""

    name: str
    count: int | None = None


class _Output(Struct):
    url: str = ""
    count: int | None = None


class _Manifest(Struct, rename="camel"):
    transaction_time: str | UnsetType = UNSET
    output: list[_Output] = []


def announced(text: bytes) -> list[Announced]:
    """Return the files that the text announces; none if it is no manifest."""
    try:
        found = msgspec.json.decode(text, type=_Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []
    if found.transaction_time is UNSET:
        return []
    names = ((one.url.partition("?")[0].rsplit("/", 1)[-1], one.count) for one in found.output)
    return [Announced(name, count) for name, count in names if name]
