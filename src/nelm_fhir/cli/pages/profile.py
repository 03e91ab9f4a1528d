"""The page of `nelm profile --format table`: every element, its value, what it rests on.

In: a record of rules section 15. Out: the text of the page. An element that is absent is shown
where the record says why; what nobody recorded is not listed.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from nelm_fhir.assessment.sentences import Words as Reasons
from nelm_fhir.assessment.sentences import reason_words
from nelm_fhir.cli.page import HEADING, Page

EVIDENCE: Final = "evidence"
ENTRIES: Final = frozenset(
    {
        "primaries",
        "specimens",
        "response_events",
        "progression_treatments",
        "scans",
        "extrahepatic",
    }
)
LIVER: Final = "liver"
ESTIMATES: Final = "involvement"
Row = tuple[str, str, str]
_HEADINGS: Final = {
    "patient": "Patient",
    "primaries": "Primary tumors",
    "specimens": "Specimens",
    "liver": "Liver",
    "response_events": "Response",
    "progression_treatments": "Treatment of progression",
    "scans": "Scans",
    "extrahepatic": "Disease outside the liver",
    "functional_syndrome": "Functional syndrome",
    "other_malignancy": "Other malignancy",
    "listing": "Waiting list",
    "liver_transplant": "Liver transplantation",
    "recurrence": "Recurrence",
    "options": "Options",
}


def profile_page(
    record: Mapping[str, Any],
    subject: str | None,
    reasons: Reasons,
    notice: str,
    width: int,
    *,
    color: bool = False,
) -> str:
    """Return the page of one profile."""
    page = Page(width, color=color)
    page.title("Candidate profile")
    page.pairs([("Patient", subject or "not named in the record"), ("As of", str(record["as_of"]))])
    for name, heading in _HEADINGS.items():
        if name in ENTRIES and record.get(name):
            _entries(page, heading, record[name], reasons)
        elif name == LIVER and name in record:
            _liver(page, heading, record[name], reasons)
        elif name in record:
            _section(page, heading, list(_rows(record[name], "", reasons)))
    rest = {key: value for key, value in record.items() if key not in {*_HEADINGS, "as_of"}}
    _section(page, "Of the record as a whole", list(_rows(rest, "", reasons)))
    page.space()
    page.line(notice)
    return page.text()


def _liver(page: Page, heading: str, part: Mapping[str, Any], reasons: Reasons) -> None:
    """Write the liver, and its estimates of involvement each by itself."""
    rest = {key: value for key, value in part.items() if key != ESTIMATES}
    _section(page, heading, list(_rows(rest, "", reasons)))
    if part.get(ESTIMATES):
        _entries(page, "Liver involvement", part[ESTIMATES], reasons)


def _section(page: Page, heading: str, rows: list[Row]) -> None:
    if rows:
        page.heading(heading)
        page.fields(rows)


def _entries(page: Page, heading: str, part: Mapping[str, Any], reasons: Reasons) -> None:
    """Write a section whose keys name things: each thing by itself, its elements below."""
    page.heading(heading)
    for position, (name, entry) in enumerate(part.items()):
        rows = list(_rows(entry, "", reasons)) if isinstance(entry, Mapping) else []
        if name == EVIDENCE or not rows:
            continue
        if position:
            page.space()
        page.line((name, HEADING))
        page.fields(rows, indent=2)


def _rows(part: Mapping[str, Any], path: str, reasons: Reasons) -> Iterator[Row]:
    notes = part.get(EVIDENCE)
    notes = notes if isinstance(notes, Mapping) else {}
    for key, value in part.items():
        if key == EVIDENCE:
            continue
        if isinstance(value, Mapping):
            yield from _rows(value, f"{path}{key}.", reasons)
        else:
            yield f"{path}{key}", _words(value), _rests_on(notes.get(key))
    for key, note in notes.items():
        if key not in part:
            yield from _unknown(f"{path}{key}", note, reasons)


def _unknown(path: str, note: Any, reasons: Reasons) -> Iterator[Row]:
    """Yield the row of an element that is unknown for a recorded reason."""
    if isinstance(note, Mapping) and isinstance(note.get("reason"), str):
        why = f"unknown: {reason_words(note['reason'], reasons)}"
        yield path, why, _references(note.get("set_aside"))


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "none"
    return str(value)


def _rests_on(note: Any) -> str:
    if not isinstance(note, Mapping):
        return ""
    aside = _references(note.get("set_aside"))
    used = _references(note.get("sources"))
    return f"{used}\nset aside: {aside}" if aside else used


def _references(items: Any) -> str:
    """Return the resources named, each by version, once."""
    if not isinstance(items, list):
        return ""
    named = [_reference(item) for item in items if isinstance(item, Mapping)]
    return "\n".join(dict.fromkeys(named))


def _reference(item: Mapping[str, Any]) -> str:
    version = item.get("version")
    return f"{item.get('resource', '')}{f' v{version}' if version else ''}"
