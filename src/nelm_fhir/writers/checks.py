"""The last look at a resource before it leaves: what fhir.resources does not see.

In: a resource as a plain dict. Out: nothing, or NotValid that lists every fault by place and rule,
never by value. The models of fhir.resources check shapes; required codes, invariants and targets of
references they pass over, so those are held here. Source: FHIR R4 invariants (keys in brackets),
terminology 6.1, 6.6.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from nelm_fhir.core.amounts import TESTS
from nelm_fhir.errors import NotValid
from nelm_fhir.writers import target_checks
from nelm_fhir.writers.canonicals import DECISION_SUPPORT, TAG, XHTML
from nelm_fhir.writers.datatypes import Json

Fault = str

# required bindings of the elements we write (R4), narrowed to what we mean by them
_CODES: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    ("RiskAssessment", "status"): frozenset(
        {"preliminary", "final", "amended", "corrected", "entered-in-error"}
    ),
    ("Bundle", "type"): frozenset({"transaction", "batch", "collection"}),
    **target_checks.CODES,
}
_ROLES: Final = frozenset({"derivation", "revision", "quotation", "source", "removal"})
_SEVERITIES: Final = frozenset({"fatal", "error", "warning", "information"})
_REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "RiskAssessment": (
        *("meta", "text", "identifier", "status", "method", "code", "subject"),
        *("occurrenceDateTime", "performer", "note"),
    ),
    "Provenance": ("target", "recorded", "agent"),
    "OperationOutcome": ("issue",),
    "Bundle": ("type",),
    "Device": (),
    **target_checks.REQUIRED,
}
_RESULTS: Final = frozenset({"RiskAssessment", *target_checks.REQUIRED})
_IN_PREDICTION: Final = ("outcome", "qualitativeRisk", "whenPeriod", "rationale")
_TAGS: Final = re.compile(r"<[^>]*>?")
_ALLOWED: Final = frozenset(
    {f'<div xmlns="{XHTML}">', "</div>", "<p>", "</p>", "<ul>", "</ul>", "<li>", "</li>"}
)


def check(resource: Json) -> None:
    """Raise NotValid, listing every fault, if the resource must not leave."""
    if found := list(faults(resource)):
        raise NotValid(
            f"A resource about to be written is not valid: {'; '.join(found)}.",
            "Nothing was written; this is a fault of the program, please report it.",
        )


def faults(resource: Json) -> Iterator[Fault]:
    """Yield the faults of a resource, of a Bundle those of its entries, too."""
    kind = resource.get("resourceType", "")
    if kind not in _REQUIRED:
        yield "resourceType: not one that is written"
        return
    yield from (f"{kind}.{name}: required" for name in _REQUIRED[kind] if name not in resource)
    yield from _codes(resource, kind)
    if kind != "Bundle":
        yield from _contained(resource, kind)
    if kind in _RESULTS:
        yield from _tagged(resource, kind)
    yield from _OF_TYPE.get(kind, _nothing)(resource)
    shell = {name: value for name, value in resource.items() if not _apart(name)}
    yield from element_faults(shell, kind)


def element_faults(tree: Json, path: str) -> Iterator[Fault]:
    """Yield the faults of every object below: what holds for a datatype wherever it stands."""
    for place, element in _elements(tree, path):
        for rule in _RULES:
            yield from (f"{place}: {fault}" for fault in rule(element))


def _apart(name: str) -> bool:
    return name == "entry"  # the resources of a Bundle are looked at one by one


def _nothing(_: Json) -> Iterator[Fault]:
    yield from ()


def _codes(resource: Json, kind: str) -> Iterator[Fault]:
    for (of, name), allowed in _CODES.items():
        if of == kind and name in resource and resource[name] not in allowed:
            yield f"{kind}.{name}: not a code that is written"


def _contained(resource: Json, kind: str) -> Iterator[Fault]:
    inside = resource.get("contained", ())
    named = {f"#{one.get('id')}" for one in inside}
    used = {ref for ref in _references(resource) if ref.startswith("#")}
    if named - used:
        yield f"{kind}.contained: not referred to (dom-3)"
    if used - named:
        yield f"{kind}: refers to what is not contained (ref-1)"
    for one in inside:
        if "contained" in one:
            yield f"{kind}.contained: contains another (dom-2)"
        if set(one.get("meta", ())) & {"versionId", "lastUpdated", "security"}:
            yield f"{kind}.contained.meta: version or label (dom-4, dom-5)"


def _tagged(resource: Json, kind: str) -> Iterator[Fault]:
    tags = resource.get("meta", {}).get("tag", ())
    if not any((one.get("system"), one.get("code")) == (TAG, DECISION_SUPPORT) for one in tags):
        yield f"{kind}.meta.tag: not tagged as decision support"


def _risk_assessment(resource: Json) -> Iterator[Fault]:
    predictions = resource.get("prediction", ())
    if (resource.get("status") == "entered-in-error") == bool(predictions):
        yield "RiskAssessment.prediction: there, or retracted (nelm-ra-1)"
    for n, prediction in enumerate(predictions):
        where = f"RiskAssessment.prediction[{n}]"
        yield from (
            f"{where}.{name}: required" for name in _IN_PREDICTION if name not in prediction
        )
        if any(name.startswith(("probability", "relativeRisk")) for name in prediction):
            yield f"{where}: states a number for the patient (ras-1, ras-2)"


def _provenance(resource: Json) -> Iterator[Fault]:
    for n, entity in enumerate(resource.get("entity", ())):
        if entity.get("role") not in _ROLES:
            yield f"Provenance.entity[{n}].role: no such role"
    for n, agent in enumerate(resource.get("agent", ())):
        if "who" not in agent:
            yield f"Provenance.agent[{n}].who: required"


def _operation_outcome(resource: Json) -> Iterator[Fault]:
    for n, issue in enumerate(resource.get("issue", ())):
        if issue.get("severity") not in _SEVERITIES or "code" not in issue:
            yield f"OperationOutcome.issue[{n}]: severity or code"


def _bundle(resource: Json) -> Iterator[Fault]:
    entries = resource.get("entry", ())
    urls = [entry.get("fullUrl", "") for entry in entries]
    if len(set(urls)) < len(urls):
        yield "Bundle.entry.fullUrl: not unique (bdl-7)"
    requested = resource.get("type") in {"transaction", "batch"}
    for n, entry in enumerate(entries):
        where = f"Bundle.entry[{n}]"
        if "/_history/" in urls[n] or not urls[n]:
            yield f"{where}.fullUrl: missing or with version (bdl-8)"
        if ("request" in entry) is not requested:
            yield f"{where}.request: always and only where something is asked for (bdl-3)"
        yield from (f"{where}.resource: {fault}" for fault in faults(entry.get("resource", {})))
    dangling = {ref for ref in _references(resource) if ref.startswith("urn:")} - set(urls)
    if dangling:
        yield "Bundle: refers to an entry that is not in it"


_OF_TYPE: Final[Mapping[str, Callable[[Json], Iterator[Fault]]]] = {
    "RiskAssessment": _risk_assessment,
    "Provenance": _provenance,
    "OperationOutcome": _operation_outcome,
    "Bundle": _bundle,
    **target_checks.OF_TYPE,
}


def _elements(tree: object, path: str) -> Iterator[tuple[str, Json]]:
    """Yield every object of the tree with its path."""
    if isinstance(tree, dict):
        yield path, tree
        for name, value in tree.items():
            yield from _elements(value, f"{path}.{name}")
    elif isinstance(tree, list):
        for n, value in enumerate(tree):
            yield from _elements(value, f"{path}[{n}]")


def _references(tree: object) -> Iterator[str]:
    for _, element in _elements(tree, ""):
        if isinstance(element.get("reference"), str):
            yield element["reference"]


def _no_emptiness(element: Json) -> Iterator[Fault]:
    if any(value is None or (value != 0 and not value) for value in element.values()):
        yield "an element without content (ele-1)"


def _extension(element: Json) -> Iterator[Fault]:
    for one in element.get("extension", ()):
        values = [name for name in one if name.startswith("value")]
        if "url" not in one or len(values) + ("extension" in one) != 1:
            yield "an extension with neither value nor parts, or both (ext-1)"


def _quantity(element: Json) -> Iterator[Fault]:
    if "unit" in element and "code" in element and "system" not in element:
        yield "a unit code without system (qty-3)"
    if "comparator" in element and element["comparator"] not in TESTS:
        yield "no such comparator"


def _coding(element: Json) -> Iterator[Fault]:
    if any("system" not in one or "code" not in one for one in element.get("coding", ())):
        yield "a coding without system or code"


def _bounds(element: Json) -> Iterator[Fault]:
    low, high = element.get("low", {}), element.get("high", {})
    if low and high and low["value"] > high["value"]:
        yield "low above high (rng-2)"
    if "start" in element and "end" in element and element["start"] > element["end"]:
        yield "starts after its end (per-1)"


def _narrative(element: Json) -> Iterator[Fault]:
    div: Any = element.get("div")
    if div is None:
        return
    if not div.startswith(f'<div xmlns="{XHTML}">') or set(_TAGS.findall(div)) - _ALLOWED:
        yield "not the XHTML that is written (txt-1)"
    if element.get("status") != "generated":
        yield "a narrative that is not generated"


_RULES: Final = (_no_emptiness, _extension, _quantity, _coding, _bounds, _narrative)
