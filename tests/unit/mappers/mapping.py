"""Resources in a few words, and the findings they become through the real reader and knowledge.

The patients of these tests are fictional. Codes are written "ln 29593-1", as in `shipped_codes`.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from tests.unit.assemble.finding import AS_OF, tables
from tests.unit.shipped_codes import MAPPINGS, SYSTEMS, build, shipped

from nelm_fhir.core.canonical import BASE
from nelm_fhir.fhir_r4.read import record
from nelm_fhir.knowledge.attested import AttestedTable, attested_table
from nelm_fhir.knowledge.code_overlays import OverlayCodes
from nelm_fhir.knowledge.units import UnitTable, build_unit_table
from nelm_fhir.mappers.registry import Mapped, Wanted, findings
from nelm_fhir.profile.assemble import assemble
from nelm_fhir.profile.findings import Finding
from nelm_fhir.profile.record_format import CandidateProfile

PATIENT = {"reference": "Patient/p"}
UCUM = "http://unitsofmeasure.org"
LOCAL = "urn:local:board"
MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/"
MII = "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/StructureDefinition/"
EXTRA = {
    "el": f"{BASE}/CodeSystem/attested-element",
    "an": f"{BASE}/CodeSystem/attested-answer",
    "local": LOCAL,
    "ver": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
    "clin": "http://terminology.hl7.org/CodeSystem/condition-clinical",
}


@cache
def table() -> AttestedTable:
    return attested_table(tomllib.loads((MAPPINGS / "definitions/attested.toml").read_text()))


@cache
def units() -> UnitTable:
    return build_unit_table(tomllib.loads((MAPPINGS / "units.toml").read_text()))[0]


def coding(short: str) -> dict[str, str]:
    """Return "ln 29593-1" as a Coding; without a system in front it has none."""
    system, _, code = short.rpartition(" ")
    return {"code": code} | ({"system": (SYSTEMS | EXTRA)[system]} if system else {})


def concept(*shorts: str, text: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"coding": [coding(s) for s in shorts]} if shorts else {}
    return found | ({"text": text} if text else {})


def ref(target: str) -> dict[str, str]:
    return {"reference": target}


def quantity(value: object, unit: str | None = None, **more: Any) -> dict[str, Any]:
    """A Quantity with a UCUM unit."""
    coded = {"unit": unit, "system": UCUM, "code": unit} if unit else {}
    return {"valueQuantity": {"value": value, **coded, **more}}


def coded(*shorts: str, text: str | None = None) -> dict[str, Any]:
    return {"valueCodeableConcept": concept(*shorts, text=text)}


def observation(code: str | dict[str, Any], id_: str = "o", **more: Any) -> dict[str, Any]:
    asked = concept(code) if isinstance(code, str) else code
    base = {"resourceType": "Observation", "id": id_, "status": "final", "subject": PATIENT}
    return {**base, "code": asked, **more}


def part(code: str, **value: Any) -> dict[str, Any]:
    return {"code": concept(code), **value}


def condition(*codes: str, id_: str = "c", **more: Any) -> dict[str, Any]:
    base = {"resourceType": "Condition", "id": id_, "subject": PATIENT}
    return {**base, "verificationStatus": concept("ver confirmed"), **_code(codes), **more}


def procedure(*codes: str, id_: str = "op", **more: Any) -> dict[str, Any]:
    base = {"resourceType": "Procedure", "id": id_, "status": "completed", "subject": PATIENT}
    return {**base, **_code(codes), **more}


def resource(type_: str, id_: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": type_, "id": id_, "subject": PATIENT, **more}


def _code(codes: Sequence[str]) -> dict[str, Any]:
    return {"code": concept(*codes)} if codes else {}


def morphology(short: str, url: str = f"{MCODE}mcode-histology-morphology-behavior") -> Any:
    return {"extension": [{"url": url, **coded(short)}]}


def data(*resources: Mapping[str, Any], patient: Mapping[str, Any] | None = None) -> bytes:
    """A Bundle of the patient and these resources."""
    everything = ({"resourceType": "Patient", "id": "p"} | dict(patient or {}), *resources)
    entries = [
        {"fullUrl": f"https://x.example/{r['resourceType']}/{r['id']}", "resource": r}
        for r in everything
    ]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def mapped(
    *resources: Mapping[str, Any],
    overlay: Mapping[str, Any] | None = None,
    answers: Mapping[str, Mapping[str, str]] | None = None,
    patient: Mapping[str, Any] | None = None,
    wanted: type[Wanted] = Wanted,
) -> Mapped:
    """What the resources state of Patient/p; `overlay` holds ConceptMaps by file name."""
    codes = shipped() if overlay is None else build(None, [OverlayCodes("site", overlay)])[0]
    sent = data(*resources, patient=patient)
    found = record(sent, wanted=wanted(codes), subject="Patient/p")
    return findings(found, codes, units(), answers or {}, table())


def profile_of(*resources: Mapping[str, Any], as_of: date = AS_OF, **more: Any) -> CandidateProfile:
    """The profile that these resources of Patient/p give."""
    found = mapped(*resources, **more)
    return assemble(
        found.findings, as_of=as_of, options={}, definitions=tables(), damaged=False
    ).profile


def of(result: Mapped, *elements: str) -> list[Finding]:
    return [f for f in result.findings if f.element in elements]


def one(result: Mapped, element: str) -> Finding:
    found = of(result, element)
    assert len(found) == 1, [f.element for f in result.findings]
    return found[0]


def read_one(element: str, *resources: Mapping[str, Any]) -> Finding:
    """The only finding of that element in these resources."""
    return one(mapped(*resources), element)


def kinds(result: Mapped) -> list[str]:
    return [issue.kind for issue in result.issues]


def reason(value: object) -> str:
    """The reason of an unknown value, or what it is instead."""
    return str(getattr(value, "reason", f"known: {value}"))


def question_map(pairs: Mapping[str, str], target: str = "el", equivalence: str = "equal") -> Any:
    """A site's ConceptMap from local codes to ours."""
    return concept_map(pairs, (SYSTEMS | EXTRA)[target], equivalence, None)


def answer_map(element: str, pairs: Mapping[str, str], equivalence: str = "equal") -> Any:
    """A site's ConceptMap of answers, limited to one element."""
    return concept_map(pairs, EXTRA["an"], equivalence, f"{BASE}/ValueSet/attested-{element}")


def concept_map(
    pairs: Mapping[str, str], system: str, equivalence: str, limited: str | None
) -> dict[str, Any]:
    elements = [
        {"code": code, "target": [{"code": meant, "equivalence": equivalence}]}
        for code, meant in pairs.items()
    ]
    group = {"source": LOCAL, "target": system, "element": elements}
    found = {"resourceType": "ConceptMap", "status": "active", "group": [group]}
    return found | ({"targetCanonical": limited} if limited else {})
