"""The page of `nelm codes`: lines of code lists, with certainty and source."""

from collections.abc import Sequence
from typing import Final

from nelm_fhir.assessment.sentences import counted
from nelm_fhir.cli.page import DIM, HEADING, Page
from nelm_fhir.cli.pages.marks import BULLET
from nelm_fhir.knowledge.codes import Member

CERTAINTY: Final = {
    "V": "verified",
    "W": "weak: used, and marked in the evidence",
    "N": "not verified: never used",
    "site": "of this site",
}


def members_page(title: str, members: Sequence[Member], width: int, *, color: bool = False) -> str:
    """Return the page of some lines of code lists."""
    page = Page(width, color=color)
    page.title(title)
    for member in members:
        page.space()
        name = str(member.code) if member.code.system else member.code.code
        page.line((f"{BULLET} {name}", HEADING))
        if member.display:
            page.line(member.display, indent=2)
        page.pairs([(key, words) for key, words in _rows(member) if words], indent=2)
    page.space()
    page.line((f"{counted(len(members), 'line')}.", DIM))
    return page.text()


def _rows(member: Member) -> list[tuple[str, str]]:
    below = ", and every code below it" if member.family else ""
    used = "" if member.hit else " (matches nothing)"
    rows = [
        ("Read as", f"{member.group}{f' = {member.word}' if member.word else ''}{below}{used}"),
        ("Certainty", CERTAINTY.get(member.certainty, member.certainty)),
        ("Source", member.source),
        ("File", member.file),
    ]
    if member.hit and not member.hit.exact:
        rows.append(("Match", "not exact: the finding is unknown"))
    if member.element:
        rows.append(("Only for", member.element))
    if member.note:
        rows.append(("Note", member.note))
    return rows
