"""Scans with their results (table Assembly, row scan; attested-entry section 2).

In: the groups. Out: one draft per scan. Date and modality come from the entry, else from the study,
else from the report; two results of one scan, or of one focus on it, count as the worse.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from msgspec.structs import replace

from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.profile.assemble.draft import Draft
from nelm_fhir.profile.assemble.focus_register import UPTAKE, Register, is_suspected
from nelm_fhir.profile.assemble.gathered import Gathered, resource_type
from nelm_fhir.profile.assemble.scan_groups import (
    REPORT,
    SCAN,
    SIGHTING,
    STUDY,
    Imaging,
    Imagings,
)
from nelm_fhir.profile.assemble.statements import (
    SILENT,
    Settled,
    Statement,
    agreed,
    component,
    narrower_date,
    newest,
    set_aside,
    statement,
    together,
)
from nelm_fhir.profile.candidate import Scan
from nelm_fhir.profile.findings import Finding

NEGATIVE: Final = "negative"
EQUIVOCAL: Final = "equivocal"
POSITIVE: Final = "positive"
WORSE_LAST: Final = (NEGATIVE, EQUIVOCAL, POSITIVE)
_DATED_BEST: Final = ("ImagingStudy", "Procedure")
_MODALITY: Final = "scan-modality"


def scans(
    gathered: Gathered, imagings: Imagings, register: Register, ids: dict[str, str]
) -> dict[str, Any]:
    """Return the scans by the name of the group; `ids` are those of the foci."""
    return {
        name: _scan(gathered, scan, register, ids) for name, scan in sorted(imagings.scans.items())
    }


def _scan(
    gathered: Gathered, scan: Imaging, register: Register, ids: dict[str, str]
) -> dict[str, Any]:
    draft = Draft(Scan)
    draft.put("date", _date(scan))
    draft.put("modality", modality(scan))
    draft.put("tracer", _part(scan, "scan-tracer"))
    draft.put("technique", _part(scan, "scan-technique"))
    draft.put("extrahepatic_result", worst([_result(f) for f in scan.of(SCAN)]))
    draft.put("liver_lesions_typical", _part(scan, "liver-lesions-typical"))
    uptakes = _uptakes(gathered, scan, register)
    draft.hold("foci", {ids[name]: settled.value for name, settled in uptakes.items()})
    told = tuple(item for settled in uptakes.values() for item in settled.used)
    draft.explain("foci", Settled(used=told), None)
    return draft.record()


# --- when and how ---------------------------------------------------------------------------------


def _date(scan: Imaging) -> Settled:
    """Return the day: of entry and study, which must agree; else of report, uptake or sighting."""
    entry = newest(_days(scan.of(SCAN)), narrower_date)
    study = newest(_days(_starts(scan)), narrower_date)
    settled = together(entry, study, finer=narrower_date)
    for element in (REPORT, UPTAKE, SIGHTING):
        if settled.value is not None or settled.reason is not None:
            return settled
        settled = newest(_days(scan.of(element)), narrower_date)
    return settled


def _starts(scan: Imaging) -> list[Finding]:
    """Return what dates the study best: itself, else its procedure, else what else tells of it."""
    studies = scan.of(STUDY)
    for kind in _DATED_BEST:
        best = [f for f in studies if resource_type(f) == kind and f.day is not None]
        if best:
            return best
    return studies


def _days(findings: Iterable[Finding]) -> list[Statement]:
    return [Statement(f.day, (f.evidence,)) for f in findings if f.day is not None]


def modality(scan: Imaging) -> Settled:
    """Return how the scan was made."""
    return _part(scan, _MODALITY)


def _part(scan: Imaging, code: str) -> Settled:
    """Return a component: of entries and studies, which must agree; else of reports."""
    own = [statement(finding) for finding in scan.of(code)]
    entries = [item for finding in scan.of(SCAN) for item in component(finding, code)]
    studies = [item for finding in scan.of(STUDY) for item in component(finding, code)]
    reports = [item for finding in scan.of(REPORT) for item in component(finding, code)]
    settled = together(newest([*own, *entries]), agreed(studies))
    if settled.value is None and settled.reason in {None, *SILENT}:
        return agreed(reports) if reports else settled
    return settled


# --- what it showed -------------------------------------------------------------------------------


def worst(statements: Sequence[Statement]) -> Settled:
    """Return the worse of several results; beside an unreadable one, negative shows nothing."""
    speaking = [item for item in statements if item.speaks]
    told = [item for item in speaking if item.value in WORSE_LAST]
    if not told:
        return agreed(statements)
    value = max((str(item.value) for item in told), key=WORSE_LAST.index)
    used = [item for item in told if item.value == value]
    rest = [item for item in statements if item not in used]
    if value == NEGATIVE and len(told) < len(speaking):
        return Settled(aside=set_aside(speaking, Reason.CONFLICTING), reason=Reason.CONFLICTING)
    return Settled(value, tuple(used), set_aside(rest, Reason.CONFLICTING))


def _uptakes(gathered: Gathered, scan: Imaging, register: Register) -> dict[str, Settled]:
    """Return the uptake of each focus that the scan names, by the name of the focus."""
    named: dict[str, list[Statement]] = {}
    for finding in scan.of(UPTAKE):
        lesion = register.of_entry(finding)
        if lesion is None:
            continue
        told = _result(finding)
        if isinstance(told.value, Unknown):
            gathered.report("uptake-not-readable", finding)
            told = _unread(told)
        named.setdefault(lesion.name, []).append(told)
    for finding in scan.of(SIGHTING):
        name = register.groups.name(finding.key)
        named.setdefault(name, []).append(_sighting(finding))
    settled = {name: worst(told) for name, told in sorted(named.items())}
    return {name: item for name, item in settled.items() if item.value in WORSE_LAST}


def _result(finding: Finding) -> Statement:
    """Return a result; a finding whose status is unknown may hold, and is equivocal then."""
    told = statement(finding)
    worse = finding.value in {EQUIVOCAL, POSITIVE} and finding.reading is Reading.UNKNOWN
    return replace(told, value=EQUIVOCAL) if worse else told


def _unread(told: Statement) -> Statement:
    """An uptake that was seen and cannot be read may be positive: it counts as equivocal."""
    return replace(told, value=EQUIVOCAL) if told.speaks else told


def _sighting(finding: Finding) -> Statement:
    value = EQUIVOCAL if is_suspected(finding) else POSITIVE
    return Statement(value, (finding.evidence,), finding.day)
