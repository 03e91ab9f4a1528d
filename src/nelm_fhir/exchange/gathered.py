"""One record while it is gathered: every version of every resource, once, as the server wrote it.

In: entries of answers. Out: which references lead to resources that are not here, and at last one
Bundle. Numbers and repeated keys stay as they were sent: the text of a resource is never parsed and
written again, only blanks between its parts go. The order is that of the names, so that a server's
paging does not change the bytes.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from nelm_fhir.exchange.home import Home
from nelm_fhir.exchange.searchset import partial
from nelm_fhir.fhir_r4 import strict
from nelm_fhir.fhir_r4.gate import held_in
from nelm_fhir.fhir_r4.limits import check_bytes, check_entries
from nelm_fhir.fhir_r4.part import Entry
from nelm_fhir.fhir_r4.references import links, reference_of
from nelm_fhir.fhir_r4.versions import instant, meta
from nelm_fhir.mappers.registry import TYPES

_HEAD: Final = b'{"resourceType":"Bundle","type":"collection","entry":['
_PART: Final = b"SUBSETTED"


class Gathered:
    """The resources of one record that came so far; `people` are the Patients it is about."""

    def __init__(self, base: str) -> None:
        self.home = Home((f"{base}/",))
        self.people: dict[str, Mapping[str, Any]] = {}
        self.newest: str | None = None
        self.names: set[str] = set()
        self._texts: dict[tuple[str, str, bytes], None] = {}
        self._newest: datetime | None = None
        self._size = 0
        self._linked: dict[str, None] = {}
        self._unseen: list[Entry] = []

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, entry: Entry) -> None:
        """Take in one resource; raises TooLarge, ServerRefused for a part of a resource."""
        if _is_a_part(entry.raw):
            raise partial("The server sent a resource with elements left out (SUBSETTED).")
        url = entry.full_url or (self.home.url(entry.name) if entry.name else "")
        key = (entry.name or "", url, _compact(entry.raw))
        if key in self._texts:
            return
        self._texts[key] = None
        self._size += len(key[2])
        check_entries(len(self._texts))
        check_bytes(self._size)
        self._look_at(entry)

    def add_person(self, entry: Entry) -> None:
        """Take in the Patient that was asked for, or one merged with them."""
        self.home = self.home.with_base(entry.base)
        data = data_of(entry.raw)
        self.people[entry.name or ""] = data
        self.add(entry)

    def is_theirs(self, entry: Entry) -> bool:
        """Whether nothing says that a resource is about somebody else."""
        whom = self.home.patient_of(entry)
        return whom is None or whom in self.people

    def lacking(self) -> list[str]:
        """Return what resources of the patient refer to and is not here, as `Type/id`."""
        for entry in self._unseen:
            # What is about somebody else leads to somebody else.
            if self.is_theirs(entry):
                self._linked.update(dict.fromkeys(self._leads_to(entry)))
        self._unseen.clear()
        return [name for name in self._linked if name not in self.names]

    def bundle(self) -> bytes:
        """Return the record as one Bundle of type collection, on one line."""
        entries = (_written(url, text) for _, url, text in sorted(self._texts))
        return b"".join([_HEAD, b",".join(entries), b"]}"])

    def _look_at(self, entry: Entry) -> None:
        if entry.name is not None and self.home.is_here(entry.base):
            self.names.add(entry.name)
        written = meta(entry)[1]
        moment = instant(written)
        if moment is not None and (self._newest is None or moment > self._newest):
            self._newest, self.newest = moment, written
        self._unseen.append(entry)  # most records are never asked what they lack

    def _leads_to(self, entry: Entry) -> Iterator[str]:
        data = data_of(entry.raw)
        for part in (data, *(one for one in held_in(data) if isinstance(one, dict))):
            for _, link in links(part):
                written = reference_of(link).reference
                name = self.home.name(written, entry.base) if written else None
                if name is not None and _is_worth(name, entry.type):
                    yield name


def _is_worth(name: str, found_in: str) -> bool:
    """Whether what is named may tell something: no other patient, and not noise out of noise."""
    kind = name.partition("/")[0]
    return kind in TYPES - {"Patient"} or (found_in in TYPES and kind != "Patient")


def data_of(raw: bytes) -> Mapping[str, Any]:
    """Return a resource as read; nothing of one that is damaged."""
    try:
        data = strict.read(raw)
    except strict.Damaged:
        return {}
    return data if isinstance(data, dict) else {}


def _is_a_part(raw: bytes) -> bool:
    """Whether a resource says that elements of it were left out (R4 search, summary)."""
    if _PART not in raw:
        return False
    meta_of = data_of(raw).get("meta")
    tags = meta_of.get("tag") if isinstance(meta_of, dict) else None
    listed = tags if isinstance(tags, list) else []
    return any(isinstance(tag, dict) and tag.get("code") == _PART.decode() for tag in listed)


def _compact(raw: bytes) -> bytes:
    """Return the text without blanks between its parts, on one line."""
    try:
        return msgspec.json.format(raw, indent=-1)
    except (msgspec.DecodeError, RecursionError):
        return b" ".join(raw.split())  # the reader will say what is wrong with it


def _written(url: str, text: bytes) -> bytes:
    address = b'"fullUrl":' + msgspec.json.encode(url) + b"," if url else b""
    return b"{" + address + b'"resource":' + text + b"}"
