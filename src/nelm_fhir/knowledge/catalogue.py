"""The catalogue: all knowledge of one run, loaded, cross-checked, immutable, with a digest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from nelm_fhir.knowledge.attested import AttestedTable
from nelm_fhir.knowledge.codes import CodeTables
from nelm_fhir.knowledge.criteria import BodyNote, CriteriaSet, Criterion, Source
from nelm_fhir.knowledge.form import Form
from nelm_fhir.knowledge.tables import Definitions
from nelm_fhir.knowledge.texts import Texts
from nelm_fhir.knowledge.units import UnitTable

NO_ATTESTED: Final = AttestedTable(MappingProxyType({}), MappingProxyType({}), ())
NO_ANSWERS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({})
NO_FORM: Final = Form()
NO_OPTIONS: Final[Mapping[str, str]] = MappingProxyType({})


class OverlayName(Struct, frozen=True):
    """A hospital's overlay that was loaded."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything the line needs to know.

    `sets` in the order of rules 0.2; `record` is the criterion of a damaged record (rules 1.7);
    `options` are the switches that overlays turned on; `digest` (`sha256:...`) covers every file
    that was loaded, overlays included. `attested` is the table of the attested entry, `form` what
    the form of the tumor board asks in words, `answers` the fixed local answer strings of overlays
    (element, folded string, word), `known_options` the text of every switch there is, `units` the
    units that are read.
    """

    sets: Mapping[str, CriteriaSet]
    bodies: tuple[BodyNote, ...]
    record: Criterion
    sources: Mapping[str, Source]
    policies: Mapping[str, str]
    definitions: Definitions
    texts: Texts
    codes: CodeTables
    options: Mapping[str, bool]
    overlays: tuple[OverlayName, ...]
    digest: str
    attested: AttestedTable = field(default=NO_ATTESTED)
    form: Form = field(default=NO_FORM)
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: NO_ANSWERS)
    known_options: Mapping[str, str] = field(default_factory=lambda: NO_OPTIONS)
    units: UnitTable = field(default_factory=UnitTable)
