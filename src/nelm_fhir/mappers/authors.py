"""Who states it, and whether that makes a signed statement (attested-entry 1)."""

from typing import Final

from nelm_fhir.fhir_r4.record import Resource
from nelm_fhir.fhir_r4.references import named_type, reference_of
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import Json, items, string

_SIGNED_STATUS: Final = frozenset({"final", "amended", "corrected"})
_BY: Final = {"CarePlan": "author", "Condition": "asserter", "ServiceRequest": "requester"}
"""Who states it, by type; `performer` of all others."""
_NOT_SIGNING: Final = frozenset({"Device", "Patient", "RelatedPerson"})


def author(resource: Resource) -> str | None:
    """Return the first performer as a person reads it: its display, else its reference."""
    for performer in _performers(resource):
        if name := string(performer, "display") or string(performer, "reference"):
            return name
    return None


def is_signed(resource: Resource, ctx: Context) -> bool:
    """Whether a performer, not patient, relative or device, stands behind a final statement."""
    if resource.data.get("status") not in _SIGNED_STATUS:
        return False
    return any(_can_sign(p, resource, ctx) for p in _performers(resource))


def _performers(resource: Resource) -> tuple[Json, ...]:
    return items(resource.data, _BY.get(resource.type, "performer"))


def _can_sign(performer: Json, resource: Resource, ctx: Context) -> bool:
    kind = _type(performer, resource, ctx)
    if kind is None:
        return string(performer, "display") is not None
    return kind not in _NOT_SIGNING


def _type(performer: Json, resource: Resource, ctx: Context) -> str | None:
    reference = string(performer, "reference")
    link = ctx.record.follow(resource, performer)
    if link.key is not None:
        return ctx.record.resource(link.key).type
    named = ctx.record.resolver.key(resource.key, reference_of(performer)) or reference
    return named_type(named) or string(performer, "type")
