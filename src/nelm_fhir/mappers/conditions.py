"""Conditions: a primary, a metastasis, another cancer, a syndrome, a transplanted liver?

In: Condition with code, morphology extension and body sites. Every coding is asked on its own: a
code of a metastasis never makes a primary of the same concept, and codings that disagree are both
kept. Out: `condition`, and the findings of `primary_site`, `metastases`, `bilobar`, `morphology`,
`functional_syndrome`, `recurrence`, `response`, `transplantation` and of a site's own codes.
Source: terminology 3.3 to 3.8, 3.10, 3.14, 3.15; architecture 1, Assembly.
"""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from nelm_fhir.mappers.bilobar import bilobar
from nelm_fhir.mappers.concepts import Matched, matched, recorded_text, within
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import extension, item, items
from nelm_fhir.mappers.functional_syndrome import functional_syndrome
from nelm_fhir.mappers.histology import NEUROENDOCRINE
from nelm_fhir.mappers.metastases import SECONDARY, of_condition
from nelm_fhir.mappers.morphology import coded_morphology
from nelm_fhir.mappers.places import MORPHOLOGY
from nelm_fhir.mappers.primary_site import OTHER, PLAIN, primaries, unknown_primary
from nelm_fhir.mappers.recurrence import relapsed
from nelm_fhir.mappers.response import status_of_tumor
from nelm_fhir.mappers.site_answers import site_answers
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.transplantation import transplanted
from nelm_fhir.mappers.values import STATED
from nelm_fhir.profile.findings import Finding

_PRIMARY: Final = (NEUROENDOCRINE, PLAIN, OTHER)
_METASTATIC_BEHAVIOR: Final = "metastatic-behavior"


class Meanings(Struct, frozen=True):
    """What the codings of a Condition mean: those of metastases, and all the others."""

    secondary: tuple[Matched, ...]
    others: tuple[Matched, ...]
    morphology: tuple[Matched, ...]


def condition(source: Source, ctx: Context) -> Iterator[Finding]:
    """Yield everything that one Condition states."""
    meanings = _meanings(source, ctx)
    yield _itself(source)
    yield from transplanted(source, meanings.others)
    yield from functional_syndrome(source, meanings.others)
    tumor = (*meanings.secondary, *meanings.others, *meanings.morphology)
    yield from relapsed(source, tumor)
    yield from status_of_tumor(source, tumor, ctx)
    yield from of_condition(source, meanings.secondary, ctx)
    yield from bilobar(source, meanings.secondary, ctx)
    yield from unknown_primary(source, meanings.secondary)
    if within(meanings.others, *_PRIMARY) or not meanings.secondary:
        yield from primaries(source, meanings.others, meanings.morphology, ctx)
    yield from coded_morphology(source, item(source.data, "code"), "code", ctx)
    for at, part in enumerate(items(source.data, "extension")):
        if part.get("url") in MORPHOLOGY:
            concept = item(part, "valueCodeableConcept")
            path = f"extension[{at}].valueCodeableConcept"
            yield from coded_morphology(source, concept, path, ctx)
    yield from site_answers(source, ctx)


def _itself(source: Source) -> Finding:
    """The Condition with status, onset and organ, also without a code that means anything.

    An attested entry that names it in `focus` makes it a primary or a focus (attested-entry 1).
    """
    organs = [text for site in items(source.data, "bodySite") if (text := recorded_text(site))]
    text = recorded_text(item(source.data, "code"))
    components = {"organ": ", ".join(organs)} if organs else {}
    return source.finding("condition", STATED, "code", text, components=components)


def _meanings(source: Source, ctx: Context) -> Meanings:
    found = matched(item(source.data, "code"), ctx.codes)
    morphology = tuple(
        match
        for part in extension(source.data, *MORPHOLOGY)
        for match in matched(item(part, "valueCodeableConcept"), ctx.codes)
    )
    codes = {m.code for m in within(found, *SECONDARY)}
    secondary = tuple(m for m in found if m.code in codes)
    others = tuple(m for m in found if m.code not in codes)
    behavior = within((*found, *morphology), _METASTATIC_BEHAVIOR)
    if behavior and within(others, *_PRIMARY):
        ctx.note("morphology-behavior", source.resource)
    elif behavior and not secondary:
        secondary = behavior
    return Meanings(secondary, others, morphology)
