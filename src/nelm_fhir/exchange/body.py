"""The body of an answer, piece by piece, unpacked, and never more than was agreed.

Whoever answers must not choose how much memory or time that costs: bytes, the ratio of packed to
unpacked, and seconds are limited while it arrives. A packed body that ends too early is a broken
connection, not a shorter answer.
Source: interop 11, threat 8.
"""

import time
import zlib
from collections.abc import Iterator
from typing import Final

import requests
from urllib3.exceptions import ProtocolError

from nelm_fhir.errors import ServerRefused, TooLarge
from nelm_fhir.exchange.asking import NoAnswer
from nelm_fhir.fhir_r4.limits import check_ratio

_PIECE: Final = 64 * 1024
_GZIP: Final = 16 + zlib.MAX_WBITS
"""zlib's way to ask for the header and the checksum of gzip."""


def contents(response: requests.Response, *, most: int, seconds: float) -> Iterator[bytes]:
    """Yield the body; raises ServerRefused beyond `most` bytes, NoAnswer when late."""
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing not in {"identity", "gzip", "x-gzip", ""}:
        raise ServerRefused(
            "The server packed its answer otherwise than asked for.",
            "Only gzip and unpacked answers are read.",
            response.status_code,
        )
    arriving = _arriving(response, time.monotonic() + seconds)
    size = 0
    for piece in _unpacked(arriving) if "gzip" in packing else arriving:
        size += len(piece)
        if size > most:
            raise ServerRefused(
                f"An answer of the server is longer than {most} bytes.",
                "Ask for less at a time, or look at what the server sends.",
                response.status_code,
            )
        yield piece


def _arriving(response: requests.Response, end: float) -> Iterator[bytes]:
    # `read1` returns what is there: a server that sends a byte a minute meets the clock.
    while piece := response.raw.read1(_PIECE, decode_content=False):
        yield piece
        if time.monotonic() > end:
            raise NoAnswer("The server did not finish its answer in time.")


def _unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack gzip: one member or several, checked against its own checksum."""
    member = zlib.decompressobj(_GZIP)
    taken = given = 0
    for arrived in pieces:
        taken += len(arrived)
        piece = arrived
        while piece:
            if member.eof:
                member = zlib.decompressobj(_GZIP)
            out = _inflated(member, piece)
            given += len(out)
            _check_ratio(given, taken)
            yield out
            piece = member.unused_data if member.eof else member.unconsumed_tail
    if taken and not member.eof:
        raise ProtocolError("ends too early")


def _inflated(member: "zlib._Decompress", piece: bytes) -> bytes:
    try:
        return member.decompress(piece, _PIECE)
    except zlib.error:
        raise ProtocolError("is damaged") from None


def _check_ratio(given: int, taken: int) -> None:
    try:
        check_ratio(given, taken)
    except TooLarge:
        raise ServerRefused(
            "A packed answer of the server grows beyond every measure.",
            "No record packs that well: look at what the server sends.",
        ) from None
