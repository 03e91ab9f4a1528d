"""The primary tumors of the record, and which tumor a statement is about.

In: links of findings. Out: the tumor, nothing, or that it stays open. Source: table Assembly, rows
primary and resection; attested-entry section 1, Lost links; terminology 2.7.
"""

from collections.abc import Sequence

from msgspec import Struct

from nelm_fhir.profile.assemble.statements import Settled
from nelm_fhir.profile.assemble.tables import Words
from nelm_fhir.profile.findings import Finding, Value


class Tumor(Struct, frozen=True):
    """One primary tumor: the Conditions that are it, and its site."""

    keys: frozenset[str]
    site: Settled
    suspected: bool = False

    @property
    def name(self) -> str:
        """The smallest of its keys, which names it."""
        return min(self.keys)


class Tumors(Struct, frozen=True):
    """All primaries of this disease, and the Conditions that are another malignancy."""

    primaries: tuple[Tumor, ...]
    others: tuple[Finding, ...] = ()

    def named_by(self, finding: Finding) -> Tumor | None:
        """Return the tumor that the finding is linked to; None if to none or to several."""
        named = [tumor for tumor in self.primaries if self._names(finding, tumor)]
        return named[0] if len(named) == 1 else None

    def is_of_another(self, finding: Finding) -> bool:
        """Whether the finding is linked to another malignancy and to no primary of this disease."""
        keys = {other.key for other in self.others}
        return bool(keys.intersection(finding.links.focus)) and self.named_by(finding) is None

    def only(self, finding: Finding) -> Tumor | None:
        """Return the only tumor an unlinked statement can be about.

        An attested entry speaks of primaries of this disease; an unlinked code may speak of any.
        """
        several = len(self.primaries) != 1 or (self.others and not finding.attested)
        return None if several else self.primaries[0]

    def in_organs(self, organs: Sequence[str], words: Words) -> Tumor | None:
        """Return the tumor that lies in one of the organs, if exactly one malignancy does."""

        def lies(site: Value | None) -> bool:
            return any(words.lies_in(site, organ) for organ in organs)

        here = [tumor for tumor in self.primaries if lies(tumor.site.value)]
        other = [item for item in self.others if lies(_site(item))]
        return here[0] if len(here) == 1 and not other else None

    @staticmethod
    def _names(finding: Finding, tumor: Tumor) -> bool:
        return finding.key in tumor.keys or bool(tumor.keys.intersection(finding.links.focus))


def _site(finding: Finding) -> str | None:
    return finding.value if isinstance(finding.value, str) else None


def named_focus(finding: Finding) -> str | None:
    """Return the one Condition that an attested entry names in `focus`; None if it is lost."""
    focus: Sequence[str] = finding.links.focus
    return focus[0] if len(set(focus)) == 1 else None
