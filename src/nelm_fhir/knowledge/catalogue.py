"""The catalogue: all knowledge of one run, loaded, cross-checked, immutable, with a digest."""

from collections.abc import Mapping
from dataclasses import dataclass

from nelm_fhir.knowledge.codes import CodeTables
from nelm_fhir.knowledge.criteria import BodyNote, CriteriaSet, Criterion, Source
from nelm_fhir.knowledge.tables import Definitions
from nelm_fhir.knowledge.texts import Texts


@dataclass(frozen=True, slots=True)
class OverlayName:
    """A hospital's overlay that was loaded."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything the line needs to know.

    `sets` in the order of rules 0.2; `record` is the criterion of a damaged record (rules 1.7);
    `options` are the switches that overlays turned on; `digest` (`sha256:...`) covers every file
    that was loaded, overlays included.
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
