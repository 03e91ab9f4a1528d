"""What the tables of the catalogue say about two words: does one refine the other, is it an organ.

In: site and class words. Out: yes or no. Source: rules 7.1, 8.3, 8.4; attested-entry section 1.
"""

from msgspec import Struct

from nelm_fhir.knowledge.tables import Definitions
from nelm_fhir.profile.findings import Value

CARCINOMA = "carcinoma"
NEC = "NEC"
NOT_NEUROENDOCRINE = "other"


class Words(Struct, frozen=True):
    """Site and class words, asked of the tables."""

    definitions: Definitions

    def finer_site(self, first: Value, second: Value) -> bool:
        """Whether the first site refines the second; any site refines the unknown primary."""
        sites = self.definitions.sites
        if second == sites.unknown_primary:
            return first != second
        word = sites.refines.get(str(first))
        while word is not None:
            if word == second:
                return True
            word = sites.refines.get(word)
        return False

    def lies_in(self, site: Value | None, organ: str) -> bool:
        """Whether a primary of that site certainly lies in the organ."""
        if site is None or organ == self.definitions.sites.unknown_primary:
            return False
        return site == organ or self.finer_site(site, organ)

    def finer_class(self, first: Value, second: Value) -> bool:
        """Whether the first focus class is a kind of the second: hilar or regional of a node."""
        staging = self.definitions.staging
        special = {staging.hilar_class, staging.regional_class}
        return first in special and second in staging.node_classes - special

    def is_liver(self, organ: str | None) -> bool:
        """Whether the organ word is that of the liver."""
        return organ == self.definitions.sites.liver

    def is_neuroendocrine(self, histology: object) -> bool:
        """Whether a histology word stands for a neuroendocrine neoplasm (rules 15.2)."""
        return isinstance(histology, str) and histology != NOT_NEUROENDOCRINE
