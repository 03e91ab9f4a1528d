"""The mutants of one file: changed source, the function it lies in, and a name that keeps.

A name is the function and the lines that differ; it holds while the function stays the same,
wherever in the file it moves.
"""

import ast
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import libcst as cst
from libcst.metadata import PositionProvider
from mutmut.mutation.file_mutation import Mutation
from tests.mutation.operators import mutations

ROOT: Final = Path(__file__).parents[2]
ROOMS: Final = ("src/nelm_fhir/core", "src/nelm_fhir/evaluator")
TELLING: Final = tuple(
    f"src/nelm_fhir/evaluator/{name}"
    for name in ("account", "answers", "facts", "tellers", "cases.py")
)
"""What tells the answer in words, and what runs the worked cases; all else decides."""
MODULE: Final = "(module)"
Defined = ast.FunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one file.

    `live` tells that the change lies in the body of a function, so that it can be put into a
    running program. `lines` are the lines of the statement that is changed, `digest` that of the
    unchanged function.
    """

    path: str
    function: str
    change: str
    source: str
    live: bool
    lines: tuple[int, ...]
    digest: str

    @property
    def name(self) -> str:
        return f"{self.path}::{self.function}: {self.change}"


def files(only: str | None = None) -> list[str]:
    """Return the files of both rooms, what decides first; only some if they are named."""
    found = [
        path.relative_to(ROOT).as_posix() for room in ROOMS for path in (ROOT / room).rglob("*.py")
    ]
    chosen = [path for path in found if only is None or path.startswith(tuple(only.split()))]
    return sorted(chosen, key=lambda path: (path.startswith(TELLING), path))


def mutants(path: str) -> list[Mutant]:
    """Return the mutants of one file; one that two operators make counts once."""
    source = (ROOT / path).read_text()
    wrapper = cst.MetadataWrapper(cst.parse_module(source))
    positions = wrapper.resolve(PositionProvider)
    tree = ast.parse(source)
    made: list[Mutant] = []
    seen = {source}
    names: Counter[str] = Counter()
    for mutation, changed in _changed_sources(path, source, wrapper):
        if changed in seen:
            continue
        seen.add(changed)
        mutant = _mutant(path, source, changed, tree, positions[mutation.original_node].start.line)
        names[mutant.name] += 1
        made.append(_numbered(mutant, names[mutant.name]))
    return made


def _changed_sources(
    path: str, source: str, wrapper: cst.MetadataWrapper
) -> Iterator[tuple[Mutation, str]]:
    """Yield every change with the whole source that it makes, if that is a program."""
    module = wrapper.module
    pieces = [module.code_for_node(statement) for statement in module.body]
    if not pieces:
        return
    start = source.index("".join(pieces))
    starts = [start + sum(map(len, pieces[:index])) for index in range(len(pieces))]
    holder = {
        id(node): index for index, statement in enumerate(module.body) for node in _all(statement)
    }
    for mutation in mutations(path, wrapper, source):
        index = holder[id(mutation.original_node)]
        changed = module.body[index].deep_replace(mutation.original_node, mutation.mutated_node)
        text = module.code_for_node(changed)
        if _is_program(text):
            end = starts[index] + len(pieces[index])
            yield mutation, source[: starts[index]] + text + source[end:]


def _all(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _all(child)


def _mutant(path: str, source: str, changed: str, tree: ast.Module, line: int) -> Mutant:
    owners = list(_owners(tree, line))
    function = owners[-1] if owners and isinstance(owners[-1], ast.FunctionDef) else None
    text = ast.get_source_segment(source, owners[-1]) if owners else source
    return Mutant(
        path,
        ".".join(owner.name for owner in owners) or MODULE,
        _change(source, changed),
        changed,
        function is not None and line >= function.body[0].lineno,
        tuple(_statement(tree, line)),
        _sha(text or ""),
    )


def _numbered(mutant: Mutant, count: int) -> Mutant:
    if count == 1:
        return mutant
    parts = {name: getattr(mutant, name) for name in mutant.__slots__}
    return Mutant(**{**parts, "change": f"{mutant.change} (#{count})"})


def _is_program(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def _change(source: str, changed: str) -> str:
    """Return the lines that differ, before and after."""
    before, after = source.splitlines(), changed.splitlines()
    same = _common(before, after)
    before, after = before[same:], after[same:]
    tail = _common(before[::-1], after[::-1])
    sides = (lines[: len(lines) - tail] for lines in (before, after))
    return " => ".join(" / ".join(line.strip() for line in lines) for lines in sides)


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    """Return how many lines both begin with."""
    pairs = zip(first, second, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(first), len(second)))


def _owners(tree: ast.Module, line: int) -> Iterator[Defined]:
    """Yield the classes and the outermost function around a line, decorators left out."""
    body: list[ast.stmt] = tree.body
    while True:
        around = [
            one
            for one in body
            if isinstance(one, Defined) and one.lineno <= line <= (one.end_lineno or 0)
        ]
        if not around:
            return
        yield around[0]
        if isinstance(around[0], ast.FunctionDef):
            return
        body = around[0].body


def _statement(tree: ast.Module, line: int) -> range:
    """Return the lines of the innermost statement; of a compound one those of its head."""
    around = [
        one
        for one in ast.walk(tree)
        if isinstance(one, ast.stmt) and one.lineno <= line <= (one.end_lineno or 0)
    ]
    if not around:
        return range(line, line + 1)
    one = max(around, key=lambda statement: statement.lineno)
    body = getattr(one, "body", None)
    end = body[0].lineno - 1 if body else one.end_lineno or line
    return range(one.lineno, max(end, one.lineno) + 1)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
