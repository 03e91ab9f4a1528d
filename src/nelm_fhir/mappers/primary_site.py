"""The primary tumor and its site (terminology 3.5, rules 7.1; traps T12, T14).

In: a Condition, or an Observation that asks for the site of the primary. Out: `primary` for a
neuroendocrine Condition, with a `primary-site` for each distinct word of code and body site;
`primary-site-plain` for a cancer of a site that is neuroendocrine only by its histology, and
`other-cancer` for one that is another malignancy unless histology points to it. Which of them are
one tumor, and which site refines which, assembly decides.
"""

from collections.abc import Iterator
from typing import Final

from nelm_fhir.mappers.asked import Asked
from nelm_fhir.mappers.concepts import Matched, codings, matched, recorded_text, within, words
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import item, items
from nelm_fhir.mappers.histology import NEUROENDOCRINE
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.values import ASKED, NOT_EXACT, NOT_MAPPED, STATED, TEXT_ONLY
from nelm_fhir.profile.findings import Finding

SITE: Final = "primary-site"
PLAIN: Final = "primary-site-plain"
OTHER: Final = "other-cancer"
_NO_ORGAN: Final = "no-solid-organ"
_UNSPECIFIED: Final = "unspecified"
_UNKNOWN: Final = "unknown-primary"


def primaries(
    source: Source,
    found: tuple[Matched, ...],
    morphology: tuple[Matched, ...],
    ctx: Context,
) -> Iterator[Finding]:
    """Yield the primary that a Condition states, by its code or by its own morphology."""
    by_code, plain = within(found, NEUROENDOCRINE), within(found, PLAIN)
    by_morphology, other = within(morphology, NEUROENDOCRINE), within(found, OTHER)
    text = recorded_text(item(source.data, "code"))
    if by_code or (by_morphology and not plain):
        ctx.mark(source.resource)
        match = (by_code or by_morphology)[0]
        yield source.finding("primary", STATED, "code", text, match)
        organs = tuple(m for m in other if m.word != _NO_ORGAN)
        yield from _sites(source, SITE, (*within(found, SITE), *plain, *organs), ctx)
    elif plain:
        yield from _sites(source, PLAIN, plain, ctx)
    else:
        for word, match in words(other).items():
            yield source.finding(OTHER, word, "code", text, match)


def _sites(
    source: Source, element: str, found: tuple[Matched, ...], ctx: Context
) -> Iterator[Finding]:
    text = recorded_text(item(source.data, "code"))
    coded = words(m for m in found if m.word != _UNSPECIFIED)
    for word, match in coded.items():
        yield source.finding(element, word, "code", text, match)
    for at, concept in enumerate(items(source.data, "bodySite")):
        for word, match in words(within(matched(concept, ctx.codes), SITE)).items():
            if word not in coded:
                path = f"bodySite[{at}]"
                yield source.finding(element, word, path, recorded_text(concept), match)
    if not coded and (inexact := [m for m in found if not m.exact]):
        yield source.finding(element, NOT_EXACT, "code", text, inexact[0])


def unknown_primary(source: Source, found: tuple[Matched, ...]) -> Iterator[Finding]:
    """Yield "unknown primary", a diagnosis, where a metastasis code says so."""
    for match in within(found, _UNKNOWN)[:1]:
        text = recorded_text(item(source.data, "code"))
        yield source.finding(SITE, _UNKNOWN, "code", text, match)


def primary_site(asked: Asked) -> Iterator[Finding]:
    """Yield the site that an Observation states."""
    value = asked.value
    if value is None:
        if asked.is_absent:
            yield asked.finding(SITE, ASKED)
        return
    found = within(asked.meanings(), SITE)
    said = {word: match for word, match in words(found).items() if word != _UNSPECIFIED}
    for word, match in said.items():
        yield asked.finding(SITE, word, match)
    if not said:
        coded = any(codings(value.json, asked.ctx.codes))
        yield asked.finding(SITE, NOT_MAPPED if coded else TEXT_ONLY)
