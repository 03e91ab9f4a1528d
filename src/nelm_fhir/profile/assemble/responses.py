"""Response events (table Assembly, row response event; rules 9.3, terminology 3.15).

In: responses and the scans they rest on. Out: one event per Observation, duplicates joined. About
the liver or the whole tumor it is an event; about one other lesion only progression counts. Without
evidence type, study or report a coded response is clinical, and progression has no modality: it
counts then (rules 9.3). Progression whose status is unknown is undated: it may be one. It stands
only beside a response that it could speak against; alone it would be a certain failure.
"""

from collections.abc import Iterable
from typing import Any, Final

from nelm_fhir.core.reading import Reading
from nelm_fhir.profile.assemble.draft import Draft
from nelm_fhir.profile.assemble.focus_register import Register
from nelm_fhir.profile.assemble.gathered import Gathered, merged
from nelm_fhir.profile.assemble.ids import named
from nelm_fhir.profile.assemble.scan_groups import REPORT, Imagings
from nelm_fhir.profile.assemble.scans import modality
from nelm_fhir.profile.assemble.statements import (
    NOTHING_SAID,
    Settled,
    Statement,
    agreed,
    component,
    newest,
    said,
    statement,
    together,
)
from nelm_fhir.profile.candidate import ResponseEvent
from nelm_fhir.profile.findings import Finding

RESPONSE: Final = "response"
PROGRESSION: Final = "PD"
MODALITY: Final = "response-modality"
_CLINICAL: Final = "clinical"
_SOME_IMAGING: Final = "imaging"
"""The evidence type says imaging and not which: the study tells, else nobody."""

Group = tuple[Finding, ...]


def response_events(gathered: Gathered, imagings: Imagings, register: Register) -> dict[str, Any]:
    """Return the response events by id."""
    groups = _one_per_observation(merged(gathered.of(RESPONSE)))
    counted = [group for group in groups if _counts(gathered, group[0], register)]
    if not any(_speaks_for(group[0]) for group in counted):
        # a progression that may be one speaks against stability; without any it proves nothing
        counted = [group for group in counted if not _may_be_progression(group[0])]
    above = _reports_above(gathered)
    return {name: _event(group, imagings, above) for name, group in named(counted)}


def _one_per_observation(groups: Iterable[Group]) -> list[Group]:
    """Join what one Observation says twice: its whole and its parts may give one category."""
    joined: dict[object, Group] = {}
    for group in groups:
        identity = (group[0].key, str(group[0].value))
        joined[identity] = (*joined.get(identity, ()), *group)
    return list(joined.values())


def progressions(gathered: Gathered, register: Register) -> list[Finding]:
    """Return the responses that are progression."""
    found = [f for f in gathered.of(RESPONSE) if said(f) == PROGRESSION]
    return [finding for finding in found if _counts(gathered, finding, register)]


def _counts(gathered: Gathered, finding: Finding, register: Register) -> bool:
    about_other = finding.links.focus and len(register.named_by(finding)) == len(
        set(finding.links.focus)
    )
    if not about_other or said(finding) == PROGRESSION:
        return True
    gathered.report("other-lesion-response", finding)
    return False


def _event(group: Group, imagings: Imagings, above: dict[str, list[Finding]]) -> dict[str, Any]:
    draft = Draft(ResponseEvent)
    finding = group[0]
    draft.put("category", _category(group))
    draft.put("modality", _modality(group, imagings, above))
    if finding.day is not None and not _may_be_progression(finding):
        day = tuple(Statement(finding.day, (item.evidence,)) for item in group)
        draft.put("date", Settled(finding.day, day))
    return draft.record()


def _category(group: Group) -> Settled:
    """Return the category; one that may be progression counts as such, without its day."""
    if _may_be_progression(group[0]):
        return Settled(PROGRESSION, tuple(statement(item) for item in group))
    return agreed([statement(item) for item in group])


def _speaks_for(finding: Finding) -> bool:
    """Whether a response is stated that is not progression."""
    return isinstance(told := said(finding), str) and told != PROGRESSION


def _may_be_progression(finding: Finding) -> bool:
    return finding.reading is Reading.UNKNOWN and finding.value == PROGRESSION


def _modality(group: Group, imagings: Imagings, above: dict[str, list[Finding]]) -> Settled:
    """Return how the response was found: as stated, and as the study or report tells."""
    finding = group[0]
    reports = above.get(finding.key, [])
    scans = imagings.of(finding) or [scan for item in reports for scan in imagings.of(item)]
    told = [item for member in group for item in component(member, MODALITY)]
    stated = newest([item for item in told if item.value != _SOME_IMAGING])
    if finding.attested or scans or reports or told:
        return together(stated, *(modality(scan) for scan in scans))
    if finding.value == PROGRESSION:
        return NOTHING_SAID
    return Settled(_CLINICAL, (statement(finding),))


def _reports_above(gathered: Gathered) -> dict[str, list[Finding]]:
    above: dict[str, list[Finding]] = {}
    for report in gathered.of(REPORT):
        for member in report.links.members:
            above.setdefault(member, []).append(report)
    return above
