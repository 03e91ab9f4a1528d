"""What every mapper may look at: the record's links, the knowledge, and a place for issues."""

from dataclasses import dataclass, field
from typing import Final

from nelm_fhir.core.issues import Issue, Severity
from nelm_fhir.core.reading import Reading
from nelm_fhir.fhir_r4.record import Record, Resource
from nelm_fhir.knowledge.attested import AttestedTable
from nelm_fhir.knowledge.codes import CodeTables
from nelm_fhir.knowledge.overlay import Answers
from nelm_fhir.knowledge.units import UnitTable

TEXTS: Final = {
    "date-unreadable": ("value", "A date is not a FHIR date; the statement is undated."),
    "date-without-zone": ("value", "A time has no zone; the day is kept as written."),
    "date-hour-24": ("value", "A time is 24:00; the day is kept as written."),
    "period-without-start": ("value", "A period has no start; the statement is undated."),
    "period-reversed": ("value", "A period ends before it starts; the statement is undated."),
    "focus-not-one": (
        "structure",
        "An attested entry names more than one focus; it needs exactly one. Its focus is not used.",
    ),
    "unit-by-table": (
        "value",
        "A unit is not UCUM, or parses as something else; it was read by the table of units.",
    ),
    "two-attested-elements": (
        "structure",
        "One attested entry carries the codes of two elements; neither value is used.",
    ),
    "component-alone": (
        "structure",
        "A component code of the attested entry stands without its element; it is not used.",
    ),
    "component-elsewhere": (
        "structure",
        "A component of the attested entry belongs to another element; it is not used.",
    ),
    "form-not-completed": (
        "incomplete",
        "The answers to the form are not completed; they may still change and show nothing yet.",
    ),
    "form-not-signed": (
        "incomplete",
        "The answers to the form have no author or no authored date; nobody has signed them.",
    ),
    "form-question-unknown": (
        "not-found",
        "An answer stands under a linkId that the form does not have; it is not used.",
    ),
    "answer-unknown": (
        "code-invalid",
        "An answer says nothing that is known here; it is not used. Map its code.",
    ),
    "ki67-breast-code": (
        "code-invalid",
        "A Ki-67 code for breast specimens, and specimen or condition may be breast; not used.",
    ),
    "metastasis-of-another-tumor": (
        "conflict",
        "A code of liver metastasis names another kind of tumor; presence is left open.",
    ),
    "morphology-behavior": (
        "code-invalid",
        "A morphology code of metastatic behavior stands on a primary; it is not used.",
    ),
}


@dataclass(frozen=True, slots=True)
class Context:
    """The record and the knowledge.

    `issues` collects what mappers found to be wrong, `neuroendocrine` the keys of resources that
    speak of a neuroendocrine neoplasm.
    """

    record: Record
    codes: CodeTables
    units: UnitTable
    answers: Answers
    attested: AttestedTable
    issues: list[Issue] = field(default_factory=list)
    neuroendocrine: set[str] = field(default_factory=set)

    def mark(self, resource: Resource) -> None:
        """Remember that a resource speaks of a neuroendocrine neoplasm, absent ones left out."""
        if resource.reading is not Reading.ABSENT:
            self.neuroendocrine.add(resource.key)

    def note(self, kind: str, resource: Resource, path: str = "") -> None:
        """Add a warning about an element of a resource; `path` is below the resource."""
        issue_type, text = TEXTS[kind]
        location = f"{resource.location}.{path}" if path else resource.location
        self.issues.append(Issue(Severity.WARNING, kind, issue_type, location, text))
