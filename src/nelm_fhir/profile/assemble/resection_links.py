"""Which acts and statements belong to the resection of which tumor.

In: all findings about resections. Out: per tumor what is about it, and what is about no tumor in
particular. Joined by `reasonReference`, `focus` and `partOf`; else by the organ of the procedure,
if exactly one primary lies in it; else by there being only one primary.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from msgspec import Struct

from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.profile.assemble.acts import is_knowable
from nelm_fhir.profile.assemble.focus_register import ENTRIES
from nelm_fhir.profile.assemble.gathered import Gathered
from nelm_fhir.profile.assemble.statements import SILENT, Settled, said, set_aside, statement
from nelm_fhir.profile.assemble.tables import Words
from nelm_fhir.profile.assemble.tumors import Tumor, Tumors
from nelm_fhir.profile.findings import Finding

ACT: Final = "primary-resected"
DATE: Final = "resection-date"
MARGIN: Final = "residual-tumor"
INVOLVED: Final = "margin-involved"
NODES: Final = "lymphadenectomy"
COUNT: Final = "node-count"
NODE_STAGE: Final = "pn"
_OTHER_ACTS: Final = ("procedure", "act")

_STATEMENTS: Final = (MARGIN, INVOLVED, NODES, COUNT, NODE_STAGE)
_OPEN: Final = frozenset({Reading.PLANNED, Reading.SUSPECTED, Reading.UNKNOWN})
_R1: Final = "R1"


class Loose(Struct, frozen=True):
    """A statement that names no tumor where there are several."""

    element: str
    value: object
    finding: Finding


@dataclass(slots=True)
class About:
    """What is known about the resection of one tumor."""

    acts: list[Finding] = field(default_factory=list)
    doubtful: list[Finding] = field(default_factory=list)
    """Acts of unknown status: they show nothing, and what they say against it must not be lost."""
    statements: dict[str, list[Finding]] = field(default_factory=dict)
    unlinked: tuple[Loose, ...] = ()

    def against_unlinked(self, settled: Settled, element: str) -> Settled:
        """Return conflict where a statement about no tumor in particular says something else."""
        differing = [x for x in self.unlinked if x.element == element and x.value != settled.value]
        if not differing:
            return settled
        aside = settled.aside + set_aside(settled.used, Reason.CONFLICTING)
        aside += set_aside([statement(loose.finding) for loose in differing], Reason.CONFLICTING)
        return Settled(aside=aside, reason=Reason.CONFLICTING)


def is_count_of_nodes(finding: Finding) -> bool:
    """Whether the finding counts at least one removed node."""
    value = said(finding)
    number = value.low if isinstance(value, Amount) else value
    return isinstance(number, Decimal) and number > 0


def parts_by_tumor(gathered: Gathered, tumors: Tumors) -> dict[str, About]:
    """Return what is about each tumor, by the tumor's name."""
    parts = {tumor.name: About() for tumor in tumors.primaries}
    homes, elsewhere = _homes(gathered, tumors), _elsewhere(gathered, tumors)
    loose: list[Finding] = []
    for finding in gathered.of(ACT, *_STATEMENTS):
        home = homes.get(finding.key) or _linked_home(tumors, finding, homes)
        away = not elsewhere.isdisjoint((finding.key, *finding.links.studies))
        if home is None and not away and (finding.element != ACT or finding.attested):
            home = tumors.only(finding)
        if home is not None:
            _file(gathered, parts[home.name], finding)
        elif not away and _is_loose(gathered, finding):
            loose.append(finding)
    unlinked = _unexplained(parts.values(), loose)
    for about in parts.values():
        about.unlinked = unlinked
    return parts


def _file(gathered: Gathered, about: About, finding: Finding) -> None:
    if finding.element != ACT:
        about.statements.setdefault(finding.element, []).append(finding)
    elif not is_knowable(finding, gathered.as_of, DATE):
        gathered.report("future-dated", finding)
    elif finding.reading not in _OPEN:
        about.acts.append(finding)
    elif finding.reading is Reading.UNKNOWN:
        about.doubtful.append(finding)


# --- homes ----------------------------------------------------------------------------------------


