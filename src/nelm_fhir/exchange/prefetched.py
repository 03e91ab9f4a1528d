"""One record out of what an EHR sent along, and where that is not all, out of its server.

In: pages of searches by resource type, as they were sent, and which types were not. Out: the record
as it is gathered from a server, which becomes a Bundle that is read like a file. Pages are
followed, and what was not sent is searched; without a server a record that is not whole is refused:
what is missing in it could speak against the patient (interop 7, rule 10).
Source: CDS Hooks 2.0 (Providing FHIR Resources to a CDS Service); interop 4.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from nelm_fhir.errors import ExchangeError, PartialRecord
from nelm_fhir.exchange.answer import Answer
from nelm_fhir.exchange.capability import Capability
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.everything import of_types
from nelm_fhir.exchange.gathered import Gathered
from nelm_fhir.exchange.home import patient_name
from nelm_fhir.exchange.hydration import hydrate
from nelm_fhir.exchange.paging import answers, next_link
from nelm_fhir.exchange.people import add_people
from nelm_fhir.exchange.searchset import Page, page_of, partial, resource_of
from nelm_fhir.fhir_r4.fhir_version import check_version
from nelm_fhir.fhir_r4.part import Entry

_OK: Final = 200
_NO_SERVER: Final = "http://prefetch.invalid"
"""The address of resources that came without one; never asked (RFC 2606)."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What came along about one patient.

    `person` is the text of the Patient, None where it did not come. `pages` hold by resource type
    the text of the first page of a search, None where the search found nothing. `lacking` are the
    types that were not sent, or could not be had.
    """

    patient: str
    person: bytes | None
    pages: Mapping[str, bytes | None]
    lacking: tuple[str, ...] = ()


def whole(sent: Sent, base: str = _NO_SERVER) -> Gathered:
    """Return the record from what came along alone; `base` is what its server is called.

    Raises PartialRecord, naming the types, where that is not everything.
    """
    name = patient_name(sent.patient)
    missing = [*sent.lacking, *([] if sent.person is not None else ["Patient"])]
    pages: dict[str, Page] = {}
    for kind, text in sent.pages.items():
        if text is None:
            continue
        page = _only_page(text)
        if page is None:
            missing.append(kind)
        else:
            pages[kind] = page
    if missing or sent.person is None:
        raise _not_whole(missing)
    record = Gathered(_base_of(pages) or base)
    record.add_person(resource_of(sent.person, name))
    for page in pages.values():
        _add(record, page.entries)
    return record


def completed(client: Client, sent: Sent) -> Gathered:
    """Return the record with what did not come along, from the server; raises ExchangeError.

    Where what came along has other addresses than the server's own, nobody can tell which of both
    are the same: then all of it is read from the server.
    """
    name = patient_name(sent.patient)
    offered = Capability.ask(client)
    check_version(offered.fhir_version or None, None)
    record = Gathered(client.base)
    add_people(client, name, offered, record)
    pages = sent.pages if _are_of(record, sent) else {}
    for kind, text in pages.items():
        if text is not None:
            _add(record, _all_pages(client, text, kind))
    lacking = [kind for kind in (*sent.pages, *sent.lacking) if kind not in pages]
    for person in sorted(record.people):
        _add(record, of_types(client, lacking, person, offered, record))
    hydrate(client, record)
    return record


def _are_of(record: Gathered, sent: Sent) -> bool:
    """Whether what came along has addresses of the server that the Patient was read from."""
    found = (page_of(text) for text in sent.pages.values() if text is not None)
    return all(record.home.is_here(entry.base) for page in found for entry in page.entries)


def _add(record: Gathered, entries: Iterator[Entry] | tuple[Entry, ...]) -> None:
    for entry in entries:
        record.add(entry)


def _only_page(text: bytes) -> Page | None:
    """Return a search that came on one page; None where there are further ones."""
    try:
        page = page_of(text)
        further = next_link({"link": page.link} if page.link != () else {})
    except ExchangeError:
        return None
    return None if further is not None or len(page.entries) < (page.total or 0) else page


def _all_pages(client: Client, text: bytes, kind: str) -> Iterator[Entry]:
    found = total = 0
    for answer, _ in answers(client, Answer(_OK, {}, text)):
        page = page_of(answer.body)
        total = max(total, page.total or 0)
        found += len(page.entries)
        yield from page.entries
    if found < total:
        raise partial(f"The pages of {kind} do not hold what was counted.")


def _base_of(pages: Mapping[str, Page]) -> str | None:
    """Return the server address that most resources came with, without a slash at its end."""
    bases = Counter(entry.base for page in pages.values() for entry in page.entries if entry.base)
    return bases.most_common(1)[0][0].rstrip("/") if bases else None


def _not_whole(missing: list[str]) -> PartialRecord:
    return PartialRecord(
        f"Not everything came along: {', '.join(sorted(set(missing)))}.",
        "Send what the prefetch templates ask for, all pages of it, or a server that may be asked.",
    )
