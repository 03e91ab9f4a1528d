"""Whose record is this: one patient, merged patients followed once, everything else refused.

In: the subjects of all entries, the Patient resources, the subject the caller asks for. Out: the
one patient, and under which names. The subjects of the clinical resources decide, not the Patient
resources: one that nobody refers to is set aside.
Source: architecture, Assembly (patient); terminology 2.3 (Patient), 2.7; interop 11 rows 1 and 3.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from nelm_fhir.errors import MergedPatient, NoPatient, SeveralPatients
from nelm_fhir.fhir_r4 import strict
from nelm_fhir.fhir_r4.part import Entry
from nelm_fhir.fhir_r4.references import identifiers, reference_of
from nelm_fhir.fhir_r4.subject import Subject, Subjects, patient_name

_CHOOSE: Final = "Choose one with --subject (or the argument subject)."


class Whose(Struct, frozen=True):
    """The one patient.

    `reference` is how resources refer to them, `names` every name of theirs in this record,
    `patients` the entries of their Patient resource: none, one, or several that nothing orders.
    """

    reference: str
    names: frozenset[str]
    patients: tuple[int, ...]


class _Patients:
    """The Patient resources, and who was merged into whom."""

    def __init__(self, entries: Sequence[Entry], subjects: Subjects) -> None:
        self.entries_of: dict[str, list[int]] = {}
        self.gone: set[str] = set()
        self.into: dict[str, str] = {}
        for n, entry in enumerate(entries):
            if entry.type == "Patient":
                name = patient_name(entry)
                self.entries_of.setdefault(name, []).append(n)
                self._read(name, _data(entry), subjects, n)

    def _read(self, name: str, data: Mapping[str, Any], subjects: Subjects, n: int) -> None:
        if data.get("active") is False:
            self.gone.add(name)
        links = data.get("link")
        for link in links if isinstance(links, list) else ():
            kind = link.get("type") if isinstance(link, dict) else None
            if kind not in ("replaced-by", "replaces"):
                continue
            other = subjects.named(reference_of(link.get("other")), n)
            self._merge(name, other, is_gone=kind == "replaced-by")

    def _merge(self, name: str, other: Subject, *, is_gone: bool) -> None:
        if is_gone:
            self.gone.add(name)
        if not isinstance(other, str):
            return
        if is_gone:
            self.into[name] = other
        else:
            self.gone.add(other)
            self.into[other] = name

    def survivor(self, name: str) -> str:
        """Return who stands for `name` today; raises MergedPatient if that one is not here."""
        if name not in self.gone:
            return name
        into = self.into.get(name)
        if into is None or into in self.gone or into not in self.entries_of:
            raise MergedPatient(
                "The record belongs to a patient who is inactive or was merged into another.",
                "Ask for the record of the patient who replaced them.",
            )
        return into


def _data(entry: Entry) -> Mapping[str, Any]:
    try:
        return dict(strict.read(entry.raw))
    except strict.Damaged:
        return {}


def whose(
    entries: Sequence[Entry], subjects: Subjects, of: Sequence[Subject], asked: str | None
) -> Whose:
    """Return the one patient; raises NoPatient, SeveralPatients, MergedPatient.

    `of` holds the subject of each entry, `asked` what the caller chose: a reference, an id, a
    fullUrl or `system|value`.
    """
    patients = _Patients(entries, subjects)
    known_as = _one_name({name for name in of if isinstance(name, str)})
    people = set(known_as.values()) or set(patients.entries_of)
    if asked is not None:
        people = {name for name in people if _is_asked(name, asked, entries, patients)}
    survivors = {patients.survivor(name) for name in people}
    if len(survivors) != 1:
        raise _refusal(len(survivors), asked)
    survivor = survivors.pop()
    same = {survivor, *(old for old, new in patients.into.items() if new == survivor)}
    names = same | {name for name, one in known_as.items() if one in same}
    found = tuple(patients.entries_of.get(survivor, ()))
    reference = subjects.written.get(survivor, survivor)
    if found and entries[found[0]].head.id is not None:
        reference = f"Patient/{entries[found[0]].head.id}"
    return Whose(reference, frozenset(names), found)


def _one_name(names: set[str]) -> dict[str, str]:
    """Map each name to one per person.

    An absolute reference (`http://a/Patient/p`) and one without server (`Patient/p`) mean the same
    person if only one server occurs for that id.
    """
    short = {name: "/".join(name.split("/")[-2:]) for name in names}
    servers = Counter(short[name] for name in names if "://" in name)
    return {
        name: short[name] if short[name] in names and servers[short[name]] == 1 else name
        for name in names
    }


def _is_asked(name: str, asked: str, entries: Sequence[Entry], patients: _Patients) -> bool:
    """Whether the caller means this person, or the one they were merged into."""
    return any(
        asked in {known, known.removeprefix("identifier:")}
        or known.endswith(f"/{asked}")
        or asked in _other_names(known, entries, patients)
        for known in {name, patients.into.get(name, name)}
    )


def _other_names(name: str, entries: Sequence[Entry], patients: _Patients) -> set[str]:
    mine = [entries[n] for n in patients.entries_of.get(name, ())]
    names = {f"{system}|{value}" for e in mine for system, value in identifiers(e.raw)}
    return names | {entry.full_url for entry in mine if entry.full_url}


def _refusal(count: int, asked: str | None) -> NoPatient | SeveralPatients:
    if count > 1:
        return SeveralPatients(f"The record is about {count} patients.", _CHOOSE)
    if asked is not None:
        return NoPatient("Nothing in the record is about the chosen subject.", _CHOOSE)
    return NoPatient(
        "The record does not say whom it is about.",
        "Send resources whose subject is a Patient, or the Patient itself.",
    )