def _homes(gathered: Gathered, tumors: Tumors) -> dict[str, Tumor]:
    """Return the tumor of every Procedure, by its own link, the act it is part of, or its organ."""
    acts = gathered.of(ACT, *_OTHER_ACTS)
    homes = {act.key: named for act in acts if (named := tumors.named_by(act)) is not None}
    while parts := {a.key: home for a in acts if (home := _new_home(a, homes)) is not None}:
        homes |= parts
    words = Words(gathered.definitions)
    for act in gathered.of(ACT):
        if act.key in homes or act.attested or _is_elsewhere(gathered, tumors, act):
            continue
        home = tumors.in_organs(_organs(act), words)
        if home is not None:
            homes[act.key] = home
    return homes


def _organs(act: Finding) -> list[str]:
    """Return the organ of a procedure, or those its code covers."""
    field_ = act.components.get("resection-field")
    if act.body_site is not None:
        return [act.body_site]
    return field_.split() if isinstance(field_, str) else []


def _new_home(act: Finding, homes: Mapping[str, Tumor]) -> Tumor | None:
    return None if act.key in homes else _of_parent(act, homes)


def _of_parent(act: Finding, homes: Mapping[str, Tumor]) -> Tumor | None:
    return next((homes[key] for key in sorted(act.links.studies) if key in homes), None)


def _linked_home(tumors: Tumors, finding: Finding, homes: Mapping[str, Tumor]) -> Tumor | None:
    return tumors.named_by(finding) or _of_parent(finding, homes)


def _elsewhere(gathered: Gathered, tumors: Tumors) -> frozenset[str]:
    """Return the keys of acts and statements that are about no primary of this disease."""
    words = Words(gathered.definitions)
    in_liver = any(words.is_liver(str(tumor.site.value)) for tumor in tumors.primaries)
    at_liver = (f for f in gathered.of("procedure") if words.is_liver(f.body_site) and not in_liver)
    found = gathered.of(ACT, *_OTHER_ACTS, *_STATEMENTS)
    away = (f for f in found if _is_elsewhere(gathered, tumors, f))
    keys = {finding.key for finding in (*at_liver, *away)}
    while parts := {f.key for f in found if not keys.isdisjoint(f.links.studies)} - keys:
        keys |= parts
    return frozenset(keys)


def _is_elsewhere(gathered: Gathered, tumors: Tumors, act: Finding) -> bool:
    """Whether the act names a metastasis or another malignancy and no primary of this disease."""
    metastases = {f.key for f in gathered.of("metastasis", "liver-metastases-present")}
    metastases |= {key for entry in gathered.of(*ENTRIES) for key in entry.links.focus}
    return tumors.is_of_another(act) or not metastases.isdisjoint(act.links.focus)


def _is_loose(gathered: Gathered, finding: Finding) -> bool:
    """Whether the finding may be about any of several tumors; reported where it is about none."""
    if finding.reading in _OPEN:
        return False
    if finding.element == ACT and not finding.attested:
        gathered.report("procedure-not-placed", finding)
        return False
    gathered.report("not-linked-to-a-tumor", finding)
    return not gathered.is_future(finding)


# --- statements about no tumor in particular ------------------------------------------------------


def _unexplained(parts: Iterable[About], loose: Iterable[Finding]) -> tuple[Loose, ...]:
    """Return the loose statements that repeat no statement linked to a tumor."""
    linked = [f for about in parts for f in (*about.acts, *_all(about))]
    known = {(item.element, item.value) for f in linked for item in _told(f)}
    told = [item for finding in loose for item in _told(finding)]
    return tuple(item for item in told if (item.element, item.value) not in known)


def _all(about: About) -> Iterable[Finding]:
    return (finding for findings in about.statements.values() for finding in findings)


def _told(finding: Finding) -> list[Loose]:
    """Return everything that a finding says about a resection, under the name of its element."""
    value: object = said(finding)
    element = finding.element
    if element == INVOLVED:
        element, value = MARGIN, _R1 if value is True else Unknown()
    elif element == COUNT:
        element, value = NODES, True if is_count_of_nodes(finding) else Unknown()
    told = [Loose(element, value, finding)]
    told += [Loose(code, item, finding) for code, item in finding.components.items()]
    return [x for x in told if not (isinstance(x.value, Unknown) and x.value.reason in SILENT)]
