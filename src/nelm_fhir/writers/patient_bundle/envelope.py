"""The Bundle around the resources: collection, searchset or transaction (FHIR R4 bdl-1 to bdl-8).

In: the resources of a chart, with references `Type/id`. Out: a Bundle. A transaction names its
entries by `urn:uuid:` and its references follow; elsewhere entries are named by the server.
"""

from typing import Any, Final

from nelm_fhir.writers.canonicals import ACT_REASON, TEST_DATA
from nelm_fhir.writers.datatypes import Json, coding, identifier
from nelm_fhir.writers.identity import urn, uuid_of
from nelm_fhir.writers.patient_bundle.chart import Chart

_REFERENCE: Final = "reference"


def envelope(chart: Chart) -> Json:
    """Return the Bundle that the hospital sends."""
    kind, base = chart.style.bundle, chart.style.base
    names = {f"{one['resourceType']}/{one['id']}": one for one in chart.resources}
    urls = {name: f"{base}/{name}" for name in names}
    if kind == "transaction":
        urls = {name: urn(uuid_of(f"{base}/{name}")) for name in names}
    moment = f"{chart.told_on.isoformat()}T18:05:00{chart.style.zone}"
    entries = [_entry(name, one, urls, kind) for name, one in names.items()]
    bundle: Json = {
        "resourceType": "Bundle",
        "id": chart.patient_id,
        "meta": {"lastUpdated": moment, "tag": [coding(ACT_REASON, TEST_DATA, "test health data")]},
        "identifier": identifier(f"{base}/bundles", chart.patient_id),
        "type": kind,
        "timestamp": moment,
    }
    if kind == "searchset":
        url = f"{base}/Patient/{chart.patient_id}/$everything"
        bundle |= {"total": len(entries), "link": [{"relation": "self", "url": url}]}
    return bundle | {"entry": entries}


def _entry(name: str, resource: Json, urls: dict[str, str], kind: str) -> Json:
    built = _pointed(resource, urls) if kind == "transaction" else resource
    entry: Json = {"fullUrl": urls[name], "resource": built}
    if kind == "transaction":
        entry["request"] = {"method": "POST", "url": resource["resourceType"]}
    if kind == "searchset":
        entry["search"] = {"mode": "match"}
    return entry


def _pointed(part: Any, urls: dict[str, str]) -> Any:
    """Return the same with every reference to an entry by its fullUrl."""
    if isinstance(part, dict):
        return {
            key: urls.get(value, value) if key == _REFERENCE else _pointed(value, urls)
            for key, value in part.items()
        }
    return [_pointed(one, urls) for one in part] if isinstance(part, list) else part
