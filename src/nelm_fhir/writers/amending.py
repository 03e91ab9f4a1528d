"""A changed result in the place of the stored one of the same identity.

In: the resource as it was just built, and the stored one as the server has it. Out: the resource to
put in its place: everything that we write is new, what others added stays, and a result that people
had confirmed is amended, not preliminary again. Source: terminology 6.2 (`status`), interop 7.1.
"""

from collections.abc import Mapping
from typing import Any, Final

from nelm_fhir.writers.datatypes import Json, filled
from nelm_fhir.writers.device import ENGINE
from nelm_fhir.writers.stored import kept_meta, of_others

AMENDED: Final = "amended"
_CONFIRMED: Final = frozenset({"final", AMENDED, "corrected"})
_JOINED: Final = ("identifier", "extension", "note")
_STATUS: Final[Mapping[str, str]] = {
    "RiskAssessment": "status",
    "Observation": "status",
    "DocumentReference": "docStatus",
}
"""Where a type says that people confirmed it; a Basic cannot."""
_WRITTEN: Final[Mapping[str, frozenset[str]]] = {
    "RiskAssessment": frozenset({"condition", "basis", "prediction", "mitigation"}),
    "Observation": frozenset(
        {"focus", "derivedFrom", "component", "valueCodeableConcept", "dataAbsentReason"}
    ),
    "DocumentReference": frozenset(),
    "Basic": frozenset(),
}
"""What we write only where there is something to say: if it is gone, it must not stay."""


def amended(built: Json, stored: Json) -> Json:
    """Return the resource to put in the place of the stored one, under its id.

    Raises KeyError for a type of which nothing is updated.
    """
    kind = built["resourceType"]
    gone = _WRITTEN[kind] | {"meta", "contained", *_JOINED}
    theirs = {name: value for name, value in stored.items() if name not in gone}
    joined = {name: [*built.get(name, ()), *of_others(name, stored)] for name in _JOINED}
    whole = theirs | built | joined | {"id": stored["id"], "meta": _meta(built, stored)}
    return filled(whole | _status(kind, stored) | {"contained": _contained(whole, built, stored)})


def _status(kind: str, stored: Json) -> Json:
    name = _STATUS.get(kind, "")
    return {name: AMENDED} if stored.get(name) in _CONFIRMED else {}


def _meta(built: Json, stored: Json) -> Json:
    kept, ours = kept_meta(stored), built["meta"]["tag"]
    known = {(tag["system"], tag["code"]) for tag in ours}
    tags = kept.get("tag", ())  # a server may have put a display beside ours
    theirs = [tag for tag in tags if (tag.get("system"), tag.get("code")) not in known]
    return kept | {"tag": [*ours, *theirs]}


def _contained(whole: Json, built: Json, stored: Json) -> list[Json]:
    """Return what is contained: ours, and what an element of others refers to."""
    theirs = [one for one in stored.get("contained", ()) if one.get("id") != ENGINE]
    return [*built.get("contained", ()), *(one for one in theirs if _names(whole, one))]


def _names(tree: Any, contained: Json) -> bool:
    if isinstance(tree, dict):
        return tree.get("reference") == f"#{contained.get('id')}" or _names(
            list(tree.values()), contained
        )
    return isinstance(tree, list) and any(_names(branch, contained) for branch in tree)
