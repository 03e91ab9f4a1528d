"""Dutch pathology: site as an answer, morphology as conclusion of the report, margins one by one.

Source: terminology 5.1, column Dutch (MedMij); 3.4, 3.5, 3.9.
"""

from typing import Final

from nelm_fhir.profile.candidate import Primary, Specimen
from nelm_fhir.writers.patient_bundle import located, operations, tissue
from nelm_fhir.writers.patient_bundle.chart import Chart
from nelm_fhir.writers.patient_bundle.found import findings
from nelm_fhir.writers.patient_bundle.observations import answer, observation
from nelm_fhir.writers.patient_bundle.primaries import add_primary, coded_site, name_primary
from nelm_fhir.writers.patient_bundle.shapes import Shapes

_SITE: Final = "primary-site"
_INVOLVED: Final = "R1"
_HISTOLOGY: Final = "histology"


def primary(chart: Chart, key: str, tumor: Primary) -> None:
    """Add the Condition, and the site as answer to the question for it."""
    place, word = coded_site(chart, _SITE, tumor.site)
    question = chart.asks("primary-site-question")
    said = add_primary(chart, key, tumor, chart.asks("neuroendocrine"), None)
    if place and question:
        focus = [chart.primaries[key]]
        name = f"place-{key}"
        observation(chart, name, name, question, answer(place), day=chart.told, focus=focus)
        said.add(word)
    name_primary(chart, key, tumor, said, claimed=True)


def specimen(chart: Chart, key: str, told: Specimen) -> None:
    """Add one specimen; its morphology is the conclusion of the report."""
    taken = tissue.begun(chart, key, told)
    for found in findings(chart, told):
        taken.results.append(tissue.add_found(chart, taken, found))
    word = chart.says(_HISTOLOGY, told.histology)
    tissue.attest(chart, taken, is_there=word is not None)
    tissue.report(chart, taken, conclusionCode=[word] if word else None)


def resection(chart: Chart, key: str, tumor: Primary) -> None:
    """Add the resection; an involved margin is stated as such, R0 is attested for the whole."""
    operation = operations.begun(chart, key, tumor)
    if code := operations.operation_code(chart, tumor):
        operation.procedure = operations.add_procedure(chart, operation, code)
    operations.put_nodes(chart, operation)
    question, involved = chart.asks("margin"), chart.says("margin-answer", "involved")
    is_involved = operation.procedure is not None and operation.told.margin == _INVOLVED
    if is_involved and question and involved and operation.told.performed:
        operations.add_statement(chart, operation, "margin", question, answer(involved))
    else:
        operations.put_margin(chart, operation)
    operations.put_node_stage(chart, operation)
    operations.put_rest(chart, operation)


DUTCH: Final = Shapes(
    primary=primary,
    resection=resection,
    specimen=specimen,
    liver_metastases=located.liver_metastases,
    focus=located.focus,
)
