"""Liver transplantation (terminology 3.10; trap T23).

In: Procedures of the recipient, and Conditions that say a transplanted liver is there. Out:
`liver-transplant`; the date comes from the Procedure only. Donor surgery is never the recipient's.
"""

from collections.abc import Iterator
from typing import Final

from nelm_fhir.mappers.concepts import Matched, recorded_text, within
from nelm_fhir.mappers.elements import item
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.values import STATED
from nelm_fhir.profile.findings import NOTHING, Finding

TRANSPLANT: Final = "liver-transplant"
DONOR: Final = "donor-surgery"
PROCEDURE: Final = "liver-transplantation"
_STATUS: Final = "liver-transplant-status"


def transplantation(source: Source, found: tuple[Matched, ...]) -> Iterator[Finding]:
    """Yield the transplantation that a Procedure is."""
    for match in within(found, PROCEDURE)[:1]:
        text = recorded_text(item(source.data, "code"))
        day = source.dated.day
        date = NOTHING if day is None else {"transplant-date": day}
        yield source.finding(TRANSPLANT, STATED, "code", text, match, components=date)


def transplanted(source: Source, found: tuple[Matched, ...]) -> Iterator[Finding]:
    """Yield a transplantation that a Condition presupposes; its onset is not the day of it."""
    for match in within(found, _STATUS)[:1]:
        text = recorded_text(item(source.data, "code"))
        yield source.finding(TRANSPLANT, STATED, "code", text, match)
