"""Whom each resource is about, as one name per person.

In: the entries of a record and their index. Out: per entry the name of its subject: the key of the
Patient resource it resolves to, else the reference as it stands, else the identifier; or that it
names nobody, or something that is no patient.
Source: terminology 2.7; interop 11 rows 1 and 2.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final

from nelm_fhir.fhir_r4 import strict
from nelm_fhir.fhir_r4.head import Reference
from nelm_fhir.fhir_r4.part import Entry
from nelm_fhir.fhir_r4.references import Index, reference_of


class Nobody(Enum):
    """A subject that is no patient."""

    UNNAMED = "no-subject"
    NOT_A_PATIENT = "not-a-patient"


UNNAMED: Final = Nobody.UNNAMED
NOT_A_PATIENT: Final = Nobody.NOT_A_PATIENT
Subject = str | Nobody


class Subjects:
    """Names the subjects of one record's entries; equal references are resolved once."""

    def __init__(self, entries: Sequence[Entry], index: Index) -> None:
        self._entries = entries
        self._index = index
        self._known: dict[tuple[Reference, str | None], Subject] = {}
        self.written: dict[str, str] = {}
        """Names that differ from the reference that was written: `Patient/p` of a server."""

    def all(self) -> list[Subject]:
        """Return whom each entry is about."""
        heads = [entry.head for entry in self._entries]
        references = [head.subject or head.patient for head in heads]
        return [
            UNNAMED if reference is None else self.named(reference, n)
            for n, reference in enumerate(references)
        ]

    def named(self, reference: Reference, n: int) -> Subject:
        """Return whom a Reference in entry n names."""
        if reference.reference and reference.reference.startswith("#"):
            return self._contained(reference.reference, n)
        key = (reference, self._entries[n].base)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._resolved(reference, n)
        return found

    def _resolved(self, reference: Reference, n: int) -> Subject:
        target = self._index.find(reference, n)
        if target is not None:
            return self._patient(target)
        if reference.type not in {None, "Patient"}:
            return NOT_A_PATIENT
        if reference.reference:
            return self._as_it_stands(reference.reference, n)
        identifier = reference.identifier
        if identifier is None or not identifier.value:
            return UNNAMED
        return f"identifier:{identifier.system or ''}|{identifier.value}"

    def _patient(self, n: int) -> Subject:
        entry = self._entries[n]
        return patient_name(entry) if entry.type == "Patient" else NOT_A_PATIENT

    def _as_it_stands(self, text: str, n: int) -> Subject:
        text = text.split("/_history/", maxsplit=1)[0]
        parts = text.split("/")
        is_typed = len(parts) > 1 and parts[-2][:1].isupper() and parts[-2].isalpha()
        if is_typed and parts[-2] != "Patient":
            return NOT_A_PATIENT
        if ":" in text:
            return text
        # The same relative reference on two servers names two people.
        name = (self._index.base(n) or "") + text
        self.written[name] = text
        return name

    def _contained(self, fragment: str, n: int) -> Subject:
        data = _contained(self._entries[n].raw, fragment[1:])
        if data is None:
            return UNNAMED
        if data.get("resourceType") != "Patient":
            return NOT_A_PATIENT
        names = data.get("identifier")
        for identifier in names if isinstance(names, list) else ():
            found = self._resolved(reference_of({"identifier": identifier}), n)
            if found is not UNNAMED:
                return found
        return f"{self._entries[n].place}{fragment}"


def patient_name(entry: Entry) -> str:
    """Return the name of a Patient resource: on a server its fullUrl, else `Patient/id`."""
    return entry.identity if entry.name else entry.full_url or entry.place


def _contained(raw: bytes, wanted: str) -> Mapping[str, Any] | None:
    try:
        items = strict.read(raw).get("contained")
    except strict.Damaged:
        return None
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and item.get("id") == wanted:
            return item
    return None
