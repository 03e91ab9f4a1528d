"""Whatever the caller has, as the bytes of one JSON text.

In: bytes (gzip, too), text, or parsed JSON. Out: UTF-8 bytes without mark and surrounding blanks.
Raises NotJson for what is visibly something else (XML, HTML, an archive, UTF-16) and says so,
TooLarge.
"""

import math
from typing import Any, Final

import msgspec

from nelm_fhir.errors import NotJson
from nelm_fhir.fhir_r4.inflate import inflated
from nelm_fhir.fhir_r4.limits import too_deep

Data = bytes | str | dict[str, Any] | list[Any]

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_OTHERS: Final = (
    (b"<", "The input is XML or HTML; only FHIR JSON is read.", "Ask for application/fhir+json."),
    (b"PK\x03\x04", "The input is a zip archive.", "Unpack it first, or pack it with gzip."),
    (b"BZh", "The input is packed with bzip2.", "Unpack it first, or pack it with gzip."),
    (b"\xfd7zXZ", "The input is packed with xz.", "Unpack it first, or pack it with gzip."),
    (b"\x28\xb5\x2f\xfd", "The input is packed with zstd.", "Unpack it, or pack it with gzip."),
    (b"\xff\xfe", "The input is UTF-16 text.", "Save it as UTF-8."),
    (b"\xfe\xff", "The input is UTF-16 text.", "Save it as UTF-8."),
)


def text_of(data: Data) -> bytes:
    """Return the input as UTF-8 JSON text."""
    if isinstance(data, bytes | bytearray | memoryview):
        text = inflated(bytes(data))
    elif isinstance(data, str):
        text = _utf8(data)
    else:
        text = _written(data)
    return _plain(text)


def _plain(text: bytes) -> bytes:
    text = text.removeprefix(_UTF8_MARK).strip(b" \t\r\n")
    if not text:
        raise NotJson("The input is empty.", "Send a FHIR Bundle as JSON.")
    for start, message, remedy in _OTHERS:
        if text.startswith(start):
            raise NotJson(message, remedy)
    return text


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise NotJson("The input holds half a character.", "Send it as UTF-8.") from None


def _written(data: dict[str, Any] | list[Any]) -> bytes:
    try:
        _refuse_constants(data)
        return _ENCODER.encode(data)
    except RecursionError:
        raise too_deep() from None
    except (TypeError, ValueError):
        raise NotJson(
            "The input holds something that JSON cannot say.",
            "Hand over strings, finite numbers, booleans, None, lists and dicts with string keys.",
        ) from None


def _refuse_constants(data: Any) -> None:
    """Raise ValueError for a float that is no number; the encoder would write it as null."""
    left = [data]
    seen: set[int] = set()
    while left:
        item = left.pop()
        if isinstance(item, float) and not math.isfinite(item):
            raise ValueError
        if isinstance(item, dict | list) and id(item) not in seen:
            seen.add(id(item))
            left.extend(item.values() if isinstance(item, dict) else item)
