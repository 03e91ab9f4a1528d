"""The record of one fictional patient while it is written.

In: a profile, a style, the knowledge, the dice. Out: resources as plain dicts, each about the
patient, and the references by which they point to each other. References are `Type/id`; what a
Bundle makes of them is the business of `envelope.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from nelm_fhir.core.codes import Code
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.knowledge.attested import AttestedTable
from nelm_fhir.knowledge.styles import Codings, Style
from nelm_fhir.knowledge.tables import Definitions
from nelm_fhir.knowledge.units import UnitTable
from nelm_fhir.profile.record_format import CandidateProfile
from nelm_fhir.writers.datatypes import Json, coding, filled, identifier
from nelm_fhir.writers.patient_bundle.carriers import Record, in_text
from nelm_fhir.writers.patient_bundle.dice import Dice

LONGEST_ID: Final = 64
_ABOUT_NOBODY: Final = frozenset({"Appointment", "Organization", "Patient"})
_OF_PATIENT: Final = frozenset({"AllergyIntolerance", "Immunization"})


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is needed of the catalogue: the attested entry, tables, units, names of codes."""

    attested: AttestedTable
    definitions: Definitions
    units: UnitTable
    displays: Mapping[Code, str]


@dataclass(slots=True)
class Chart:
    """All resources so far, and where the things of the profile stand among them.

    `primaries`, `foci` and `studies` hold the Reference of a thing by its id in the profile,
    `in_condition` the ids of specimens that a Condition carries. `is_relapsed`: a Condition says
    that the tumor is back.
    """

    profile: CandidateProfile
    style: Style
    knowledge: Knowledge
    dice: Dice
    record: Record = field(default_factory=dict)
    resources: list[Json] = field(default_factory=list)
    primaries: dict[str, Json] = field(default_factory=dict)
    foci: dict[str, Json] = field(default_factory=dict)
    studies: dict[str, Json] = field(default_factory=dict)
    is_relapsed: bool = False
    in_condition: set[str] = field(default_factory=set)
    _ids: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.record = self.profile.to_record()

    @property
    def patient(self) -> Json:
        """The Reference of the patient."""
        return {"reference": f"Patient/{self.patient_id}"}

    @property
    def patient_id(self) -> str:
        """The id of the patient on the server."""
        return f"sample-{self.style.id}-{self.dice.number(10**6, 'patient'):06d}"

    @property
    def told_on(self) -> date:
        """The day on which people write down what has no day of its own: the evaluation date."""
        return self.profile.as_of

    @property
    def told(self) -> DaySpan:
        """The same day as a span."""
        return DaySpan.of(self.told_on)

    @property
    def only_primary(self) -> Json | None:
        """The Reference of the primary, if there is exactly one."""
        return next(iter(self.primaries.values())) if len(self.primaries) == 1 else None

    def focus(self, key: str) -> Json:
        """Return what names a focus: its Condition, else an identifier."""
        named = {"identifier": identifier(f"{self.style.base}/lesions", key)}
        return self.foci.get(key, named)

    # --- how the style says it --------------------------------------------------------------------

    def is_coded(self, element: str) -> bool:
        """Whether the style has codes for the element."""
        return self.style.carrier(element).coded

    def in_text(self, element: str) -> bool:
        """Whether the style leaves the element in text in this record."""
        return in_text(self.style, self.record, element)

    def asks(self, group: str, text: str | None = None) -> Json | None:
        """Return the concept that asks for it; None where the style has no code."""
        return self.concept(self.style.questions.get(group, ()), text)

    def says(self, group: str, word: object, text: str | None = None) -> Json | None:
        """Return the concept that says the word; None where the style has no code for it."""
        return self.concept(self.style.answers.get(group, {}).get(str(word), ()), text)

    def said_of_site(self, group: str, site: str | None) -> Iterator[tuple[str, Json]]:
        """Yield what has a code for a site, the site itself first, then each coarser one."""
        word = site
        while word is not None:
            if concept := self.says(group, word):
                yield word, concept
            word = self.knowledge.definitions.sites.refines.get(word)

    def concept(self, codings: Codings, text: str | None = None) -> Json | None:
        """Return the codings as one CodeableConcept; None if there are none."""
        if not codings:
            return None
        known = self.knowledge.displays
        listed = [coding(c.code.system, c.code.code, known.get(c.code), c.version) for c in codings]
        return {"coding": listed} | ({"text": text} if text else {})

    def other(self, name: str, text: str) -> Json:
        """Return a concept that nobody reads: a local code, the code of a report."""
        return self.concept(self.style.other.get(name, ()), text) or {"text": text}

    def text(self, name: str) -> str:
        """Return a phrase of the hospital."""
        return self.style.texts[name]

    # --- resources --------------------------------------------------------------------------------

    def add(self, kind: str, name: str, profile: str | None = None, /, **elements: Any) -> Json:
        """Add a resource about the patient and return its Reference; empty elements are left out.

        `profile` names the canonical URL that the style claims for it.
        """
        identifier = self._free(kind, name)
        built = {"resourceType": kind, "id": identifier, "meta": self._meta(profile or kind)}
        if kind in _OF_PATIENT:
            built["patient"] = self.patient
        elif kind not in _ABOUT_NOBODY:
            built["subject"] = self.patient
        self.resources.append(filled({**built, **elements}))
        return {"reference": f"{kind}/{identifier}"}

    def resource(self, reference: Json) -> Json:
        """Return the resource that a Reference of this chart leads to."""
        kind, _, identifier = reference["reference"].partition("/")
        return next(
            one for one in self.resources if (one["resourceType"], one["id"]) == (kind, identifier)
        )

    def _meta(self, name: str) -> Json:
        url = self.style.profiles.get(name)
        moment = f"{self.told_on.isoformat()}T18:05:00{self.style.zone}"
        return filled({"versionId": "1", "lastUpdated": moment, "profile": [url] if url else None})

    def _free(self, kind: str, wanted: str) -> str:
        name, number = wanted[:LONGEST_ID], 1
        while (kind, name) in self._ids:
            number += 1
            name = f"{wanted[: LONGEST_ID - len(str(number)) - 1]}-{number}"
        self._ids.add((kind, name))
        return name


def named(prefix: str, key: str) -> str:
    """Return the name of a resource from an id of the profile, which may begin that way itself."""
    return key if key.startswith(prefix) else f"{prefix}-{key}"
