"""The body of a request, taken only as far as the limits allow (interop 11, rows 6 and 8).

In: a request. Out: its bytes, unpacked. Raises HttpFault: 408 where the body does not arrive in
time, 413 where it is longer than it may be, 415 where it is packed in a way that is not read, 429
where there is no room for it now; TooLarge and NotJson for what unpacks to too much, or not at all.
What is refused is not kept.
"""

import asyncio
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from nelm_fhir.errors import InputError, NotJson
from nelm_fhir.fhir_r4.inflate import inflated, is_packed
from nelm_fhir.fhir_r4.limits import FREE_OF_RATIO, MAX_RATIO
from nelm_fhir.service.settings import Limits
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import HttpFault

PACKED: Final = frozenset({"gzip", "x-gzip"})
PLAIN: Final = frozenset({"", "identity"})


async def received(request: Request, site: Site) -> bytes:
    """Return the body of the request, whether it came packed or not."""
    limits = site.settings.limits
    packed = _is_packed(request)
    _check_announced(request, limits)
    try:
        async with asyncio.timeout(limits.seconds):
            body = await _body(request, site, limits.packed_bytes if packed else limits.bytes)
    except TimeoutError:
        raise _too_slow(limits) from None
    except ClientDisconnect:
        raise InputError("The sender went away before the body was there.") from None
    if packed and not is_packed(body):
        raise NotJson("The body is announced as gzip and is none.", "Correct Content-Encoding.")
    if not is_packed(body):
        return body
    if len(body) > limits.packed_bytes:
        raise _too_long(limits.packed_bytes)
    return await _unpacked(request, site, body)


async def _unpacked(request: Request, site: Site, body: bytes) -> bytes:
    """Unpack the body; until it is known how much comes out, there is room for all that may."""
    most = min(site.settings.limits.bytes, max(FREE_OF_RATIO, MAX_RATIO * len(body)))
    site.room.take(request.scope, most)
    text = await run_in_threadpool(inflated, body, site.settings.limits.bytes)
    site.room.take(request.scope, len(text) - most - len(body))
    return text


def _is_packed(request: Request) -> bool:
    """Whether the body is announced as packed; another packing than gzip is refused."""
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if encoding not in PACKED | PLAIN:
        raise HttpFault(
            415,
            "not-supported",
            "The body is packed in a way that is not read here.",
            "Send it as it is, or packed with gzip.",
            headers={"Accept-Encoding": "gzip"},
            place="http.Content-Encoding",
        )
    return encoding in PACKED


def _check_announced(request: Request, limits: Limits) -> None:
    """Refuse a length that is too great before a byte of it is read."""
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > limits.bytes:
        raise _too_long(limits.bytes)


async def _body(request: Request, site: Site, most: int) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        site.room.take(request.scope, len(piece))
        body += piece
        if len(body) > most:
            raise _too_long(most)
    return bytes(body)


def _too_long(most: int) -> HttpFault:
    return HttpFault(
        413,
        "too-long",
        f"The body is longer than {most} bytes.",
        "Send the record of one patient; a packed body has a limit of its own.",
        place="http.Content-Length",
    )


def _too_slow(limits: Limits) -> HttpFault:
    return HttpFault(
        408,
        "timeout",
        f"The body did not arrive within {limits.seconds:g} seconds.",
        "Send it again; nothing of it was kept.",
        headers={"Connection": "close"},
    )
