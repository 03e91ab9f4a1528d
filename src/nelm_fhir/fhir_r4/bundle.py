"""What the entries of a Bundle mean, by the Bundle's type.

In: a split Bundle. Out: its resources as entries of a Part, with what was missing or wrong. Bundles
inside a Bundle (a batch answer holds search results) are opened in place.
Source: R4 Bundle; issue 3 section 5; terminology T41.
"""

from typing import Any, Final

import msgspec
from msgspec import UNSET

from nelm_fhir.fhir_r4 import head, strict
from nelm_fhir.fhir_r4.fhir_version import check_version
from nelm_fhir.fhir_r4.limits import MAX_BUNDLES, check_entries, too_deep
from nelm_fhir.fhir_r4.notices import notice
from nelm_fhir.fhir_r4.part import Deletion, Entry, Part, entry_of
from nelm_fhir.fhir_r4.split import BundleText, Slot, split

# Tuples, because what is looked for may be of any JSON type.
_ANSWERS: Final = ("batch-response", "history", "searchset", "transaction-response")
_TYPES: Final = ("batch", "collection", "document", "message", "transaction", *_ANSWERS)
_OTHER_PAGES: Final = ("next", "prev", "previous")
_SPECIAL: Final = frozenset({None, "Bundle", "OperationOutcome", "CapabilityStatement"})
_GONE: Final = ("404", "410")


def add_bundle(part: Part, bundle: BundleText, place: str = "Bundle", level: int = 1) -> None:
    """Add all resources of a Bundle to the part.

    Raises NotJson, NotABundle, WrongFhirVersion, TooLarge.
    """
    if level > MAX_BUNDLES:
        raise too_deep()
    check_version(bundle.fhir_version, bundle.meta)
    slots = bundle.entry or []
    check_entries(len(part.entries) + len(slots))
    _look_at(part, bundle, slots, place)
    for number, slot in enumerate(slots):
        where = f"{place}.entry[{number}].resource"
        entry = _ordinary(slot, where)
        if entry is not None:
            part.entries.append(entry)
        else:
            _add_slot(part, slot, where, level, is_answer=bundle.type in _ANSWERS)


def _ordinary(slot: Slot, place: str) -> Entry | None:
    """Return the entry of a slot that needs no second look, as almost every one."""
    if slot.resource is UNSET or slot.modifier_extension is not UNSET:
        return None
    raw = bytes(slot.resource)
    try:
        found = head.DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if found.resource_type in _SPECIAL:
        return None
    return entry_of(place, raw, found, _url(slot))


def _url(slot: Slot) -> str | None:
    return slot.full_url if isinstance(slot.full_url, str) and slot.full_url else None


def _look_at(part: Part, bundle: BundleText, slots: list[Slot], place: str) -> None:
    """Note what the Bundle's own elements say about all of its entries."""
    if bundle.type not in _TYPES:
        part.issues.append(notice("bundle-type", f"{place}.type"))
    if bundle.implicit_rules is not UNSET and bundle.implicit_rules is not None:
        part.incomplete("implicit-rules", f"{place}.implicitRules")
    if _has_other_pages(bundle.link):
        part.incomplete("partial-record", f"{place}.link")
    elif bundle.type == "searchset" and _lacks_matches(bundle.total, slots):
        part.incomplete("partial-record", f"{place}.total")
    part.newest_first = part.newest_first or bundle.type == "history"


def _has_other_pages(links: Any) -> bool:
    """Whether the Bundle is one page of several, none of which was followed (T41)."""
    if not isinstance(links, list):
        return False
    return any(isinstance(link, dict) and link.get("relation") in _OTHER_PAGES for link in links)


def _lacks_matches(total: Any, slots: list[Slot]) -> bool:
    matches = sum(_member(slot.search, "mode") in (None, "match") for slot in slots)
    return isinstance(total, int) and total > matches


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _add_slot(part: Part, slot: Slot, place: str, level: int, *, is_answer: bool) -> None:
    if slot.modifier_extension is not UNSET and slot.modifier_extension is not None:
        part.incomplete("modifier-extension", place)  # nothing says what it did to the entry
        part.set_aside("modifier-extension", place)
    elif slot.resource is UNSET or bytes(slot.resource) == b"null":
        _without_resource(part, slot, place)
    else:
        raw = bytes(slot.resource)
        add_resource(part, raw, place, _url(slot), level=level, is_answer=is_answer)


def add_resource(
    part: Part,
    text: bytes,
    place: str,
    full_url: str | None = None,
    *,
    level: int = 1,
    is_answer: bool = False,
) -> None:
    """Add the resource in `text` to the part; a Bundle is opened.

    `is_answer` tells that it is part of a server's answer, so that an error there means that
    something of the record is missing.
    """
    found = head.read(text)
    if found is None or found[0].resource_type is None:
        part.damage(_without_type(text), place)
        return
    entry = entry_of(place, text, found[0], full_url, found[1])
    if entry.type == "Bundle" and (inner := split(text)) is not None:
        add_bundle(part, inner, place, level + 1)
        return
    if entry.type in {"OperationOutcome", "CapabilityStatement"}:
        _listen(part, entry, is_answer=is_answer)
    part.entries.append(entry)


def _without_type(text: bytes) -> str:
    try:
        strict.parse(text)
    except strict.Damaged as damaged:
        return damaged.kind
    return "no-resource-type"


def _listen(part: Part, entry: Entry, *, is_answer: bool) -> None:
    """Take what a server says about its own answer, or about itself."""
    try:
        data = strict.read(entry.raw)
    except strict.Damaged:
        return
    if entry.type == "CapabilityStatement":
        check_version(data.get("fhirVersion"), None)
        return
    problems = data.get("issue") if isinstance(data.get("issue"), list) else []
    failed = any(_member(problem, "severity") in ("fatal", "error") for problem in problems)
    if failed and is_answer:
        part.incomplete("partial-record", entry.place)
    else:
        part.issues.append(notice("outcome", entry.place))


def _without_resource(part: Part, slot: Slot, place: str) -> None:
    """Take an entry without resource: a deletion, an answer without content, or a fault."""
    method = _member(slot.request, "method")
    status = _member(slot.response, "status")
    if method == "DELETE":
        _delete(part, slot)
    elif isinstance(status, str):
        if not status.startswith(("1", "2", "3", *_GONE)):
            part.incomplete("partial-record", place)
    elif method not in ("GET", "HEAD"):
        part.damage("no-resource", place)


def _delete(part: Part, slot: Slot) -> None:
    address = _member(slot.request, "url")
    name = "/".join(address.split("?")[0].split("/")[-2:]) if isinstance(address, str) else ""
    moment = _member(slot.response, "lastModified")
    part.deletions.append(
        Deletion(name, moment if isinstance(moment, str) else None, len(part.entries))
    )
