"""The page of `nelm form --format table`: the questions of the form as people read them."""

from collections.abc import Iterator
from typing import Any, Final

from nelm_fhir.cli.page import DIM, HEADING, Page, Words
from nelm_fhir.cli.pages.marks import BULLET
from nelm_fhir.knowledge.attested import AttestedTable

_MOST_WORDS: Final = 8
"""Longer lists of answers are not shown."""
_KINDS: Final = {
    "boolean": "yes or no",
    "date": "date",
    "integer": "number",
    "quantity": "number",
    "reference": "reference or identifier",
    "string": "text",
}


def form_page(
    form: dict[str, Any], table: AttestedTable, width: int, *, color: bool = False
) -> str:
    """Return the page of a Questionnaire of ours."""
    page = Page(width, color=color)
    page.title(form["title"])
    page.line((form["description"], DIM))
    for group in form.get("item", ()):
        _write(page, group, table, 0)
    return page.text()


def _write(page: Page, group: dict[str, Any], table: AttestedTable, indent: int) -> None:
    page.space()
    page.line((group["text"], HEADING), indent=indent)
    page.entries(list(_questions(group, table)), indent=indent)
    for inner in group["item"]:
        if inner["type"] == "group":
            _write(page, inner, table, indent + 2)


def _questions(group: dict[str, Any], table: AttestedTable) -> Iterator[tuple[Words, str, Words]]:
    for item in group["item"]:
        if item["type"] == "display":
            yield (" ", ""), "", (item["text"], DIM)
        elif item["type"] != "group":
            answers = _answers(item, table)
            yield BULLET, "", f"{item['text']} ({answers})" if answers else item["text"]


def _answers(item: dict[str, Any], table: AttestedTable) -> str:
    """Return how the question is answered: its words, if they are few, or the kind of answer."""
    row = table.row(item["linkId"].rpartition(".")[2])
    if row is not None and row.words:
        words = sorted(row.words)
        return ", ".join(words) if len(words) <= _MOST_WORDS else ""
    return _KINDS.get(item["type"], "")
