"""The matrix as a table: what every set answers to every question, disagreements marked.

In: the matter of the page. Out: Markup. Statuses are said by mark and word; what stands in
parentheses never counts. Every set bears its version (rules 13, 8).
"""

from collections.abc import Iterator
from typing import Final

from nelm_fhir.assessment.result import SetVerdict
from nelm_fhir.assessment.said import written
from nelm_fhir.assessment.told import Limit
from nelm_fhir.core.logic import Status
from nelm_fhir.report.about import About
from nelm_fhir.report.marks import MARKS
from nelm_fhir.report.markup import Markup, element, joined
from nelm_fhir.report.matrix import RUNNING, Chapter, Item, Row, matrix

STATUS_MARKS: Final = {
    str(Status.MET): "✓",
    str(Status.NOT_MET): "✗",
    RUNNING: "…",
    str(Status.UNKNOWN): "?",
    str(Status.NOT_APPLICABLE): "–",
}
_DIFFER: Final = "≠"
_SIGNS: Final = {"<=": "≤", ">=": "≥"}


def verdicts_part(about: About) -> Markup:
    """Return the section with the matrix."""
    questions, chapters = (about.voice.wording.words[name] for name in ("question", "chapter"))
    found = matrix(about.assessment, about.catalogue, questions, chapters)
    sets = about.assessment.verdicts
    columns = [element("col", class_="q"), *(element("col") for _ in sets)]
    table = element(
        "table",
        element("caption", about.word("verdicts"), class_="hidden"),
        element("colgroup", *columns),
        _head(about),
        *(element("tbody", _chapter(one, about), *_rows(one, about)) for one in found),
        class_="matrix",
    )
    return element(
        "section",
        element("h2", about.word("verdicts")),
        element("p", about.word("not-merged")),
        element("div", table, class_="scroll", tabindex="0", role="region",
                aria_label=about.word("verdicts")),
        element("p", about.word("key"), class_="dim small"),
        id="verdicts",
    )  # fmt: skip


def _head(about: About) -> Markup:
    sets = about.assessment.verdicts
    titles = [
        element(
            "th",
            one.title,
            element("span", f"{about.word('version')} {one.version}", class_="sub"),
            scope="col",
        )
        for one in sets
    ]
    return element(
        "thead",
        element("tr", element("th", about.word("criteria-set"), scope="col"), *titles),
        element(
            "tr",
            element("th", about.word("verdict"), scope="row"),
            *(_verdict(one, about) for one in sets),
        ),
    )


def _verdict(verdict: SetVerdict, about: About) -> Markup:
    mark, _ = MARKS[verdict.verdict]
    word = about.voice.word("verdict", str(verdict.verdict))
    day = verdict.earliest
    earliest = about.phrase("earliest", day=day.isoformat()) if day else None
    return element(
        "td",
        element("b", f"{mark} {word}"),
        element("span", earliest, class_="sub") if earliest else None,
        class_=str(verdict.verdict),
    )


def _chapter(chapter: Chapter, about: About) -> Markup:
    width = str(len(about.assessment.verdicts) + 1)
    return element(
        "tr",
        element("th", chapter.heading, colspan=width, scope="rowgroup"),
        class_="chapter",
    )


def _rows(chapter: Chapter, about: About) -> Iterator[Markup]:
    for row in chapter.rows:
        cells = [_cell(row.cells.get(one.set, ()), about) for one in about.assessment.verdicts]
        yield element("tr", _question(row, about), *cells, class_="row")


def _question(row: Row, about: About) -> Markup:
    value = row.value
    differs = f"{_DIFFER} {about.word('differs')}"
    return element(
        "th",
        row.question,
        element("span", about.voice.say(value), class_="sub") if value is not None else None,
        element("span", differs, class_="differs") if row.differs else None,
        scope="row",
    )


def _cell(items: tuple[Item, ...], about: About) -> Markup:
    if not items:
        return element(
            "td",
            element("span", "·", aria_hidden="true"),
            element("span", about.word("not-asked"), class_="hidden"),
            class_="none",
        )
    counting = [item.outcome for item in items if item.result.counts]
    tint = next((one for one in STATUS_MARKS if one in counting and one != Status.MET), None)
    tint = tint or (str(Status.MET) if Status.MET in counting else None)
    return element("td", joined(_item(item, about) for item in items), class_=tint)


def _item(item: Item, about: About) -> Markup:
    result = item.result
    told = f"{STATUS_MARKS[item.outcome]} {about.voice.word('status', item.outcome)}"
    if not result.counts:
        return element(
            "span",
            element("b", f"({told})"),
            element("span", f" {about.word('beside')}", class_="hidden"),
            _small(item, about),
            class_="item beside",
        )
    return element("span", element("b", told), _small(item, about), class_="item")


def _small(item: Item, about: About) -> Markup:
    """Return the id of the criterion, and what it asks for where it compares."""
    result = item.result
    limits = [limit_words(one, about) for one in result.limits] if item.compares else []
    if item.otherwise:
        limits = [*limits[:1], about.word("or-else")]
    earliest = about.phrase("earliest", day=str(result.earliest)) if _waits(item) else ""
    link = element("a", result.id, href=f"#{result.id}", class_="id")
    told = [element("span", limit, class_="limit") for limit in dict.fromkeys(limits)]
    return joined(
        (
            element("span", joined([link, *told], " "), class_="sub"),
            element("span", earliest, class_="sub limit") if earliest else None,
        )
    )


def _waits(item: Item) -> bool:
    return item.outcome == RUNNING and item.result.earliest is not None


def limit_words(limit: Limit, about: About) -> str:
    """Return a limit as short as a table needs it: < 50 %."""
    unit = about.voice.word("unit-short", limit.unit)
    value = written(about.voice.wording, limit.value)
    return f"{_SIGNS.get(limit.test, limit.test)} {value} {unit}"
