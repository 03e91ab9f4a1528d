"""Patients whom some resources name by a business identifier alone.

In: the files and what was seen in them. Out: pairs of names of one person: the identifier, and the
Patient who carries it. Only where such a resource was seen, files are looked through for Patients.
Source: terminology 2.7, T34.
"""

from collections.abc import Iterator, Sequence

from nelm_fhir.batch.lines.blocks import blocks
from nelm_fhir.batch.lines.scanning import FileScan
from nelm_fhir.batch.lines.sources import SourceFile, opened
from nelm_fhir.fhir_r4.line_head import also_known_as, decoded
from nelm_fhir.fhir_r4.persons import PATIENT


def identified(
    files: Sequence[SourceFile], scans: Sequence[FileScan], limit: int
) -> Iterator[tuple[str, str]]:
    """Yield who is known by an identifier that stands in the place of a reference."""
    wanted = {name for scan in scans for name in scan.identified}
    if not wanted:
        return
    for file, scan in zip(files, scans, strict=True):
        if not (scan.is_document or scan.is_ignored or scan.is_incomplete):
            for patient, line in _patients(file, limit):
                yield from ((patient, name) for name in also_known_as(line) if name in wanted)


def _patients(file: SourceFile, limit: int) -> Iterator[tuple[str, bytes]]:
    with opened(file) as stream:
        for block in blocks(stream, limit):
            for line in block.text.split(b"\n"):
                head = decoded(line) if b'"Patient"' in line else None
                if head is not None and head.resource_type == PATIENT and head.id:
                    yield f"{PATIENT}/{head.id}", line
