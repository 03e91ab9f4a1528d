"""The straight line for coverage: bytes to what was seen of each record.

In: an input, the catalogue, the evaluation date. Out: per record what it contributes to the counts,
or the error that stands in its place. The elements come from the record exactly as `assess` reads
it. For the codes nobody maps the same input is read a second time with everything of the mapped
types wanted; that reading judges nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from nelm_fhir import pipeline
from nelm_fhir.core.codes import Code
from nelm_fhir.coverage.elements import dropped_marks, element_marks
from nelm_fhir.coverage.gaps import gaps_of
from nelm_fhir.coverage.known import Known
from nelm_fhir.coverage.marks import InWords
from nelm_fhir.coverage.nearness import ours
from nelm_fhir.coverage.own_words import discreet
from nelm_fhir.coverage.spots import TYPES, spots
from nelm_fhir.coverage.tables import load_tables
from nelm_fhir.coverage.tally import Seen
from nelm_fhir.errors import InputError, NotABundle, SeveralPatients
from nelm_fhir.fhir_r4.intake import Data
from nelm_fhir.fhir_r4.part import Part
from nelm_fhir.fhir_r4.read import parts
from nelm_fhir.fhir_r4.reading import read_part
from nelm_fhir.fhir_r4.record import Record
from nelm_fhir.fhir_r4.wanted import Codes
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.mappers.registry import Wanted


@dataclass(frozen=True, slots=True)
class _Everything:
    """Whatever is of a type that some mapper reads is wanted, whatever its codes."""

    types: frozenset[str]

    def __call__(self, type: str, codes: Codes) -> bool:  # noqa: A002, ARG002 - as in Wanted
        """Whether a resource of that type is looked at."""
        return type in self.types


class Reader:
    """Reads records with one catalogue."""

    def __init__(self, catalogue: Catalogue, as_of: date) -> None:
        self.known = Known.of(catalogue, load_tables(catalogue))
        self._catalogue = catalogue
        self._as_of = as_of
        self._wanted = Wanted(catalogue.codes)
        self._everything = _Everything(self._wanted.types)

    def records(self, data: Data) -> Iterator[Seen | InputError]:
        """Yield what was seen of every record of the input."""
        for part, whole in zip(parts(data), parts(data), strict=True):
            try:
                yield self._seen(_usable(part), _usable(whole))
            except SeveralPatients as error:
                yield SeveralPatients(error.message, "Give the record of each patient by itself.")
            except InputError as error:
                yield error

    def _seen(self, part: Part, whole: Part) -> Seen:
        if not any(entry.type in TYPES for entry in part.entries):
            raise NotABundle(
                "The record holds no resource of a type that is read.", "Give clinical records."
            )
        codes_at = {entry.place: entry.head.codes for entry in part.entries}
        record = read_part(part, self._wanted, None)
        line = pipeline.line_of(record, self._catalogue, as_of=self._as_of)
        assessment = pipeline.judge(line.read, self._catalogue)
        everything = read_part(whole, self._everything, None)
        gaps = gaps_of(everything, ours(line.mapped.findings), self.known)
        marks = frozenset(
            (
                *element_marks(line, assessment, self.known),
                *dropped_marks(record.named, codes_at, self.known),
                *(InWords(topic, at) for topic, at in gaps.words_only),
            )
        )
        return discreet(marks, gaps, self._site(everything), everything, self.known)

    def _site(self, record: Record) -> frozenset[Code]:
        """Return the codes of overlays that the record holds."""
        if not self.known.site:
            return frozenset()
        held = (spot.concept for resource in record.resources for spot in spots(resource))
        return frozenset(c.code for concept in held for c in self.known.coded(concept)) & (
            self.known.site
        )


def _usable(part: Part | InputError) -> Part:
    if isinstance(part, InputError):
        raise part
    return part
