"""Every threat that can be met so far has tests that bear its number; the others say what for.

The numbers are those of the table of threats in the design documents.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).parents[1]
CLOSED: Final = {
    1: "two patients in one Bundle",
    2: "wrong or absent subject, every way to write a reference",
    3: "merged patient",
    4: "entered-in-error, cancelled, refuted",
    5: "duplicate JSON keys",
    6: "deep nesting, huge arrays, long strings",
    7: "huge numbers, NaN, Infinity, string numbers, trailing zeros",
    8: "decompression bomb",
    9: "unit confusion",
    10: "partial and zone-less dates, 24:00, leap seconds, future dates",
    11: "replayed, duplicated, late messages",
    12: "partial batch write",
    13: "lost create",
    14: "conditional-create race",
    15: "token to a foreign host",
    16: "requests to hosts that nobody configured",
    17: "forged tokens",
    18: "HTML, Markdown and terminal injection",
    19: "path traversal by output names",
    20: "patient data in logs, errors, temporary files",
    21: "XML, XXE",
    22: "CSV and spreadsheet formula injection",
    23: "notification amplifier",
    24: "CORS with credentials",
}
LATER: Final = {
    25: "dependency risk: release",
    26: "criteria drift: golden cases per edition, tests/cases",
}


def marks(node: ast.AST) -> Iterator[int]:
    """The numbers of `@pytest.mark.threat(...)` on a test or a class."""
    for found in getattr(node, "decorator_list", []):
        if isinstance(found, ast.Call) and ast.unparse(found.func) == "pytest.mark.threat":
            yield from (ast.literal_eval(argument) for argument in found.args)


def marked(path: Path) -> Iterator[tuple[str, list[int]]]:
    """The tests of a file with their numbers."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name, list(marks(node))


EVERY: Final = {
    f"{path.relative_to(TESTS)}::{name}": numbers
    for path in sorted(TESTS.rglob("test_*.py"))
    if "threat(" in path.read_text(encoding="utf-8") or path.parent == Path(__file__).parent
    for name, numbers in marked(path)
}


def test_every_row_of_the_table_is_closed_or_says_which_part_closes_it():
    assert sorted([*CLOSED, *LATER]) == list(range(1, 27))


def test_every_closed_threat_has_tests_of_its_number():
    found = Counter(number for numbers in EVERY.values() for number in numbers)
    assert set(found) == set(CLOSED)
    assert [number for number in CLOSED if found[number] < 2] == []


def test_every_test_of_this_folder_bears_the_number_of_a_threat():
    here = str(Path(__file__).parent.relative_to(TESTS))
    unmarked = [
        name
        for name, numbers in EVERY.items()
        if name.startswith(here) and not numbers and Path(__file__).name not in name
    ]
    assert unmarked == []
