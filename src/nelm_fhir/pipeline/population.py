"""Lines and patients of a population: the two functions that every batch engine shares.

In: lines in whatever order. Out: whose each is and whether it concerns us; a patient judged.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from msgspec import structs

from nelm_fhir.assessment.result import Assessment
from nelm_fhir.fhir_r4.inflate import inflated
from nelm_fhir.fhir_r4.line_head import Kind, Scanned, of_damaged
from nelm_fhir.fhir_r4.patient_lines import ordered, read_lines
from nelm_fhir.fhir_r4.scan import names_twice, scanned
from nelm_fhir.fhir_r4.split import is_json
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.mappers import registry
from nelm_fhir.mappers.concerns import can_concern
from nelm_fhir.mappers.unread import unread
from nelm_fhir.pipeline.judging import judge
from nelm_fhir.pipeline.reading import Read, line_of


@dataclass(frozen=True, slots=True)
class Judged:
    """One patient of a population: what was read, and what became of it."""

    read: Read
    assessment: Assessment
    deceased: bool


def concerns(text: bytes, catalogue: Catalogue) -> bool:
    """Whether the JSON text of a record can hold a neuroendocrine finding or an attested entry.

    False is certain, and costs less than parsing: for populations, in which most patients end here.
    Raises NotJson or TooLarge for one that is compressed and cannot be unpacked.
    """
    return can_concern(inflated(text), catalogue.codes)


def scan(line: bytes, catalogue: Catalogue) -> Scanned:
    """Return whose a line of a population is, and whether it can concern us. Never raises.

    What cannot be read concerns all who are named in it: nobody knows what it would have said.
    """
    found = scanned(line)
    if found.head is not None:
        if unread(catalogue.codes).is_unread(found.head):
            return found
        if names_twice(line):
            found = of_damaged(line)  # it may have named another patient first
    concerns = found.kind is Kind.DAMAGED or can_concern(line, catalogue.codes)
    return structs.replace(found, concerns=concerns)


def may_concern(lines: Collection[bytes], catalogue: Catalogue) -> bool:
    """Whether a patient with these lines may have a neuroendocrine finding or attested entry."""
    return can_concern(b"\n".join(lines), catalogue.codes) or not all(map(is_json, lines))


def assess(
    patient: str,
    lines: Collection[bytes],
    catalogue: Catalogue,
    *,
    as_of: date,
    sets: Sequence[str] = (),
    options: Mapping[str, bool] | None = None,
) -> Judged | None:
    """Judge one patient of a population from all their lines, in whatever order they came.

    `patient` is a name that `scan` gave. None for a record without any neuroendocrine finding or
    attested entry, if it could be read whole. Raises InputError.
    """
    texts = ordered(lines)
    if not may_concern(texts, catalogue):
        return None
    record = read_lines(texts, registry.Wanted(catalogue.codes), patient)
    line = line_of(record, catalogue, as_of=as_of, options=options)
    told = line.mapped.neuroendocrine or any(one.attested for one in line.mapped.findings)
    if not (told or record.damaged):
        return None
    return Judged(line.read, judge(line.read, catalogue, sets), line.read.deceased)
