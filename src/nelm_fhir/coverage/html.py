"""A coverage report as one page of HTML: no script, no network, fit to print and to mail.

In: the JSON form and the code systems. Out: the page. Every word is escaped; the page's own policy
forbids whatever is not in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

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

_STYLE: Final = """
:root { color-scheme: light; --line: #d5dbe1; --dim: #5b6570; --bar: #3a7ca5; --soft: #f3f6f8; }
* { box-sizing: border-box; }
body { font: 15px/1.45 system-ui, sans-serif; color: #1c242b; margin: 0 auto; padding: 2rem 1rem;
       max-width: 72rem; }
h1 { font-size: 1.7rem; margin: 0; } h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
p { margin: .3rem 0 .8rem; max-width: 50rem; } .dim, caption { color: var(--dim); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 1rem 0; }
dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem .4rem 0;
         border-bottom: 1px solid var(--line); }
th { font-weight: 600; } thead th { border-bottom: 2px solid #1c242b; }
td.number { white-space: nowrap; text-align: right; padding-right: 1rem; }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
tr.answer td:nth-child(2) { padding-left: 1.5rem; }
.bar { display: block; height: .3rem; background: var(--soft); margin-top: .25rem; }
.bar i { display: block; height: 100%; background: var(--bar); }
details { margin: .1rem 0; } summary { cursor: pointer; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line);
         color: var(--dim); }
@media print {
  body { font-size: 10pt; padding: 0; max-width: none; }
  h2 { break-after: avoid; } tr { break-inside: avoid; }
  .bar, .bar i { print-color-adjust: exact; }
}
"""
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def page(report: Json, systems: Systems) -> str:
    """Return the whole page."""
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            '<head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(TITLE)}</title>",
            f"<style>{_STYLE}</style></head>",
            "<body>",
            f'<h1>{escape(TITLE)}</h1>\n<p class="dim">{escape(SUBTITLE)}.</p>',
            _head(report),
            _unmapped(report, systems),
            _in_words(report["in_words"]),
            _elements(report),
            _coded(report["elements"], systems),
            _not_used(report["not_used"]),
            f"<footer><p>{escape(report['notice'])}</p></footer>",
            "</body></html>\n",
        ]
    )


def _head(report: Json) -> str:
    overlays = ", ".join(f"{o['name']} {o['version']}" for o in report["overlays"])
    refused = ", ".join(f"{r['kind']} {count_words(r['inputs'])}" for r in report["refused"])
    rows = [
        ("Records", count_words(report["records"])),
        ("Not read", refused or "none"),
        ("Overlays", overlays or "none"),
        ("Program", f"{report['program']}, {report['catalogue_digest']}"),
    ]
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in rows)
    return f"<dl>{items}</dl>"


# --- codes that nobody maps -----------------------------------------------------------------------


def _unmapped(report: Json, systems: Systems) -> str:
    labels = labels_of(report)
    told = "<p>The nearest first; an overlay can map them. Answers stand below their question.</p>"
    head = ("Records", "Code", "Where it stands", "What it may be", "Near because")
    cells = [(_class(row), _unmapped_row(row, systems, labels)) for row in report["unmapped"]]
    return _section("Codes that nobody maps", told, _table(head, cells))


def _class(row: Json) -> str:
    return "answer" if row["answers"] else ""


def _unmapped_row(row: Json, systems: Systems, labels: Mapping[str, str]) -> Iterable[str]:
    yield _number(row["records"])
    yield _cell(_code(row, systems))
    yield _cell(escape(place_words(row)))
    suggested = suggestion_words(row)
    arrow = f'<br><span class="dim">→ {escape(suggested)}</span>' if suggested else ""
    yield _cell(escape(about_words(row, labels)) + arrow)
    yield _cell(escape(near_words(row)))


def _code(row: Json, systems: Systems) -> str:
    if row["code"] is None:
        return '<span class="dim">no code needed</span>'
    name = f"{escape(row['display'])}<br>" if row["display"] else ""
    system = escape(system_words(row["system"], systems))
    return f'{name}<code>{escape(row["code"])}</code><br><span class="dim">{system}</span>'


def _in_words(rows: Sequence[Json]) -> str:
    told = "<p>Without a code nothing can be mapped: these have to be coded where they arise.</p>"
    cells = [
        (
            "",
            [
                _number(row["records"]),
                _cell(escape(row["topic"])),
                _cell(f"<code>{escape(row['at'])}</code>"),
            ],
        )
        for row in rows
    ]
    return _section("Said in words only", told, _table(("Records", "Topic", "Place"), cells))


# --- elements -------------------------------------------------------------------------------------


def _elements(report: Json) -> str:
    head = ("Element", "Found", "Matched", "Set aside", "Unknown because")
    cells = [("", _element_row(row, report["records"])) for row in report["elements"]]
    return _section("Data elements", "", _table(head, cells))


def _element_row(row: Json, records: int | str) -> Iterable[str]:
    path = f'<br><code class="dim">{escape(row["path"])}</code>'
    yield _cell(escape(row["label"]) + path)
    yield _number(row["found"], _bar(row["found"], records))
    yield _cell(escape(matched_words(row["matched"])))
    yield _cell(escape(counted_reasons(row["set_aside"])))
    yield _cell(escape(counted_reasons(row["unknown"])))


def _bar(found: int | str, records: int | str) -> str:
    """Return how much of the records it is, from the counts as they are shown."""
    if not isinstance(found, int) or not isinstance(records, int) or not records:
        return ""
    return f'<span class="bar"><i style="width:{min(100, 100 * found // records)}%"></i></span>'


def _coded(elements: Sequence[Json], systems: Systems) -> str:
    told = "<p>Codes and elements on which the values rest.</p>"
    parts = [_coded_element(element, systems) for element in elements if element["coded"]]
    return _section("How it was coded", told, "\n".join(parts))


def _coded_element(element: Json, systems: Systems) -> str:
    cells = [
        (
            "",
            [
                _number(row["records"]),
                _cell(_code(row, systems)),
                _cell(f"<code>{escape(row['at'])}</code>"),
                _cell(escape(row["match"])),
            ],
        )
        for row in element["coded"]
    ]
    table = _table(("Records", "Code", "Place", "Match"), cells)
    return f"<details open><summary>{escape(element['label'])}</summary>{table}</details>"


def _not_used(rows: Sequence[Json]) -> str:
    told = "<p>Resources that were dropped before anything was read from them.</p>"
    cells = [
        (
            "",
            [
                _number(row["records"]),
                _cell(escape(row["resource"])),
                _cell(escape(reason_words(row["reason"]))),
            ],
        )
        for row in rows
    ]
    return _section("Not used", told, _table(("Records", "Resource", "Reason"), cells))


# --- building blocks ------------------------------------------------------------------------------


def _section(title: str, told: str, content: str) -> str:
    body = f"{told}\n{content}" if content else "<p>None.</p>"
    return f"<h2>{escape(title)}</h2>\n{body}"


def _table(head: Sequence[str], rows: Sequence[tuple[str, Iterable[str]]]) -> str:
    if not rows:
        return ""
    titles = "".join(f'<th scope="col">{escape(title)}</th>' for title in head)
    lines = [
        f'<tr class="{name}">{"".join(cells)}</tr>' if name else f"<tr>{''.join(cells)}</tr>"
        for name, cells in rows
    ]
    body = "\n".join(lines)
    return f"<table><thead><tr>{titles}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"


def _cell(content: str) -> str:
    return f"<td>{content}</td>"


def _number(count: int | str | None, below: str = "") -> str:
    return f'<td class="number">{escape(count_words(count))}{below}</td>'
