"""Which claims to be a primary tumor are one tumor (table Assembly, row primary).

In: claims. Out: the tumors with their sites. Conditions of one site, or of a site that refines the
other, are one; one without site joins the only primary with a site, beside several it adds nothing.
A tumor that is only suspected, or whose sites conflict, never vanishes into another.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from nelm_fhir.core.dates import before
from nelm_fhir.core.logic import MET
from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.profile.assemble.gathered import Gathered
from nelm_fhir.profile.assemble.primary_claims import (
    OTHER,
    PLAIN,
    Claim,
    asserted,
    claims_of,
    plain_primaries,
    together_in_doubt,
)
from nelm_fhir.profile.assemble.primary_entries import with_unlinked_sites
from nelm_fhir.profile.assemble.statements import Settled, Statement, distinct
from nelm_fhir.profile.assemble.tables import Words
from nelm_fhir.profile.assemble.tumors import Tumor, Tumors
from nelm_fhir.profile.findings import Value


def primary_tumors(gathered: Gathered) -> Tumors:
    """Return the primaries of this disease and the Conditions of other malignancies."""
    plain = plain_primaries(gathered)
    tumors = _joined(gathered, claims_of(gathered, plain))
    mine = plain | {key for tumor in tumors for key in tumor.keys}
    cancers = (*asserted(gathered, PLAIN), *asserted(gathered, OTHER))
    others = [finding for finding in cancers if finding.key not in mine]
    return Tumors(with_unlinked_sites(gathered, tumors), tuple(others))


def _joined(gathered: Gathered, claims: Sequence[Claim]) -> list[Tumor]:
    """Join the claims: firm ones with a site first, then those that may be one of them."""
    words = Words(gathered.definitions)
    sited = [c for c in claims if c.site.value is not None and not c.suspected]
    groups: dict[Value, list[Claim]] = {site: [] for site in _finest(sited, words)}
    for claim in sited:
        _place(gathered, groups, claim, words)
    for claim in claims:
        if claim.suspected and claim.site.value is not None:
            _place_suspected(gathered, groups, claim, words)
    rest = [c for c in claims if c.site.value is None]
    return _with_rest(gathered, groups, rest)


def _finest(claims: Sequence[Claim], words: Words) -> list[Value]:
    """Return the sites that no other claim refines."""
    found: dict[Value, None] = {}
    for claim in claims:
        site = _site(claim)
        if not any(_refines(other, claim, words) for other in claims):
            found.setdefault(site)
    return list(found)


def _refines(first: Claim, second: Claim, words: Words) -> bool:
    """Whether the first claim is the second one, more exactly.

    A tumor of unknown primary diagnosed certainly later than a known primary is not that primary.
    """
    days = (first.source.day, second.source.day)
    unknown = _site(second) == words.definitions.sites.unknown_primary
    if unknown and days[0] and days[1] and before(days[0], days[1]) is MET:
        return False
    return words.finer_site(_site(first), _site(second))


def _site(claim: Claim) -> Value:
    assert claim.site.value is not None  # noqa: S101 - only claims with a site are asked
    return claim.site.value


def _place(
    gathered: Gathered, groups: dict[Value, list[Claim]], claim: Claim, words: Words
) -> None:
    site = _site(claim)
    homes = [site] if site in groups else [s for s in groups if words.finer_site(s, site)]
    if len(homes) == 1:
        groups[homes[0]].append(claim)
    else:
        gathered.report("primary-not-placed", claim.source)


def _place_suspected(
    gathered: Gathered, groups: dict[Value, list[Claim]], claim: Claim, words: Words
) -> None:
    """Join a suspected tumor to a firm one of its site, else keep it with a site nobody classifies.

    So it neither satisfies a site criterion nor violates one, and does not vanish either.
    """
    site = _site(claim)
    for home, group in groups.items():
        if site == home or words.finer_site(home, site) or words.finer_site(site, home):
            group.append(replace(claim, site=Settled()))
            return
    gathered.report("primary-suspected", claim.source)
    label = f"{site} ({Reading.SUSPECTED})"
    marked = replace(claim, site=replace(claim.site, value=label))
    groups.setdefault(label, []).append(marked)


def _with_rest(
    gathered: Gathered, groups: dict[Value, list[Claim]], rest: Sequence[Claim]
) -> list[Tumor]:
    """Place the claims without a site; one whose sites conflict never joins another tumor."""
    open_ones = [c for c in rest if c.site.reason is not Reason.CONFLICTING]
    conflicting = [c for c in rest if c.site.reason is Reason.CONFLICTING]
    ordered = sorted(groups.items(), key=lambda item: str(item[0]))
    if len(ordered) == 1 and not conflicting:
        site, group = ordered[0]
        return [_tumor([*group, *open_ones], site)]
    if not ordered and not conflicting:
        return [_tumor(open_ones)] if open_ones else []
    for claim in open_ones:
        gathered.report("primary-not-placed", claim.source)
    tumors = [_tumor(group, site) for site, group in ordered]
    if not ordered and len(conflicting) == 1:
        return [_tumor(conflicting)]
    return tumors + [_tumor([claim], together_in_doubt(claim.told)) for claim in conflicting]


def _tumor(claims: Sequence[Claim], site: Value | None = None) -> Tumor:
    sites = [claim.site for claim in claims]
    used = tuple(item for settled in sites for item in settled.used)
    if site is not None and not used:
        used = (Statement(Unknown(), distinct(claim.source.evidence for claim in claims)),)
    aside = tuple(dict.fromkeys(note for settled in sites for note in settled.aside))
    reasons = sorted(settled.reason for settled in sites if settled.reason is not None)
    reason = reasons[0] if reasons and site is None else None
    keys = frozenset(claim.key for claim in claims)
    settled = Settled(site, used, aside, reason)
    return Tumor(keys, settled, all(claim.suspected for claim in claims))
