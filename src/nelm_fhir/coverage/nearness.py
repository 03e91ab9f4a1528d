"""Which resources of a record stand beside something that is read.

In: the whole record, and the findings of the line. Out: the keys of what is read ("ours"), and
whether a resource is linked to one of them: by a reference in either direction, or as result or
member of the same report or panel.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from nelm_fhir.fhir_r4.record import Record, Resource
from nelm_fhir.fhir_r4.references import links
from nelm_fhir.profile.findings import Finding

_FRAME: Final = frozenset(
    {"birth-date", "condition", "death", "panel", "report", "sex", "specimen", "study"}
)
"""Findings that any record gives, whatever it is about; they make nothing ours."""
_HOLDING: Final = frozenset({"result", "hasMember"})
_TISSUE: Final = frozenset({"specimen"})


def ours(findings: Iterable[Finding]) -> frozenset[str]:
    """Return the keys of what is read, of its specimens and of what it is about."""
    keys: set[str] = set()
    for finding in findings:
        if finding.element not in _FRAME:
            keys |= {finding.key, *finding.links.focus}
            keys |= {finding.links.specimen} if finding.links.specimen else set()
    return frozenset(keys)


class Neighborhood:
    """Answers which resources of one record are linked to what is ours.

    What speaks of the field in words without being read (`spoken`) would be ours if it were mapped:
    it and its specimen count as linked, and so does what is linked to them.
    """

    def __init__(self, record: Record, read: frozenset[str], spoken: Iterable[Resource]) -> None:
        self._record = record
        self._ours = read
        self._near = read | {key for resource in spoken for key in self._with_specimen(resource)}

    def is_ours(self, resource: Resource) -> bool:
        """Whether something that matters is read from the resource, or is about it."""
        return resource.key in self._ours

    def is_linked(self, resource: Resource) -> bool:
        """Whether the resource is ours, or a reference, report or panel away from what is near."""
        beside = (key for key in self._beside(resource) if key != resource.key)
        return self.is_ours(resource) or any(key in self._near for key in beside)

    def is_near(self, resource: Resource) -> bool:
        """Whether the resource is ours, or would be if its words were codes."""
        return resource.key in self._near

    def _with_specimen(self, resource: Resource) -> Iterator[str]:
        yield resource.key
        yield from self._targets(resource, _TISSUE)

    def _beside(self, resource: Resource) -> Iterator[str]:
        yield from self._targets(resource)
        for referrer, element in self._record.referrers(resource.key):
            yield referrer.key
            if element in _HOLDING:
                yield from self._targets(referrer, _HOLDING)

    def _targets(self, resource: Resource, elements: frozenset[str] | None = None) -> Iterator[str]:
        for element, reference in links(resource.data):
            if elements is None or element in elements:
                key = self._record.follow(resource, reference).key
                if key is not None:
                    yield key
