"""How much of anything is read, so that no input can exhaust the machine (interop 11, row 6).

In: bytes, a text, numbers as written. Out: nothing, or TooLarge. The limits are far above what a
patient's record holds and are constants on purpose: a record that needs more is not a record.
"""

import re
from typing import Final

from nelm_fhir.errors import TooLarge

MAX_BYTES: Final = 256 * 1024 * 1024
"""Bytes of one record, and of one input, as sent and unpacked."""

MAX_RATIO: Final = 100
"""Bytes that one byte of a compressed input may become. FHIR JSON is packed 10 to 30 times."""

FREE_OF_RATIO: Final = 8 * 1024 * 1024
"""Bytes below which the ratio is not asked: a short text that repeats itself may pack better."""

MAX_MEMBERS: Final = 200_000
"""Members of a compressed input: one per resource at most."""

MAX_ENTRIES: Final = 200_000
"""Resources of one record."""

MAX_DEPTH: Final = 64
"""Objects and arrays inside each other, within one resource."""

MAX_BUNDLES: Final = 4
"""Bundles inside each other (a batch answer holds one search result per question)."""

MAX_DIGITS: Final = 64
"""Characters of a number with fraction, and its power of ten. Beyond, it stays text: unreadable."""

MAX_INTEGER: Final = 4300
"""Digits of a whole number; the bound of Python itself. Beyond, it stays text: unreadable."""

_MARKS: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)


def check_bytes(size: int) -> None:
    """Raise TooLarge for a record of too many bytes."""
    if size > MAX_BYTES:
        raise TooLarge(
            f"The record is longer than {MAX_BYTES} bytes.", "Send one patient's record at a time."
        )


def check_input(size: int, most: int = MAX_BYTES) -> None:
    """Raise TooLarge for an input of more than so many bytes."""
    if size > most:
        raise TooLarge(
            f"The input is longer than {most} bytes.",
            "Send the record of one patient at a time, or fewer lines.",
        )


def check_ratio(inflated: int, taken: int) -> None:
    """Raise TooLarge for a compressed input that grows as no record does."""
    if inflated > max(FREE_OF_RATIO, MAX_RATIO * taken):
        raise TooLarge(
            f"The compressed input grows to more than {MAX_RATIO} times its size.",
            "No record packs that well. Look at it, or send it unpacked.",
        )


def check_members(count: int) -> None:
    """Raise TooLarge for a compressed input of too many parts."""
    if count > MAX_MEMBERS:
        raise TooLarge(
            f"The compressed input consists of more than {MAX_MEMBERS} members.",
            "Pack the record as a whole.",
        )


def check_entries(count: int) -> None:
    """Raise TooLarge for a record of too many resources."""
    if count > MAX_ENTRIES:
        raise TooLarge(
            f"The record holds more than {MAX_ENTRIES} resources.",
            "Send one patient's record at a time.",
        )


def too_deep() -> TooLarge:
    """Return the error for a record that is nested beyond what can be read."""
    return TooLarge(
        f"The record is nested too deeply to be read: Bundles may stand {MAX_BUNDLES} inside each "
        f"other, objects and arrays of a resource {MAX_DEPTH}.",
        "Look for an extension or item that contains itself over and over.",
    )


def is_too_deep(text: bytes) -> bool:
    """Whether a JSON text nests deeper than MAX_DEPTH; looked at before it is parsed."""
    # A text cannot be deeper than it has opening brackets: most are settled by counting.
    if text.count(b"{") + text.count(b"[") <= MAX_DEPTH:
        return False
    depth = 0
    for mark in _MARKS.finditer(text):
        depth += {b"{": 1, b"[": 1, b"}": -1, b"]": -1}.get(mark[0], 0)
        if depth > MAX_DEPTH:
            return True
    return False
