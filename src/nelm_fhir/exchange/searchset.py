"""One page of a server's answer: its resources as text, or why it is no whole page.

In: the bytes of a Bundle. Out: its entries with their heads, outcomes left out, and the count of
all matches. A page that cannot be read whole is refused: what is missing in it could speak against
the patient (interop 7 rule 10). A single resource that is damaged is handed on as it is, the reader
says what that costs (rules 1.7).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from msgspec import UNSET

from nelm_fhir.errors import InputError, ServerRefused
from nelm_fhir.fhir_r4 import head, strict
from nelm_fhir.fhir_r4.head import Head
from nelm_fhir.fhir_r4.intake import text_of
from nelm_fhir.fhir_r4.part import Entry, entry_of
from nelm_fhir.fhir_r4.split import BundleText, Slot, split

_OUTCOME: Final = "OperationOutcome"
_FAILED: Final = frozenset({"fatal", "error"})
_AGAIN: Final = "Try again later; if it stays so, show this to whoever runs the server."


@dataclass(frozen=True, slots=True)
class Page:
    """The entries of one page; `total` counts the matches of all pages, where the server tells.

    `link` are the links of the page as they stand there.
    """

    entries: tuple[Entry, ...]
    total: int | None
    link: Any = ()


def page_of(body: bytes) -> Page:
    """Return what a page holds; raises ServerRefused for one that is not whole."""
    bundle = _bundle(body)
    if _is_there(bundle.implicit_rules):
        raise partial("A page follows rules of its own (implicitRules).")
    total = bundle.total if type(bundle.total) is int else None
    return Page(tuple(_entries(bundle)), total, () if bundle.link is UNSET else bundle.link)


def resource_of(body: bytes, name: str) -> Entry:
    """Return the resource that a read of `Type/id` gave; raises ServerRefused for anything else."""
    text = _text(body)
    found = head.read(text)
    if found is None or f"{found[0].resource_type}/{found[0].id}" != name:
        raise partial("The answer to a read is not the resource that was asked for.")
    return entry_of("", text, found[0], None, found[1])


def partial(what: str) -> ServerRefused:
    """Return the error for an answer that is not the whole of what was asked for."""
    return ServerRefused(f"{what} A partial record is not used.", _AGAIN)


def _text(body: bytes) -> bytes:
    try:
        return text_of(body)
    except InputError:
        raise partial("The server's answer is no JSON.") from None


def _bundle(body: bytes) -> BundleText:
    try:
        bundle = split(_text(body))
    except InputError:
        bundle = None
    if bundle is None:
        raise partial("The server's answer to a search is no Bundle that can be read.")
    return bundle


def _entries(bundle: BundleText) -> Iterator[Entry]:
    for slot in bundle.entry or ():
        entry = _entry(slot)
        if entry.type != _OUTCOME:
            yield entry
        elif _tells_of_failure(entry.raw):
            raise partial("The server reports an error within its answer.")


def _entry(slot: Slot) -> Entry:
    raw = b"null" if slot.resource is UNSET else bytes(slot.resource)
    if raw == b"null" or _is_there(slot.modifier_extension):
        raise partial("An entry of a page holds no resource, or one under a rule not known here.")
    its, wrong = head.read(raw) or (Head(), head.NOTHING_WRONG)
    url = slot.full_url if isinstance(slot.full_url, str) and slot.full_url else None
    return entry_of("", raw, its, url, wrong)


def _is_there(value: Any) -> bool:
    return value is not UNSET and value is not None


def _tells_of_failure(raw: bytes) -> bool:
    """Whether an OperationOutcome tells that something failed; one that cannot be read may."""
    try:
        issues = strict.read(raw).get("issue")
    except strict.Damaged:
        return True
    listed = issues if isinstance(issues, list) else [issues]
    return any(isinstance(one, dict) and one.get("severity") in _FAILED for one in listed)
