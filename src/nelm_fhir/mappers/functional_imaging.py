"""Scans: which study, which modality, which tracer (terminology 3.12; trap T27).

In: ImagingStudy, imaging Procedures, codes of reports, a tracer that was given. Out: `study` with
the components `scan-modality` and `scan-tracer`, as far as codes say; the same for a `report`.
PET without a tracer is no SSTR PET: a tracer comes from a product code or an overlay, never from
text. A result is never read here: it is attested.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from nelm_fhir.core.unknown import Unknown
from nelm_fhir.mappers.concepts import Matched, matched, recorded_text, within, words
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import Json, item, items, string
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.values import CONFLICTING, STATED
from nelm_fhir.profile.findings import Finding, Value

MODALITY: Final = "scan-modality"
TRACER: Final = "scan-tracer"
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
    """Return modality and tracer that the code of a report says."""
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
    """Return modality and tracer that codes say: products, scintigraphy, an overlay's codes."""
    modalities: set[str] = set()
    tracers: set[str] = set()
    for concept in concepts:
        if within(matched(concept, ctx.codes), _SCINTIGRAPHY):
            modalities.add(_SCINTIGRAPHY)
        tracers |= words(within(matched(concept, ctx.codes), "tracer")).keys()
        modalities |= _mapped(concept, MODALITY, ctx)
        tracers |= _mapped(concept, TRACER, ctx)
    said = {MODALITY: modalities, TRACER: tracers}
    return {
        code: CONFLICTING if len(found) > 1 else next(iter(found))
        for code, found in said.items()
        if found
    }


def _mapped(concept: Json, component: str, ctx: Context) -> set[str]:
    """Return the words of ours that a site's codes stand for, in the list of that component."""
    found = words(within(matched(concept, ctx.codes, component), _ANSWER))
    return set(found.keys() & ctx.attested.components[component].words)
