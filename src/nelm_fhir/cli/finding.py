"""What a check of installation or server found: a line each, with what to do where it is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from nelm_fhir.cli.page import Page, Words


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `remedy` is empty where nothing is to be done.

    `there` is False for something that is not offered, which may be quite all right.
    """

    what: str
    found: str
    remedy: str = ""
    there: bool = True

    @property
    def mark(self) -> Words:
        """The sign before the line."""
        if self.remedy:
            return ("✗", "red")
        return ("✓", "green") if self.there else ("–", "dim")


def write_findings(page: Page, findings: Sequence[Finding]) -> None:
    """Write the findings, one under the other."""
    for one in findings:
        found = f"{one.what}: {one.found}"
        page.entries([(one.mark, "", "\n".join(part for part in (found, one.remedy) if part))])
