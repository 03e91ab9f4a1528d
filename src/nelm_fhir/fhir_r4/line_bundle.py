"""A Bundle that is one line of a population: whom it is about, and what belongs to each of them.

In: the text of a Bundle. Out: a Scanned. A Bundle about one patient belongs whole to them. Of one
about several each gets a Bundle with their own entries and those that are nobody's. What a Bundle
without any patient holds is nobody's; one that only withdraws resources gives their deletions.
Source: R4 Bundle; Bulk Data (`deleted` files are transaction Bundles with DELETE entries).
"""

import re
from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import UNSET, Struct

from nelm_fhir.errors import InputError
from nelm_fhir.fhir_r4.bundle import add_bundle
from nelm_fhir.fhir_r4.line_head import Kind, LineHead, Scanned, is_meant, merged_with, of_damaged
from nelm_fhir.fhir_r4.part import Deletion, Part
from nelm_fhir.fhir_r4.persons import PATIENT, without_server
from nelm_fhir.fhir_r4.references import Index
from nelm_fhir.fhir_r4.split import BundleText, split
from nelm_fhir.fhir_r4.subject import Subjects, patient_name

_SLOT: Final = re.compile(r"Bundle\.entry\[(\d+)\]")
_ENCODER: Final = msgspec.json.Encoder()


class _Entry(Struct, gc=False, rename="camel"):
    full_url: str | None = None
    resource: LineHead | None = None


class _Entries(Struct, gc=False):
    entry: tuple[_Entry, ...] = ()


_ENTRIES: Final = msgspec.json.Decoder(_Entries)


def of_bundle(text: bytes) -> Scanned:
    """Return where the Bundle belongs; one that cannot be used, to all who are named in it."""
    name = _only_patient(text)
    if name is not None:
        return Scanned(Kind.BUNDLE, ((name, text),))
    try:
        bundle = split(text)
        part = Part()
        if bundle is not None:
            add_bundle(part, bundle)
    except InputError as error:
        return Scanned(Kind.BUNDLE, of_damaged(text).texts, error=error)
    return Scanned(Kind.BUNDLE) if bundle is None else _Parted(text, bundle, part).scanned()


def _only_patient(text: bytes) -> str | None:
    """Return the one patient to whom every entry refers, as in almost every Bundle."""
    try:
        entries = _ENTRIES.decode(text).entry
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    heads = [(entry.full_url, entry.resource) for entry in entries if entry.resource is not None]
    patients = [(url, its) for url, its in heads if its.resource_type == PATIENT]
    if len(patients) != 1 or patients[0][1].id is None or b'"replace' in text:
        return None
    url, patient = patients[0]
    name = f"{PATIENT}/{patient.id}"
    subjects = [its.about for _, its in heads]
    if any(its.resource_type == "Bundle" for _, its in heads):
        return None
    is_his = all(one is None or one.reference in {name, url} for one in subjects)
    return name if is_his else None


class _Parted:
    """The entries of one Bundle by the patient they are about."""

    def __init__(self, text: bytes, bundle: BundleText, part: Part) -> None:
        self._text = text
        self._bundle = bundle
        self._part = part
        self._subjects = Subjects(part.entries, Index(part.entries))
        self._of = [without_server(one) if isinstance(one, str) else None for one in self._named()]

    def _named(self) -> Iterator[object]:
        """Yield whom each entry is about; a Patient to whom nothing refers stands for nobody."""
        of = self._subjects.all()
        referred = {name for name in of if isinstance(name, str)}
        for entry, name in zip(self._part.entries, of, strict=True):
            own = patient_name(entry) if entry.type == PATIENT else None
            yield own if own is not None and (own in referred or not referred) else name

    def scanned(self) -> Scanned:
        """Return what belongs to whom."""
        persons = dict.fromkeys(name for name in self._of if name is not None)
        if not persons:
            return Scanned(Kind.BUNDLE, loose=tuple(self._loose()), deletions=self._deletions())
        same = tuple(self._same())
        if len(persons) == 1:
            return Scanned(Kind.BUNDLE, ((next(iter(persons)), self._text),), same=same)
        return Scanned(
            Kind.BUNDLE, tuple((name, self._part_of(name)) for name in persons), same=same
        )

    def _deletions(self) -> int:
        return len(self._part.deletions)

    def _loose(self) -> Iterator[tuple[str, bytes]]:
        for entry in self._part.entries:
            if entry.name is not None and is_meant(entry.type):
                yield entry.name, entry.raw
        for deletion in self._part.deletions:
            yield deletion.name, _withdrawal(deletion, _moment(self._bundle))

    def _same(self) -> Iterator[tuple[str, str]]:
        for n, entry in enumerate(self._part.entries):
            if entry.type != PATIENT or b"link" not in entry.raw:
                continue
            for other in merged_with(entry.raw):
                name = self._subjects.named(other, n)
                if isinstance(name, str):
                    yield without_server(patient_name(entry)), without_server(name)

    def _part_of(self, name: str) -> bytes:
        """Return a Bundle of the entries that are this patient's, or nobody's."""
        about: dict[int, set[str]] = {}
        for entry, of in zip(self._part.entries, self._of, strict=True):
            if of is not None:
                about.setdefault(_slot_of(entry.place), set()).add(of)
        slots = enumerate(self._bundle.entry or [])
        kept = [slot for n, slot in slots if n not in about or name in about[n]]
        total = UNSET if _is_whole(self._part) else self._bundle.total
        return _ENCODER.encode(msgspec.structs.replace(self._bundle, entry=kept, total=total))


def _slot_of(place: str) -> int:
    found = _SLOT.match(place)
    return int(found[1]) if found else -1


def _is_whole(part: Part) -> bool:
    """Whether the Bundle held as many matches as it announced."""
    return not any(issue.kind == "partial-record" for issue in part.issues)


def _moment(bundle: BundleText) -> str | None:
    updated = bundle.meta.get("lastUpdated") if isinstance(bundle.meta, dict) else None
    return updated if isinstance(updated, str) else None


def _withdrawal(deletion: Deletion, moment: str | None) -> bytes:
    """Return a Bundle that says of one resource that it is no more."""
    entry: dict[str, dict[str, str]] = {"request": {"method": "DELETE", "url": deletion.name}}
    if when := deletion.moment or moment:
        entry["response"] = {"status": "204", "lastModified": when}
    return _ENCODER.encode({"resourceType": "Bundle", "type": "transaction", "entry": [entry]})
