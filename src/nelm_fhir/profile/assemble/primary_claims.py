"""Which Conditions are claimed to be primary tumors (table Assembly, row primary).

In: findings `primary`, `primary-site`, `primary-site-plain`, `other-cancer`, histology. Out: one
claim per Condition, with the site that its own statements give. A plain site code is a primary of
this tumor if neuroendocrine histology points to it, or if it is the only primary cancer of a record
with such histology; a cancer of another organ only if histology points to it; an attested entry
that names a Condition makes it one.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Unknown
from nelm_fhir.profile.assemble.gathered import Gathered
from nelm_fhir.profile.assemble.statements import Settled, beside, known_first, statement
from nelm_fhir.profile.assemble.tables import Words
from nelm_fhir.profile.assemble.tumors import named_focus
from nelm_fhir.profile.findings import Finding

SITE: Final = "primary-site"
PLAIN: Final = "primary-site-plain"
OTHER: Final = "other-cancer"
_NO_ORGAN: Final = "no-solid-organ"
RESECTED: Final = "primary-resected"
_DOUBTFUL: Final = frozenset({Reading.SUSPECTED, Reading.UNKNOWN})


class Claim(Struct, frozen=True):
    """One Condition that is said to be a primary; `told` are the sites it names."""

    key: str
    site: Settled
    source: Finding
    suspected: bool
    told: tuple[str, ...] = ()


def together_in_doubt(sites: Iterable[str]) -> str:
    """Return sites that contradict each other as one text, which no table classifies."""
    return " | ".join(sorted(set(sites)))


def asserted(gathered: Gathered, element: str) -> list[Finding]:
    """Return the findings of that element that are not refuted."""
    return [f for f in gathered.of(element) if f.reading is not Reading.ABSENT]


def plain_primaries(gathered: Gathered) -> set[str]:
    """Return the plain cancer Conditions that neuroendocrine histology makes primaries."""
    plain, others = asserted(gathered, PLAIN), organs_of_other_cancers(gathered)
    histologies = _neuroendocrine(gathered)
    pointed = {key for item in histologies for key in (item.key, *item.links.focus)}
    found = {item.key for item in (*plain, *others) if item.key in pointed}
    return found | (_only_cancer(gathered, plain) if histologies and not others else set())


def organs_of_other_cancers(gathered: Gathered) -> list[Finding]:
    """Return the cancers of organs beside the plain sites, each of which may be the primary."""
    return [f for f in asserted(gathered, OTHER) if f.value != _NO_ORGAN]


def _neuroendocrine(gathered: Gathered) -> list[Finding]:
    words = Words(gathered.definitions)
    usable = (f for f in gathered.of("histology") if f.reading not in {*_DOUBTFUL, Reading.ABSENT})
    return [finding for finding in usable if words.is_neuroendocrine(finding.value)]


def _only_cancer(gathered: Gathered, plain: Sequence[Finding]) -> set[str]:
    """Return the plain Conditions if all primary cancers of the record can be one tumor."""
    words = Words(gathered.definitions)
    sited = asserted(gathered, SITE)
    with_site = {key for f in sited for key in (f.key, *f.links.focus)}
    if {f.key for f in asserted(gathered, "primary")} - with_site:
        return set()
    known = {f.value for f in (*plain, *sited) if isinstance(f.value, str)}
    finest = [site for site in known if not any(words.finer_site(other, site) for other in known)]
    return {finding.key for finding in plain} if len(finest) == 1 else set()


def claims_of(gathered: Gathered, plain: set[str]) -> list[Claim]:
    """Return every claim to be a primary, each with the site that its own statements give."""
    sources: dict[str, Finding] = {}
    for finding in asserted(gathered, "primary"):
        sources.setdefault(finding.key, finding)
    for finding in (*asserted(gathered, PLAIN), *asserted(gathered, OTHER)):
        if finding.key in plain:
            sources.setdefault(finding.key, finding)
    refuted = {f.key for f in gathered.of("primary") if f.reading is Reading.ABSENT} - set(sources)
    for finding in gathered.of(SITE, RESECTED):
        focus = named_focus(finding) if finding.attested else None
        if focus is not None and focus not in refuted:
            sources.setdefault(focus, finding)
    return [c for key in sorted(sources) if (c := _claim(gathered, key, sources[key])) is not None]


def _claim(gathered: Gathered, key: str, source: Finding) -> Claim | None:
    if gathered.is_future(source) and not source.attested:
        gathered.report("future-dated", source)
        return None
    said_of_it = [statement(finding) for finding in _site_findings(gathered, key)]
    words = Words(gathered.definitions)
    site = beside(known_first(said_of_it), gathered.as_of, words.finer_site)
    told = sorted({str(item.value) for item in said_of_it if not isinstance(item.value, Unknown)})
    return Claim(key, site, source, source.reading in _DOUBTFUL, tuple(told))


def _site_findings(gathered: Gathered, key: str) -> Iterable[Finding]:
    """Return the site statements of one Condition; a suspected Condition still says where."""
    for finding in gathered.of(PLAIN, OTHER, SITE):
        if finding.reading is Reading.ABSENT:
            continue
        if key == finding.key or key in finding.links.focus:
            yield replace(finding, reading=Reading.ASSERTED)
