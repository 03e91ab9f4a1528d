"""Acts that may treat liver progression or a focus, and drug courses (terminology 3.10, 3.11).

In: codes of a Procedure or of a medication. Out: `procedure` with the components `procedure-kind`
(a treatment word of rules 15.2, or `TACE`, `TARE`), `drug` for display, and `treatment-end`. A
class that all codings agree on stands, a drug that they do not agree on does not (T26). Everolimus
after transplantation is no tumor therapy (T24). An order stays planned, as the gate reads it. One
dose does not tell the end of a course, the end of a Period does.
"""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from nelm_fhir.core.unknown import Unknown
from nelm_fhir.mappers.concepts import Matched, matched, recorded_text, within, words
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import Json, item
from nelm_fhir.mappers.failed_therapies import failed_therapy
from nelm_fhir.mappers.functional_imaging import tracer_given
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.values import CONFLICTING, NOT_EXACT, NOT_STATED, STATED
from nelm_fhir.profile.findings import Finding, Value

KIND: Final = "procedure-kind"
_LIVER_PROCEDURE: Final = "liver-procedure"
_BY_WORD: Final = ("systemic-therapy", _LIVER_PROCEDURE, "therapy-type")
_IN_GENERAL: Final = ("prrt", "lymphadenectomy", "node-excision", "systemic-course")
_OPEN: Final = "radionuclide-therapy"
"""May be PRRT or something else: the kind stays unknown."""

KINDS: Final = (*_BY_WORD, *_IN_GENERAL, _OPEN)
_LIVER: Final = "liver"
_DRUG: Final = "drug"
_NOT_TUMOR_THERAPY: Final = "immunosuppressant"
_ADMINISTERED: Final = "MedicationAdministration"


def kind_of(found: tuple[Matched, ...]) -> tuple[Matched, ...]:
    """Return the codes that make it a treatment."""
    return within(found, *KINDS)


def therapy(
    source: Source, found: tuple[Matched, ...], path: str, text: str | None, ctx: Context
) -> Iterator[Finding]:
    """Yield the act, with its kind and its end."""
    components: dict[str, Value | Unknown] = {KIND: _kind(found, ctx)}
    if drugs := words(within(found, _DRUG)):
        components[_DRUG] = CONFLICTING if len(drugs) > 1 else next(iter(drugs))
    components["treatment-end"] = source.dated.end or NOT_STATED
    yield _at_liver(source, found).finding(
        "procedure",
        STATED,
        path,
        text,
        kind_of(found)[0],
        components=components,
    )


def _kind(found: tuple[Matched, ...], ctx: Context) -> str | Unknown:
    treatments = ctx.attested.treatments
    said = words(within(found, *_BY_WORD)) or {m.group: m for m in within(found, *_IN_GENERAL)}
    kinds = {treatments.get(word, word) for word in said}
    if len(kinds) == 1:
        return kinds.pop()
    return CONFLICTING if kinds else NOT_EXACT


def _at_liver(source: Source, found: tuple[Matched, ...]) -> Source:
    """A liver procedure is done at the liver, whether or not a body site says so."""
    return replace(source, body_sites=(_LIVER,)) if within(found, _LIVER_PROCEDURE) else source


def medication(source: Source, ctx: Context) -> Iterator[Finding]:
    """Yield what a drug given, taken or ordered is; a tracer belongs to its scan."""
    concept, path = _drug(source, ctx)
    found = matched(concept, ctx.codes)
    if within(found, _NOT_TUMOR_THERAPY):
        return
    if kind_of(found):
        yield from therapy(_course(source), found, path, recorded_text(concept), ctx)
        yield from failed_therapy(source, found, ctx)
    yield from tracer_given(source, found, path, recorded_text(concept))


def _course(source: Source) -> Source:
    """A dose or a dated statement does not end a course; the end of a Period does."""
    period = item(source.data, "effectivePeriod")
    given = source.resource.type == _ADMINISTERED
    return (
        source if period and not given else replace(source, dated=source.dated._replace(end=None))
    )


def _drug(source: Source, ctx: Context) -> tuple[Json, str]:
    if concept := item(source.data, "medicationCodeableConcept"):
        return concept, "medicationCodeableConcept"
    reference = item(source.data, "medicationReference")
    link = ctx.record.follow(source.resource, reference) if reference else None
    if link is None or link.key is None:
        return {}, "medicationReference"
    return item(ctx.record.resource(link.key).data, "code"), "medicationReference"
