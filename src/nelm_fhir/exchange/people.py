"""The Patient who was asked for, and everybody who was merged with them.

In: `Patient/id`. Out: the Patients on both ends of `link` of type `replaced-by` or `replaces`, for
what was recorded under an old name belongs to the record of who is left. Who that is, and whether
the merging can be followed, is the reader's to say.
Source: interop 11 row 3, 14 row 27; terminology 2.3 (Patient).
"""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from nelm_fhir.errors import ServerRefused
from nelm_fhir.exchange.capability import Capability
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.gathered import Gathered, data_of
from nelm_fhir.exchange.home import PATIENT, Home
from nelm_fhir.exchange.searches import CHUNK, lean_search, search
from nelm_fhir.exchange.single import read_all
from nelm_fhir.fhir_r4.part import Entry
from nelm_fhir.fhir_r4.references import reference_of

_MOST: Final = 20
"""Patients who are one person. More is a loop or a mistake."""
_REPLACED: Final = "replaced-by"
_REPLACES: Final = "replaces"
_REMEDY_LINKS: Final = "Have the links between these Patients corrected on the server."
_REMEDY_ID: Final = "Give the id that this server uses (nelm candidates lists them)."


def add_people(
    client: Client, patient: str, offered: Capability, record: Gathered
) -> dict[str, str]:
    """Add the Patient and all who were merged with them; return who was merged into whom.

    Raises ExchangeError, also where the server does not have the Patient.
    """
    into: dict[str, str] = {}
    asked: set[str] = set()
    waiting = [patient]
    while waiting:
        asked.update(waiting)
        if len(asked) > _MOST:
            raise ServerRefused("Too many patients are linked to one another.", _REMEDY_LINKS)
        found = [entry for _, entry in read_all(client, waiting) if entry is not None]
        for entry in (*found, *linked_to(client, waiting, offered, record.home)):
            record.add_person(entry)
        into = merged(record.people, record.home)
        waiting = sorted({*into, *into.values()} - asked)
    if patient not in record.people:
        raise ServerRefused("The server has no such patient.", _REMEDY_ID, HTTPStatus.NOT_FOUND)
    return into


def linked_to(
    client: Client, names: Sequence[str], offered: Capability, home: Home
) -> Iterator[Entry]:
    """Yield the Patients that say of themselves that they were merged with one of these.

    The search brings every kind of link, other people among them.
    """
    if "link" not in offered.search_params("Patient"):
        return
    for start in range(0, len(names), CHUNK):
        chunk = names[start : start + CHUNK]
        for entry in search(client, "Patient", [("link", ",".join(chunk))]):
            into = merged({entry.name or "": data_of(entry.raw)}, home)
            if not {*into, *into.values()}.isdisjoint(chunk):
                yield entry


def survivors(
    client: Client, names: Sequence[str], offered: Capability, home: Home
) -> dict[str, str]:
    """Return who each of these Patients is today, followed once; raises ExchangeError.

    One whom the server does not have stands for itself: reading the record will tell.
    """
    people: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(names), CHUNK):
        chunk = names[start : start + CHUNK]
        ids = ",".join(name.partition("/")[2] for name in chunk)
        found = lean_search(client, "Patient", [("_id", ids)], "link,active")
        for entry in (*found, *linked_to(client, chunk, offered, home)):
            people[entry.name or ""] = data_of(entry.raw)
    into = merged(people, home)
    return {name: into.get(name, name) for name in names}


def merged(people: Mapping[str, Mapping[str, Any]], home: Home) -> dict[str, str]:
    """Return who was merged into whom, from the links of Patient resources by name."""
    into: dict[str, str] = {}
    for name, data in people.items():
        links = data.get("link")
        for link in links if isinstance(links, list) else ():
            kind = link.get("type") if isinstance(link, dict) else None
            if kind not in (_REPLACED, _REPLACES):
                continue
            written = reference_of(link.get("other")).reference
            other = home.name(written) if written else None
            if other is not None and other.startswith(PATIENT):
                into |= {name: other} if kind == _REPLACED else {other: name}
    return into
