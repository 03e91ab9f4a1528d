"""A profile becomes the record that a hospital would send: the whole way on one screen.

In: a profile, a style, how much other content, a seed. Out: one Bundle, the same bytes for the same
arguments. What the style leaves in text stays unknown when it is read back; everything else leads
back to the same profile.
"""

from collections.abc import Mapping
from typing import Final

from nelm_fhir.core.codes import Code
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.codes import CodeTables
from nelm_fhir.knowledge.noise import NoiseRow
from nelm_fhir.knowledge.styles import Style
from nelm_fhir.profile.record_format import CandidateProfile
from nelm_fhir.writers.datatypes import Json
from nelm_fhir.writers.patient_bundle import courses, imaging, liver, symptoms, transplant
from nelm_fhir.writers.patient_bundle.chart import Chart, Knowledge
from nelm_fhir.writers.patient_bundle.damage import damage
from nelm_fhir.writers.patient_bundle.dice import Dice
from nelm_fhir.writers.patient_bundle.dutch import DUTCH
from nelm_fhir.writers.patient_bundle.envelope import envelope
from nelm_fhir.writers.patient_bundle.german import GERMAN
from nelm_fhir.writers.patient_bundle.invariants import check_record
from nelm_fhir.writers.patient_bundle.mcode import MCODE
from nelm_fhir.writers.patient_bundle.messy import MESSY
from nelm_fhir.writers.patient_bundle.noise import noise
from nelm_fhir.writers.patient_bundle.person import person
from nelm_fhir.writers.patient_bundle.shapes import PLAIN, Shapes

SHAPES: Final[Mapping[str, Shapes]] = {
    "mcode": MCODE,
    "mii": GERMAN,
    "nl": DUTCH,
    "messy": MESSY,
}
"""What a style writes in a shape of its own; every other style writes the plain one."""


def patient_bundle(
    profile: CandidateProfile,
    style: Style,
    knowledge: Knowledge,
    *,
    count: int = 0,
    rows: tuple[NoiseRow, ...] = (),
    seed: int = 0,
) -> Json:
    """Return the Bundle; `count` resources of other content come from `rows`.

    Raises NotValid if what was built breaks an invariant: such a thing never leaves.
    """
    chart = Chart(profile, style, knowledge, Dice(seed))
    shapes = SHAPES.get(style.id, PLAIN)
    person(chart)
    _disease(chart, shapes)
    _course(chart, shapes)
    damage(chart)
    noise(chart, count, rows)
    bundle = envelope(chart)
    check_record(bundle)
    return bundle


def knowledge_of(catalogue: Catalogue) -> Knowledge:
    """Return what writing needs of the catalogue."""
    displays = _displays(catalogue.codes)
    return Knowledge(catalogue.attested, catalogue.definitions, catalogue.units, displays)


def _displays(codes: CodeTables) -> Mapping[Code, str]:
    found: dict[Code, str] = {}
    for member in codes.listed:
        if member.display:
            found.setdefault(member.code, member.display)
    return found


def _disease(chart: Chart, shapes: Shapes) -> None:
    """Write tumors, foci, tissue and the liver."""
    profile = chart.profile
    for key, tumor in profile.primaries.items():
        shapes.primary(chart, key, tumor)
    shapes.liver_metastases(chart)
    for key, focus in profile.extrahepatic.items():
        shapes.focus(chart, key, focus)
    for key, tumor in profile.primaries.items():
        shapes.resection(chart, key, tumor)
    for key, specimen in profile.specimens.items():
        if key not in chart.in_condition:
            shapes.specimen(chart, key, specimen)
    liver.liver(chart)


def _course(chart: Chart, shapes: Shapes) -> None:
    """Write scans, the course, and what stands beside the tumor."""
    profile = chart.profile
    for key, scan in profile.scans.items():
        imaging.study(chart, key, scan)
        imaging.result(chart, key, scan)
    for key, event in profile.response_events.items():
        shapes.response(chart, key, event)
    for key, treatment in profile.progression_treatments.items():
        courses.progression_treatment(chart, key, treatment)
    symptoms.syndrome(chart)
    symptoms.comorbidity(chart)
    symptoms.other_malignancy(chart)
    transplant.listing(chart)
    transplant.transplant(chart)
    transplant.recurrence(chart)
    shapes.rest(chart)
