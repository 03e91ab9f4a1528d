"""Statements that were understood in part, or may not hold, and stand nowhere in the profile.

An answer whose code is not mapped says nothing against one that is stated elsewhere, and gives way
to it; so may a statement that nobody can read. It must not vanish without a word: what the profile
does not name as evidence, nor as set aside, is told as an issue.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from nelm_fhir.core.issues import Issue
from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.profile.assemble.unplaced import issue
from nelm_fhir.profile.findings import Finding
from nelm_fhir.profile.record_format import EVIDENCE, CandidateProfile

_ASKED: Final = frozenset({Reason.NO_RECORD, Reason.RECORDED_AS_UNKNOWN})
"""Reasons that are no fault of the statement: it says itself that nothing is known."""


def untold(findings: Iterable[Finding], profile: CandidateProfile) -> Iterator[Issue]:
    """Yield an issue for every statement that says nothing certain and that the profile omits."""
    unread = [finding for finding in findings if _is_unread(finding)]
    if not unread:
        return
    shown = set(_shown(profile.to_record()))
    for finding in unread:
        if (finding.evidence.resource, finding.evidence.path) not in shown:
            yield issue("answer-not-read", finding.evidence)


def _is_unread(finding: Finding) -> bool:
    if isinstance(finding.value, Unknown):
        return finding.value.reason not in _ASKED
    return finding.reading is Reading.UNKNOWN


def _shown(part: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield resource and path of all evidence of a profile, used or set aside."""
    for key, member in part.items():
        if key == EVIDENCE:
            for note in member.values():
                for item in (*note.get("sources", ()), *note.get("set_aside", ())):
                    yield item["resource"], item.get("path", "")
        elif isinstance(member, Mapping):
            yield from _shown(member)
