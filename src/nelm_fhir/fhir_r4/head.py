"""The few elements of every resource that decide whether it is read at all.

In: the bytes of one resource. Out: a Head: type, id, the codes it is chosen by, whose it is, and
the references by which a report or panel holds others together. Everything else is skipped without
being built, which is what makes reading cheap (performance.md 1).

Values of a wrong type never cost the head: they are left out, and their names come beside it.
"""

from collections.abc import Hashable
from typing import Any, Final

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType, field

from nelm_fhir.core.canonical import without_version
from nelm_fhir.fhir_r4.wanted import Codes


class Coding(Struct, gc=False, frozen=True):
    """FHIR Coding, as far as it identifies a code."""

    system: str | None = None
    code: str | None = None


class Concept(Struct, gc=False, frozen=True):
    """FHIR CodeableConcept, as far as it is coded."""

    coding: tuple[Coding, ...] | None = None


class Identifier(Struct, gc=False, frozen=True):
    """FHIR Identifier."""

    system: str | None = None
    value: str | None = None


class Reference(Struct, gc=False, frozen=True):
    """FHIR Reference."""

    reference: str | None = None
    type: str | None = None
    identifier: Identifier | None = None


class Component(Struct, gc=False, frozen=True):
    """Observation.component."""

    code: Concept | None = None


class Extension(Struct, gc=False, frozen=True):
    """An extension, as far as it can carry a code (histology of a mCODE or MII Condition)."""

    concept: Concept | None = field(default=None, name="valueCodeableConcept")


class Head(Struct, gc=False, rename="camel"):
    """What is known of a resource before it is read."""

    resource_type: str | None = None
    id: str | None = None
    status: str | None = None
    status_extension: Raw | UnsetType = field(default=UNSET, name="_status")
    code: Concept | None = None
    subject: Reference | None = None
    patient: Reference | None = None
    component: tuple[Component, ...] | None = None
    extension: tuple[Extension, ...] | None = None
    conclusion_code: tuple[Concept, ...] | None = None
    medication_codeable_concept: Concept | None = None
    medication_reference: Reference | None = None
    modality: tuple[Coding, ...] | None = None
    reason_code: tuple[Concept, ...] | None = None
    clinical_status: Concept | None = None
    verification_status: Concept | None = None
    result: tuple[Reference, ...] | None = None
    has_member: tuple[Reference, ...] | None = None
    imaging_study: tuple[Reference, ...] | None = None
    part_of: tuple[Reference, ...] | None = None
    questionnaire: str | None = None

    @property
    def codes(self) -> Codes:
        """Every (system, code) by which a mapper could want the resource.

        Answers to a form are wanted by its canonical, which stands as a system without code.
        """
        codes = _codes(self.code) if self.code is not None else ()
        for component in self.component or ():
            codes += _codes(component.code)
        for extension in self.extension or ():
            codes += _codes(extension.concept)
        return codes + self._more_codes() if self._has_more_codes() else codes

    def _has_more_codes(self) -> bool:
        concepts = self.conclusion_code or self.reason_code
        others = self.medication_codeable_concept or self.modality or self.questionnaire
        return bool(concepts or others)

    def _more_codes(self) -> Codes:
        codes = _codes(self.medication_codeable_concept)
        for concept in (*(self.conclusion_code or ()), *(self.reason_code or ())):
            codes += _codes(concept)
        if self.questionnaire:
            codes += ((without_version(self.questionnaire), None),)
        return codes + tuple((coding.system, coding.code) for coding in self.modality or ())

    @property
    def question(self) -> Hashable:
        """Equal for heads that have the same type and codes."""
        if not (self.component or self.extension or self.conclusion_code or self.reason_code):
            codes = (self.code, self.medication_codeable_concept, self.modality)
            return self.resource_type, *codes, self.questionnaire
        return self.resource_type, self.codes

    @property
    def containers(self) -> tuple[Reference, ...]:
        """What the resource holds together: results, members, studies, the act it is part of."""
        part_of = self.part_of if self.resource_type == "Procedure" else None
        parts = (self.result, self.has_member, self.imaging_study, part_of)
        if not any(parts):
            return ()
        return tuple(reference for part in parts if part for reference in part)


def _codes(concept: Concept | None) -> Codes:
    if concept is None or not concept.coding:
        return ()
    return tuple([(coding.system, coding.code) for coding in concept.coding])


DECODER: Final = msgspec.json.Decoder(Head)
_ANY: Final = msgspec.json.Decoder()
_FIELDS: Final = {part.encode_name: part for part in msgspec.structs.fields(Head)}

Wrong = frozenset[str]
"""Names of the elements whose value is of a wrong type."""

NOTHING_WRONG: Final[Wrong] = frozenset()


def read(text: bytes | Raw) -> tuple[Head, Wrong] | None:
    """Return the head of one resource; None if the text is not a JSON object."""
    try:
        return DECODER.decode(text), NOTHING_WRONG
    except msgspec.ValidationError:
        return _leniently(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _leniently(text: bytes | Raw) -> tuple[Head, Wrong] | None:
    try:
        data = _ANY.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return of(data) if isinstance(data, dict) else None


def of(data: dict[str, Any]) -> tuple[Head, Wrong]:
    """Return the head of a parsed resource, and what had to be left out."""
    good: dict[str, Any] = {}
    wrong: set[str] = set()
    for name in _FIELDS.keys() & data.keys():
        try:
            good[_FIELDS[name].name] = _typed(data[name], name)
        except msgspec.ValidationError:
            wrong.add(name)
    return Head(**good), frozenset(wrong)


def _typed(value: Any, name: str) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value), type=_FIELDS[name].type)
