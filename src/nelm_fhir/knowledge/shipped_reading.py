"""The shipped mapping files, read one by one into the parts of the catalogue.

In: the bytes of `mappings/` by path, the definitions. Out: Parts, not yet checked across files.
A file that is missing, or lies there unread, is a fault.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from nelm_fhir.errors import KnowledgeError
from nelm_fhir.knowledge import table_reading as tables
from nelm_fhir.knowledge import text_reading as texts
from nelm_fhir.knowledge.attested import AttestedTable, attested_table
from nelm_fhir.knowledge.check import Everything, LoadedSet
from nelm_fhir.knowledge.criteria_reading import read_bodies, read_criterion, read_set
from nelm_fhir.knowledge.faults import Faults
from nelm_fhir.knowledge.form import Form, read_form
from nelm_fhir.knowledge.question_reading import Definitions as Specs
from nelm_fhir.knowledge.registers import Registers, read_registers
from nelm_fhir.knowledge.tables import Definitions
from nelm_fhir.knowledge.texts import Texts
from nelm_fhir.knowledge.toml_reading import Section, read_toml
from nelm_fhir.knowledge.units import UnitTable, build_unit_table

_BODIES: Final = "criteria/bodies.toml"
_RECORD: Final = "definitions/record.toml"
_ATTESTED: Final = "definitions/attested.toml"
_FORM: Final = "definitions/form.toml"
_UNITS: Final = "units.toml"
TEXTS: Final = "texts/en.toml"
OTHERS: Final = ("texts/de.toml",)
"""The other languages that pages speak."""


class ShippedFiles:
    """The shipped files; remembers which TOML files were read, so that none lies there unread."""

    def __init__(self, files: Mapping[str, bytes], faults: Faults) -> None:
        self.files = files
        self.faults = faults
        self._read: dict[str, Mapping[str, Any]] = {}

    def toml(self, file: str) -> Section:
        """Return the top table of that file; a missing one is one fault and reads as empty."""
        if file not in self.files:
            self._read[file] = {}
            self.faults.add(file, "", "is missing")
            return Section({}, file, "", Faults())
        section = read_toml(file, self.files[file], self.faults)
        self._read[file] = section.values
        return section

    def values(self, file: str) -> Mapping[str, Any]:
        """Return the plain values of a file, read once, that another module reads."""
        return self._read[file] if file in self._read else self.toml(file).values

    def sets(self) -> Iterator[Section]:
        """Return the files of the criteria sets."""
        for file in sorted(self.files):
            if file.startswith("criteria/") and file not in self._read:
                yield self.toml(file)

    def close(self) -> None:
        """Refuse TOML files that nothing reads: a wrong name must not pass unseen."""
        for file in sorted(self.files):
            if file.endswith(".toml") and file not in self._read:
                self.faults.unknown(file, "", "file", file, self._read)


class Parts(Struct, frozen=True):
    """What was read from the shipped files, before overlays."""

    registers: Registers
    definitions: Definitions
    texts: Texts
    attested: AttestedTable
    form: Form
    units: UnitTable
    checked: Everything


def read_shipped(reader: ShippedFiles, specs: Specs) -> Parts:
    """Return everything that the shipped files say, faults noted."""
    registers = read_registers(
        reader.toml("sources.toml"), reader.toml("policies.toml"), reader.toml("options.toml")
    )
    definitions, words = _read_definitions(reader), _read_texts(reader, registers, specs)
    record = reader.toml(_RECORD)
    bodies = read_bodies(reader.toml(_BODIES))
    checked = Everything(
        sets=tuple(LoadedSet(file.file, read_set(file, specs)) for file in reader.sets()),
        bodies=bodies,
        record=read_criterion(record.section("criterion"), specs),
        registers=registers,
        definitions=definitions,
        texts=words,
    )
    record.close()
    attested = _read_attested(reader)
    form = read_form(reader.toml(_FORM), attested)
    return Parts(registers, definitions, words, attested, form, _read_units(reader), checked)


def _read_units(reader: ShippedFiles) -> UnitTable:
    units, found = build_unit_table(reader.values(_UNITS))
    reader.faults.found.extend(found)
    return units


def _read_definitions(reader: ShippedFiles) -> Definitions:
    def file(name: str) -> Section:
        return reader.toml(f"definitions/{name}.toml")

    return Definitions(
        grading=tables.read_grading(file("grading")),
        grammar=tables.read_grammar(file("grammar")),
        sites=tables.read_sites(file("sites")),
        staging=tables.read_staging(file("staging")),
        freshness=tables.read_freshness(file("freshness")),
        burden=tables.read_burden(file("burden")),
        symptoms=tables.read_symptoms(file("symptoms")),
        scope=tables.read_scope(file("scope")),
    )


def _read_texts(reader: ShippedFiles, registers: Registers, specs: Specs) -> Texts:
    def outcomes(name: str) -> Section:
        return reader.toml(f"outcomes/{name}.toml")

    figures = [
        texts.read_figures(outcomes(name), registers)
        for name in ("survival", "recurrence", "models")
    ]
    words = texts.read_language(reader.toml(TEXTS), specs)
    others = [texts.read_language(reader.toml(file), specs) for file in OTHERS]
    return Texts(
        notice=words.notice,
        flags=texts.read_flags(reader.toml("flags.toml"), registers),
        figures=MappingProxyType({key: f for part in figures for key, f in part.items()}),
        reference_notes=texts.read_notes(outcomes("notes"), registers),
        surveillance=texts.read_surveillance(outcomes("surveillance"), registers),
        treatments=texts.read_treatments(outcomes("treatments"), registers),
        reasons=words.reasons,
        outcome_rules=texts.read_outcome_rules(outcomes("rules")),
        statuses=words.statuses,
        verdicts=words.verdicts,
        wording=words.wording,
        languages=MappingProxyType({one.wording.language: one for one in (words, *others)}),
    )


def _read_attested(reader: ShippedFiles) -> AttestedTable:
    try:
        return attested_table(reader.values(_ATTESTED))
    except KnowledgeError as error:
        reader.faults.found.extend(error.faults)
        return AttestedTable({}, {}, ())
