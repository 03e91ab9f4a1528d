"""One description of an attested statement, in both carriers: Observation and answers to the form.

The patients are fictional. `said` is the record of the profile without evidence and with its free
keys put in order, so that two carriers of one statement can be compared.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from tests.unit.mappers.mapping import EXTRA, PATIENT, concept, condition, data, ref, resource

from nelm_fhir import pipeline
from nelm_fhir.core.canonical import FORM
from nelm_fhir.knowledge.catalogue import Catalogue

AS_OF = date(2026, 6, 1)
DAY = "2026-05-11"
BOARD = {"display": "Tumor board (fictional)"}
ENTRIES = {
    *("primaries", "specimens", "involvement", "response_events", "progression_treatments"),
    *("scans", "extrahepatic"),
}
Json = dict[str, Any]


@dataclass(frozen=True)
class Said:
    """One attested statement.

    `value` and the values of `components` are value[x] of an Observation; a Range becomes two
    answers. `inside` are statements about single foci on this scan.
    """

    element: str
    value: Mapping[str, Any] = field(default_factory=dict)
    components: Sequence[tuple[str, Mapping[str, Any]]] = ()
    date: str | None = DAY
    focus: Sequence[Json] = ()
    specimen: Json | None = None
    study: Json | None = None
    inside: Sequence["Said"] = ()


@cache
def catalogue() -> Catalogue:
    return pipeline.load()


def observations(
    said: Sequence[Said],
    *,
    status: str = "final",
    performer: Json | None = BOARD,
    derived: Json | None = None,
) -> list[Json]:
    """The statements as Observations, `derived` from answers if that is given."""
    by = {"performer": [performer]} if performer else {}
    from_ = [derived] if derived else []
    made = []
    for number, one in enumerate(said, start=1):
        made.append(_observation(one, f"o{number}", from_) | {"status": status} | by)
        scan = [*from_, ref(f"Observation/o{number}")]
        for at, inner in enumerate(one.inside, start=1):
            made.append(_observation(inner, f"o{number}-{at}", scan) | {"status": status} | by)
    return made


def _observation(said: Said, id_: str, derived: Sequence[Json]) -> Json:
    parts = [{"code": concept(f"el {code}"), **value} for code, value in said.components]
    members = {
        "effectiveDateTime": said.date,
        "component": parts,
        "focus": list(said.focus),
        "specimen": said.specimen,
        "partOf": [said.study] if said.study else None,
        "derivedFrom": list(derived),
    }
    base = resource("Observation", id_, code=concept(f"el {said.element}"))
    return base | dict(said.value) | {key: value for key, value in members.items() if value}


def response(
    said: Sequence[Said],
    *,
    id_: str = "r",
    status: str = "completed",
    author: Json | None = BOARD,
    **more: Any,
) -> Json:
    """The statements as answers to the form."""
    base = resource("QuestionnaireResponse", id_, status=status, questionnaire=FORM)
    base |= {"authored": "2026-05-12T09:00:00+02:00", "item": [_group(one) for one in said]}
    return base | ({"author": author} if author else {}) | more


def _group(said: Said) -> Json:
    items = [item for one in _answers(said) for item in [_item(*one)]]
    return {"linkId": f"{said.element}.entry", "item": [*items, *map(_group, said.inside)]}


def _answers(said: Said) -> list[tuple[str, Json]]:
    """LinkIds and answers, in the order of the form."""
    found: list[tuple[str, Json]] = []
    found += [(f"{said.element}.focus", {"valueReference": one}) for one in said.focus]
    links = {"specimen": said.specimen, "study": said.study}
    found += [(f"{said.element}.{k}", {"valueReference": v}) for k, v in links.items() if v]
    if said.date:
        found.append((f"{said.element}.date", {_date_type(said.date): said.date}))
    for name, content in said.value.items():
        if name == "valueRange":
            found += [
                (f"{said.element}.{bound}", {"valueQuantity": quantity})
                for bound, quantity in content.items()
            ]
        else:
            found.append((said.element, _answer(name, content)))
    for code, value in said.components:
        found += [(f"{said.element}.{code}", _answer(*one)) for one in value.items()]
    return found


def _date_type(text: str) -> str:
    return "valueDateTime" if "T" in text else "valueDate"


def _answer(name: str, content: Any) -> Json:
    """What an answer holds that says the same as a value[x] or dataAbsentReason."""
    if name == "dataAbsentReason":
        url = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
        return {"_valueString": {"extension": [{"url": url, "valueCode": "asked-unknown"}]}}
    if name == "valueCodeableConcept":
        text = content.get("text")
        return {"valueString": text} if text else {"valueCoding": content["coding"][0]}
    if name == "valueDateTime":
        return {_date_type(content): content}
    return {name: content}


def _item(link: str, answer: Json) -> Json:
    return {"linkId": link, "answer": [answer]}


NOT_KNOWN = {
    "dataAbsentReason": {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/data-absent-reason",
                "code": "asked-unknown",
            }
        ]
    }
}


def coded(word: str) -> Json:
    return {"valueCodeableConcept": concept(f"an {word}")}


def around() -> list[Json]:
    """What the statements are about: a primary, a focus, a specimen, studies and an operation."""
    return [
        condition("cm C7A.012", id_="primary"),
        condition("sct 94392001", id_="node"),
        resource("Specimen", "tissue"),
        resource("ImagingStudy", "pet", status="available", started="2026-05-11"),
        resource("Procedure", "op", status="completed", code=concept("sct 307581005")),
        {"resourceType": "Practitioner", "id": "surgeon"},
    ]


def profile_of(*resources: Json) -> Json:
    """The profile that a record gives, as `values` shows it."""
    read = pipeline.read_one(
        data(*around(), *resources), catalogue(), as_of=AS_OF, subject="Patient/p"
    )
    return values(read.profile.to_record())


def values(record: Json) -> Json:
    """A record without evidence; its free keys replaced by the order of what stands under them."""
    plain = _without_evidence(record)
    names = _in_order(plain.get("extrahepatic", {}))
    for scan in plain.get("scans", {}).values():
        if "foci" in scan:
            known = {names[k]: v for k, v in scan["foci"].items() if k in names}
            others = sorted(v for k, v in scan["foci"].items() if k not in names)
            scan["foci"] = known | {f"known from the scan {at}": v for at, v in enumerate(others)}
    return _ordered(plain)


def _without_evidence(record: Json) -> Json:
    return {
        key: _without_evidence(value) if isinstance(value, dict) else value
        for key, value in record.items()
        if key != "evidence"
    }


def _in_order(entries: Json) -> dict[str, str]:
    ordered = sorted(entries, key=lambda key: json.dumps(entries[key], sort_keys=True))
    return {key: f"{at}" for at, key in enumerate(ordered)}


def _ordered(record: Json) -> Json:
    found = {}
    for key, value in record.items():
        if key in ENTRIES:
            inner = {name: _ordered(entry) for name, entry in value.items()}
            names = _in_order(inner)
            found[key] = dict(sorted((names[name], entry) for name, entry in inner.items()))
        else:
            found[key] = _ordered(value) if isinstance(value, dict) else value
    return found


__all__ = ["EXTRA", "PATIENT", "Said", "observations", "profile_of", "response"]
