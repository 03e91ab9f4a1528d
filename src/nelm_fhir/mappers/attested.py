"""Every element of the attested entry, read from one table.

In: an Observation or one of its components whose code is an element of attested-element, or a
local code that an overlay maps to one. Out: one finding per element, with its components beside
it. Source: attested-entry.md sections 1, 2 and 4.
"""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from nelm_fhir.core.unknown import Unknown
from nelm_fhir.knowledge.attested import AttestedRow
from nelm_fhir.mappers.attested_values import ELEMENT, Answer, answer
from nelm_fhir.mappers.concepts import Matched, matched, within, words
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import Json, item, items
from nelm_fhir.mappers.links import named_specimen, only_focus
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.values import CONFLICTING
from nelm_fhir.profile.findings import Finding, Links, Value


def asked(part: Json, ctx: Context) -> dict[str, Matched]:
    """Return the element and component codes that the code of an Observation or component is."""
    return words(within(matched(item(part, "code"), ctx.codes), ELEMENT))


def components(source: Source, ctx: Context) -> Source:
    """Return the source with the values of its attested components (section 1, `component`)."""
    found: dict[str, Value | Unknown] = {}
    for row, part, path in _component_rows(source, ctx):
        said = answer(row, part, path, source.resource, ctx)
        if not row.repeats and said.is_stated:
            found[row.code] = said.value if _agrees(found, row, said) else CONFLICTING
    return replace(source, components=found) if found else source


def findings(
    source: Source, part: Json, path: str, question: Mapping[str, Matched], ctx: Context
) -> Iterator[Finding]:
    """Yield the findings of the elements that an Observation or component states."""
    rows = [row for code in question if (row := ctx.attested.elements.get(code))]
    if len(rows) > 1:
        ctx.note("two-attested-elements", source.resource, path.rstrip("."))
    for row in rows:
        said = answer(row, part, path, source.resource, ctx)
        if len(rows) > 1:
            said = replace(said, value=CONFLICTING)
        yield _finding(_of_row(source, row, ctx), row, path, said, question[row.code])
    if not rows:
        yield from _alone(source, part, path, question, ctx)


def without_element(source: Source, ctx: Context) -> Iterator[Finding]:
    """Yield what attested components say that stand on an Observation nobody reads."""
    for row, part, path in _component_rows(source, ctx):
        yield from _alone(source, part, path, {row.code: asked(part, ctx)[row.code]}, ctx)


def repeated(source: Source, ctx: Context) -> Iterator[Finding]:
    """Yield a finding for each occurrence of a component that repeats."""
    for row, part, path in _component_rows(source, ctx):
        if row.repeats:
            said = answer(row, part, path, source.resource, ctx)
            yield _finding(replace(source, components={}), row, path, said, None)


def _finding(
    source: Source, row: AttestedRow, path: str, said: Answer, question: Matched | None
) -> Finding:
    return source.finding(
        row.code,
        said.value,
        f"{path}{said.element}".rstrip("."),
        said.text,
        said.match,
        question=question,
        attested=True,
    )


def _of_row(source: Source, row: AttestedRow, ctx: Context) -> Source:
    """Return the source with the components, the one focus and the specimen it takes."""
    kept = {code: v for code, v in source.components.items() if code in row.components}
    if len(kept) < len(source.components):
        ctx.note("component-elsewhere", source.resource)
    links = named_specimen(source.resource, _one_focus(source, row, ctx), ctx)
    return replace(source, components=kept, links=links)


def _one_focus(source: Source, row: AttestedRow, ctx: Context) -> Links:
    if not row.focus:
        return source.links
    links = only_focus(source.resource, source.links, ctx)
    if len(links.focus) <= 1:
        return links
    ctx.note("focus-not-one", source.resource, "focus")
    return replace(links, focus=(), lost=links.lost | {"focus"})


def _alone(
    source: Source, part: Json, path: str, question: Mapping[str, Matched], ctx: Context
) -> Iterator[Finding]:
    """Yield what a component code says that stands as the code of an Observation."""
    for code, match in question.items():
        row = ctx.attested.components[code]
        if row.alone:
            said = answer(row, part, path, source.resource, ctx)
            yield _finding(replace(source, components={}), row, path, said, match)
        else:
            ctx.note("component-alone", source.resource)


def _component_rows(source: Source, ctx: Context) -> Iterator[tuple[AttestedRow, Json, str]]:
    for at, part in enumerate(items(source.data, "component")):
        for code in asked(part, ctx):
            if row := ctx.attested.components.get(code):
                yield row, part, f"component[{at}]."


def _agrees(found: Mapping[str, Value | Unknown], row: AttestedRow, said: Answer) -> bool:
    return found.get(row.code, said.value) == said.value
