"""Where a specimen was taken (table Assembly, row origin of a specimen).

In: body sites and links. Out: origin. The body site of Specimen or Observation tells it, or `focus`
on a metastasis; `focus` on the Condition of the primary tells whose tumor it is, not where it was
taken.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from msgspec import Struct

from nelm_fhir.profile.assemble.gathered import Gathered
from nelm_fhir.profile.assemble.specimen_groups import ORIGIN, Tissue
from nelm_fhir.profile.assemble.statements import (
    Settled,
    Statement,
    agreed,
    latest,
    statement,
    together,
)
from nelm_fhir.profile.assemble.tables import Words
from nelm_fhir.profile.assemble.tumors import Tumors
from nelm_fhir.profile.findings import Finding

_PRIMARY: Final = "primary"
_LIVER: Final = "liver-metastasis"
_OTHER: Final = "other-metastasis"


class Origins(Struct, frozen=True):
    """What body sites and links tell about origins in this record."""

    gathered: Gathered
    tumors: Tumors
    liver_keys: frozenset[str]
    other_keys: frozenset[str]

    @classmethod
    def of(cls, gathered: Gathered, tumors: Tumors) -> "Origins":
        """Collect the keys of liver metastases and of other metastases."""
        return cls(
            gathered,
            tumors,
            frozenset(f.key for f in gathered.of("liver-metastases-present")),
            frozenset(f.key for f in gathered.of("metastasis")),
        )

    def origin(self, tissue: Tissue, horizon: date) -> Settled:
        """Return the origin that attested entries, body sites and links agree on.

        `horizon` is the last day on which a result on this tissue counts.
        """
        entries = [statement(f) for f in tissue.found if f.element == ORIGIN]
        told = list(self._told(tissue))
        return together(latest(entries, horizon), agreed(told))

    def _told(self, tissue: Tissue) -> Iterable[Statement]:
        if tissue.of_condition:
            return
        for finding in tissue.everything:
            for word in (self._by_site(finding.body_site), self._by_focus(finding)):
                if word is not None:
                    yield Statement(word, (finding.evidence,))

    def _by_site(self, organ: str | None) -> str | None:
        """Return what the organ tells; an organ that may hold a primary tells nothing else."""
        words = Words(self.gathered.definitions)
        sites = [tumor.site.value for tumor in self.tumors.primaries]
        if organ is None:
            return None
        if words.is_liver(organ):
            return None if organ in sites else _LIVER
        if any(words.lies_in(site, organ) for site in sites):
            return _PRIMARY
        return _OTHER if organ in self.gathered.definitions.staging.known_classes else None

    def _by_focus(self, finding: Finding) -> str | None:
        if not self.liver_keys.isdisjoint(finding.links.focus):
            return _LIVER
        return None if self.other_keys.isdisjoint(finding.links.focus) else _OTHER
