"""Compressed input, unpacked without letting it grow beyond what is read.

In: the bytes of an input. Out: the same bytes, or what a gzip stream holds (RFC 1952): one member,
or several one after another, whose contents are joined. Raises TooLarge as soon as more comes out
than the limits allow, so a bomb costs the cap and no more; NotJson for a stream that is damaged,
cut off, followed by something else, or compressed twice.
Source: interop 11, row 8.
"""

import zlib
from typing import Final

from nelm_fhir.errors import NotJson
from nelm_fhir.fhir_r4.limits import MAX_BYTES, check_input, check_members, check_ratio

_START: Final = b"\x1f\x8b"
_WITH_HEADER: Final = 16 + zlib.MAX_WBITS
"""zlib's way to ask for the header and the checksum of gzip."""
_PIECE: Final = 64 * 1024
"""Bytes that are taken in and given out at a time."""


def is_packed(data: bytes) -> bool:
    """Whether the bytes begin as gzip does."""
    return data.startswith(_START)


def inflated(data: bytes, most: int = MAX_BYTES) -> bytes:
    """Return what the input holds, unpacked if it is gzip; `most` is the cap in bytes."""
    if not is_packed(data):
        return data
    check_input(len(data), most)
    text = bytes(_Stream(data, most).all())
    if text.startswith(_START):
        raise NotJson("The input is compressed twice.", "Unpack it once and send it again.")
    return text


class _Stream:
    """Reads the members of a gzip stream; `at` is the first byte that was not taken in yet."""

    def __init__(self, data: bytes, most: int) -> None:
        self._most = most
        self._data = memoryview(data)
        self._out = bytearray()
        self.at = 0

    def all(self) -> bytearray:
        """Return the joined contents of all members."""
        members = 0
        while self._is_more(members):
            members += 1
            check_members(members)
            try:
                self._member()
            except zlib.error:
                raise _damaged(f"is damaged within its first {self.at} bytes") from None
        return self._out

    def _is_more(self, members: int) -> bool:
        """Whether another member follows; zeros fill a block at the end, anything else is wrong."""
        if bytes(self._data[self.at : self.at + len(_START)]) == _START:
            return True
        while rest := self._data[self.at : self.at + _PIECE]:
            if bytes(rest).strip(b"\0"):
                raise _damaged(f"holds something else behind member {members}, at byte {self.at}")
            self.at += len(rest)
        return False

    def _member(self) -> None:
        member = zlib.decompressobj(_WITH_HEADER)
        while not member.eof:
            piece = member.unconsumed_tail or self._next()
            self._out += member.decompress(piece, _PIECE)
            check_input(len(self._out), self._most)
            check_ratio(len(self._out), self.at)
        self.at -= len(member.unused_data)

    def _next(self) -> memoryview:
        piece = self._data[self.at : self.at + _PIECE]
        if not piece:
            raise _damaged(f"ends too early, after {self.at} bytes")
        self.at += len(piece)
        return piece


def _damaged(what: str) -> NotJson:
    return NotJson(
        f"The compressed input {what}.", "Check that it was packed with gzip and transferred whole."
    )
