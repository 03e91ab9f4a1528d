"""A Bundle's text into the texts of its resources, without building what nobody reads.

In: JSON text. Out: the Bundle's own elements and one Slot per entry with its resource still as
text. What stands around the resources is read strictly: a repeated key there (two `resource` in one
entry, two `entry` in one Bundle) changes the record and refuses it.
Source: performance.md 1 (msgspec with Raw), interop 11 row 5.
"""

import re
from typing import Any, Final

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from nelm_fhir.errors import NotABundle, NotJson
from nelm_fhir.fhir_r4 import strict
from nelm_fhir.fhir_r4.limits import too_deep


class Slot(Struct, gc=False, omit_defaults=True, rename="camel"):
    """One Bundle.entry."""

    full_url: Any = UNSET
    resource: Raw | UnsetType = UNSET
    search: Any = UNSET
    request: Any = UNSET
    response: Any = UNSET
    modifier_extension: Any = UNSET
    id: Any = UNSET
    link: Any = UNSET
    extension: Any = UNSET


class BundleText(Struct, omit_defaults=True, rename="camel"):
    """The elements of a Bundle, its resources unread."""

    resource_type: Any = UNSET
    type: Any = UNSET
    entry: list[Slot] | UnsetType = UNSET
    id: Any = UNSET
    meta: Any = UNSET
    implicit_rules: Any = UNSET
    language: Any = UNSET
    identifier: Any = UNSET
    timestamp: Any = UNSET
    total: Any = UNSET
    link: Any = UNSET
    signature: Any = UNSET
    fhir_version: Any = UNSET


class _Kind(Struct, rename="camel"):
    resource_type: Any = None


_KIND: Final = msgspec.json.Decoder(_Kind)
_BUNDLE: Final = msgspec.json.Decoder(BundleText)
_SLOT: Final = msgspec.json.Decoder(Slot)
_MEMBERS: Final = msgspec.json.Decoder(dict[str, Raw])
_ITEMS: Final = msgspec.json.Decoder(list[Raw])
_ENCODER: Final = msgspec.json.Encoder()
_BYTE: Final = re.compile(r"\(byte (\d+)\)")
"""The one thing of a parser's text that is handed on: its words may hold values."""
_ENDED: Final = "truncated"
"""What the parser says of a text that ends too early: it names no byte."""
_NO_OBJECT: Final = Slot(resource=Raw(b"0"))


def is_json(text: bytes) -> bool:
    """Whether the text is one JSON value that a parser can follow."""
    try:
        msgspec.json.decode(text, type=Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def is_bundle(text: bytes) -> bool:
    """Whether the text is a JSON object that calls itself a Bundle."""
    try:
        return bool(_KIND.decode(text).resource_type == "Bundle")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def items(text: bytes) -> list[bytes]:
    """Return the texts of a JSON array's items; raises NotJson, TooLarge."""
    try:
        return [bytes(item) for item in _ITEMS.decode(text)]
    except RecursionError:
        raise too_deep() from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise not_json(error, len(text)) from None


def split(text: bytes) -> BundleText | None:
    """Split the text of a Bundle; None if it is some other JSON object.

    Raises NotJson, NotABundle, TooLarge.
    """
    try:
        bundle = _decoded(text)
    except RecursionError:
        raise too_deep() from None
    except msgspec.ValidationError:
        raise NotABundle(
            "An element of the Bundle is of a wrong type.", "Send a FHIR R4 Bundle."
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise not_json(error, len(text)) from None
    if bundle.resource_type != "Bundle":
        return None
    _refuse_repeated_keys(text, bundle)
    return bundle


def _decoded(text: bytes) -> BundleText:
    try:
        return _BUNDLE.decode(text)
    except msgspec.ValidationError:
        return _with_bad_entries(text)


def not_json(error: Exception | None = None, length: int | None = None) -> NotJson:
    """Return the error for a text that is no JSON, with the byte where a parser gave up.

    `length` is that of the text in bytes: where a text ends too early, that is the place.
    """
    told = _BYTE.search(str(error))
    where = f" It cannot be read from byte {told[1]} on." if told else ""
    if length is not None and _ENDED in str(error):
        where = f" It ends at byte {length}, before it is complete."
    return NotJson(
        f"The input is not valid JSON.{where}", "Check that it was written and transferred whole."
    )


def _with_bad_entries(text: bytes) -> BundleText:
    """Split a Bundle in which some entry is no object: that one is lost, not the others."""
    members = _MEMBERS.decode(text)
    entries = bytes(members.pop("entry", b"[]"))
    bundle = _BUNDLE.decode(_ENCODER.encode(members))
    if bundle.resource_type == "Bundle":
        if not entries.startswith(b"["):
            raise NotABundle("Bundle.entry is not a list.", "Send a FHIR R4 Bundle.")
        bundle.entry = [_slot(item) for item in _ITEMS.decode(entries)]
    return bundle


def _slot(text: Raw) -> Slot:
    try:
        return _SLOT.decode(text)
    except msgspec.ValidationError:
        return _NO_OBJECT


def _refuse_repeated_keys(text: bytes, bundle: BundleText) -> None:
    # Written again as short as JSON can be, a text without blanks has the same length, unless
    # something in it was overwritten or is not among the elements known here.
    if len(_ENCODER.encode(bundle)) == len(text):
        return
    try:
        strict.parse(_without_resources(text, bundle))
    except strict.Damaged:
        raise NotJson(
            "A key is repeated in the Bundle outside of its resources.",
            "Write each key once; the last of two is not the true one.",
        ) from None


def _without_resources(text: bytes, bundle: BundleText) -> bytes:
    """Return the text with each resource cut out."""
    kept: list[bytes] = []
    position = 0
    for slot in bundle.entry or ():
        resource = b"" if slot.resource is UNSET else bytes(slot.resource)
        start = _find(text, resource, position) if resource.startswith(b"{") else -1
        if start >= 0:
            kept.append(text[position:start])
            position = start + len(resource)
    kept.append(text[position:])
    return b"0".join(kept)


def _find(text: bytes, resource: bytes, position: int) -> int:
    start = text.find(b"{", text.find(b'"resource"', position))
    return start if text.startswith(resource, start) else text.find(resource, position)
