"""What a record says stays text in every format: no markup, no formula, no command of a terminal.

In FHIR the narrative is parsed as XML; in Markdown and on the terminal what may mean something is
escaped; in CSV no cell is taken for a formula.
"""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import Result
from tests.negative.records import AS_OF, Case, cases, sent
from tests.unit.cli.run import nelm

from nelm_fhir.errors import InputError

HOSTILE = {"formulas", "html", "xhtml"}
CASES = [case for case in cases() if case.file.partition("/")[0] in HOSTILE]
NARRATIVES = [case for case in CASES if case.file.startswith("xhtml/")]
REFUSED = [case for case in cases() if case.refused is not None]
XHTML = "{http://www.w3.org/1999/xhtml}"
TAGS = {f"{XHTML}{name}" for name in ("div", "p", "ul", "li")}
RECORDED = ("--recorded", "2026-06-01T12:00:00+00:00")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)


@cache
def shown(case: Case, form: str) -> str:
    """What the command writes in that format; each is written once."""
    result = told(case, "--format", form, *(RECORDED if form == "fhir" else ()))
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout_bytes.decode()


def told(case: Case, *options: str) -> Result:
    """The command, with the record as its standard input."""
    return nelm("assess", "-v", "-", "--as-of", AS_OF, *options, input=sent(case))


def narratives(value: Any) -> Iterator[str]:
    """Yield every narrative, at any depth."""
    for key, member in value.items() if isinstance(value, dict) else enumerate(value):
        if key == "div":
            yield member
        elif isinstance(member, dict | list):
            yield from narratives(member)


@every_case
def test_a_narrative_is_paragraphs_and_lists_without_any_attribute(case):
    found = list(narratives(json.loads(shown(case, "fhir"))))
    assert found
    for div in found:
        elements = list(ET.fromstring(div).iter())  # noqa: S314 - our own output
        assert {element.tag for element in elements} <= TAGS
        assert [element.attrib for element in elements if element.attrib] == []


@pytest.mark.parametrize("case", NARRATIVES, ids=lambda case: case.file)
def test_no_narrative_of_the_record_is_copied_into_any_format(case):
    for form in ("csv", "fhir", "json", "md", "table"):
        text = shown(case, form)
        assert not re.search(r"alert|passwd|ENTITY|iframe|90 %", text)


@every_case
def test_markdown_has_no_markup_of_the_record(case):
    text = shown(case, "md")
    assert not re.search(r"(?<!\\)<", text)
    assert not re.search(r"(?<!\\)&\w", text)
    assert not re.search(r"(?<!\\)\]\(", text)
    assert "\n# criteria-met" not in text


@every_case
def test_no_cell_of_the_csv_is_a_formula(case):
    rows = list(csv.reader(io.StringIO(shown(case, "csv"), newline="")))
    assert len({len(row) for row in rows}) == 1
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if cell.lstrip(" ").startswith(DANGEROUS)] == []


@every_case
@pytest.mark.parametrize("form", ["csv", "md", "table"])
def test_no_character_commands_a_terminal(case, form):
    text = shown(case, form)
    controls = {c for c in text if unicodedata.category(c) in {"Cc", "Cf"}}
    assert controls <= {"\n", "\r"}


@pytest.mark.parametrize(
    ("file", "form", "escaped"),
    [
        ("html/script-in-a-value.json", "md", r"\<script\>alert(1)\</script\>"),
        ("html/script-in-a-value.json", "fhir", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("html/script-in-the-patient-id.json", "md", r"Patient/\<script\>"),
        ("html/entity-in-a-value.json", "fhir", "&amp;lt;script&amp;gt;"),
        ("html/event-handler-in-a-focus.json", "fhir", "&lt;img src=x onerror=alert(1)&gt;"),
        ("html/link-in-a-value.json", "md", r"\[2 %\](javascript:alert(1))"),
        ("formulas/equals.json", "csv", "'=cmd|' /C calc'!A0"),
        ("formulas/tab.json", "csv", "'"),
    ],
)
def test_what_is_escaped_is_still_shown(file, form, escaped):
    (case,) = (case for case in CASES if case.file == file)
    assert escaped in shown(case, form)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.file)
def test_the_command_refuses_with_its_code_and_one_line(case):
    result = told(case)
    assert (result.exit_code, result.stdout) == (InputError.exit_code, "")
    assert result.stderr.startswith("Error: ")
    assert "Traceback" not in result.stderr
    assert case.says in " ".join(result.stderr.split())
