"""Which findings were made on one specimen (table Assembly, row specimen).

In: findings on tissue. Out: groups, each one specimen. Joined by the Specimen; else by the report
that names the Observation in `result`; else by its panel; else by the same day and the same body
site; else each is one. Histology in a Condition is a specimen of its own.
"""

from dataclasses import dataclass, field
from typing import Final

from nelm_fhir.core.reading import Reading
from nelm_fhir.profile.assemble.gathered import Gathered, from_condition, merged
from nelm_fhir.profile.assemble.groups import Groups
from nelm_fhir.profile.findings import Finding

SPECIMEN: Final = "specimen"
KI67: Final = "ki67"
MITOSES: Final = "mitotic-count"
ORIGIN: Final = "specimen-origin"
ON_TISSUE: Final = (KI67, MITOSES, "histology", "differentiation", "reported-grade", ORIGIN)
_ALONE: Final = ("cells-counted", "specimen-material", "who-edition")
_NOT_FIRM: Final = frozenset({Reading.SUSPECTED, Reading.UNKNOWN})


@dataclass(slots=True)
class Tissue:
    """One specimen: the Specimen resource, what was found on it, and the report that says so."""

    name: str
    source: list[Finding] = field(default_factory=list)
    found: list[Finding] = field(default_factory=list)
    reports: list[Finding] = field(default_factory=list)
    of_condition: bool = False

    @property
    def key(self) -> str:
        """The key that names it: that of the Specimen, if there is one."""
        return self.source[0].key if self.source else self.name

    @property
    def everything(self) -> list[Finding]:
        """Return all findings of the specimen."""
        return self.source + self.found


def tissues(gathered: Gathered) -> list[Tissue]:
    """Return the specimens that anything is known of, by name."""
    found = [f for f in gathered.of(*ON_TISSUE, *_ALONE) if _is_usable(gathered, f)]
    groups = Groups()
    named = _named_by(gathered)
    loose: dict[tuple[str, str], list[str]] = {}
    for finding in found:
        anchors = _anchors(gathered, finding, named)
        groups.join((finding.key, *anchors))
        placed = bool(anchors) or _in_condition(gathered, finding)
        if finding.day and finding.body_site and not placed:
            loose.setdefault((str(finding.day), finding.body_site), []).append(finding.key)
    for keys in loose.values():
        groups.join(keys)
    for same in merged(f for f in found if not _in_condition(gathered, f)):
        groups.join(finding.key for finding in same)
    return _collected(gathered, groups, found)


def _is_usable(gathered: Gathered, finding: Finding) -> bool:
    """Whether the finding may stand: histology of a doubtful or refuted Condition may not."""
    if finding.reading is Reading.ABSENT:
        return False
    if finding.reading in _NOT_FIRM and _in_condition(gathered, finding):
        gathered.report("suspected-histology", finding)
        return False
    return True


def _in_condition(gathered: Gathered, finding: Finding) -> bool:
    return from_condition(finding) or finding.key in gathered.condition_keys


def _named_by(gathered: Gathered) -> dict[str, list[Finding]]:
    """Return who names each Observation as member: reports, and panels."""
    named: dict[str, list[Finding]] = {}
    for finding in gathered.of("report", "panel", *ON_TISSUE):
        for member in finding.links.members:
            named.setdefault(member, []).append(finding)
    return named


def _anchors(
    gathered: Gathered, finding: Finding, named: dict[str, list[Finding]]
) -> tuple[str, ...]:
    """Return what stands for the specimen: the Specimen, else its reports, else its panels."""
    if finding.links.specimen is not None:
        return (finding.links.specimen,)
    if _in_condition(gathered, finding):
        return ()
    above = named.get(finding.key, [])
    reports = [item for item in above if item.element == "report"]
    panels = [key for item in above if item.element != "report" for key in (item.key,)]
    upper = [item for panel in panels for item in named.get(panel, ()) if item.element == "report"]
    named_ones = reports or upper
    return tuple(sorted({i.links.specimen or i.key for i in named_ones})) or tuple(sorted(panels))


def _collected(gathered: Gathered, groups: Groups, found: list[Finding]) -> list[Tissue]:
    """Gather the findings of each group, with its Specimen resource and its reports."""
    collected: dict[str, Tissue] = {}
    for finding in found:
        name = groups.name(finding.key)
        tissue = collected.setdefault(name, Tissue(name))
        tissue.found.append(finding)
        tissue.of_condition = tissue.of_condition or _in_condition(gathered, finding)
    for source in gathered.of(SPECIMEN):
        name = groups.name(source.key)
        if name in collected:
            collected[name].source.append(source)
    for report in gathered.of("report"):
        names = {groups.name(key) for key in (report.key, *report.links.members)}
        for name in sorted(names.intersection(collected)):
            collected[name].reports.append(report)
    return [collected[name] for name in sorted(collected)]
