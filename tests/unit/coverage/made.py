"""Small records for the tests of coverage, and what a report says of them."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from nelm_fhir import pipeline
from nelm_fhir.coverage.form import to_json
from nelm_fhir.coverage.reading import Reader
from nelm_fhir.coverage.tally import Seen, Tally
from nelm_fhir.errors import InputError
from nelm_fhir.knowledge.catalogue import Catalogue

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "sample_bundles"
EXAMPLE = ROOT / "mappings" / "overlays" / "example-hospital"
AS_OF = date(2026, 6, 1)
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
LOCAL = "urn:local:hospital"
ELEMENT = "https://nelm-fhir.example/fhir/CodeSystem/attested-element"
ANSWER = "https://nelm-fhir.example/fhir/CodeSystem/attested-answer"
PATIENT = {
    "resourceType": "Patient",
    "id": "p",
    "name": [{"family": "Fiktiva", "given": ["Ada"]}],
    "birthDate": "1980-02-03",
}

Json = dict[str, Any]


@cache
def catalogue(*overlays: Path) -> Catalogue:
    return pipeline.load(overlays)


def concept(system: str | None, code: str, display: str | None = None, text: str | None = None):
    coding = {"system": system, "code": code, "display": display}
    found: Json = {"coding": [{key: value for key, value in coding.items() if value}]}
    return found | ({"text": text} if text else {})


def observation(id_: str, code: Json, **more: Any) -> Json:
    return {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "code": code,
        "subject": {"reference": "Patient/p"},
        "effectiveDateTime": "2026-05-04",
        **more,
    }


def resource(kind: str, id_: str, **more: Any) -> Json:
    return {"resourceType": kind, "id": id_, "subject": {"reference": "Patient/p"}, **more}


def ki67(id_: str = "ki67", **more: Any) -> Json:
    value = {"valueQuantity": {"value": 4, "unit": "%"}}
    code = more.pop("code", concept(LOINC, "29593-1"))
    return observation(id_, code, **{**value, **more})


def net(**more: Any) -> Json:
    return resource("Condition", "net", **{"code": concept(SNOMED, "1288045008"), **more})


def bundle(*resources: Mapping[str, Any], patient: Mapping[str, Any] = PATIENT) -> Json:
    entries = [{"resource": one} for one in (patient, *resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def seen(*resources: Json, overlays: tuple[Path, ...] = (), **more: Any) -> Seen:
    """What is counted of one record."""
    reader = Reader(catalogue(*overlays), more.pop("as_of", AS_OF))
    (found,) = reader.records(json.dumps(bundle(*resources, **more)).encode())
    assert not isinstance(found, InputError), found
    return found


def gaps(*resources: Json, **more: Any) -> dict[tuple[str, str], set[str]]:
    """The codes that nobody maps, by place and code, with why they are near."""
    found = seen(*resources, **more).gaps
    return {(gap.at, gap.code.code): {str(n) for n in signs.near} for gap, signs in found.items()}


def report(bundles: Iterable[Json], overlays: tuple[Path, ...] = (), as_of: date = AS_OF) -> Json:
    """The report over several records."""
    reader, tally = Reader(catalogue(*overlays), as_of), Tally()
    for one in bundles:
        for found in reader.records(json.dumps(one).encode()):
            if isinstance(found, InputError):
                tally.refuse(type(found).__name__)
            else:
                tally.add(found)
    return to_json(tally, catalogue(*overlays), reader.known)


def element(told: Json, path: str) -> Json:
    return next(one for one in told["elements"] if one["path"] == path)


def unmapped(told: Json) -> dict[tuple[str, str], Json]:
    return {(row["at"], row["code"]): row for row in told["unmapped"]}


def samples() -> list[Json]:
    return [json.loads(path.read_bytes()) for path in sorted(SAMPLES.glob("*/bundle.json"))]
