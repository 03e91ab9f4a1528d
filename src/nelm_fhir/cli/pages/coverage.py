"""The page of `nelm coverage`: what was found, what nobody maps, and how it was coded."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from rich.text import Text

from nelm_fhir.assessment.sentences import counted
from nelm_fhir.cli.page import DIM, Page, Words, styled
from nelm_fhir.cli.pages.view import View
from nelm_fhir.cli.version import short_digest
from nelm_fhir.core.unknown import Reason
from nelm_fhir.coverage.gaps import Near
from nelm_fhir.coverage.wording import (
    SUBTITLE,
    TITLE,
    about_words,
    count_words,
    counted_reasons,
    labels_of,
    matched_words,
    near_words,
    place_words,
    reason_words,
    suggestion_words,
    system_words,
)
from nelm_fhir.knowledge.code_systems import Systems

Json = Mapping[str, Any]
SHOWN: Final = 30
"""How many codes the table shows; --verbose, JSON and HTML have all."""
FARTHEST: Final = [str(Near.DRUG)]
NO_RECORD: Final = str(Reason.NO_RECORD)


def coverage_page(report: Json, systems: Systems, view: View) -> str:
    """Return the page of one report."""
    page = Page(view.width, color=view.color)
    page.title(TITLE)
    page.line((f"{SUBTITLE}.", DIM))
    page.space()
    page.pairs(_head(report))
    _elements(page, report["elements"])
    _unmapped(page, report, systems, view)
    _in_words(page, report)
    if view.verbose:
        _coded(page, report["elements"], systems)
    page.space()
    if not view.verbose:
        page.line(("Every code and place: --verbose, --format html or json.", DIM))
    page.line((report["notice"], DIM))
    return page.text()


def _head(report: Json) -> list[tuple[str, Words | list[str]]]:
    overlays = ", ".join(f"{one['name']} {one['version']}" for one in report["overlays"])
    refused = ", ".join(f"{r['kind']} {count_words(r['inputs'])}" for r in report["refused"])
    dropped = [
        f"{r['resource']} {reason_words(r['reason'])} {count_words(r['records'])}"
        for r in report["not_used"]
    ]
    rows: list[tuple[str, Words | list[str]]] = [("Records", count_words(report["records"]))]
    if refused:
        rows.append(("Not read", refused))
    if dropped:
        rows.append(("Dropped", ", ".join(dropped)))
    rows.append(("Overlays", overlays or "none"))
    rows.append(("Program", f"{report['program']}, {short_digest(report['catalogue_digest'])}"))
    return rows


# --- elements -------------------------------------------------------------------------------------


def _elements(page: Page, elements: Sequence[Json]) -> None:
    page.heading("Data elements")
    told = [element for element in elements if element["found"] or _why(element)]
    columns = (("Element", 28), ("Found", 6), ("Matched", 20), ("Not used because", None))
    page.table(columns, [_element(element) for element in told])
    silent = [element["label"] for element in elements if element not in told]
    if silent:
        page.space()
        page.line((f"In no record: {', '.join(silent)}.", DIM))


def _element(element: Json) -> list[Text]:
    cells = (
        element["label"],
        count_words(element["found"]),
        matched_words(element["matched"]),
        _why(element),
    )
    return [styled(cell) for cell in cells]


def _why(element: Json) -> str:
    """Return why something was not used or is not known, where more is known than no record."""
    aside = counted_reasons(element["set_aside"])
    told = {NO_RECORD, *(row["reason"] for row in element["set_aside"])}
    unknown = counted_reasons(row for row in element["unknown"] if row["reason"] not in told)
    return "; ".join([aside] * bool(aside) + [f"not known: {unknown}"] * bool(unknown))


def _lines(lines: Iterable[Words]) -> Text:
    return Text("\n").join(styled(line) for line in lines)


# --- codes that nobody maps -----------------------------------------------------------------------


def _unmapped(page: Page, report: Json, systems: Systems, view: View) -> None:
    rows, labels = report["unmapped"], labels_of(report)
    page.heading("Codes near them that nobody maps")
    shown = rows if view.verbose else [row for row in rows if row["near"] != FARTHEST][:SHOWN]
    if shown:
        columns = (("Records", 8), ("Code, system and place", 42), ("What it may be", None))
        page.table(columns, [_gap(row, systems, labels) for row in shown])
        page.space()
    if farther := len(rows) - len(shown):
        page.line(
            (f"{counted(farther, 'farther code')}: other drugs, and what is only linked.", DIM)
        )
    elif not rows:
        page.line("None.")


def _gap(row: Json, systems: Systems, labels: Mapping[str, str]) -> list[Text]:
    name = f"{row['display']}, {row['code']}" if row["display"] else row["code"]
    code = _lines(
        [
            name,
            (system_words(row["system"], systems), DIM),
            (place_words(row), DIM),
        ]
    )
    about = about_words(row, labels)
    told: list[Words] = [about] if about else []
    if suggested := suggestion_words(row):
        told.append(f"→ {suggested}")
    if not row["answers"]:
        told.append((near_words(row), DIM))
    return [styled(count_words(row["records"])), code, _lines(told)]


def _in_words(page: Page, report: Json) -> None:
    if report["in_words"]:
        page.heading("Said in words only; no overlay can map it")
        rows = [
            ("•", count_words(row["records"]), f"{row['topic']} ({row['at']})")
            for row in report["in_words"]
        ]
        page.entries(rows)
    if report["withheld"]:
        page.space()
        page.line(
            f"Records with such a code that is not shown, because it holds a name, a number or a"
            f" date of its record: {count_words(report['withheld'])}."
        )


# --- how it was coded -----------------------------------------------------------------------------


def _coded(page: Page, elements: Sequence[Json], systems: Systems) -> None:
    page.heading("How it was coded")
    columns = (("Element", 20), ("Records", 8), ("Code and place", None), ("Match", 7))
    rows = [
        [
            styled(element["label"] if number == 0 else ""),
            styled(count_words(row["records"])),
            _coding(row, systems),
            styled(row["match"]),
        ]
        for element in elements
        for number, row in enumerate(element["coded"])
    ]
    page.table(columns, rows)


def _coding(row: Json, systems: Systems) -> Text:
    code = f"{row['code']} ({system_words(row['system'], systems)})" if row["code"] else "no code"
    return _lines([code, (row["at"], DIM)])
