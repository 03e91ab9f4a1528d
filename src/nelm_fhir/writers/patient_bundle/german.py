"""The German oncology module: site codes with morphology, wrapper and child Procedures, TNM group.

Source: terminology 5.1, column MII / oBDS; 3.5, 3.9, 3.15, 3.16.
"""

from typing import Final

from nelm_fhir.profile.candidate import Primary, ResponseEvent
from nelm_fhir.writers.datatypes import Json
from nelm_fhir.writers.patient_bundle import courses, located, operations
from nelm_fhir.writers.patient_bundle.chart import Chart
from nelm_fhir.writers.patient_bundle.courses import can_be_coded
from nelm_fhir.writers.patient_bundle.morphology import on_condition
from nelm_fhir.writers.patient_bundle.observations import answer, observation
from nelm_fhir.writers.patient_bundle.primaries import add_primary, coded_site, name_primary
from nelm_fhir.writers.patient_bundle.shapes import Shapes

_PLAIN: Final = "primary-site-plain"
_NOT_NEUROENDOCRINE: Final = "other"


def primary(chart: Chart, key: str, tumor: Primary) -> None:
    """Add the Condition by its site code; only histology shows that it is neuroendocrine."""
    code, word = coded_site(chart, _PLAIN, tumor.site)
    morphology = on_condition(chart)
    said = add_primary(chart, key, tumor, code, word, **morphology)
    claimed = "extension" in morphology or (code is not None and _is_pointed_at(chart))
    name_primary(chart, key, tumor, said, claimed=claimed)


def _is_pointed_at(chart: Chart) -> bool:
    """Whether the histology of a specimen names the only primary."""
    histologies = {one.histology for one in chart.profile.specimens.values()}
    known = {word for word in histologies if word and word != _NOT_NEUROENDOCRINE}
    return len(chart.profile.primaries) == 1 and bool(known)


def resection(chart: Chart, key: str, tumor: Primary) -> None:
    """Add the wrapper with the residual status, and its parts as child Procedures."""
    operation = operations.begun(chart, key, tumor)
    if code := operations.operation_code(chart, tumor):
        wrapper = _wrapper(chart, operation) if tumor.resection.performed else None
        part_of = {"partOf": [wrapper]} if wrapper else {}
        child = operations.add_procedure(chart, operation, code, **part_of)
        operation.procedure = wrapper or child
    operations.put_nodes(chart, operation)
    operations.put_margin(chart, operation)
    operations.put_node_stage(chart, operation)
    operations.put_rest(chart, operation)


def _wrapper(chart: Chart, operation: operations.Operation) -> Json:
    told = operation.told
    return chart.add(
        "Procedure",
        f"operation-{operation.key}",
        "surgical-procedure",
        status="completed",
        code=chart.asks("surgery", chart.text("resection")),
        reasonReference=[operation.tumor],
        outcome=chart.says("residual-tumor-answer", told.margin),
        **operations.performed(chart, told.date),
    )


def response(chart: Chart, key: str, event: ResponseEvent) -> None:
    """Add the overall assessment with the part about distant metastases."""
    question, word = chart.asks("disease-status"), chart.says("response-answer", event.category)
    if question is None or word is None or not can_be_coded(chart, event):
        courses.response(chart, key, event)
        return
    added = courses.coded_response(chart, key, event, question, answer(word))
    part = chart.says("distant-part", event.category)
    if part and _speaks_of_the_liver(chart):
        code = chart.asks("disease-status-part")
        chart.resource(added).setdefault("component", []).append({"code": code} | answer(part))


def _speaks_of_the_liver(chart: Chart) -> bool:
    """Whether distant metastases are those of the liver, and none a recurrence."""
    present = chart.profile.liver.metastases_present is True
    return present and chart.profile.liver_transplant.performed is not True


def tnm(chart: Chart) -> None:
    """Add the TNM group over its categories."""
    stages = [one for one in chart.resources if one["id"].startswith("pn-")]
    members = [{"reference": f"Observation/{one['id']}"} for one in stages]
    tumor, question = chart.only_primary, chart.asks("tnm-m")
    value = chart.says("tnm-m-answer", "M1")
    if tumor and question and value and _speaks_of_the_liver(chart):
        name, day = "m-category", chart.told
        stated = observation(chart, name, name, question, answer(value), day=day, focus=[tumor])
        members.append(stated)
    group = chart.asks("tnm-panel")
    if members and group:
        observation(chart, "tnm", "tnm", group, {}, day=chart.told, hasMember=members)


GERMAN: Final = Shapes(
    primary=primary,
    resection=resection,
    liver_metastases=located.liver_metastases,
    focus=located.focus,
    response=response,
    rest=tnm,
)
