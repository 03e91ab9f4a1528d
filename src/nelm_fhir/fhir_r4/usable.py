"""The one gate: what a resource says about its statement, or why it is dropped.

In: a strictly read resource. Out: Use (how its statement is to be taken) or Drop (with the reason).
Asked after every hop: Bundle entry, contained resource, result, member, focus, reason.
Source: terminology 2.3, every row; T31, T32, T40. The words are those of FHIR R4's required
bindings (structure, not terminology). Where the table names a type but not one of its status
codes, the cautious reading is taken: under way is planned, ended for an unknown reason is unknown.
"""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from nelm_fhir.core.reading import Reading

_A, _U, _P = Reading.ASSERTED, Reading.UNKNOWN, Reading.PLANNED
_N = Reading.NOT_DONE


class Use(Struct, frozen=True):
    """The resource is used; `flagged` names what has to be noted beside it."""

    reading: Reading
    flagged: str | None = None


class Drop(Struct, frozen=True):
    """The resource is not used; `damage` tells that it might have spoken against the patient."""

    reason: str
    damage: bool = False


Answer = Use | Drop

_NESTED: Final = ("item", "answer")
_VOID: Final = Drop("entered-in-error")
_CANCELLED: Final = Drop("cancelled")
_INVALID: Final = Drop("invalid-status", damage=True)
_WRONG_TYPE: Final = Drop("wrong-type", damage=True)

_RESULT: Final[dict[str, Answer]] = {
    "final": Use(_A), "amended": Use(_A), "corrected": Use(_A),
    "preliminary": Use(_A, "preliminary"), "registered": Use(_U, "registered"),
    "cancelled": _CANCELLED, "entered-in-error": _VOID, "unknown": Use(_U),
}  # fmt: skip
_ORDER: Final[dict[str, Answer]] = {
    "active": Use(_P), "completed": Use(_P), "on-hold": Use(_P),
    "stopped": Use(_U), "unknown": Use(_U),
    "draft": Drop("not-given"), "cancelled": Drop("not-given"), "entered-in-error": _VOID,
}  # fmt: skip
_PLAN: Final[dict[str, Answer]] = {
    "draft": Use(_P), "active": Use(_P), "on-hold": Use(_P), "revoked": Drop("revoked"),
    "completed": Use(_U), "unknown": Use(_U), "entered-in-error": _VOID,
}  # fmt: skip

STATUS: Final[Mapping[str, Mapping[str, Answer]]] = {
    "Observation": _RESULT,
    "DiagnosticReport": {**_RESULT, "partial": Use(_A, "partial"), "appended": Use(_A)},
    "Procedure": {
        "completed": Use(_A), "not-done": Use(_N), "preparation": Use(_P), "in-progress": Use(_P),
        "on-hold": Use(_P), "stopped": Use(_U), "unknown": Use(_U), "entered-in-error": _VOID,
    },
    "MedicationRequest": _ORDER,
    "MedicationAdministration": {
        "completed": Use(_A), "not-done": Use(_N), "in-progress": Use(_P), "on-hold": Use(_P),
        "stopped": Use(_U), "unknown": Use(_U), "entered-in-error": _VOID,
    },
    "MedicationStatement": {
        "active": Use(_A), "completed": Use(_A), "stopped": Use(_A), "not-taken": Use(_N),
        "intended": Use(_P), "on-hold": Use(_U), "unknown": Use(_U), "entered-in-error": _VOID,
    },
    "ImagingStudy": {
        "available": Use(_A), "registered": Use(_P), "cancelled": _CANCELLED,
        "unknown": Use(_U), "entered-in-error": _VOID,
    },
    "ServiceRequest": _PLAN,
    "CarePlan": _PLAN,
    "EpisodeOfCare": {
        "planned": Use(_P), "waitlist": Use(_A), "active": Use(_A), "onhold": Use(_U),
        "finished": Use(_A), "cancelled": Use(_A), "entered-in-error": _VOID,
    },
    "Specimen": {
        "available": Use(_A), "unavailable": Use(_A), "unsatisfactory": Use(_A, "unsatisfactory"),
        "entered-in-error": _VOID,
    },
    "QuestionnaireResponse": {
        "completed": Use(_A), "amended": Use(_A), "in-progress": Use(_U), "stopped": Use(_U),
        "entered-in-error": _VOID,
    },
}  # fmt: skip
"""Type to status to reading. Types that are not here have no status that is read."""

