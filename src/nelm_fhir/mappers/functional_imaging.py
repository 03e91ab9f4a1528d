"""Scans: which study, which modality, which tracer (terminology 3.12; trap T27).

In: ImagingStudy, imaging Procedures, codes of reports, a tracer that was given. Out: `study` with
the components `scan-modality`, `scan-tracer` and `scan-technique`, as far as codes say; the same
for a `report`. PET without a tracer is no SSTR PET: a tracer comes from a product code or an
overlay, never from text. A result is never read here: it is attested, or a site codes it.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from nelm_fhir.core.unknown import Unknown
from nelm_fhir.mappers.concepts import (
    Matched,
    Recorded,
    matched,
    meanings,
    recorded_codes,
    recorded_text,
    within,
    words,
)
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import Json, item, items, string
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.values import CONFLICTING, STATED
from nelm_fhir.profile.findings import Finding, Value

MODALITY: Final = "scan-modality"
TRACER: Final = "scan-tracer"
TECHNIQUE: Final = "scan-technique"
_DICOM: Final = "modality"
_SCINTIGRAPHY: Final = "scintigraphy"
_IMAGING: Final = ("pet", _SCINTIGRAPHY)
_ANSWER: Final = "attested-answer"

Components = dict[str, Value | Unknown]


def imaging_study(source: Source, ctx: Context) -> Iterator[Finding]:
    """Yield the study with the modality of all its series."""
    dicom = words(within(_modalities(source.data, ctx), _DICOM))
    components = _of_codes(items(source.data, "procedureCode"), ctx)
    if word := ctx.attested.modality(dicom):
        components[MODALITY] = word
    shown = " ".join(sorted(dicom)) or string(source.data, "description")
    match = next(iter(dicom.values()), None)
    yield source.finding("study", STATED, "modality", shown, match, components=components)


def _modalities(data: Json, ctx: Context) -> tuple[Matched, ...]:
    """The modality may stand on the series only."""
    codings = [*items(data, "modality")]
    codings += [item(series, "modality") for series in items(data, "series")]
    return tuple(match for coding in codings for match in matched(coding, ctx.codes))


def imaging_procedure(
    source: Source, found: tuple[Matched, ...], ctx: Context
) -> Iterator[Finding]:
    """Yield the study that a Procedure is, with the tracer it used."""
    components = _of_codes((item(source.data, "code"), *items(source.data, "usedCode")), ctx)
    imaging = within(found, *_IMAGING)
    if imaging or components:
        text = recorded_text(item(source.data, "code"))
        match = imaging[0] if imaging else None
        yield source.finding("study", STATED, "code", text, match, components=components)


def scan_components(concept: Json, ctx: Context) -> Components:
    """Return what the code of a report says of the scan."""
    return _of_codes((concept,), ctx)


def tracer_given(
    source: Source, found: tuple[Matched, ...], path: str, text: str | None
) -> Iterator[Finding]:
    """Yield the tracer of a study that the administration is part of."""
    said = words(within(found, "tracer"))
    if said and source.links.studies:
        components: Components = {TRACER: CONFLICTING if len(said) > 1 else next(iter(said))}
        match = next(iter(said.values()))
        yield source.finding("study", STATED, path, text, match, components=components)


def _of_codes(concepts: Iterable[Json], ctx: Context) -> Components:
    """Return what codes say of the scan: products, scintigraphy, an overlay's codes."""
    said: dict[str, set[str]] = {MODALITY: set(), TRACER: set(), TECHNIQUE: set()}
    for concept in concepts:
        recorded = recorded_codes(concept)
        found = meanings(recorded, ctx.codes)
        if within(found, _SCINTIGRAPHY):
            said[MODALITY].add(_SCINTIGRAPHY)
        said[TRACER] |= words(within(found, "tracer")).keys()
        for component in said:
            said[component] |= _mapped(recorded, component, ctx)
    return {
        code: CONFLICTING if len(told) > 1 else next(iter(told))
        for code, told in said.items()
        if told
    }


def _mapped(recorded: Recorded, component: str, ctx: Context) -> set[str]:
    """Return the words of ours that a site's codes stand for, in the list of that component."""
    found = words(within(meanings(recorded, ctx.codes, component), _ANSWER))
    return set(found.keys() & ctx.attested.components[component].words)
