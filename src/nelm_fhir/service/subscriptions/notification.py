"""What a notification says, whatever its shape: its kind, the numbers of its events, what changed.

In: the bytes of a Bundle. Out: a Notification. Understood is the topic-based form in R4 (a history
whose first entry is SubscriptionStatus as Parameters). Of a resource only type and id are taken;
which server is asked for it is never decided here (threats 15, 16).
Source: Subscriptions R5 Backport 1.2.0-ballot, notifications; interop 3.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from nelm_fhir.errors import NotABundle
from nelm_fhir.exchange.home import is_name
from nelm_fhir.fhir_r4 import strict
from nelm_fhir.fhir_r4.intake import text_of

_KINDS: Final = ("Bundle", "history")
_DIGITS: Final = re.compile(r"[0-9]{1,18}")


class Kind(StrEnum):
    """What a notification is for."""

    HANDSHAKE = "handshake"
    HEARTBEAT = "heartbeat"
    EVENT = "event-notification"
    STATUS = "query-status"
    QUERY = "query-event"


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its number, what changed (`Type/id`), and whom that is about, where it is told."""

    number: int
    focus: str
    patient: str = ""


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification.

    `subscription` is the id of its subscription, empty where it names none; `since_start` how many
    events there were since it began, None where it does not tell.
    """

    kind: Kind
    subscription: str
    since_start: int | None
    events: tuple[Event, ...]

    @property
    def numbers(self) -> list[int]:
        """The numbers of its events, in order."""
        return sorted({event.number for event in self.events})


def notification(body: bytes) -> Notification:
    """Return what a notification says; raises NotJson, NotABundle for what is none."""
    bundle = _bundle(body)
    entries = [one for one in _list(bundle, "entry") if isinstance(one, dict)]
    status = entries[0].get("resource") if entries else None
    if not isinstance(status, dict) or status.get("resourceType") != "Parameters":
        raise _no_notification("Its first entry is no SubscriptionStatus as Parameters.")
    told = _Told(status)
    try:
        kind = Kind(told.word("type"))
    except ValueError:
        raise _no_notification("It does not say which kind it is.") from None
    return Notification(
        kind=kind,
        subscription=local(told.word("subscription")).removeprefix("Subscription/"),
        since_start=_number(told.word("eventssincesubscriptionstart")),
        events=tuple(_events(told, entries[1:])),
    )


def local(reference: str) -> str:
    """Return `Type/id` of a reference, whatever server it names; empty where it is none."""
    tail = "/".join(reference.partition("/_history/")[0].split("/")[-2:])
    return tail if is_name(tail) else ""


def patient_of(resource: Any) -> str:
    """Return the `Patient/id` that a resource says it is about, empty where it names none."""
    if not isinstance(resource, dict):
        return ""
    if resource.get("resourceType") == "Patient":
        return local(f"Patient/{resource.get('id')}")
    for name in ("subject", "patient"):
        owner = resource.get(name)
        written = owner.get("reference") if isinstance(owner, dict) else None
        if isinstance(written, str) and local(written).startswith("Patient/"):
            return local(written)
    return ""


def _bundle(body: bytes) -> dict[str, Any]:
    try:
        bundle = strict.parse(text_of(body))
    except strict.Damaged:
        bundle = None
    if not isinstance(bundle, dict) or (bundle.get("resourceType"), bundle.get("type")) != _KINDS:
        raise _no_notification("It is no Bundle of type history.")
    return bundle


def _events(told: "_Told", entries: list[dict[str, Any]]) -> Iterator[Event]:
    """Yield the events; the resources that came along tell whom they are about."""
    owners = dict(_owner(entry) for entry in entries)
    counted = False
    for part in told.parts("notificationevent"):
        inner = _Told(part, "part")
        number, focus = _number(inner.word("eventnumber")), local(inner.word("focus"))
        if number is not None:
            counted = True
            yield Event(number, focus, owners.get(focus, ""))
    if not counted and (last := _number(told.word("eventssincesubscriptionstart"))):
        # servers of the first edition name no events, only how many there were
        for number, focus in enumerate(owners, start=max(1, last - len(owners) + 1)):
            yield Event(number, focus, owners[focus])


def _owner(entry: dict[str, Any]) -> tuple[str, str]:
    request = entry.get("request")
    written = entry.get("fullUrl") or (request.get("url") if isinstance(request, dict) else "")
    name = local(written) if isinstance(written, str) else ""
    return name, patient_of(entry.get("resource"))


class _Told:
    """The parameters of a status by name; hyphens and capitals differ between editions."""

    def __init__(self, holder: dict[str, Any], member: str = "parameter") -> None:
        self._all = [one for one in _list(holder, member) if isinstance(one, dict)]

    def parts(self, name: str) -> Iterator[dict[str, Any]]:
        """Yield the parameters of that name."""
        for one in self._all:
            if str(one.get("name", "")).replace("-", "").lower() == name:
                yield one

    def word(self, name: str) -> str:
        """Return the value of a parameter as text, empty without one."""
        for one in self.parts(name):
            for key, value in one.items():
                if key.startswith("value"):
                    inner = value.get("reference") if isinstance(value, dict) else value
                    return str(inner) if isinstance(inner, str | int) else ""
        return ""


def _list(holder: dict[str, Any], name: str) -> list[Any]:
    found = holder.get(name)
    return found if isinstance(found, list) else []


def _number(text: str) -> int | None:
    return int(text) if _DIGITS.fullmatch(text) else None


def _no_notification(why: str) -> NotABundle:
    return NotABundle(
        f"The body is not a notification of a subscription. {why}",
        "Send what the Subscriptions R5 Backport describes, or the rest-hook of R4.",
    )
