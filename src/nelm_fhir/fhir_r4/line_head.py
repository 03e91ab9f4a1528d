"""Of one line of a population: whose it is, before anybody reads it.

In: the text of one line: a resource, a Bundle, or whatever else came. Out: a Scanned: the patients
in whose record it belongs, with the text that belongs there; who is said to be the same person;
resources that are nobody's and may be referred to. Pure, and the same for every engine.

A line that cannot be read belongs to every patient whose reference stands in its bytes: it damages
their records (rules 1.7) rather than to vanish.
Source: performance.md 5; interop 7 rule 10; architecture, Assembly (patient).
"""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Final

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from nelm_fhir.errors import InputError
from nelm_fhir.fhir_r4 import head, strict
from nelm_fhir.fhir_r4.head import Identifier, Reference
from nelm_fhir.fhir_r4.persons import PATIENT, identified, person
from nelm_fhir.fhir_r4.references import reference_of

_NAMED: Final = re.compile(rb"Patient\\?/([A-Za-z0-9.-]{1,64})")
_ITSELF: Final = re.compile(
    rb'\A\s*\{\s*"resourceType"\s*:\s*"Patient"\s*,\s*"id"\s*:\s*"([A-Za-z0-9.-]{1,64})"'
)
LINKS: Final = frozenset({"replaced-by", "replaces"})
"""Kinds of Patient.link by which two Patients are one person."""
_NEVER_MEANT: Final = frozenset(
    {
        "Appointment",
        "AppointmentResponse",
        "AuditEvent",
        "Endpoint",
        "HealthcareService",
        "Location",
        "OperationOutcome",
        "Organization",
        "Practitioner",
        "PractitionerRole",
        "Provenance",
        "Schedule",
        "Slot",
    }
)
"""Types that tell who, where and when, of which no mapper reads anything."""


class Kind(Enum):
    """What a line is."""

    RESOURCE = "resource"
    BUNDLE = "bundle"
    OUTCOME = "outcome"
    OTHER = "other"
    DAMAGED = "damaged"


class Named(Struct, gc=False, frozen=True):
    """A reference to whom a line is about; its type may be of any kind, the reader asks again."""

    reference: str | None = None
    identifier: Identifier | None = None


NO_SUBJECT: Final = Named()
"""In the place of a subject that is not there; so all lines can be asked alike."""


class LineHead(Struct, gc=False, rename="camel"):
    """What is read of every line."""

    resource_type: str | None = None
    id: str | None = None
    subject: Named = NO_SUBJECT
    patient: Named | None = None
    code: Raw | UnsetType = UNSET
    component: Raw | UnsetType = UNSET
    contained: Raw | UnsetType = UNSET
    extension: Raw | UnsetType = UNSET

    @property
    def about(self) -> Named | None:
        """Whom the line is about."""
        return self.patient if self.subject is NO_SUBJECT else self.subject


class Scanned(Struct, frozen=True):
    """What a line is and where it belongs.

    `texts` holds the patient's name and the text for their record; `loose` the name (`Type/id`) and
    text of what is nobody's, or of a deletion; `same` pairs of names of one person; `head` is that
    of a resource; `deletions` how many resources are withdrawn; `error` why a whole record cannot
    be used. `concerns` is whether a neuroendocrine finding or attested entry can be in it.
    """

    kind: Kind
    texts: tuple[tuple[str, bytes], ...] = ()
    loose: tuple[tuple[str, bytes], ...] = ()
    same: tuple[tuple[str, str], ...] = ()
    head: LineHead | None = None
    deletions: int = 0
    error: InputError | None = None
    concerns: bool = False


DECODER: Final = msgspec.json.Decoder(LineHead)


_NAMING: Final = frozenset({"resourceType", "id", "subject", "patient"})


def decoded(line: bytes) -> LineHead | None:
    """Return the head of a line; None if it is no JSON object, or hides whose it is."""
    try:
        return DECODER.decode(line)
    except msgspec.ValidationError:
        return _leniently(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _leniently(line: bytes) -> LineHead | None:
    found = head.read(line)
    if found is None or not found[1].isdisjoint(_NAMING):
        return None
    its = found[0]
    subject, patient = map(_named, (its.subject, its.patient))
    return LineHead(its.resource_type, its.id, subject or NO_SUBJECT, patient)


def _named(reference: Reference | None) -> Named | None:
    return None if reference is None else Named(reference.reference, reference.identifier)


def of_resource(line: bytes, found: LineHead) -> Scanned:
    """Return where a line belongs that is one resource."""
    if found.resource_type == PATIENT:
        return _of_patient(line, found)
    subject = found.about
    name = _contained(line, subject) if _is_contained(subject) else person(subject)
    if name is not None:
        return Scanned(Kind.RESOURCE, ((name, line),), head=found)
    loose = loose_name(found)
    return Scanned(Kind.RESOURCE, loose=((loose, line),) if loose else (), head=found)


def loose_name(found: LineHead) -> str | None:
    """Return the name of what is nobody's; None if no statement would refer to it."""
    if not found.id or found.resource_type is None or not is_meant(found.resource_type):
        return None
    return f"{found.resource_type}/{found.id}"


def is_meant(resource_type: str) -> bool:
    """Whether a statement about a patient may rest on a resource of that type."""
    return resource_type not in _NEVER_MEANT


def of_damaged(line: bytes) -> Scanned:
    """Return where a line belongs that cannot be read: to everybody whose name stands in it."""
    itself = _ITSELF.match(line)
    named = [itself[1]] if itself else _NAMED.findall(line)
    names = dict.fromkeys(f"{PATIENT}/{found.decode()}" for found in named)
    return Scanned(Kind.DAMAGED, tuple((name, line) for name in names))


def _of_patient(line: bytes, found: LineHead) -> Scanned:
    if not found.id:
        return of_damaged(line)
    name = f"{PATIENT}/{found.id}"
    others = map(person, merged_with(line)) if b"link" in line else ()
    same = tuple((name, other) for other in others if other is not None)
    return Scanned(Kind.RESOURCE, ((name, line),), same=same, head=found)


def merged_with(patient: bytes) -> list[Reference]:
    """Return the references by which a Patient names the same person."""
    links = _members(patient).get("link")
    return [
        reference_of(link.get("other"))
        for link in (links if isinstance(links, list) else ())
        if isinstance(link, dict) and link.get("type") in LINKS
    ]


def _is_contained(subject: Named | None) -> bool:
    return subject is not None and (subject.reference or "").startswith("#")


def _contained(line: bytes, subject: Named | None) -> str | None:
    """Return the name of a contained Patient, who has none but a business identifier."""
    wanted = (subject.reference or "")[1:] if subject else ""
    items = _members(line).get("contained")
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and item.get("id") == wanted:
            return next(_identifiers(item), None)
    return None


def also_known_as(line: bytes) -> tuple[str, ...]:
    """Return the names that a Patient's business identifiers give."""
    return tuple(_identifiers(_members(line)))


def _identifiers(data: Mapping[str, Any]) -> Iterator[str]:
    names = data.get("identifier")
    for one in names if isinstance(names, list) else [names]:
        found = reference_of({"identifier": one}).identifier
        if found is not None and found.value:
            yield identified(found.system, found.value)


def _members(line: bytes) -> Mapping[str, Any]:
    try:
        data = strict.read(line)
    except strict.Damaged:
        return {}
    return data if isinstance(data, dict) else {}
