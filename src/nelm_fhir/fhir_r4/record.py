"""One patient's record as read: usable resources, their links, and what was not used."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from msgspec import Struct

from nelm_fhir.core.issues import Issue
from nelm_fhir.core.reading import Reading
from nelm_fhir.fhir_r4.head import Reference
from nelm_fhir.fhir_r4.part import Named
from nelm_fhir.fhir_r4.references import reference_of


class Resource(Struct, frozen=True):
    """One usable resource.

    `key` is unique within the record and stable: `Type/id`, the fullUrl for an entry without id,
    `<container key>#<id>` for a contained one. `data` is the strictly read JSON (Decimal kept).
    `location` is `Bundle.entry[12].resource`. `flagged` tells a status that is used but noted:
    `preliminary`, `partial`, `registered`, `unsatisfactory`, `verification-not-stated`,
    `activity-not-stated`, `contradictory-status`.
    """

    key: str
    type: str
    id: str | None
    version: str | None
    data: Mapping[str, Any]
    location: str
    reading: Reading
    flagged: str | None = None


class Link(NamedTuple):
    """What a Reference leads to: a usable resource's key, or lost (unresolved or dropped).

    A Reference with only an `identifier` that no resource carries has `identifier`
    (`system|value`) and is lost, too.
    """

    key: str | None
    identifier: str | None = None

    @property
    def lost(self) -> bool:
        """Whether the reference leads to no usable resource."""
        return self.key is None


class Resolver(Protocol):
    """Answers which key a Reference found in a resource means, usable or not."""

    def key(self, source: str, reference: Reference) -> str | None:
        """Return the key; None if the reference leads to nothing that was sent."""


@dataclass(frozen=True, slots=True)
class Record:
    """The usable resources of one patient, resolved once, both directions.

    Every resource that came in is counted once: in `read` or `passed_over` by type, or in
    `unusable` by reason; contained ones too, where their container is read. `named` names those
    that are not in the record. `damaged` is rules 1.7.
    """

    resources: tuple[Resource, ...]
    subject: str | None
    """Reference of the patient (`Patient/p`), also where no Patient resource is there;
    `identifier:<system>|<value>` where the resources name the patient by identifier only."""
    patients: tuple[Resource, ...]
    """The Patient resource; several where the record holds versions that nothing orders."""
    issues: tuple[Issue, ...]
    read: Mapping[str, int]
    passed_over: Mapping[str, int]
    unusable: Mapping[str, int]
    damaged: bool
    named: tuple[Named, ...] = field(repr=False)
    resolver: Resolver = field(repr=False, compare=False)
    referring: Mapping[str, tuple[tuple[str, str], ...]] = field(repr=False)
    by_key: Mapping[str, Resource] = field(repr=False, compare=False)

    def resource(self, key: str) -> Resource:
        """Return the resource of that key; KeyError if there is none."""
        return self.by_key[key]

    def follow(self, source: Resource, reference: Any, *types: str) -> Link:
        """Resolve one Reference element found in `source`.

        By fullUrl, relative, urn:uuid, contained, identifier; the gate is asked after the hop.
        `types`, if given, are the only resource types the element may lead to. Followed are the
        elements of `references.FOLLOWED` and `extension.valueReference`; what other elements lead
        to has not been read unless it matters by itself.
        """
        asked = reference_of(reference)
        key = self.resolver.key(source.key, asked)
        found = self.by_key.get(key) if key is not None else None
        if found is not None and (not types or found.type in types):
            return Link(key)
        return Link(None, _identifier(asked))

    def referrers(self, key: str) -> Iterable[tuple[Resource, str]]:
        """Return the resources that refer to `key`, each with the element (`result`, `focus`)."""
        return [(self.by_key[source], name) for source, name in self.referring.get(key, ())]


def _identifier(reference: Reference) -> str | None:
    identifier = reference.identifier
    if reference.reference or identifier is None or not identifier.value:
        return None
    return f"{identifier.system or ''}|{identifier.value}"
