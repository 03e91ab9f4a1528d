"""What assembly could not place or use: issues with fixed texts, never a value of the record."""

from typing import Final

from msgspec import Struct

from nelm_fhir.core.evidence import Evidence
from nelm_fhir.core.issues import Issue, Severity


class _Text(Struct, frozen=True):
    severity: Severity
    type: str
    text: str


CONTRADICTORY_PATHOLOGY: Final = "contradictory-pathology"
CONTRADICTORY_TRANSPLANT: Final = "contradictory-transplantation"
CONTRADICTORY_LISTING: Final = "contradictory-listing"
CONTRADICTIONS: Final = frozenset(
    {CONTRADICTORY_PATHOLOGY, CONTRADICTORY_TRANSPLANT, CONTRADICTORY_LISTING}
)
"""Contradictions of which the statement that counts against may be the right one."""
_WARNING, _INFORMATION = Severity.WARNING, Severity.INFORMATION
_TEXTS: Final = {
    "answer-not-read": _Text(
        _WARNING,
        "value",
        "A statement cannot be read or may not hold, and another one counts or none is known."
        " Correct its value or status, or map its code.",
    ),
    "carcinoma-set-aside": _Text(
        _WARNING,
        "conflict",
        "A carcinoma code that does not say poorly differentiated was set aside, because a specimen"
        " of that tumor has a WHO NET grade. Have the histology confirmed.",
    ),
    "conflicting-statements": _Text(
        _WARNING,
        "conflict",
        "Statements differ and their dates do not tell which counts; the value is unknown."
        " Correct the wrong one.",
    ),
    CONTRADICTORY_LISTING: _Text(
        _WARNING,
        "conflict",
        "The patient is stated as listed and as not listed, and the dates do not tell which counts."
        " No criteria are met until the wrong one is corrected.",
    ),
    CONTRADICTORY_PATHOLOGY: _Text(
        _WARNING,
        "conflict",
        "Histology, differentiation or grade of one specimen is stated in two ways, or by a result"
        " that may not hold or may be of another tumor. It does not count, and no criteria are"
        " met until that is corrected.",
    ),
    CONTRADICTORY_TRANSPLANT: _Text(
        _WARNING,
        "conflict",
        "A liver transplantation is stated as done and as not done. No criteria are met until the"
        " wrong one is corrected.",
    ),
    "death-recorded": _Text(
        _WARNING, "business-rule", "The record states a death; it changes no verdict."
    ),
    "future-dated": _Text(
        _WARNING,
        "business-rule",
        "A statement is dated after the evaluation date and was not used.",
    ),
    "metastasis-of-another-tumor": _Text(
        _WARNING,
        "business-rule",
        "A metastasis is linked to another malignancy and was not entered for this tumor."
        " Check the link.",
    ),
    "metastasis-refuted": _Text(
        _INFORMATION,
        "informational",
        "Disease outside the liver is stated as absent at a site; that alone clears no focus.",
    ),
    "metastasis-without-organ": _Text(
        _WARNING,
        "incomplete",
        "Distant disease is stated without an organ, and no liver metastases are documented."
        " Record the organ.",
    ),
    "not-linked-to-a-tumor": _Text(
        _WARNING,
        "incomplete",
        "A statement about the primary tumor names none, and there is more than one."
        " Link it to its Condition.",
    ),
    "other-lesion-response": _Text(
        _INFORMATION,
        "informational",
        "A response of a single other lesion that is not progression is no event of the course.",
    ),
    "primary-not-placed": _Text(
        _WARNING,
        "incomplete",
        "A neuroendocrine Condition without a site, or with a coarse one, fits several primaries"
        " and adds nothing. Record its site.",
    ),
    "primary-suspected": _Text(
        _INFORMATION,
        "informational",
        "A primary tumor is only suspected; its site counts as not classified.",
    ),
    "procedure-not-placed": _Text(
        _WARNING,
        "incomplete",
        "A resection names no primary tumor, and not exactly one primary lies in its organ."
        " Link it by reasonReference.",
    ),
    "several-studies": _Text(
        _WARNING,
        "multiple-matches",
        "A result belongs to several studies at once and was entered as a scan of its own."
        " Link it to one study.",
    ),
    "specimen-of-another-tumor": _Text(
        _INFORMATION,
        "informational",
        "A specimen is linked to another malignancy and was not entered for this tumor.",
    ),
    "suspected-histology": _Text(
        _WARNING,
        "incomplete",
        "The histology of a Condition that is only suspected was not used. Confirm it.",
    ),
    "uptake-inside-the-liver": _Text(
        _WARNING,
        "business-rule",
        "Uptake or treatment is stated of a Condition that is a liver metastasis; it is no focus"
        " outside the liver.",
    ),
    "uptake-not-readable": _Text(
        _WARNING, "value", "The uptake of a focus cannot be read; the scan does not name it."
    ),
}


def issue(kind: str, evidence: Evidence) -> Issue:
    """Return the issue of that kind at the place of the evidence."""
    text = _TEXTS[kind]
    location = f"{evidence.resource} {evidence.path}".strip()
    return Issue(text.severity, kind, text.type, location, text.text)
