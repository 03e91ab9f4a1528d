"""Which studies, reports and results are one scan (table Assembly, row scan).

In: studies, reports, attested scans and uptakes. Out: groups, each one scan. Joined by reference
only, never by date: what points to a study is its scan, a report without study is its own, an
uptake without scan is a scan of its own date and unknown modality.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from nelm_fhir.core.dates import DaySpan, before
from nelm_fhir.core.logic import MET
from nelm_fhir.profile.assemble.foci import first_seen
from nelm_fhir.profile.assemble.focus_register import UPTAKE, Register
from nelm_fhir.profile.assemble.gathered import Gathered, from_observation, merged
from nelm_fhir.profile.assemble.groups import Groups
from nelm_fhir.profile.findings import Finding

STUDY: Final = "study"
REPORT: Final = "report"
SCAN: Final = "scan"
PARTS: Final = ("scan-modality", "scan-tracer", "scan-technique", "liver-lesions-typical")
SIGHTING: Final = "metastasis"


@dataclass(slots=True)
class Imaging:
    """One scan: its studies, reports, results, and the uptake of single foci."""

    name: str
    parts: dict[str, list[Finding]] = field(default_factory=dict)

    def of(self, *elements: str) -> list[Finding]:
        """Return the findings of these elements."""
        return [finding for element in elements for finding in self.parts.get(element, ())]


@dataclass(slots=True)
class Imagings:
    """All scans by name, and the scans that a key belongs to."""

    scans: dict[str, Imaging]
    homes: dict[str, tuple[str, ...]]

    def of(self, finding: Finding) -> list[Imaging]:
        """Return the scans that a finding is linked to, or that name it."""
        names = _names((finding.key, *finding.links.studies), self.homes)
        return [self.scans[name] for name in sorted(names) if name in self.scans]


def imagings(gathered: Gathered, register: Register) -> Imagings:
    """Return the scans of the record."""
    groups = _studies(gathered)
    homes: dict[str, tuple[str, ...]] = {
        f.key: (groups.name(f.key),) for f in _own_studies(gathered)
    }
    _place_reports(gathered, groups, homes)
    _place_results(gathered, homes)
    result = Imagings({}, homes)
    for finding in gathered.of(STUDY, REPORT, SCAN, *PARTS, UPTAKE):
        for name in homes.get(finding.key, ()):
            _add(result, name, finding)
    _add_sightings(result, register)
    return result


def _add(result: Imagings, name: str, finding: Finding) -> None:
    scan = result.scans.setdefault(name, Imaging(name))
    scan.parts.setdefault(finding.element, []).append(finding)


def _studies(gathered: Gathered) -> Groups:
    """Join studies that point to each other, and those that one result names together."""
    groups = Groups()
    known = {finding.key for finding in _own_studies(gathered)}
    for finding in (*_own_studies(gathered), *gathered.of(SCAN)):
        linked = known.intersection(finding.links.studies)
        groups.join(linked | ({finding.key} & known))
    return groups


def _own_studies(gathered: Gathered) -> list[Finding]:
    """Return the studies; a report on several studies is none of its own and joins none."""
    reports = {finding.key for finding in gathered.of(REPORT)}
    return [f for f in gathered.of(STUDY) if f.key not in reports or len(f.links.studies) <= 1]


def _place_reports(gathered: Gathered, groups: Groups, homes: dict[str, tuple[str, ...]]) -> None:
    """Place each report at its studies; without a study it is a scan if it reports one."""
    results = {finding.key for finding in gathered.of(SCAN, UPTAKE, *PARTS)}
    for report in gathered.of(REPORT):
        names = _names((report.key, *report.links.studies), homes)
        is_scan = not results.isdisjoint(report.links.members) or _has_parts(report)
        if names or is_scan:
            homes[report.key] = tuple(sorted(names)) or (groups.add(report.key),)


def _has_parts(report: Finding) -> bool:
    return any(code in report.components for code in PARTS)


def _place_results(gathered: Gathered, homes: dict[str, tuple[str, ...]]) -> None:
    """Place scans at what they point to or what names them, then uptakes at their scans."""
    above = _above(gathered)
    for same in merged(gathered.of(SCAN)):
        for finding in same:
            homes[finding.key] = _home(gathered, finding, same[0].key, above, homes)
    for finding in gathered.of(UPTAKE, *PARTS):
        if finding.key not in homes:
            homes[finding.key] = _home(gathered, finding, finding.key, above, homes)


def _above(gathered: Gathered) -> dict[str, list[str]]:
    """Return what names each result as its member: reports and scans."""
    above: dict[str, list[str]] = {}
    for finding in gathered.of(REPORT, SCAN):
        for member in finding.links.members:
            above.setdefault(member, []).append(finding.key)
    return above


def _home(
    gathered: Gathered,
    finding: Finding,
    own: str,
    above: dict[str, list[str]],
    homes: dict[str, tuple[str, ...]],
) -> tuple[str, ...]:
    """Return the one scan of a result: by its own links, else by what names it, else its own."""
    for keys in (finding.links.studies, above.get(finding.key, ())):
        names = _names(keys, homes)
        if len(names) == 1:
            return tuple(names)
        if names:
            gathered.report("several-studies", finding)
            break
    return (own,)


def _names(keys: Iterable[str], homes: dict[str, tuple[str, ...]]) -> set[str]:
    return {name for key in keys for name in homes.get(key, ())}


def _add_sightings(result: Imagings, register: Register) -> None:
    """A focus that an Observation names again, later than first seen, was seen on that day.

    The register holds one day of first sight; the later one is kept as a scan of unknown modality,
    which counts as positive and shows nothing absent.
    """
    for lesion in register.lesions.values():
        first = first_seen(lesion.metastases).value
        for finding in lesion.metastases:
            if finding.day is None or not from_observation(finding):
                continue
            if isinstance(first, DaySpan) and before(first, finding.day) is MET:
                _add(result, finding.key, finding)
