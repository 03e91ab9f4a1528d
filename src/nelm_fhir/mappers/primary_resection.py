"""Resection of the primary (terminology 3.9; traps T21, T22).

In: a Procedure on an organ where a primary lies. Out: `primary-resected` with the components
`resection-date`, `residual-tumor` (Procedure.outcome) and `lymphadenectomy`; the tumor comes from
its links. `body_site` is the one organ it was done on. Where the code covers several, they stand
in the component `resection-field`, and the tumor must be linked or be the only one there.
"""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from nelm_fhir.core.unknown import Unknown
from nelm_fhir.mappers.concepts import Matched, recorded_text, within
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import item
from nelm_fhir.mappers.margins import RESIDUAL, outcome
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.values import STATED
from nelm_fhir.profile.findings import Finding, Value

GROUP: Final = "primary-resection"
_NODES: Final = "lymphadenectomy"
FIELD: Final = "resection-field"


def resection(source: Source, found: tuple[Matched, ...], ctx: Context) -> Iterator[Finding]:
    """Yield the resection; a code of a whole operation says nothing about each organ."""
    fields = _fields(within(found, GROUP))
    sites = source.body_sites or (tuple(fields) if len(fields) == 1 else ())
    components: dict[str, Value | Unknown] = {}
    if len(sites) != 1:
        components[FIELD] = " ".join(sorted(fields))
    if source.dated.day is not None:
        components["resection-date"] = source.dated.day
    if within(found, _NODES):
        components[_NODES] = True
    on_organ = replace(source, body_sites=sites)
    status = list(outcome(on_organ, ctx))
    if len(status) == 1:
        components[RESIDUAL] = status[0].value
    else:
        yield from status
    text = recorded_text(item(source.data, "code"))
    match = within(found, GROUP)[0]
    yield on_organ.finding("primary-resected", STATED, "code", text, match, components=components)


def _fields(found: tuple[Matched, ...]) -> set[str]:
    """Return the sites in the field; of several codings what they share, if they share any."""
    by_code: dict[object, set[str]] = {}
    for match in found:
        if match.word is not None:
            by_code.setdefault(match.code, set()).add(match.word)
    shared = set.intersection(*by_code.values()) if by_code else set()
    return shared or set[str]().union(*by_code.values())
