"""Treatments of liver progression (table Assembly, row progression treatment; rules 9.4).

In: attested entries, and liver procedures, PRRT and drug courses from codes. Out: one draft per
entry or course. A coded one counts if it did not certainly begin before every progression; its end
is that of the course, none while it runs.
"""

from collections.abc import Sequence
from typing import Any, Final

from nelm_fhir.core.dates import DaySpan, before
from nelm_fhir.core.logic import MET
from nelm_fhir.core.reading import Reading
from nelm_fhir.profile.assemble.draft import Draft
from nelm_fhir.profile.assemble.gathered import Gathered, merged
from nelm_fhir.profile.assemble.ids import named
from nelm_fhir.profile.assemble.kinds import kind_of, treats_the_liver
from nelm_fhir.profile.assemble.statements import Settled, agreed, said, statement
from nelm_fhir.profile.candidate import ProgressionTreatment
from nelm_fhir.profile.findings import Finding

_ELEMENT: Final = "progression-treatment"
_GIVEN: Final = frozenset({Reading.ASSERTED, Reading.PAST})


def progression_treatments(gathered: Gathered, progressions: Sequence[Finding]) -> dict[str, Any]:
    """Return the treatments of liver progression by id."""
    treatments = [f for f in gathered.of(_ELEMENT) if f.reading in _GIVEN]
    symptoms = gathered.definitions.symptoms
    acts = [f for f in gathered.of("procedure") if said(f) is True]
    treatments += [f for f in acts if treats_the_liver(f, symptoms)]
    counted = [f for f in treatments if f.attested or _follows(f, progressions)]
    return {name: _treatment(group) for name, group in named(merged(counted))}


def _treatment(group: tuple[Finding, ...]) -> dict[str, Any]:
    draft = Draft(ProgressionTreatment)
    finding = group[0]
    draft.put("type", _type(group))
    end = finding.components.get("treatment-end")
    if isinstance(end, DaySpan):
        draft.put("end_date", Settled(end, tuple(statement(item) for item in group)))
    return draft.record()


def _type(group: tuple[Finding, ...]) -> Settled:
    kind = kind_of(group[0])
    if isinstance(kind, str):
        return Settled(kind, tuple(statement(item) for item in group))
    return agreed([statement(item) for item in group])


def _follows(finding: Finding, progressions: Sequence[Finding]) -> bool:
    """Whether the treatment may have begun on or after a progression."""
    return any(not _certainly_before(finding.day, item.day) for item in progressions)


def _certainly_before(begun: DaySpan | None, progression: DaySpan | None) -> bool:
    if begun is None or progression is None:
        return False
    return before(DaySpan.of(begun.earliest), progression) is MET
