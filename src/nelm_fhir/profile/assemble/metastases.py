"""Whether liver metastases are present (table Assembly, row liver metastases).

In: Conditions, Observations and attested entries about them. Out: the latest presence or absence. A
Condition that is only suspected, or past, shows neither.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.profile.assemble.gathered import Gathered
from nelm_fhir.profile.assemble.statements import Settled, Statement, latest, set_aside, statement

ELEMENT = "liver-metastases-present"
_NEITHER = {
    Reading.SUSPECTED: Reason.EQUIVOCAL,
    Reading.UNKNOWN: Reason.EQUIVOCAL,
    Reading.PAST: Reason.AWAITING_JUDGMENT,
}


def liver_metastases(gathered: Gathered) -> Settled:
    """Return the latest statement that liver metastases are present or absent."""
    findings = gathered.of(ELEMENT)
    firm = [statement(f) for f in findings if f.reading not in _NEITHER]
    vague = list(_vague(gathered))
    if not firm:
        reasons = sorted(str(_reason(item)) for item in vague)
        reason = Reason(reasons[0]) if reasons else None
        return Settled(aside=set_aside(vague), reason=reason)
    settled = latest(firm, gathered.as_of)
    return replace(settled, aside=settled.aside + set_aside(vague))


def _vague(gathered: Gathered) -> Iterable[Statement]:
    for finding in gathered.of(ELEMENT):
        if finding.reading in _NEITHER:
            yield replace(statement(finding), value=Unknown(_NEITHER[finding.reading]))


def _reason(item: Statement) -> Reason:
    return item.value.reason if isinstance(item.value, Unknown) else Reason.NO_RECORD
