"""One patient's record as read: usable resources, their links, and what was not used.

(Contract; the room's author completes it and keeps names and meanings.)
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nelm_fhir.core.issues import Issue
from nelm_fhir.core.reading import Reading


@dataclass(frozen=True, slots=True)
class Resource:
    """One usable resource.

    `key` is unique within the record and stable: `Type/id`, the fullUrl for an entry without id,
    `<container key>#<id>` for a contained one. `data` is the strictly read JSON (Decimal kept).
    `location` is `Bundle.entry[12].resource`. `flagged` tells a status that is used but noted
    (`preliminary`).
    """

    key: str
    type: str
    id: str | None
    version: str | None
    data: Mapping[str, Any]
    location: str
    reading: Reading
    flagged: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
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


class Record:
    """The usable resources of one patient, resolved once, both directions."""

    resources: tuple[Resource, ...]
    subject: str | None
    """Reference of the patient (`Patient/p`), also where no Patient resource is there."""
    patient: Resource | None
    issues: tuple[Issue, ...]
    read: Mapping[str, int]
    passed_over: Mapping[str, int]
    unusable: Mapping[str, int]
    damaged: bool

    def resource(self, key: str) -> Resource:
        """Return the resource of that key; KeyError if there is none."""
        raise NotImplementedError

    def follow(self, source: Resource, reference: Any) -> Link:
        """Resolve one Reference element found in `source` (fullUrl, relative, urn:uuid, contained,
        identifier); the gate is asked again after the hop."""
        raise NotImplementedError

    def referrers(self, key: str) -> Iterable[tuple[Resource, str]]:
        """Return the resources that refer to `key`, each with the element (`result`, `focus`)."""
        raise NotImplementedError
