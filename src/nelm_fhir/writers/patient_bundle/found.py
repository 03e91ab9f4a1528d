"""What is found on tissue, as question and answer of a style (terminology 3.1 to 3.4).

In: one specimen of the profile. Out: a Found per finding that the style has a question for. A grade
is on the WHO scale by its answer, by its question, or by its method, which names the edition, too:
a G2 of the general scale alone could not be read back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from nelm_fhir.profile.candidate import Specimen
from nelm_fhir.writers.datatypes import Json, string
from nelm_fhir.writers.patient_bundle.attested import components
from nelm_fhir.writers.patient_bundle.chart import Chart
from nelm_fhir.writers.patient_bundle.measures import index_value
from nelm_fhir.writers.patient_bundle.observations import answer

_OF_A_NET: Final = ("well", "NET")
_NET_GRADE: Final = "grade-net"
_ANY: Final = "any"
_EVERY: Final = 4
_AS_TEXT: Final = "index-as-text"
_STRING: Final = "valueString"
_PER_10_HPF: Final = "mitoses-per-10-hpf"


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: its name, what asks for it, value[x], and what goes with it."""

    name: str
    code: Json
    value: Json
    method: Json | None = None
    components: tuple[Json, ...] = ()


def findings(chart: Chart, told: Specimen) -> Iterator[Found]:
    """Yield every finding that the style has a question for."""
    for make in (ki67, mitoses, histology, grade, differentiation):
        found = make(chart, told)
        if found is not None:
            yield found


def ki67(chart: Chart, told: Specimen) -> Found | None:
    """Return the Ki-67 index, with the number of counted cells."""
    code = chart.asks("ki67", "Ki-67")
    if told.ki67_text is None or code is None:
        return None
    cells = None if chart.in_text("specimens.cells_counted") else told.cells_counted
    parts = tuple(components(chart, {"cells-counted": cells}))
    return Found("ki67", code, index(chart, told.ki67_text, "percent"), components=parts)


def mitoses(chart: Chart, told: Specimen) -> Found | None:
    """Return the mitotic count; a question that fixes the denominator asks for no other."""
    text, label = told.mitoses_text, chart.text("mitoses")
    code = chart.asks("mitotic-count", label)
    if text is None or code is None:
        return None
    per_10_hpf = chart.asks("mitotic-count-per-10-hpf", label)
    if per_10_hpf and _STRING not in index_value(text, chart.knowledge.units, _PER_10_HPF):
        code = per_10_hpf
    return Found("mitoses", code, index(chart, text, "mitoses"))


def histology(chart: Chart, told: Specimen) -> Found | None:
    """Return the morphology."""
    code, word = chart.asks("morphology"), chart.says("histology", told.histology)
    return Found("histology", code, answer(word)) if code and word else None


def grade(chart: Chart, told: Specimen) -> Found | None:
    """Return the grade on the WHO scale."""
    general, net = chart.asks("grade-general"), _question_of_a_net(chart)
    edition = chart.says("who-edition", told.who_edition)
    own = chart.says("grade-answer", told.reported_grade)
    if own and (told.differentiation, told.histology) == _OF_A_NET:
        return Found("grade", general or net, answer(own), edition)
    word = chart.says("grade-answer-general", told.reported_grade)
    question = general if general and edition else net
    return Found("grade", question, answer(word), edition) if word else None


def differentiation(chart: Chart, told: Specimen) -> Found | None:
    """Return the differentiation, asked as a grade."""
    code = chart.asks("grade-general") or _question_of_a_net(chart)
    word = chart.says("differentiation-answer", told.differentiation)
    return Found("differentiation", code, answer(word)) if word else None


def _question_of_a_net(chart: Chart) -> Json:
    """Return the question for the grade of a NET: of the organ of the only primary, else of any."""
    primaries = list(chart.profile.primaries.values())
    site = primaries[0].site if len(primaries) == 1 else None
    of_organ = next((code for _, code in chart.said_of_site(_NET_GRADE, site)), None)
    return of_organ or chart.says(_NET_GRADE, _ANY) or {}


def index(chart: Chart, text: str, kind: str) -> Json:
    """Return an index as Quantity, Range or, by habit or now and then, as string."""
    as_text = _AS_TEXT in chart.style.habits or not chart.dice.number(_EVERY, kind, text)
    return {_STRING: string(text)} if as_text else index_value(text, chart.knowledge.units, kind)
