"""References of one resource as Links: which other things of the record it speaks of.

A reference that is there and leads nowhere is told as lost, never as none (findings.Links).
"""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from nelm_fhir.fhir_r4.record import Resource
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import Json, extension, item, items, string
from nelm_fhir.mappers.places import RELATED_CONDITION
from nelm_fhir.profile.findings import NO_LINKS, Links

IDENTIFIER: Final = "identifier:"
_FOCUS: Final = ("focus", "reasonReference")
_STUDIES: Final = ("partOf", "derivedFrom", "imagingStudy", "procedureReference")
_MEMBERS: Final = ("hasMember", "result")
_LINKING: Final = frozenset({"specimen", "extension", *_FOCUS, *_STUDIES, *_MEMBERS})
_ANSWERS: Final = "QuestionnaireResponse"


def links(resource: Resource, ctx: Context) -> Links:
    """Return what the resource refers to, by the kinds of `Links`.

    The answers that an Observation was made from are no study.
    """
    data, lost = resource.data, set[str]()
    if data.keys().isdisjoint(_LINKING):
        return NO_LINKS
    specimens = _keys("specimen", items(data, "specimen"), resource, ctx, lost)
    studies = [one for one in _named(data, _STUDIES) if not _are_answers(one, resource, ctx)]
    return Links(
        focus=_keys("focus", _about(data), resource, ctx, lost),
        specimen=specimens[0] if len(specimens) == 1 else None,
        studies=_keys("studies", studies, resource, ctx, lost),
        members=_keys("members", _named(data, _MEMBERS), resource, ctx, lost),
        lost=frozenset(lost),
    )


def _are_answers(reference: Json, resource: Resource, ctx: Context) -> bool:
    link = ctx.record.follow(resource, reference)
    if link.key is not None:
        return ctx.record.resource(link.key).type == _ANSWERS
    named = string(reference, "reference") or ""
    return _ANSWERS in {string(reference, "type"), *named.split("/")}


def _about(data: Json) -> Iterator[Json]:
    yield from _named(data, _FOCUS)
    for related in extension(data, *RELATED_CONDITION):
        if reference := item(related, "valueReference"):
            yield reference


def _named(data: Json, names: Iterable[str]) -> Iterator[Json]:
    for name in names:
        if name in data:
            yield from items(data, name)


def _keys(
    kind: str, references: Iterable[Json], resource: Resource, ctx: Context, lost: set[str]
) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for reference in references:
        link = ctx.record.follow(resource, reference)
        if link.key is not None:
            found[link.key] = None
        elif kind == "focus" and link.identifier is not None:
            found[f"{IDENTIFIER}{link.identifier}"] = None
        else:
            lost.add(kind)
    return tuple(found)


def only_focus(resource: Resource, found: Links, ctx: Context) -> Links:
    """Return the links with what `focus` alone names, where an attested entry needs just that."""
    lost = set(found.lost - {"focus"})
    keys = _keys("focus", items(resource.data, "focus"), resource, ctx, lost)
    return replace(found, focus=keys, lost=frozenset(lost))


def named_specimen(resource: Resource, found: Links, ctx: Context) -> Links:
    """Return the links with a specimen that an attested entry names by identifier alone.

    Whoever attests names the tissue; in coded results such an identifier may be an accession
    number that several specimens share, and is a lost link.
    """
    named = items(resource.data, "specimen")
    if found.specimen is not None or len(named) != 1:
        return found
    identifier = ctx.record.follow(resource, named[0]).identifier
    if identifier is None:
        return found
    return replace(found, specimen=f"{IDENTIFIER}{identifier}", lost=found.lost - {"specimen"})
