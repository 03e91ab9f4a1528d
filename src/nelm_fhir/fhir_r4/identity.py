"""Resources that carry the same business identifier: one replaces the other, or it is an alarm.

In: the usable resources of a record. Out: which are replaced. A later resource replaces an earlier
one of the same type, code and identifier, if it says that it corrects something (`corrected`,
`amended`, `appended`), or if both speak of the same time and thing. An accession
number that two specimens share must not make one of two Ki-67 disappear: then, and where codes
differ (T35) or nothing orders them, all stay and an issue says so.
Source: terminology 2.3 (last paragraph), T35; attested-entry 1 (Several statements).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from nelm_fhir.core.issues import Issue
from nelm_fhir.fhir_r4.notices import notice
from nelm_fhir.fhir_r4.record import Resource
from nelm_fhir.fhir_r4.versions import instant, newest, version_number

_CORRECTED: Final = ("corrected", "amended", "appended")
_SAME_THING: Final = [
    "specimen",
    "focus",
    "bodySite",
    "effectiveDateTime",
    "effectivePeriod",
    "performedDateTime",
    "performedPeriod",
    "onsetDateTime",
    "started",
    "collection",
    "type",
    "questionnaire",
]


def replaced(resources: Iterable[Resource]) -> tuple[frozenset[str], tuple[Issue, ...]]:
    """Return the keys of replaced resources, and the alarms."""
    gone: set[str] = set()
    issues: dict[str, Issue] = {}
    for members in _groups(resources):
        last = _replacement(members)
        if last is None:
            first = min(members, key=lambda member: member.key)  # the order tells nothing (I1)
            issues.setdefault(first.key, notice("same-identifier", first.location))
        else:
            gone |= {member.key for member in members if member is not last}
    return frozenset(gone), tuple(issues.values())


def _groups(resources: Iterable[Resource]) -> list[list[Resource]]:
    groups: dict[tuple[str, str, str], list[Resource]] = {}
    for resource in resources:
        for system, value in dict.fromkeys(_identifiers(resource.data.get("identifier"))):
            groups.setdefault((resource.type, system, value), []).append(resource)
    return [members for members in groups.values() if len(members) > 1]


def _identifiers(value: Any) -> Iterable[tuple[str, str]]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            system, name = item.get("system"), item.get("value")
            if isinstance(system, str) and isinstance(name, str):
                yield system, name


def _replacement(members: Sequence[Resource]) -> Resource | None:
    """Return the one resource that replaces all others; None if they are different statements."""
    codes = [_code(member.data) for member in members]
    if any(code != codes[0] and not (code & codes[0]) for code in codes):
        return None
    same = _are_about_the_same(members)
    if not (same or _is_corrected(members)):
        return None
    last = newest(
        members,
        [
            lambda member: instant(member.data.get("issued") or member.data.get("authored")),
            lambda member: instant(_meta(member.data).get("lastUpdated")),
            lambda member: version_number(member.version),
        ],
    )
    return last if same or (last is not None and _is_corrected([last])) else None


def _is_corrected(members: Sequence[Resource]) -> bool:
    return any(member.data.get("status") in _CORRECTED for member in members)


def _are_about_the_same(members: Sequence[Resource]) -> bool:
    first = members[0].data
    return all(
        member.data.get(name) == first.get(name) for member in members[1:] for name in _SAME_THING
    )


def _code(data: Mapping[str, Any]) -> frozenset[Any]:
    """Return what a resource is about: its codings, or its text where it has none."""
    concept = data.get("code") or data.get("medicationCodeableConcept")
    if not isinstance(concept, dict):
        return frozenset()
    found = concept.get("coding")
    codings = [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
    codes = frozenset((str(item.get("system")), str(item.get("code"))) for item in codings)
    return codes or frozenset({str(concept.get("text"))})


def _meta(data: Mapping[str, Any]) -> Mapping[str, Any]:
    meta = data.get("meta")
    return meta if isinstance(meta, dict) else {}
