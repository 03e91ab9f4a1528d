"""What the code lists say of the codes at a spot: is the concept read there, does any list know it?

The one place that both the coded and the unmapped side ask. In: a spot, the catalogue, the tables.
Out: the codes no list knows, the lists a question belongs to, and what an answer would be mapped
to. Nothing is judged; identity of codes is that of the mappers (terminology 2.1).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from nelm_fhir.core.codes import Code
from nelm_fhir.coverage.spots import Role, Spot
from nelm_fhir.coverage.tables import Aim, Aims, Kind, Tables
from nelm_fhir.knowledge.attested import AttestedRow, AttestedTable
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.code_files import NEVER
from nelm_fhir.knowledge.code_overlays import SITE
from nelm_fhir.knowledge.codes import UNVERIFIED, CodeTables
from nelm_fhir.mappers.attested_values import ELEMENT
from nelm_fhir.mappers.concepts import matched, words
from nelm_fhir.mappers.elements import Json, items, string
from nelm_fhir.mappers.observations import QUESTIONS

_ASKING: Final = frozenset({*QUESTIONS, ELEMENT})
_OBSERVATION: Final = "Observation"
_YES_NO: Final = ("false", "true")
_WORDED: Final = frozenset({"CodeableConcept", "String"})


@dataclass(frozen=True, slots=True)
class Coded:
    """One coding with code: normalized, and what it calls itself."""

    code: Code
    display: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """The code lists as coverage asks them.

    `never` are codes that must not match, `unverified` those that wait for confirmation, each with
    its list, `site` those of overlays, `worded` the codes of the attested entry that are answered
    by words, `carriers` what a site's codes answer outside Observations, by place.
    """

    codes: CodeTables
    tables: Tables
    never: frozenset[Code] = field(repr=False)
    unverified: Mapping[Code, str] = field(repr=False)
    site: frozenset[Code] = field(repr=False)
    worded: frozenset[str] = field(repr=False)
    attested: AttestedTable = field(repr=False)
    carriers: Mapping[str, Aims] = field(repr=False)

    @classmethod
    def of(cls, catalogue: Catalogue, tables: Tables) -> Self:
        """Return the lists of a catalogue."""
        listed = catalogue.codes.listed
        return cls(
            catalogue.codes,
            tables,
            frozenset(line.code for line in listed if line.group == NEVER),
            {line.code: line.group for line in listed if line.certainty == UNVERIFIED},
            frozenset(line.code for line in listed if line.certainty == SITE),
            frozenset(answer_words(catalogue.attested)),
            catalogue.attested,
            _carriers(catalogue.attested),
        )

    def coded(self, concept: Json) -> Iterator[Coded]:
        """Yield the codings of a concept; one without system has an empty one."""
        for coding in items(concept, "coding"):
            code = string(coding, "code")
            if code is None:
                continue
            system = string(coding, "system")
            found = self.codes.normalize(system, code)
            yield Coded(found or Code("", code), string(coding, "display"))

    def waiting(self, code: Code) -> str | None:
        """Return the list that names a code and waits for its confirmation."""
        return self.unverified.get(code) or self.unverified.get(_head(code))

    def as_listed(self, code: Code) -> Code:
        """Return a code that is read as our lists have it: of a family, the code that stands there.

        What follows the point of such a code comes from the record.
        """
        if code in self.codes.by_code or code in self.codes.limited:
            return code
        return _head(code)

    def lists_of(self, concept: Json) -> frozenset[str]:
        """Return every list that some coding of a concept belongs to."""
        return frozenset(match.group for match in matched(concept, self.codes))

    def attested_by(self, concept: Json) -> frozenset[str]:
        """Return the codes of the attested entry that a concept stands for."""
        found = matched(concept, self.codes)
        return frozenset(words(match for match in found if match.group == ELEMENT))

    def is_read(self, spot: Spot) -> bool:
        """Whether the concept means something where it stands."""
        if spot.role is Role.QUESTION and spot.at.startswith(_OBSERVATION):
            return self.asks(spot.concept)
        return any(self._means(coded.code, spot) for coded in self.coded(spot.concept))

    def is_local(self, code: Code) -> bool:
        """Whether the code is of a system that `systems.toml` does not know."""
        listed = self.codes.systems.find(code.system)
        return listed is None or listed.uri in self.codes.local_systems

    def asks(self, question: Json) -> bool:
        """Whether the code of an Observation or component is one that is read."""
        found = matched(question, self.codes)
        return any(match.group in _ASKING for match in found)

    def unknown(self, spot: Spot) -> Iterator[Coded]:
        """Yield the codings of a spot that no list knows, those that must never match left out."""
        for coded in self.coded(spot.concept):
            if coded.code not in self.never and not self._means(coded.code, spot):
                yield coded

    def _means(self, code: Code, spot: Spot) -> bool:
        """Whether a code means anything at a spot; a site may limit it to one element."""
        if self.codes.hits(code):
            return True
        answered = (aim.name for aim in self.aims_of(spot) if aim.kind is Kind.WORDS)
        return any(self.codes.hits(code, element) for element in answered)

    def fits(self, aim: Aim, values: frozenset[str]) -> bool:
        """Whether an element reads at least one of the types that answer a question."""
        row = self.attested.row(aim.name) if aim.kind is Kind.ELEMENT else None
        return row is None or not values or any(is_read(value, row) for value in values)

    def aims_of(self, spot: Spot) -> Aims:
        """Return what the answer at a spot would be mapped to."""
        if spot.question is None:
            place = self.tables.places.get(spot.at)
            return (*(place.aims if place else ()), *self.carriers.get(spot.at, ()))
        asked = sorted(self.attested_by(spot.question) & self.worded)
        lists = sorted(self.lists_of(spot.question) & self.tables.questions.keys())
        standard = (aim for name in lists for aim in self.tables.questions[name])
        return tuple(dict.fromkeys([*(Aim(Kind.WORDS, name) for name in asked), *standard]))

    def fed_by(self, spot: Spot) -> tuple[str, ...]:
        """Return the elements that the answer at a spot feeds."""
        if spot.question is None:
            place = self.tables.places.get(spot.at)
            return place.feeds if place else ()
        return self.tables.fed_by(self.lists_of(spot.question), self.attested_by(spot.question))


def _carriers(attested: AttestedTable) -> dict[str, Aims]:
    found: dict[str, Aims] = {}
    for one in attested.carriers:
        at = f"{one.resource}.{one.path}"
        aims = tuple(Aim(Kind.WORDS, element) for element in one.elements)
        found[at] = (*found.get(at, ()), *aims)
    return found


def _head(code: Code) -> Code:
    """Return the code that a code of a family lies below."""
    return Code(code.system, code.code.partition(".")[0])


def answer_words(attested: AttestedTable) -> dict[str, tuple[str, ...]]:
    """Return the words that answer each code of the attested entry which takes words at all."""
    rows = {**attested.elements, **attested.components}
    return {
        code: tuple(sorted(row.words)) or _YES_NO
        for code, row in rows.items()
        if row.words or "boolean" in row.values
    }


def is_read(value: str, row: AttestedRow) -> bool:
    """Whether an element reads a type of value[x]; words may come as fixed strings, too."""
    if {value, value[:1].lower() + value[1:]} & row.values:
        return True
    return value in _WORDED and bool(row.words or "boolean" in row.values)
