"""From the unread entries of one record to the Record: the steps of `read.py` after the split."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nelm_fhir.fhir_r4.choose import Chosen, candidates, holds
from nelm_fhir.fhir_r4.gate import admit, contained, keys
from nelm_fhir.fhir_r4.head import Reference
from nelm_fhir.fhir_r4.identity import replaced
from nelm_fhir.fhir_r4.linking import Keys, link
from nelm_fhir.fhir_r4.ownership import of_patient
from nelm_fhir.fhir_r4.part import UNWANTED, Named, Part
from nelm_fhir.fhir_r4.patient import Whose, whose
from nelm_fhir.fhir_r4.record import Record, Resource
from nelm_fhir.fhir_r4.references import Index, links, reference_of
from nelm_fhir.fhir_r4.subject import Subjects
from nelm_fhir.fhir_r4.twice import damage_of
from nelm_fhir.fhir_r4.versions import keep_newest
from nelm_fhir.fhir_r4.wanted import Wanted


def read_part(part: Part, wanted: Wanted, asked: str | None) -> Record:
    """Return the record of the one patient `asked` for, or of the only one.

    Raises NoPatient, SeveralPatients, MergedPatient.
    """
    ids = {entry.place: entry.name for entry in part.entries}
    keep_newest(part)
    index = Index(part.entries)
    subjects = Subjects(part.entries, index)
    of = subjects.all()
    who = whose(part.entries, subjects, of, asked)
    mine = of_patient(part, of, who, wanted.types)
    chosen = _choose(part, index, mine, who, wanted)
    names = keys(part.entries)
    admitted = _admit(part, chosen, names, wanted.types)
    inner = _contained(part, admitted, who, subjects, wanted.types)
    usable = {r.key: r for r in (*admitted.values(), *inner.resources)}
    resolver = Keys(index, names, {key: n for n, key in enumerate(names)})
    linked = link(usable, _references(chosen, admitted, inner.resources), resolver)
    passed = _passed_over(part, chosen, mine)
    patients = tuple(admitted[n] for n in who.patients if n in admitted)
    return Record(
        resources=tuple(usable.values()),
        subject=who.reference,
        patients=patients if who.patients else inner.patients,
        issues=(*part.issues, *linked.issues),
        read=Counter(resource.type for resource in usable.values()),
        passed_over=Counter(named.type for named in passed),
        unusable=Counter(named.reason for named in part.unusable),
        damaged=part.damaged,
        named=(*(one._replace(name=ids.get(one.location)) for one in part.unusable), *passed),
        resolver=resolver,
        referring=linked.referring,
        by_key=usable,
    )


def _choose(part: Part, index: Index, mine: list[int], who: Whose, wanted: Wanted) -> Chosen:
    """Read what can matter; entries that turn out damaged are noted."""
    entries = part.entries
    found = candidates(entries, mine, wanted)
    hidden = {n: kind for n in found.suspect if (kind := damage_of(entries[n].raw))}
    for n, kind in sorted(hidden.items()):  # what it hides may be wanted
        part.damage(kind, entries[n].place, entries[n].type)
    chosen = Chosen(entries, index, [n for n in mine if n not in hidden])
    chosen.add(found.wanted)
    chosen.add([n for n in found.suspect if n not in hidden and holds(entries[n].raw, wanted)])
    chosen.add(who.patients)
    for n, kind in sorted(chosen.damaged.items()):
        if entries[n].type in wanted.types:
            part.damage(kind, entries[n].place, entries[n].type)
        else:
            part.set_aside(kind, entries[n].place, entries[n].type)
    return chosen


def _admit(
    part: Part, chosen: Chosen, names: Sequence[str], mapped: frozenset[str]
) -> dict[int, Resource]:
    """Return the usable resources by entry, those left out that another one replaces."""
    admitted: dict[int, Resource] = {}
    for n in sorted(chosen.read):
        resource = admit(part, part.entries[n], names[n], chosen.read[n], mapped)
        if resource is not None:
            admitted[n] = resource
    gone, alarms = replaced(admitted.values())
    part.issues.extend(alarms)
    for n in [n for n, resource in admitted.items() if resource.key in gone]:
        resource = admitted.pop(n)
        part.set_aside("replaced", resource.location, resource.type)
    return admitted


@dataclass(slots=True)
class _Inner:
    """What is contained in the usable resources."""

    resources: list[Resource] = field(default_factory=list)
    patients: tuple[Resource, ...] = ()


def _contained(
    part: Part,
    admitted: Mapping[int, Resource],
    who: Whose,
    subjects: Subjects,
    mapped: frozenset[str],
) -> _Inner:
    """Return the usable contained resources; they are about whom their container is about.

    In a container of a type nobody maps they must name the patient themselves: what a family
    history or a plan contains need not be said of the patient.
    """
    inner = _Inner()
    for n, container in admitted.items():
        if "contained" not in container.data:
            continue
        for resource, its in contained(part, container, mapped):
            subject = its.subject or its.patient
            his = container.type in mapped
            if subject is not None:
                his = subjects.named(subject, n) in who.names
            if resource.type == "Patient":
                inner.patients += _if_his(resource, container)
            elif his:
                inner.resources.append(resource)
            else:
                part.set_aside("other-patient", resource.location, resource.type)
    return inner


def _if_his(patient: Resource, container: Resource) -> tuple[Resource, ...]:
    """Return a contained Patient if the container names it as its subject."""
    subject = reference_of(container.data.get("subject") or container.data.get("patient"))
    return (patient,) if subject.reference == f"#{patient.id}" else ()


def _references(
    chosen: Chosen, admitted: Mapping[int, Resource], inner: Sequence[Resource]
) -> Iterator[tuple[str, str, Reference]]:
    """Yield every reference of a usable resource with the key of the resource and the element."""
    for n, resource in admitted.items():
        for element, reference in chosen.links[n]:
            yield resource.key, element, reference
    for resource in inner:
        for element, found in links(resource.data):
            yield resource.key, element, reference_of(found)


def _passed_over(part: Part, chosen: Chosen, mine: Sequence[int]) -> list[Named]:
    left = [part.entries[n] for n in mine if n not in chosen.read and n not in chosen.damaged]
    gone = {name.location for name in part.unusable}
    return [
        Named(entry.place, entry.type, UNWANTED, entry.name)
        for entry in left
        if entry.place not in gone
    ]
