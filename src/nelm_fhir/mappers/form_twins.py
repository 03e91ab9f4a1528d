"""Which answers of the form an Observation says, too (attested-entry.md section 3).

In: the entries of one response, and the Observations that name it in `derivedFrom`. Out: per entry
the Observation that is read in its place. One Observation stands for one entry: the one that says
the same, or, if it says that it corrects something, the only one about the same thing. What differs
otherwise is read twice and conflicts, and what no Observation says is read from the form: so
nothing that was answered is lost.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from msgspec import Struct

from nelm_fhir.core.reading import Reading
from nelm_fhir.fhir_r4.record import Resource
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.form_entries import Entry
from nelm_fhir.mappers.observations import observation
from nelm_fhir.profile.findings import Finding

_OBSERVATION: Final = "Observation"
_DERIVED: Final = "derivedFrom"
_MEMBER: Final = "hasMember"
_CORRECTED: Final = frozenset({"amended", "corrected"})


class _Told(Struct, frozen=True):
    """A derived Observation: what it says, about what, and which scans it belongs to."""

    key: str
    said: object
    about: object
    scans: frozenset[str]
    corrects: bool

    def lies_in(self, scan: str | None) -> bool:
        """Whether it belongs to that scan, where one is asked for."""
        return scan is None or scan in self.scans


def said_elsewhere(
    response: Resource, entries: Sequence[Entry], views: Mapping[str, Resource], ctx: Context
) -> dict[str, str]:
    """Return the names of the entries that Observations stand for, each with its Observation's key.

    `views` holds the entries as resources; the record of `ctx` knows them.
    """
    told = [_told(resource, ctx) for resource in _derived(response, ctx)]
    found: dict[str, str] = {}
    if not told:
        return found
    for entry in sorted(entries, key=lambda one: one.inside is not None):
        within = found.get(entry.inside or "")
        if entry.inside is not None and within is None:
            continue
        mine = _said(_read(views[entry.name], ctx), ctx)
        same = [one for one in told if one.said == mine and one.lies_in(within)]
        if same:
            found[entry.name] = same[0].key
            told.remove(same[0])
    left = [entry.name for entry in entries if entry.name not in found]
    about = {name: _about(_read(views[name], ctx)) for name in left}
    return found | _corrected(about, told)


def _corrected(about: Mapping[str, object], told: Sequence[_Told]) -> dict[str, str]:
    """Return the entries that a correction replaces: the only one about the thing it corrects."""
    found = {}
    for one in told:
        fitting = [name for name, thing in about.items() if thing == one.about]
        rivals = [other for other in told if other.about == one.about]
        if one.corrects and len(fitting) == len(rivals) == 1:
            found[fitting[0]] = one.key
    return found


def _derived(response: Resource, ctx: Context) -> Iterator[Resource]:
    """Yield the firm Observations that name the response as what they were made from."""
    for resource, element in ctx.record.referrers(response.key):
        firm = resource.type == _OBSERVATION and resource.reading is Reading.ASSERTED
        if firm and element == _DERIVED:
            yield resource


def _told(resource: Resource, ctx: Context) -> _Told:
    found = _read(resource, ctx)
    holders = [r.key for r, name in ctx.record.referrers(resource.key) if name == _MEMBER]
    return _Told(
        resource.key,
        _said(found, ctx),
        _about(found),
        frozenset({*holders, *(key for f in found for key in f.links.studies)}),
        corrects=resource.data.get("status") in _CORRECTED,
    )


def _read(resource: Resource, ctx: Context) -> list[Finding]:
    """Return the findings of a resource without what there is to note about it."""
    return list(observation(resource, replace(ctx, issues=[], neuroendocrine=set())))


def _said(found: Sequence[Finding], ctx: Context) -> object:
    """Return what findings say, by which two carriers of one statement are recognized."""
    return sorted(
        (f.element, repr(f.value), _parts(f), str(f.day), *_thing(f), _studies(f, ctx))
        for f in found
    )


def _studies(finding: Finding, ctx: Context) -> tuple[str, ...]:
    """Return the studies of a finding; the scan of an uptake is looked at by itself."""
    known = ctx.record.by_key
    return tuple(key for key in finding.links.studies if known[key].type != _OBSERVATION)


def _about(found: Sequence[Finding]) -> object:
    """Return what findings are about, whatever they say of it."""
    return sorted((f.element, *_thing(f)) for f in found)


def _thing(finding: Finding) -> tuple[tuple[str, ...], str]:
    return finding.links.focus, finding.links.specimen or ""


def _parts(finding: Finding) -> str:
    return repr(sorted((code, repr(value)) for code, value in finding.components.items()))
