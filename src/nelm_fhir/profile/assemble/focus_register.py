"""Which findings are about one focus of disease outside the liver (table Assembly, row focus).

In: metastases as Conditions and Observations, attested entries that name a focus. Out: the register
of foci with everything that is about each. Conditions equal in class, body site and onset are one;
Observations that name only an organ make one focus per organ, or are evidence on the only Condition
of that organ; an entry whose link is lost is a focus of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.profile.assemble.gathered import Gathered, from_observation
from nelm_fhir.profile.assemble.groups import Groups
from nelm_fhir.profile.assemble.metastases import ELEMENT as LIVER
from nelm_fhir.profile.assemble.statements import said
from nelm_fhir.profile.assemble.tumors import Tumors, named_focus
from nelm_fhir.profile.findings import Finding

CLASS: Final = "focus-class"
TREATMENT: Final = "focus-treatment"
ADJUDICATION: Final = "focus-adjudication"
UPTAKE: Final = "focus-uptake"
ENTRIES: Final = (CLASS, TREATMENT, ADJUDICATION, UPTAKE)
ACTS: Final = ("procedure", "primary-resected")
UNSPECIFIED: Final = "unspecified"
_NOT_TOLD: Final = frozenset({Reason.NO_RECORD, Reason.RECORDED_AS_UNKNOWN})


@dataclass(slots=True)
class Lesion:
    """One focus: the metastases that are it, and the entries and acts about it."""

    name: str
    metastases: list[Finding] = field(default_factory=list)
    entries: dict[str, list[Finding]] = field(default_factory=dict)
    acts: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class Register:
    """All foci by name, and the name of the focus that a Condition or entry belongs to."""

    lesions: dict[str, Lesion] = field(default_factory=dict)
    groups: Groups = field(default_factory=Groups)

    def named_by(self, finding: Finding) -> list[Lesion]:
        """Return the foci that the links of a finding lead to."""
        names = {self.groups.name(key) for key in finding.links.focus if key in self.groups}
        return [self.lesions[name] for name in sorted(names) if name in self.lesions]

    def of_entry(self, finding: Finding) -> Lesion | None:
        """Return the focus that an attested entry is about; None if it is about none."""
        return self.lesions.get(self.groups.name(named_focus(finding) or finding.key))


def focus_register(gathered: Gathered, tumors: Tumors, *, liver_present: bool) -> Register:
    """Return the register of the record."""
    entries = [f for f in gathered.of(*ENTRIES) if not _is_of_the_liver(gathered, f)]
    named = {focus for f in entries if (focus := named_focus(f)) is not None}
    seen = [f for f in _metastases(gathered, named) if _is_focus(gathered, tumors, f, named)]
    seen = [
        f for f in seen if f.key in named or _has_organ(gathered, f, liver_present=liver_present)
    ]
    register = Register()
    _join_conditions(register.groups, [f for f in seen if not from_observation(f)])
    _join_observations(register.groups, seen)
    for finding in entries:
        register.groups.add(named_focus(finding) or finding.key)
    _fill(gathered, register, seen, entries)
    return register


def is_suspected(finding: Finding) -> bool:
    """Whether a metastasis is only suspected."""
    return isinstance(said(finding), Unknown)


def organ_of(finding: Finding) -> str | None:
    """Return the organ that a metastasis names."""
    organ = finding.components.get("organ")
    return organ if isinstance(organ, str) else finding.body_site


# --- what is a focus ------------------------------------------------------------------------------


def _metastases(gathered: Gathered, named: set[str]) -> list[Finding]:
    """Return metastases, and Conditions without a known code that an entry names."""
    found = gathered.of("metastasis")
    known = {finding.key for finding in found}
    other = (f for f in gathered.of("condition") if f.key in named and f.key not in known)
    return [*found, *other]


def _is_of_the_liver(gathered: Gathered, finding: Finding) -> bool:
    """Whether an entry speaks of a liver metastasis; one that gives it a class makes it a focus."""
    outside = {f.key for f in gathered.of("metastasis")}
    outside |= {focus for f in gathered.of(CLASS) if (focus := named_focus(f)) is not None}
    liver = {f.key for f in gathered.of(LIVER)} - outside
    if named_focus(finding) not in liver:
        return False
    gathered.report("uptake-inside-the-liver", finding)
    return True


def _is_focus(gathered: Gathered, tumors: Tumors, finding: Finding, named: set[str]) -> bool:
    if isinstance(finding.value, Unknown) and finding.value.reason in _NOT_TOLD:
        return False
    if finding.reading is Reading.ABSENT or said(finding) is False:
        gathered.report("metastasis-refuted", finding)
        return False
    if tumors.is_of_another(finding) and finding.key not in named:
        gathered.report("metastasis-of-another-tumor", finding)
        return False
    return True


def _has_organ(gathered: Gathered, finding: Finding, *, liver_present: bool) -> bool:
    """Whether it says where; distant disease without an organ is explained by the liver.

    A place that is told in text alone may be any, and is kept as suspected disease.
    """
    told = isinstance(finding.components.get(CLASS), str) or _is_in_text(finding)
    if told or organ_of(finding) not in {None, UNSPECIFIED}:
        return True
    if not liver_present:
        gathered.report("metastasis-without-organ", finding)
    return False


def _is_in_text(finding: Finding) -> bool:
    return isinstance(finding.value, Unknown) and finding.value.reason is Reason.TEXT_ONLY


# --- which are one --------------------------------------------------------------------------------


def _join_conditions(groups: Groups, conditions: Iterable[Finding]) -> None:
    same: dict[object, list[str]] = {}
    for finding in conditions:
        same.setdefault(_identity(finding), []).append(finding.key)
    for keys in same.values():
        groups.join(keys)


def _identity(finding: Finding) -> object:
    """Return what two Conditions must share to be one focus; without a code, nothing shows it."""
    focus_class = finding.components.get(CLASS)
    known = isinstance(focus_class, str)
    code = None if known else finding.evidence.code
    if not known and code is None:
        return finding.key
    place = (finding.components.get("organ"), finding.body_site)
    return (focus_class if known else None, code, str(place), finding.day)


def _join_observations(groups: Groups, seen: Iterable[Finding]) -> None:
    """Join the Observations of one organ, and these to its Condition if there is only one."""
    conditions: dict[object, set[str]] = {}
    observations: dict[object, list[str]] = {}
    for finding in seen:
        place = _place(finding)
        if from_observation(finding):
            observations.setdefault(place, []).append(finding.key)
        else:
            conditions.setdefault(place, set()).add(groups.name(finding.key))
    for place, keys in observations.items():
        only = conditions.get(place, set())
        groups.join([*keys, *(only if len(only) == 1 else ())])


def _place(finding: Finding) -> object:
    return organ_of(finding) or str(finding.components.get(CLASS))


def _fill(
    gathered: Gathered, register: Register, seen: list[Finding], entries: list[Finding]
) -> None:
    def lesion(key: str) -> Lesion:
        name = register.groups.name(key)
        return register.lesions.setdefault(name, Lesion(name))

    for finding in seen:
        lesion(finding.key).metastases.append(finding)
    for finding in entries:
        home = lesion(named_focus(finding) or finding.key)
        home.entries.setdefault(finding.element, []).append(finding)
    for act in gathered.of(*ACTS):
        for home in register.named_by(act):
            home.acts.append(act)
