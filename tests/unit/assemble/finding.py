"""Findings for the tests of assembly, in a few words each, and the profile they become.

The tables are those the project ships. A key tells the resource type, as a mapper writes it.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache

from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.evidence import Evidence
from nelm_fhir.core.issues import Issue
from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.evaluator.registry import SPECS
from nelm_fhir.knowledge.loader import load_catalogue
from nelm_fhir.knowledge.tables import Definitions
from nelm_fhir.profile.assemble import Assembled, assemble
from nelm_fhir.profile.findings import Finding, Links
from nelm_fhir.profile.record_format import CandidateProfile

AS_OF = date(2026, 6, 1)
ASKED = Unknown(Reason.RECORDED_AS_UNKNOWN)
UNREADABLE = Unknown(Reason.UNREADABLE)
NOT_EXACT = Unknown(Reason.MAP_NOT_EXACT)


@cache
def tables() -> Definitions:
    """The tables as shipped."""
    return load_catalogue(SPECS).definitions


def on(text: str | None) -> DaySpan | None:
    """The days of a date as recorded."""
    return None if text is None else DaySpan.parse(text)


def coded(
    element: str,
    value: object,
    key: str,
    day: str | None = None,
    *,
    focus: Sequence[str] = (),
    specimen: str | None = None,
    studies: Sequence[str] = (),
    members: Sequence[str] = (),
    lost: Sequence[str] = (),
    parts: dict[str, object] | None = None,
    reading: Reading = Reading.ASSERTED,
    site: str | None = None,
    text: str | None = None,
    attested: bool = False,
    signed: bool = False,
    author: str | None = None,
    code: str | None = None,
) -> Finding:
    """A finding from a standard code."""
    return Finding(
        element,
        value,  # type: ignore[arg-type]  # any value a mapper may hand over
        key,
        Evidence(key, f"{key.partition('/')[0]}.value", recorded=day, text=text, code=code),
        day=on(day),
        components=parts or {},  # type: ignore[arg-type]  # as above
        links=Links(tuple(focus), specimen, tuple(studies), tuple(members), frozenset(lost)),
        reading=reading,
        attested=attested,
        signed=signed,
        author=author,
        body_site=site,
    )


def entry(element: str, value: object, key: str, day: str | None = None, **more: object) -> Finding:
    """A finding from an attested entry, signed by a role."""
    said = {"attested": True, "signed": True, "author": "MDT", **more}
    return coded(element, value, f"Observation/{key}", day, **said)  # type: ignore[arg-type]


def condition(
    key: str, site: str | None = None, day: str | None = None, **more: object
) -> list[Finding]:
    """A neuroendocrine Condition, with its site if it has one."""
    full = f"Condition/{key}"
    found = [coded("primary", True, full, day, **more)]  # type: ignore[arg-type]
    if site is not None:
        found.append(coded("primary-site", site, full, day, **more))  # type: ignore[arg-type]
    return found


def metastasis(
    key: str, focus_class: str | None, organ: str | None, day: str | None = None, **more: object
) -> Finding:
    """A metastasis outside the liver, a Condition unless the key names another type."""
    parts = {"focus-class": focus_class, "organ": organ}
    known = {code: word for code, word in parts.items() if word is not None}
    full = key if "/" in key else f"Condition/{key}"
    return coded("metastasis", True, full, day, parts=known, **more)  # type: ignore[arg-type]


def resection(key: str, day: str | None, **more: object) -> Finding:
    """A Procedure on an organ where a primary lies."""
    return coded("primary-resected", True, f"Procedure/{key}", day, **more)  # type: ignore[arg-type]


def percent(low: str, high: str | None = None, **more: bool) -> Amount:
    """An amount in percent."""
    from decimal import Decimal

    return Amount(Decimal(low), Decimal(high or low), "%", **more)


def assembled(*findings: Finding | list[Finding], as_of: date = AS_OF) -> Assembled:
    """What the findings become, with the issues."""
    flat = [f for item in findings for f in (item if isinstance(item, list) else [item])]
    return assemble(flat, as_of=as_of, options={}, definitions=tables(), damaged=False)


def profile(*findings: Finding | list[Finding]) -> CandidateProfile:
    """The profile that the findings become."""
    return assembled(*findings).profile


def kinds(issues: Sequence[Issue]) -> list[str]:
    """The kinds of the issues."""
    return [issue.kind for issue in issues]
