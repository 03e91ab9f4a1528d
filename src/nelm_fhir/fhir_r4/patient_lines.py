"""The record of one patient of a population, from the lines that were brought together.

In: the lines (resources and Bundles), in any order, some of them twice. Out: one Record, the same
whatever the order was. Raises InputError.

Two Bundles may name their patient alike and mean two people: ids are unique on one server only.
They are one record only if their Patients come from one server, share a business identifier or say
the same (interop 11 row 1). Lines of an export are of one server.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import combinations

from nelm_fhir.errors import SeveralPatients
from nelm_fhir.fhir_r4.bundle import add_bundle, add_resource
from nelm_fhir.fhir_r4.limits import check_bytes, check_entries
from nelm_fhir.fhir_r4.part import Entry, Part
from nelm_fhir.fhir_r4.reading import read_part
from nelm_fhir.fhir_r4.record import Record
from nelm_fhir.fhir_r4.references import identifiers
from nelm_fhir.fhir_r4.scan import names_twice
from nelm_fhir.fhir_r4.split import is_bundle, is_json, not_json, split
from nelm_fhir.fhir_r4.wanted import Wanted


def ordered(lines: Iterable[bytes]) -> list[bytes]:
    """Return the lines in the one order in which they are read, each once."""
    return sorted(set(lines))


def read_lines(lines: Sequence[bytes], wanted: Wanted, patient: str) -> Record:
    """Return the record that ordered lines make; `patient` chooses where Bundles hold several."""
    if not any(map(is_json, lines)):
        raise not_json()
    try:
        return read_part(_part(lines), wanted, None)
    except SeveralPatients:
        if not any(is_bundle(line) or names_twice(line) for line in lines):
            raise  # another name of the patient that nothing resolves: nothing may be left out
        return read_part(_part(lines), wanted, patient)


def _part(lines: Sequence[bytes]) -> Part:
    check_bytes(sum(map(len, lines)))
    part = Part()
    of_bundles: list[list[Entry]] = []
    for number, text in enumerate(lines, start=1):
        before = len(part.entries)
        place = f"line[{number}]" if len(lines) > 1 else ""
        if is_bundle(text):
            _add_bundle(part, text, f"{place}.Bundle".lstrip("."))
            of_bundles.append(part.entries[before:])
        else:
            add_resource(part, text, place or "resource")
    check_entries(len(part.entries))
    _refuse_namesakes(of_bundles)
    return part


def _add_bundle(part: Part, text: bytes, place: str) -> None:
    bundle = split(text)
    if bundle is not None:
        add_bundle(part, bundle, place)


def _refuse_namesakes(of_bundles: Collection[Sequence[Entry]]) -> None:
    """Raise SeveralPatients where Bundles name patients alike that nothing makes one person."""
    patients = [
        {entry.name: entry for entry in entries if entry.type == "Patient" and entry.name}
        for entries in of_bundles
    ]
    for one, other in combinations(patients, 2):
        for name in one.keys() & other.keys():
            if not _is_one(one[name], other[name]):
                raise SeveralPatients(
                    "Several Bundles name their patient alike, and nothing says it is one person.",
                    "Send the fullUrl of a server or a business identifier, or one folder each.",
                )


def _is_one(one: Entry, other: Entry) -> bool:
    if one.raw == other.raw or (one.base is not None and one.base == other.base):
        return True
    return not set(identifiers(one.raw)).isdisjoint(identifiers(other.raw))
