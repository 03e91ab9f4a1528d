"""Records of the samples, changed by an attacker or an accident, through the real line.

In: a Bundle as parsed JSON or as text. Out: what a reader of the result acts on, or the refusal.
"""

import copy
import json
import tomllib
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

from tests.property.fhir_parts import SAMPLES
from tests.property.records import CATALOGUE

from nelm_fhir import pipeline
from nelm_fhir.assessment.result import Assessment
from nelm_fhir.errors import InputError

SERVER: Final = "https://ehr.lakeside.example/fhir/"
DAYS: Final = {
    path.parent.name: date.fromisoformat(str(tomllib.loads(path.read_text())["as_of"]))
    for path in sorted(SAMPLES.glob("*/sample.toml"))
}
BUNDLES: Final = {name: json.loads((SAMPLES / name / "bundle.json").read_bytes()) for name in DAYS}
SAMPLE_NAMES: Final = sorted(BUNDLES)
MET: Final = "criteria-met"

Json = dict[str, Any]


def bundle(name: str) -> Json:
    return copy.deepcopy(BUNDLES[name])


def resources(of: Json) -> list[Json]:
    return [entry["resource"] for entry in of["entry"]]


def named(resource: Json) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def patient(of: Json) -> Json:
    (found,) = (one for one in resources(of) if one["resourceType"] == "Patient")
    return found


def read(data: Any, name: str = "meets-all", **more: Any) -> pipeline.Read:
    """The record of a sample's day, through the reader, the mappers and the assembly."""
    return pipeline.read_one(data, CATALOGUE, as_of=DAYS[name], **more)


def judged(data: Any, name: str = "meets-all", **more: Any) -> Assessment:
    return pipeline.judge(read(data, name, **more), CATALOGUE)


def said(assessment: Assessment) -> Any:
    """All that is acted on: verdicts, criteria with reasons and days, flags."""
    return (
        {v.set: (v.verdict, v.earliest, v.flags) for v in assessment.verdicts},
        {c.id: (c.status, c.reason, c.earliest) for v in assessment.verdicts for c in v.criteria},
        assessment.flags,
    )


def met(assessment: Assessment) -> set[str]:
    return {v.set for v in assessment.verdicts if v.verdict == MET}


def issues(assessment: Assessment) -> list[tuple[str, str]]:
    return [(issue.kind, issue.location) for issue in assessment.issues]


def refusal(data: Any, **more: Any) -> InputError | None:
    """Why nothing could be read; None where a record was read."""
    try:
        read(data, **more)
    except InputError as error:
        return error
    return None


def changed(value: Any, change: Callable[[Json], Json]) -> Any:
    """The value with every object in it changed, the innermost first."""
    if isinstance(value, dict):
        return change({key: changed(inner, change) for key, inner in value.items()})
    return [changed(inner, change) for inner in value] if isinstance(value, list) else value


def objects(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every object in the value."""
    if isinstance(value, dict):
        yield path
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in members:
        if isinstance(inner, dict | list):
            yield from objects(inner, (*path, key))


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


STYLES: Final = ["uuid", "absolute", "relative", "none", "versioned", "identified"]


def restyled(told: Json, style_of: Callable[[str], str]) -> Json:
    """The record with each entry's address, and all references to it, in the style it is given."""
    told = copy.deepcopy(told)
    urls: dict[str, str | None] = {}
    references: dict[str, Json] = {}
    for entry in told["entry"]:
        own = named(entry["resource"])
        style = style_of(own)
        address = uuid.uuid5(uuid.NAMESPACE_URL, own).urn if style == "uuid" else SERVER + own
        system = {"system": "urn:lakeside:numbers", "value": f"n-{own}"}
        if style == "identified":
            held = entry["resource"].get("identifier", [])
            held = held if isinstance(held, list) else [held]
            entry["resource"]["identifier"] = [*held, system]
        urls[own] = None if style == "none" else address
        reference = {
            "uuid": {"reference": address},
            "absolute": {"reference": address},
            "versioned": {"reference": f"{address}/_history/3"},
            "identified": {"type": own.partition("/")[0], "identifier": system},
        }.get(style, {"reference": own})
        references |= {own: reference, entry.get("fullUrl", own): reference}

    def moved(part):
        target = (
            references.get(part.get("reference"))
            if isinstance(part.get("reference"), str)
            else None
        )
        if target is None:
            return part
        return {key: inner for key, inner in part.items() if key != "reference"} | target

    entries = []
    for entry in told["entry"]:
        url = urls[named(entry["resource"])]
        held = {"fullUrl": url} if url else {}
        entries.append(held | {"resource": changed(entry["resource"], moved)})
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}
