"""Strict JSON of one text: Decimal as written, no repeated key, depth and number length capped.

In: the bytes of one resource. Out: plain dicts, lists, strings, booleans, None, int for numbers
without fraction and Decimal for the others; or Damaged with the fixed word that says why.

A fast parser keeps the last of two equal keys silently. So what it understood is written again
and the colons of both texts are counted: a lost key is a lost colon. Only where the counts differ,
the slow and exact reader of the standard library decides.

A number beyond the limits is handed on as text, which every mapper reads as an unreadable value:
it costs that value, not the resource (rules 1.7).
Source: terminology 7 (Rule), interop 11 rows 5 to 7.
"""

import json
from decimal import Decimal
from typing import Any, Final

import msgspec

from nelm_fhir.fhir_r4.limits import MAX_DIGITS, MAX_INTEGER, is_too_deep


class Damaged(Exception):
    """A text had to be given up; `kind` is the word of the issue that tells it."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def number(text: str) -> Decimal | str:
    """Return the number as written, or its first characters as text if it is beyond the limits."""
    if len(text) > MAX_DIGITS:
        return text[:MAX_DIGITS]
    value = Decimal(text)
    return value if abs(value.adjusted()) <= MAX_DIGITS else text


_DECODER: Final = msgspec.json.Decoder(float_hook=number)
_ENCODER: Final = msgspec.json.Encoder()


def read(text: bytes) -> Any:
    """Parse the text of one resource; raises Damaged (`too-deep`, `not-json`, `repeated-key`)."""
    if is_too_deep(text):
        raise Damaged("too-deep")
    return parse(text)


def parse(text: bytes) -> Any:
    """Parse any JSON text, however deep; raises Damaged (`not-json`, `repeated-key`)."""
    try:
        value = _DECODER.decode(text)
    except msgspec.ValidationError:  # of untyped JSON: an integer beyond any bound
        return _exactly(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Damaged("not-json") from None
    return value if _is_certain(text, value) else _exactly(text)


def _is_certain(text: bytes, value: Any) -> bool:
    """Whether counting colons alone shows that no key is repeated."""
    if _ENCODER.encode(value).count(b":") != text.count(b":"):
        return False
    # A colon written as an escape upsets the count.
    return b"\\u003" not in text or not (b"\\u003a" in text or b"\\u003A" in text)


def _exactly(text: bytes) -> Any:
    try:
        value = json.loads(
            text.decode(),
            parse_float=number,
            parse_int=_integer,
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_repetition,
        )
        _ENCODER.encode(value)  # half of a surrogate pair is no character
    except (ValueError, RecursionError):
        raise Damaged("not-json") from None
    return value


def _integer(text: str) -> int | str:
    return int(text) if len(text.lstrip("-")) <= MAX_INTEGER else text[:MAX_DIGITS]


def _refuse_constant(word: str) -> float:
    raise ValueError(word)  # NaN and Infinity are not JSON


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Damaged("repeated-key")
    return members
