"""Every issue the reader can raise: one fixed text per kind, and where it is.

In: a kind and a location. Out: an Issue that says what it means and what to do, never a value.
"""

from typing import Final

from nelm_fhir.core.issues import Issue, Severity

_RESEND: Final = "Send the corrected entry; until then the record is damaged (rules 1.7)."

_ERRORS: Final = {
    "not-json": ("structure", f"The entry is not valid JSON. {_RESEND}"),
    "repeated-key": ("structure", f"A key is repeated in the entry. {_RESEND}"),
    "too-deep": ("too-long", f"The entry is nested too deeply to be read. {_RESEND}"),
    "no-resource": ("required", f"The entry holds no resource. {_RESEND}"),
    "no-resource-type": ("required", f"The entry does not say what resource it is. {_RESEND}"),
    "missing-code": ("required", f"The resource does not say what it is about. {_RESEND}"),
    "missing-status": ("required", f"The resource has no status. {_RESEND}"),
    "missing-subject": ("required", f"The resource does not say whom it is about. {_RESEND}"),
    "wrong-type": (
        "value",
        f"Code, subject, status or identifier is of a wrong JSON type and is not read. {_RESEND}",
    ),
    "invalid-status": (
        "code-invalid",
        f"The status is no code of FHIR R4 for this resource, so it is not believed. {_RESEND}",
    ),
    "implicit-rules": (
        "not-supported",
        "The Bundle follows rules of its own (implicitRules) not known here. Send it without them.",
    ),
    "partial-record": (
        "incomplete",
        "A page, a counted match or the answer to a question is missing. Send the whole record.",
    ),
}
_WARNINGS: Final = {
    "modifier-extension": (
        "not-supported",
        "An extension that can change the meaning is not known here. The resource is not used.",
    ),
    "resource-implicit-rules": (
        "not-supported",
        "The resource follows rules of its own (implicitRules). It is not used.",
    ),
    "no-subject": ("required", "The resource does not say whom it is about. It is not used."),
    "not-a-patient": ("value", "The resource is not about a patient. It is not used."),
    "unresolved-reference": (
        "not-found",
        "A reference leads to nothing that was sent and can be used. The link is lost.",
    ),
    "same-identifier": (
        "multiple-matches",
        "Different statements share a business identifier; all are kept. Correct the identifier.",
    ),
    "same-id": (
        "multiple-matches",
        "Different resources share type and id; all are kept. Send versionId or lastUpdated.",
    ),
    "wrong-shape": (
        "value",
        "An element is of another JSON type than FHIR R4 has it. It is not read; correct it.",
    ),
    "outcome": ("informational", "The sending system reports a problem with its own answer."),
    "bundle-type": ("code-invalid", "The Bundle has no type of FHIR R4. It is read as collection."),
}
_INFORMATION: Final = {
    "unreferenced-patient": ("informational", "No resource refers to this Patient. Set aside."),
}
_KINDS: Final = {
    **{kind: (Severity.ERROR, *rest) for kind, rest in _ERRORS.items()},
    **{kind: (Severity.WARNING, *rest) for kind, rest in _WARNINGS.items()},
    **{kind: (Severity.INFORMATION, *rest) for kind, rest in _INFORMATION.items()},
}


def notice(kind: str, location: str) -> Issue:
    """Return the issue of that kind at that place."""
    severity, issue_type, text = _KINDS[kind]
    return Issue(severity, kind, issue_type, location, text)
