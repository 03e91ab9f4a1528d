"""What a style shapes in its own way, and the shapes that most hospitals share."""

from collections.abc import Callable
from dataclasses import dataclass

from nelm_fhir.profile.candidate import Focus, Primary, ResponseEvent, Specimen
from nelm_fhir.writers.patient_bundle import (
    courses,
    foci,
    liver,
    operations,
    primaries,
    tissue,
)
from nelm_fhir.writers.patient_bundle.chart import Chart


def nothing_more(_chart: Chart) -> None:
    """Add nothing."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """How each thing of the profile is written; `rest` is what only this style sends."""

    primary: Callable[[Chart, str, Primary], None] = primaries.primary
    resection: Callable[[Chart, str, Primary], None] = operations.resection
    specimen: Callable[[Chart, str, Specimen], None] = tissue.specimen
    liver_metastases: Callable[[Chart], None] = liver.liver_metastases
    focus: Callable[[Chart, str, Focus], None] = foci.focus
    response: Callable[[Chart, str, ResponseEvent], None] = courses.response
    rest: Callable[[Chart], None] = nothing_more


PLAIN = Shapes()
