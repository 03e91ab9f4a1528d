"""What a message says of itself: its name, who sent it, what it holds, and when that was so.

In: the bytes of a Bundle. Out: an Envelope. Nothing of the record is understood here; that is the
work of the straight line. A Bundle that is sent again because its answer was lost has another
`Bundle.id` and time and is the same message: its digest is that of its entries.
Source: FHIR R4 messaging.html 3.4.1.4; interop 7.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct

from nelm_fhir.errors import NotABundle
from nelm_fhir.exchange.writing.moments import in_utc, youngest
from nelm_fhir.fhir_r4 import strict
from nelm_fhir.fhir_r4.intake import text_of
from nelm_fhir.fhir_r4.split import BundleText, split

MESSAGE: Final = "message"
_LONGEST: Final = 500
"""Characters of a name or address that are kept; what is longer is none."""
_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")
"""FHIR R4, id."""
_OF_THE_WAY: Final = ("id", "identifier", "meta", "timestamp", "signature")
"""Elements of a Bundle that change when the same message is sent again."""


class Header(Struct, rename="camel"):
    """The MessageHeader: `id` names the message, `event_coding` or `event_uri` what it is about."""

    resource_type: Any = None
    id: Any = None
    event_coding: Any = None
    event_uri: Any = None
    source: Any = None


_HEADER: Final = msgspec.json.Decoder(Header)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a message says of itself.

    `key` names it for good, `id` is that of its MessageHeader (empty without one), `about` its
    event as it came, `source` the address of its sender, `content` the digest of what it holds,
    `event` its youngest moment in UTC, empty where it tells none.
    """

    key: str
    id: str
    about: dict[str, Any]
    source: str
    content: str
    event: str


def envelope(body: bytes, *, now: datetime) -> Envelope:
    """Return the envelope of a message Bundle.

    Raises NotJson, NotABundle or TooLarge for what is none.
    """
    text = text_of(body)
    bundle = split(text)
    if bundle is None or bundle.type != MESSAGE:
        raise _no_message("The body is not a Bundle of type message.")
    header = _header(bundle)
    source, content = _text(_member(header.source, "endpoint")), digest(text)
    name = header.id if isinstance(header.id, str) and _ID.fullmatch(header.id) else ""
    return Envelope(
        key=f"{source}|{name or _identified(bundle) or content}",
        id=name,
        about=_about(header),
        source=source,
        content=content,
        event=_event(text, bundle, now),
    )


def digest(text: bytes) -> str:
    """Return the digest of what a body says, whatever its blanks and the order of its keys.

    One that cannot be read exactly is known by its bytes.
    """
    try:
        content = strict.parse(text)
    except strict.Damaged:
        return hashlib.sha256(text).hexdigest()
    if isinstance(content, dict):
        content = {name: part for name, part in content.items() if name not in _OF_THE_WAY}
    return hashlib.sha256(_SORTED.encode(content)).hexdigest()


_SORTED: Final = msgspec.json.Encoder(order="sorted")


def _header(bundle: BundleText) -> Header:
    first = bundle.entry[0].resource if bundle.entry else UNSET
    try:
        header = None if first is UNSET else _HEADER.decode(bytes(first))
    except (msgspec.DecodeError, RecursionError):
        header = None
    if header is None or header.resource_type != "MessageHeader":
        raise _no_message("The first entry of the message is not a MessageHeader.")
    return header


def _no_message(what: str) -> NotABundle:
    return NotABundle(
        what, "Send a message Bundle; any other Bundle is judged at $nelm-evaluate or /evaluate."
    )


def _identified(bundle: BundleText) -> str:
    """Return the business identifier of the Bundle, empty without one."""
    value = _text(_member(bundle.identifier, "value"))
    return f"{_text(_member(bundle.identifier, 'system'))}|{value}" if value else ""


def _about(header: Header) -> dict[str, Any]:
    """Return the event as it came: an answer is about the same."""
    if isinstance(header.event_coding, dict):
        return {"eventCoding": header.event_coding}
    if uri := _text(header.event_uri):
        return {"eventUri": uri}
    raise _no_message("The MessageHeader names no event.")


def _event(text: bytes, bundle: BundleText, now: datetime) -> str:
    stated = in_utc(_text(bundle.timestamp))
    known = stated if stated <= in_utc(now.isoformat()) else ""  # a wrong clock, as in `youngest`
    return max(youngest([text], now=now), known)


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= _LONGEST else ""
