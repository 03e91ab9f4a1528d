"""What a hospital's server adds to whatever it sends: a number, a narrative, who measured.

In: a resource of other content and its row. Out: the same resource, about as large as those that
hospitals send. None of it is read: a reader that grows slower by it reads too much.
Source: FHIR R4 DomainResource.text, Observation.
"""

from collections.abc import Iterator
from typing import Final

from nelm_fhir.knowledge.noise import NoiseRow
from nelm_fhir.writers.canonicals import XHTML
from nelm_fhir.writers.datatypes import Json, identifier, quantity
from nelm_fhir.writers.narrative import escaped
from nelm_fhir.writers.patient_bundle.chart import Chart

_DATED: Final = ("effectiveDateTime", "performedDateTime", "occurrenceDateTime", "recordedDate")


def paperwork(chart: Chart, resource: Json, row: NoiseRow) -> None:
    """Add number and narrative, to what was measured also range and laboratory."""
    kind, name = resource["resourceType"], resource["id"]
    number = identifier(f"{chart.style.base}/{kind.lower()}-number", f"{chart.patient_id}-{name}")
    resource["identifier"] = [number]
    if kind == "Observation":
        resource["performer"] = [{"reference": "Organization/hospital"}]
        resource["referenceRange"] = [_usual(row)]
    resource["text"] = {"status": "generated", "div": _div(chart, resource, row)}


def _usual(row: NoiseRow) -> Json:
    return {"low": quantity(row.low, row.unit), "high": quantity(row.high, row.unit)}


def _div(chart: Chart, resource: Json, row: NoiseRow) -> str:
    title = f"{row.texts[chart.style.language]} ({chart.text('hospital')})"
    lines = "".join(f"<li>{escaped(line)}</li>" for line in _lines(resource))
    return f'<div xmlns="{XHTML}"><p>{escaped(title)}</p><ul>{lines}</ul></div>'


def _lines(resource: Json) -> Iterator[str]:
    """Yield number, status, day and value, where the resource has them."""
    yield resource["identifier"][0]["value"]
    yield resource.get("status", "active")
    yield from (resource[name] for name in _DATED if name in resource)
    if measured := resource.get("valueQuantity"):
        yield f"{measured['value']} {measured['unit']}"
