"""Entries about a primary that name no Condition (attested-entry section 1, Lost links).

In: site statements and resections without a link, and the tumors. Out: the tumors. They are about
the only primary of the record, or make it if there is none; beside several a site that is none of
theirs contradicts every site.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Reason
from nelm_fhir.profile.assemble.gathered import Gathered
from nelm_fhir.profile.assemble.primary_claims import RESECTED, SITE, together_in_doubt
from nelm_fhir.profile.assemble.statements import (
    Settled,
    Statement,
    beside,
    known_first,
    said,
    statement,
)
from nelm_fhir.profile.assemble.tables import Words
from nelm_fhir.profile.assemble.tumors import Tumor
from nelm_fhir.profile.findings import Finding, Value


def with_unlinked_sites(gathered: Gathered, tumors: list[Tumor]) -> tuple[Tumor, ...]:
    """Give site statements that name no Condition to the only primary; several they contradict."""
    known = {key for tumor in tumors for key in tumor.keys} | gathered.condition_keys
    loose = [
        finding
        for finding in gathered.of(SITE)
        if finding.key not in known
        and not known.intersection(finding.links.focus)
        and finding.reading is not Reading.ABSENT
    ]
    loose += [f for f in gathered.of(RESECTED) if _opens_a_primary(f) and not tumors]
    if not loose:
        return tuple(tumors)
    if not tumors:
        return (_from_entries(gathered, loose),)
    if len(tumors) == 1:
        return (_with_sites(gathered, tumors[0], loose),)
    return tuple(_against(gathered, tumors, loose))


def _opens_a_primary(finding: Finding) -> bool:
    return finding.attested and not finding.links.focus


def _from_entries(gathered: Gathered, loose: Sequence[Finding]) -> Tumor:
    tumor = Tumor(frozenset(finding.key for finding in loose), Settled())
    return _with_sites(gathered, tumor, loose)


def _with_sites(gathered: Gathered, tumor: Tumor, loose: Sequence[Finding]) -> Tumor:
    words = Words(gathered.definitions)
    said_of_it = [statement(f) for f in loose if f.element == SITE]
    everything = known_first([*tumor.site.used, *said_of_it])
    if tumor.suspected or tumor.site.reason is Reason.CONFLICTING or not said_of_it:
        return tumor
    return replace(tumor, site=beside(everything, gathered.as_of, words.finer_site))


def _against(gathered: Gathered, tumors: list[Tumor], loose: Sequence[Finding]) -> list[Tumor]:
    """Beside several primaries a site that is none of theirs contradicts every site."""
    words = Words(gathered.definitions)
    for finding in loose:
        gathered.report("not-linked-to-a-tumor", finding)
    strange = [
        statement(finding)
        for finding in loose
        if not gathered.is_future(finding)
        and isinstance(site := said(finding), str)
        and not any(_fits(words, site, tumor.site.value) for tumor in tumors)
    ]
    return [_in_doubt(tumor, strange) for tumor in tumors] if strange else tumors


def _fits(words: Words, site: Value, known: Value | None) -> bool:
    if known is None:
        return False
    return site == known or words.finer_site(known, site)


def _in_doubt(tumor: Tumor, strange: Sequence[Statement]) -> Tumor:
    """Return the tumor with all sites as one text: one without any would vanish from the record."""
    told = [tumor.site.value, *(item.value for item in strange)]
    text = together_in_doubt(site for site in told if isinstance(site, str))
    site = replace(tumor.site, value=text, used=(*tumor.site.used, *strange), reason=None)
    return replace(tumor, site=site)
