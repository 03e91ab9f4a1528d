"""FHIR in few words: codes, references and profiles of the case files, written out.

In: one resource as the case files hold it. Out: the same as FHIR JSON. A concept is a string of
codings joined by " + " ("ln 29593-1 + sct 1255078008", the systems as in `shipped_codes`), or
"text: ..." for text alone; a reference is its target; canonical URLs may begin with one of
PREFIXES. What is an object already stays as it is.
"""

from typing import Any, Final

from tests.unit.mappers.mapping import EXTRA
from tests.unit.shipped_codes import SYSTEMS

_HL7: Final = "http://terminology.hl7.org/CodeSystem"
_MII: Final = "https://www.medizininformatik-initiative.de/fhir/ext"
CODE_SYSTEMS: Final = {
    **SYSTEMS,
    **EXTRA,
    "cat": f"{_HL7}/observation-category",
    "list": f"{_HL7}/condition-category",
    "lab": f"{_HL7}/v2-0074",
    "material": f"{_HL7}/v2-0487",
    "absent": f"{_HL7}/data-absent-reason",
    "uicc": "https://www.uicc.org/resources/tnm",
    "therapyplan": f"{_MII}/modul-onko/CodeSystem/mii-cs-onko-therapieplanung-typ",
    "nodes": f"{_MII}/modul-onko/CodeSystem/mii-cs-onko-verlauf-lymphknoten",
    "primary": f"{_MII}/modul-onko/CodeSystem/mii-cs-onko-verlauf-primaertumor",
    "side": f"{_MII}/modul-onko/CodeSystem/mii-cs-onko-seitenlokalisation",
    "epic": "urn:oid:1.2.840.114350.1.13.999.2.7.2.768282",
    "none": "",
}
PREFIXES: Final = {
    "core:": "http://hl7.org/fhir/StructureDefinition/",
    "mcode:": "http://hl7.org/fhir/us/mcode/StructureDefinition/",
    "uscore:": "http://hl7.org/fhir/us/core/StructureDefinition/",
    "mii:": f"{_MII}/modul-onko/StructureDefinition/",
    "patho:": f"{_MII}/modul-patho/StructureDefinition/",
    "nl:": "http://medmij.nl/fhir/StructureDefinition/",
    "i4rc:": "http://hl7.eu/fhir/ig/idea4rc/StructureDefinition/",
    "ecc:": "http://hl7.org/fhir/uv/ihe-sdc-ecc/StructureDefinition/",
}
_CONCEPTS: Final = frozenset(
    {
        "bodySite", "category", "clinicalStatus", "conclusionCode", "dataAbsentReason", "method",
        "medicationCodeableConcept", "outcome", "procedureCode", "reasonCode", "statusReason",
        "summary", "usedCode", "valueCodeableConcept", "verificationStatus",
    }
)  # fmt: skip
_REFERENCES: Final = frozenset(
    {
        "addresses", "assessment", "basedOn", "derivedFrom", "focus", "hasMember", "imagingStudy",
        "medicationReference", "partOf", "patient", "reasonReference", "request", "result",
        "specimen", "subject", "valueReference",
    }
)  # fmt: skip
_OWN_CONCEPT: Final = frozenset({"code", "type"})
"""Concepts of a resource or component; elsewhere elements of these names are plain codes."""
_URLS: Final = frozenset({"url", "profile"})


def written_out(node: Any, key: str = "", owner: Any = None) -> Any:
    """Return the node as FHIR; `key` is the element it stands in, `owner` the object around it."""
    if isinstance(node, list):
        return [written_out(item, key, owner) for item in node]
    if isinstance(node, dict):
        return {name: written_out(value, name, node) for name, value in node.items()}
    if not isinstance(node, str):
        return node
    if key in _CONCEPTS or (key in _OWN_CONCEPT and _asks(owner)):
        return concept(node)
    if key in _REFERENCES:
        return {"reference": node}
    if key in _URLS:
        return canonical(node)
    return coding(node) if key in {"coding", "modality"} else node


def _asks(owner: Any) -> bool:
    """Whether a `code` here is a CodeableConcept: of a resource, a component, an activity."""
    return isinstance(owner, dict) and not {"value", "system", "linkId"} & owner.keys()


def concept(text: str) -> dict[str, Any]:
    """Return the CodeableConcept of "ln 29593-1 + sct 1255078008" or "text: Ki-67"."""
    told, _, words = text.partition("text: ")
    codings = [coding(part.strip()) for part in told.split(" + ") if part.strip(" +")]
    return ({"coding": codings} if codings else {}) | ({"text": words} if words else {})


def coding(text: str) -> dict[str, str]:
    """Return the Coding of "ln 29593-1"; "none 3" has no system."""
    system, _, code = text.partition(" ")
    known = CODE_SYSTEMS[system]
    return ({"system": known} if known else {}) | {"code": code}


def canonical(text: str) -> str:
    """Return a URL whose beginning may be one of PREFIXES."""
    for prefix, url in PREFIXES.items():
        if text.startswith(prefix):
            return url + text.removeprefix(prefix)
    return text
