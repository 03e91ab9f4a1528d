"""Histology words of a specimen, and the carcinoma code that may be wrong (trap T13).

In: specimens and their tumors. Out: per specimen the histology. `carcinoma`, a code that does not
say "poorly differentiated", means NEC, unless a specimen of that tumor has a WHO NET grade and the
code is not certainly younger: then it is set aside with an issue.
"""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from nelm_fhir.core.dates import DaySpan, before
from nelm_fhir.core.logic import MET
from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.profile.assemble.gathered import Gathered
from nelm_fhir.profile.assemble.specimen_groups import Tissue
from nelm_fhir.profile.assemble.statements import Settled, beside, said, set_aside, statement
from nelm_fhir.profile.assemble.tables import CARCINOMA, NEC, NOT_NEUROENDOCRINE
from nelm_fhir.profile.assemble.tumors import Tumors
from nelm_fhir.profile.findings import Finding


class Graded(Struct, frozen=True):
    """A WHO NET grade: of which tumor, on which day."""

    tumor: str | None
    day: DaySpan | None


def tumor_of(tumors: Tumors, tissue: Tissue) -> str | None:
    """Return the name of the tumor a specimen is of; None if no link tells and there are more."""
    named = {tumor.name for f in tissue.found if (tumor := tumors.named_by(f)) is not None}
    if named:
        return named.pop() if len(named) == 1 else None
    alone = len(tumors.primaries) == 1 and not tumors.others
    return tumors.primaries[0].name if alone else None


def net_grades(
    gathered: Gathered, tumors: Tumors, dated: Iterable[tuple[Tissue, DaySpan | None]]
) -> list[Graded]:
    """Return every WHO NET grade that could be known on the evaluation date."""
    return [
        Graded(tumor_of(tumors, tissue), day)
        for tissue, day in dated
        if any(_is_graded(gathered, finding) for finding in tissue.found)
        and not (day is not None and day.earliest > gathered.as_of)
    ]


def _is_graded(gathered: Gathered, finding: Finding) -> bool:
    """Whether it is a grade on the WHO NET scale, known on the day; others have no value."""
    grade = finding.element == "reported-grade" and isinstance(said(finding), str)
    return grade and not gathered.is_future(finding)


def histology(
    gathered: Gathered, tumors: Tumors, tissue: Tissue, graded: list[Graded], horizon: date
) -> Settled:
    """Return the histology of one specimen."""
    findings = [finding for finding in tissue.found if finding.element == "histology"]
    tumor = tumor_of(tumors, tissue)
    doubted = [f for f in findings if said(f) == CARCINOMA and _is_doubted(f, tumor, graded)]
    for finding in doubted:
        gathered.report("carcinoma-set-aside", finding)
    kept = [_read(tumors, f) for f in findings if f not in doubted]
    settled = beside([replace(statement(f), value=said(f)) for f in kept], horizon)
    aside = set_aside([statement(f) for f in doubted], Reason.CONFLICTING)
    return replace(settled, aside=settled.aside + aside)


def _is_doubted(finding: Finding, tumor: str | None, graded: Iterable[Graded]) -> bool:
    """Whether a NET grade of the same tumor stands against the carcinoma code."""
    return any(
        tumor is not None and grade.tumor == tumor and not _is_younger(finding, grade)
        for grade in graded
    )


def _is_younger(finding: Finding, grade: Graded) -> bool:
    if finding.day is None or grade.day is None:
        return False
    return before(grade.day, finding.day) is MET


def _read(tumors: Tumors, finding: Finding) -> Finding:
    """Return the finding in words of the record; what may be of another malignancy stays open."""
    value = said(finding)
    if value == CARCINOMA:
        return replace(finding, value=NEC)
    unlinked = value == NOT_NEUROENDOCRINE and tumors.others and tumors.named_by(finding) is None
    return replace(finding, value=Unknown(Reason.CONFLICTING)) if unlinked else finding