_VERIFIED: Final[dict[str, Answer | None]] = {
    "entered-in-error": _VOID,
    "refuted": Use(Reading.ABSENT),
    "unconfirmed": Use(Reading.SUSPECTED),
    "provisional": Use(Reading.SUSPECTED),
    "differential": Use(Reading.SUSPECTED),
    "confirmed": None,
}
_COURSE: Final = {
    "active": Reading.ASSERTED, "recurrence": Reading.ASSERTED, "relapse": Reading.ASSERTED,
    "inactive": Reading.PAST, "remission": Reading.PAST, "resolved": Reading.PAST,
}  # fmt: skip


def usable(data: Mapping[str, Any], raw: bytes | None = None) -> Answer:
    """Return how the statement of a resource is to be taken, or why it is dropped.

    `raw` is its text, if at hand: what does not occur there needs not be looked for in `data`.
    """
    if data.get("implicitRules") is not None or "_implicitRules" in data:
        return Drop("implicit-rules")
    if (raw is None or _may_be_modified(raw)) and _has_modifier_extension(data):
        return Drop("modifier-extension")
    if data.get("resourceType") == "Condition":
        return _condition(data)
    if "doNotPerform" in data:
        return _with_negation(data)
    return _by_status(data)


def _may_be_modified(raw: bytes) -> bool:
    return b"modifierExtension" in raw or b"\\u00" in raw  # a letter may be written as an escape


def _has_modifier_extension(data: Mapping[str, Any]) -> bool:
    """Whether an extension that is not known here may change what the resource or a part says."""
    if data.get("modifierExtension"):
        return True
    for name, value in data.items():
        if type(value) is list:
            if name != "contained" and any(map(_is_modified, value)):
                return True
        elif _is_modified(value):
            return True
    return False


def _is_modified(part: Any) -> bool:
    """Whether a part carries one; the answers of a form lie at any depth."""
    if type(part) is not dict:
        return False
    below = [inner for name in _NESTED for inner in _listed(part.get(name))]
    return bool(part.get("modifierExtension")) or any(map(_is_modified, below))


def _listed(value: Any) -> list[Any]:
    return value if type(value) is list else []


def _by_status(data: Mapping[str, Any]) -> Answer:
    words = STATUS.get(data["resourceType"])
    status = data.get("status")
    if status == "entered-in-error":
        return _VOID
    if words is None:
        return Use(_A)
    if status is None:  # optional (Specimen), or given only as an extension that says why not
        return Use(_A if data["resourceType"] == "Specimen" else _U)
    if not isinstance(status, str):
        return _WRONG_TYPE
    return words.get(status, _INVALID)


def _with_negation(data: Mapping[str, Any]) -> Answer:
    """Read a request that may say: do not do this."""
    if not isinstance(data["doNotPerform"], bool):
        return _WRONG_TYPE
    use = _by_status(data)
    if data["doNotPerform"] and isinstance(use, Use) and use.reading is Reading.PLANNED:
        return Use(_N)
    return use


def _condition(data: Mapping[str, Any]) -> Answer:
    verified = _words(data.get("verificationStatus"), _VERIFIED)
    course = _words(data.get("clinicalStatus"), _COURSE)
    if verified is None or course is None:
        return _WRONG_TYPE
    if "entered-in-error" in verified:
        return _VOID
    if _is_invalid(data, verified, course):
        return _INVALID
    if len(verified) > 1:  # confirmed and refuted at once
        return Use(_U, "contradictory-status")
    answer = _VERIFIED[next(iter(verified))] if verified else None
    return answer if answer is not None else _active(verified, course)


def _active(verified: frozenset[str], course: frozenset[str]) -> Use:
    flagged = None if verified else "verification-not-stated"
    readings = {_COURSE[word] for word in course}
    if not readings:
        return Use(_A, flagged or "activity-not-stated")
    return Use(readings.pop(), flagged) if len(readings) == 1 else Use(_U, "contradictory-status")


def _is_invalid(data: Mapping[str, Any], verified: frozenset[str], course: frozenset[str]) -> bool:
    """Whether a status is there but holds no word of FHIR (T40)."""
    return bool(
        (data.get("verificationStatus") and not verified)
        or (data.get("clinicalStatus") and not course)
    )


def _words(concept: Any, known: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the FHIR words of a status concept; None if it is of a wrong type.

    Both bindings are required, so the words are looked for whatever the system: a refutation whose
    system is misspelt must not be read as an assertion.
    """
    if concept is None:
        return frozenset()
    codings = concept.get("coding", []) if isinstance(concept, dict) else None
    if not isinstance(codings, list) or not all(isinstance(coding, dict) for coding in codings):
        return None
    codes = [coding.get("code") for coding in codings]
    return frozenset(code for code in codes if isinstance(code, str) and code in known)
