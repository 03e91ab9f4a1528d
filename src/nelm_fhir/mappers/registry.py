"""Which mapper reads which resource; the step from a record to its findings.

In: the Record and the knowledge. Out: every finding, the issues on the way, and whether anything
neuroendocrine was said. Also `Wanted`, by which the reader chooses candidates: whatever a mapper
could read is wanted, whatever nobody reads is counted by the reader. Pure; dictionary look-ups.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from nelm_fhir.core.canonical import FORM
from nelm_fhir.core.codes import Code
from nelm_fhir.core.issues import Issue
from nelm_fhir.fhir_r4.record import Record, Resource
from nelm_fhir.fhir_r4.wanted import Codes
from nelm_fhir.knowledge.attested import AttestedTable
from nelm_fhir.knowledge.codes import CodeTables
from nelm_fhir.knowledge.overlay import Answers
from nelm_fhir.knowledge.units import UnitTable
from nelm_fhir.mappers.attested_values import ANSWER, ELEMENT
from nelm_fhir.mappers.conditions import condition
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.demographics import patient
from nelm_fhir.mappers.form import form
from nelm_fhir.mappers.functional_imaging import imaging_study
from nelm_fhir.mappers.listing import episode
from nelm_fhir.mappers.observations import QUESTIONS, observation
from nelm_fhir.mappers.plans import care_plan, service_request
from nelm_fhir.mappers.procedures import procedure
from nelm_fhir.mappers.reports import report
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.specimens import specimen
from nelm_fhir.mappers.therapies import KINDS, medication
from nelm_fhir.mappers.transplantation import PROCEDURE
from nelm_fhir.profile.findings import Finding

Reader = Callable[[Source, Context], Iterator[Finding]]

READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        "CarePlan": care_plan,
        "Condition": condition,
        "DiagnosticReport": report,
        "EpisodeOfCare": episode,
        "ImagingStudy": imaging_study,
        "MedicationAdministration": medication,
        "MedicationRequest": medication,
        "MedicationStatement": medication,
        "Patient": patient,
        "Procedure": procedure,
        "QuestionnaireResponse": form,
        "ServiceRequest": service_request,
        "Specimen": specimen,
    }
)
_OBSERVATION: Final = "Observation"
_ONLY_BY_CODE: Final = frozenset({_OBSERVATION, "ServiceRequest"})
TYPES: Final = frozenset({*READERS, _OBSERVATION, "Medication"})
"""Every resource type that some mapper reads, and Medication, which is looked up."""
_ANSWERS: Final = "QuestionnaireResponse"
_KEPT: Final = 10_000
"""How many answers about codes are kept, so that no input can fill the memory."""
_BY_CODE: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        _OBSERVATION: frozenset({*QUESTIONS, ELEMENT}),
        "MedicationAdministration": frozenset({*KINDS, "tracer"}),
        "MedicationRequest": frozenset(KINDS),
        "MedicationStatement": frozenset(KINDS),
        "ServiceRequest": frozenset({PROCEDURE, ELEMENT, ANSWER}),
    }
)


class Mapped(Struct, frozen=True):
    """The findings of one record, what was wrong on the way, and whether it is about a NEN."""

    findings: tuple[Finding, ...]
    issues: tuple[Issue, ...]
    neuroendocrine: bool


def findings(
    record: Record,
    codes: CodeTables,
    units: UnitTable,
    answers: Answers,
    attested: AttestedTable,
) -> Mapped:
    """Return everything that the usable resources of a record state."""
    ctx = Context(record, codes, units, answers, attested)
    found = tuple(f for resource in record.resources for f in _read(resource, ctx))
    neuroendocrine = bool(ctx.neuroendocrine) or _is_attested(found, attested)
    return Mapped(found, tuple(ctx.issues), neuroendocrine)


def _read(resource: Resource, ctx: Context) -> Iterable[Finding]:
    if resource.type == _OBSERVATION:
        return observation(resource, ctx)
    reader = READERS.get(resource.type)
    return reader(Source.of(resource, ctx), ctx) if reader else ()


def _is_attested(found: Iterable[Finding], table: AttestedTable) -> bool:
    """Whether somebody attested what can only be said of a neuroendocrine tumor."""
    about = {code for code, row in table.elements.items() if row.neuroendocrine}
    return any(finding.attested and finding.element in about for finding in found)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader must not leave out: every type that some mapper reads, and by which codes.

    Observations, orders and medications are many and are chosen by code; a medication named by
    reference or by text alone is wanted too, an Observation or order with text alone is not, for
    nobody reads it. Answers to a form are wanted if it is that of the tumor board.
    """

    codes: CodeTables
    _seen: dict[tuple[str, str | None, str | None], bool] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def types(self) -> frozenset[str]:
        """Every resource type that some mapper reads, and Medication, which is looked up."""
        return TYPES

    def __call__(self, type: str, codes: Codes) -> bool:  # noqa: A002 - FHIR's word
        """Whether a resource of that type with these codes can matter."""
        groups = _BY_CODE.get(type)
        if type == _ANSWERS:
            return (FORM, None) in codes
        if groups is None:
            return type in TYPES
        if not codes:
            return type not in _ONLY_BY_CODE
        return any(self._is_of(type, groups, system, code) for system, code in codes)

    def _is_of(
        self, kind: str, groups: frozenset[str], system: str | None, code: str | None
    ) -> bool:
        """Whether a code is of these groups; records repeat their codes, so answers are kept."""
        key = (kind, system, code)
        known = self._seen.get(key)
        if known is None:
            found = self.codes.normalize(system, code)
            known = found is not None and self._means(found, groups)
            if len(self._seen) < _KEPT:
                self._seen[key] = known
        return known

    def _means(self, code: Code, groups: frozenset[str]) -> bool:
        if ANSWER in groups and code in self.codes.limited:
            return True
        return any(hit.group in groups for hit in self.codes.hits(code))
