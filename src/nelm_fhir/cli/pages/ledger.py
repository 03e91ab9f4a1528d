"""The pages of `nelm ledger`: what stands in it, how it differs from a server, what was mended."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from nelm_fhir.assessment.sentences import counted
from nelm_fhir.cli.page import HEADING, Page, styled
from nelm_fhir.cli.pages.marks import FLAG

Row = Mapping[str, Any]
_COLUMNS: Final[Sequence[tuple[str, int | None]]] = (
    *(("set", 16), ("as of", 10), ("verdict", 16), ("state", 10)),
    ("at the server", None),
)
OK: Final = ("✓", "green")
_OF_RESULTS: Final[Sequence[tuple[str, int | None]]] = (
    *(("set", 16), ("as of", 10), ("verdict", 16), ("state", 10)),
    ("at the server", None),
)
_OF_RUNS: Final[Sequence[tuple[str, int | None]]] = (
    *(("run", 4), ("kind", 8), ("as of", 10), ("state", 9)),
    ("started", None),
)
_STATES: Final = {
    "written": "green",
    "retracted": "dim",
    "failed": "red",
    "sending": "yellow",
    "retracting": "yellow",
}
_DIFFERS: Final = {
    "missing": "The server has it no more.",
    "doubled": "It stands at the server more than once: remove all but one there.",
    "changed": "The server has another version, or another content.",
    "in-doubt": "It was on its way when the answer went missing.",
    "unknown-to-ledger": "The server has it, and the ledger does not know it.",
}
_DONE: Final = {
    "learned": "The ledger says now what the server says.",
    "to-be-written": "The next run writes it again.",
    "for-people": "Left to people; nothing is written for the patient meanwhile.",
}


def contents_page(
    results: Sequence[Row], runs: Sequence[Row], alarms: Sequence[Row], width: int, *, color: bool
) -> str:
    """Return the page of all that stands in a ledger."""
    page = Page(width, color=color)
    page.title(f"{counted(len(results), 'result')}, {counted(len(runs), 'run')}")
    for alarm in alarms:
        page.line(FLAG, f" Nothing is written for {alarm['patient']} since {alarm['since']}.")
    if results:
        page.heading("Results")
    for patient, rows in groupby(results, key=lambda row: row["patient"]):
        page.line((patient, HEADING))
        page.table(_OF_RESULTS, [_result(row) for row in rows])
        page.space()
    if runs:
        page.heading("Runs")
        page.table(_OF_RUNS, [_run(row) for row in runs])
    return page.text()


def differences_page(found: Sequence[Row], width: int, *, color: bool) -> str:
    """Return the page of a comparison, or of what mending did."""
    page = Page(width, color=color)
    if not found:
        page.line(OK, " Ledger and server agree.")
        return page.text()
    page.title(f"{counted(len(found), 'difference')} between ledger and server")
    for differs, meaning in _DIFFERS.items():
        rows = [row for row in found if row["differs"] == differs]
        if rows:
            page.heading(f"{differs} ({len(rows)})")
            page.line(meaning)
            for row in rows:
                page.line(f"{_named(row)}{_told(row)}", indent=2)
    return page.text()


def purged_page(counts: Row, width: int, *, color: bool) -> str:
    """Return the page of what was deleted."""
    page = Page(width, color=color)
    names = ("runs", "patients", "results", *(("messages",) if counts["messages"] else ()))
    told = [counted(counts[name], name.removesuffix("s")) for name in names]
    page.line(OK, f" Deleted: {', '.join(told)}.")
    if counts["kept"]:
        page.line(FLAG, f" {counted(counts['kept'], 'result')} still in doubt at a server stayed.")
        page.line("nelm ledger repair asks the server about them.", indent=2)
    return page.text()


def _result(row: Row) -> list[Any]:
    words = [row["set"], row["as_of"], row["verdict"]]
    state = (row["state"], _STATES.get(row["state"], ""))
    return [*(styled(word) for word in words), styled(state), styled(row["server_id"])]


def _run(row: Row) -> list[Any]:
    words = [str(row["id"]), row["kind"], row["as_of"], row["state"], row["started"]]
    return [styled(word) for word in words]


def _named(row: Row) -> str:
    judged = f", {row['set']} as of {row['as_of']}" if row["set"] else ""
    places = f" ({', '.join(row['at_server'])})" if row["at_server"] else ""
    return f"{row['patient']}{judged}{places}"


def _told(row: Row) -> str:
    return f": {_DONE[row['done']]}" if row.get("done") else ""
