"""The findings of one record in a fixed order, with what assembly needs to read them (I1)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from msgspec.structs import replace

from nelm_fhir.core.issues import Issue
from nelm_fhir.knowledge.tables import Definitions
from nelm_fhir.profile.assemble.unplaced import issue
from nelm_fhir.profile.findings import Finding

_CONDITION = "Condition"
_OBSERVATION = "Observation"
_OF_CONDITIONS = ("primary", "primary-site-plain", "other-cancer", "condition")


@dataclass(slots=True)
class Gathered:
    """All findings by element, sorted; the evaluation date; the tables; the issues so far."""

    findings: dict[str, list[Finding]]
    as_of: date
    definitions: Definitions
    issues: list[Issue] = field(default_factory=list)
    condition_keys: frozenset[str] = frozenset()
    """Keys of what certainly are Conditions, however the record names its resources."""

    @classmethod
    def from_findings(
        cls, findings: Iterable[Finding], as_of: date, definitions: Definitions
    ) -> "Gathered":
        """Sort the findings so that their order in the record never matters."""
        sorted_ones: dict[str, list[Finding]] = {}
        for finding in _in_order(findings):
            sorted_ones.setdefault(finding.element, []).append(finding)
        own = (f for element in _OF_CONDITIONS for f in sorted_ones.get(element, ()))
        keys = frozenset(finding.key for finding in own)
        return cls(sorted_ones, as_of, definitions, condition_keys=keys)

    def of(self, *elements: str) -> list[Finding]:
        """Return the findings of these elements."""
        return [finding for element in elements for finding in self.findings.get(element, ())]

    def report(self, kind: str, finding: Finding) -> None:
        """Note that a finding could not be placed or used."""
        self.issues.append(issue(kind, finding.evidence))

    def is_future(self, finding: Finding) -> bool:
        """Whether the finding is certainly dated after the evaluation date (rules 9.1)."""
        return finding.day is not None and finding.day.earliest > self.as_of


def _in_order(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings by their place; several of one place by all they say."""
    places: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        places.setdefault((finding.key, finding.evidence.path), []).append(finding)
    for place in sorted(places):
        same = places[place]
        yield from same if len(same) == 1 else sorted(same, key=_details)


def _details(finding: Finding) -> tuple[str, ...]:
    links = replace(finding.links, lost=frozenset())
    parts = sorted((code, str(value)) for code, value in finding.components.items())
    said = (
        finding.element,
        repr(finding.value),
        str(finding.day),
        str(parts),
        str(finding.reading),
    )
    told = (finding.attested, finding.signed, finding.author, finding.body_site)
    return (*said, repr(finding.evidence), repr(links), str(sorted(finding.links.lost)), str(told))


def from_condition(finding: Finding) -> bool:
    """Whether the finding was read from a Condition."""
    return resource_type(finding) == _CONDITION


def from_observation(finding: Finding) -> bool:
    """Whether the finding was read from an Observation."""
    return resource_type(finding) == _OBSERVATION


def resource_type(finding: Finding) -> str:
    """Return the type that the key or, for a contained or unnamed resource, the path tells."""
    steps = finding.key.split("/")
    if len(steps) > 1 and steps[-2].isalpha() and "#" not in finding.key:
        return steps[-2]
    return finding.evidence.path.partition(".")[0]


def merged(findings: Iterable[Finding]) -> list[tuple[Finding, ...]]:
    """Return statements that are the same in code, links, date and value as one (architecture 1).

    Each group keeps all its findings, for their evidence; the first stands for it.
    """
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(_identity(finding), []).append(finding)
    return [tuple(group) for group in groups.values()]


def _identity(finding: Finding) -> object:
    links = finding.links
    return (
        finding.element,
        finding.evidence.code,
        str(finding.value),
        finding.day,
        tuple(sorted((code, str(value)) for code, value in finding.components.items())),
        (tuple(sorted(links.focus)), links.specimen, tuple(sorted(links.studies))),
        (tuple(sorted(links.members)), links.lost),
        (finding.reading, finding.attested, finding.signed, finding.author, finding.body_site),
    )
