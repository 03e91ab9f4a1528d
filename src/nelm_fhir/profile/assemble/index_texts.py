"""Ki-67 and mitoses of one specimen, handed on as text (rules 6.2, architecture section 4).

In: findings of one index on one specimen. Out: the text that counts. Texts that differ, whatever
their dates, are joined, which no grammar reads: so neither of them is lost, and the grade stays
open to the highest. An unreadable value is handed on with its text, never dropped (POL-12).
"""

from collections.abc import Iterable
from typing import Final

from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.profile.assemble.statements import Settled, agreed, said, set_aside, statement
from nelm_fhir.profile.findings import Finding

BETWEEN: Final = " | "
_NOTHING: Final = frozenset({Reason.NO_RECORD, Reason.RECORDED_AS_UNKNOWN})


def index_text(findings: Iterable[Finding], *, doubted: bool = False) -> Settled:
    """Return the text of one index; several that differ joined, so that they are unreadable.

    `doubted` tells that the tissue may be of another malignancy: then a coded value stands so that
    nothing reads it, while an attested one speaks of this disease.
    """
    everything = list(findings)
    told = {id(f): _text(f, doubted=doubted and not f.attested) for f in everything}
    speaking = [finding for finding in everything if told[id(finding)]]
    silent = [statement(finding) for finding in everything if not told[id(finding)]]
    if not speaking:
        return agreed(silent)
    texts: dict[str, str] = {}
    for text in sorted(told[id(finding)] for finding in speaking):
        texts.setdefault("".join(text.casefold().split()), text)
    value = BETWEEN.join(texts.values())
    return Settled(value, tuple(statement(f) for f in speaking), set_aside(silent))


def _text(finding: Finding, *, doubted: bool) -> str:
    """Return the value as text; empty where nothing was reported."""
    value = said(finding)
    if doubted and not isinstance(value, Unknown):
        return f"{Reason.CONFLICTING}: {value}"
    if finding.reading is Reading.UNKNOWN and not isinstance(finding.value, Unknown):
        return f"{Reading.UNKNOWN}: {finding.value}"  # may hold: it stays, and nothing reads it
    if not isinstance(value, Unknown):
        return str(value).strip()
    if value.reason in _NOTHING:
        return ""
    return (finding.evidence.text or "").strip() or str(value.reason)
