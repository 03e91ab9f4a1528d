"""Answers to the form as Observations: the same statements in the other carrier.

In: a QuestionnaireResponse and the Observation that each of its groups stands for, by name. Out: a
Bundle of attested entries, each derived from the response. A `transaction` updates each by its
identifier, so that amended answers replace what was sent before. Source: attested-entry.md 1 and 3.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.errors import InputError
from nelm_fhir.fhir_r4.references import named_type
from nelm_fhir.writers.bundle_kind import Kind
from nelm_fhir.writers.canonicals import ACT_REASON, ATTESTED_IDENTIFIER, TEST_DATA
from nelm_fhir.writers.datatypes import Json, coding, filled, identifier
from nelm_fhir.writers.identity import urn, uuid_of
from nelm_fhir.writers.tags import is_test_data

_DAY: Final = 10
_PERFORMERS: Final = frozenset({"CareTeam", "Organization", "Practitioner", "PractitionerRole"})
_SPECIMENS: Final = frozenset({"Specimen"})
_STUDIES: Final = frozenset({"ImagingStudy", "Procedure"})
_PATIENTS: Final = frozenset({"Patient"})
_INNER: Final = ("#", "urn:")
"""How references begin that lead into the Bundle or resource they stand in."""
_SEVERAL: Final[Json] = {"display": "several"}


def attested_entries(response: Json, entries: Mapping[str, Json], kind: Kind) -> Json:
    """Return the Bundle of the Observations of one response.

    `entries` are Observations without identity; one that refers to `#name` is about the entry of
    that name. Raises InputError where the response cannot be sent as Observations.
    """
    source = _reference_to(response)
    keys = {name: _key(source, name) for name in entries}
    urls = {f"#{name}": urn(uuid_of(key)) for name, key in keys.items()}
    return {
        "resourceType": "Bundle",
        "id": uuid_of("\n".join([kind, *keys.values()])),
        "type": kind,
        "entry": [
            _entry(_observation(response, source, data, keys[name], urls), keys[name], kind)
            for name, data in entries.items()
        ],
    }


def _entry(observation: Json, key: str, kind: Kind) -> Json:
    uuid = uuid_of(key)
    if kind == "collection":
        return {
            "fullUrl": urn(uuid),
            "resource": {"resourceType": "Observation", "id": uuid} | observation,
        }
    url = f"Observation?identifier={ATTESTED_IDENTIFIER}|{key}"
    return {
        "fullUrl": urn(uuid),
        "resource": {"resourceType": "Observation"} | observation,
        "request": {"method": "PUT", "url": url},
    }


def _observation(
    response: Json, source: Json, data: Json, key: str, urls: Mapping[str, str]
) -> Json:
    about = [_sent(one, None) for one in data.get("focus", ())]
    around = [{"reference": urls[one["reference"]]} for one in data.get("derivedFrom", ())]
    values = {name: value for name, value in data.items() if name.startswith("value")}
    return filled(
        {
            "meta": _meta(response),
            "identifier": [identifier(ATTESTED_IDENTIFIER, key)],
            "partOf": [_sent(one, _STUDIES) for one in data.get("partOf", ())],
            "status": data["status"],
            "code": data["code"],
            "subject": _sent(data["subject"], _PATIENTS),
            "focus": about if len(about) <= 1 else [_SEVERAL],
            "effectiveDateTime": _day(data.get("effectiveDateTime")),
            "performer": [_performer(one) for one in data.get("performer", ())],
            **values,
            "dataAbsentReason": data.get("dataAbsentReason"),
            "specimen": _sent(data["specimen"], _SPECIMENS) if "specimen" in data else None,
            "derivedFrom": [source, *around],
            "component": data.get("component"),
        }
    )


def _meta(response: Json) -> Json | None:
    """Return the tag of test data, which never leave untagged."""
    return {"tag": [coding(ACT_REASON, TEST_DATA)]} if is_test_data(response) else None


def _day(text: str | None) -> str | None:
    """Return the calendar date, which alone counts; what is no date is left out, as in reading."""
    day, rest = (text or "").strip()[:_DAY], (text or "").strip()[_DAY:]
    try:
        return str(DaySpan.parse(day)) if not rest or rest.startswith("T") else None
    except ValueError:
        return None


def _reference_to(response: Json) -> Json:
    """Return how the Observations name the response."""
    if response.get("id"):
        return {"reference": f"QuestionnaireResponse/{response['id']}"}
    if response.get("identifier", {}).get("value"):
        return {"type": "QuestionnaireResponse", "identifier": response["identifier"]}
    raise InputError(
        "The answers have neither id nor identifier, so nothing can be derived from them.",
        "Give the response an id or an identifier.",
    )


def _sent(reference: Json, types: frozenset[str] | None) -> Json:
    """Return a Reference that means the same in another Bundle; raises InputError otherwise."""
    text = reference.get("reference", "")
    kind = named_type(text) or reference.get("type")
    if types is not None and kind is not None and kind not in types:
        raise InputError(
            f"The answers name another resource where only {' or '.join(sorted(types))} can stand.",
            "Name another one, or send the answers as they are.",
        )
    if not text.startswith(_INNER):
        return reference
    if reference.get("identifier"):
        return _without_address(reference)
    raise InputError(
        "The answers refer to something that lies only in their own Bundle or resource.",
        "Refer by Type/id or by identifier.",
    )


def _performer(reference: Json) -> Json:
    """Return who states it; a display is enough (attested-entry 1)."""
    inner = reference.get("reference", "").startswith(_INNER)
    named = _without_address(reference) if inner and reference.get("display") else reference
    return _sent(named, _PERFORMERS)


def _without_address(reference: Json) -> Json:
    return {name: value for name, value in reference.items() if name != "reference"}


def _key(source: Json, name: str) -> str:
    """Return the business identifier of an entry: the same for the same group of the response."""
    parts = json.dumps([source, name], sort_keys=True)
    return hashlib.sha256(parts.encode()).hexdigest()
