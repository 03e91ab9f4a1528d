"""The list of explained survivors is true to the source: each stands where it says, with a reason.

That each one really survives is what `make mutate` finds out; it fails if one is killed.
"""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GROUPS = tomllib.loads((Path(__file__).parent / "survivors.toml").read_text()).get("group", [])
NAMES = [name for group in GROUPS for name in group["mutants"]]


def source_of(path, function):
    """Return the source of a function, class or module by its dotted name."""
    text = (ROOT / path).read_text()
    node = ast.parse(text)
    if function == "(module)":
        return text
    for step in function.split("."):
        node = next(
            one
            for one in node.body
            if isinstance(one, ast.FunctionDef | ast.ClassDef) and one.name == step
        )
    return ast.get_source_segment(text, node)


@pytest.mark.parametrize("name", NAMES)
def test_a_listed_mutant_changes_lines_that_stand_in_its_function(name):
    path, _, rest = name.partition("::")
    function, _, change = rest.partition(": ")
    assert path.startswith(("src/nelm_fhir/core/", "src/nelm_fhir/evaluator/"))
    before, arrow, after = change.partition(" => ")
    assert arrow
    assert before != after
    lines = {line.strip() for line in source_of(path, function).splitlines()}
    assert set(before.split(" / ")) <= lines


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group["reason"][:40])
def test_every_group_gives_its_reason_in_a_sentence(group):
    assert group.keys() == {"reason", "mutants"}
    assert group["mutants"]
    assert len(group["reason"].split()) >= 8
    assert group["reason"].endswith(".")


def test_no_mutant_is_listed_twice():
    assert len(NAMES) == len(set(NAMES))
    assert len({group["reason"] for group in GROUPS}) == len(GROUPS)
