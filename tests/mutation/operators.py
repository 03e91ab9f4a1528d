"""What is changed and what is not: mutmut's operators, the house's own, and the exclusions.

The operators are mutmut's. Left out of them: its second and third change of a string (other case),
since whoever misses "XXtextXX" misses those. Added: swaps that are the faults of this house, a
status for another one, a reason for another one, any for all, a condition turned round.

No behavior, and therefore never changed:
- type annotations, names for them (`Tell = Callable[...]`), `TypeVar`, `cast` and `Literal`:
  nothing reads them while the program runs;
- docstrings and other texts in triple quotes;
- what a `raise` says: that it raises is changed with its condition, its words are for people;
- decorators: `@definition` and `@teller` declare what the loader checks, `@dataclass` the shape;
- `frozen` of a class, for the same reason;
- imports, and what `len` and `isinstance` are asked about (mutmut's own rule).
"""

from collections.abc import Iterable, Iterator
from typing import Final

import libcst as cst
from mutmut.mutation.file_mutation import Mutation, MutationVisitor
from mutmut.mutation.mutators import mutation_operators, operator_string
from mutmut.mutation.pragma_handling import get_ignored_lines

SWAPPED: Final = {
    "any": "all",
    "all": "any",
    "min": "max",
    "max": "min",
    "MET": "UNKNOWN",
    "NOT_MET": "UNKNOWN",
    "UNKNOWN": "MET",
}
MEMBERS: Final = {
    "Reason": ("NO_RECORD", "EQUIVOCAL"),
    "NotApplicable": ("NO_SUCH_EVENT", "NOT_LISTED"),
    "State": ("PRESENT", "UNCERTAIN"),
    "Ignored": ("NO", "OPEN"),
}
TYPES_ONLY: Final = {"TypeVar", "cast", "Literal", "NewType"}
SHAPES: Final = {"Callable", "Mapping", "Sequence", "dict", "tuple"}
NEVER: Final = (cst.Annotation, cst.Decorator, cst.Import, cst.ImportFrom, cst.Raise)


def swapped_name(node: cst.Name) -> Iterator[cst.Name]:
    """Any for all, the smallest for the largest, one status for another."""
    if node.value in SWAPPED:
        yield node.with_changes(value=SWAPPED[node.value])


def swapped_member(node: cst.Attribute) -> Iterator[cst.Attribute]:
    """One reason, state or ground for another."""
    owner = node.value
    if isinstance(owner, cst.Name) and owner.value in MEMBERS:
        usual, other = MEMBERS[owner.value]
        instead = other if node.attr.value == usual else usual
        yield node.with_changes(attr=cst.Name(instead))


def turned_round(node: cst.If | cst.CompIf) -> Iterator[cst.CSTNode]:
    """A bare condition turned round; comparisons, `and`, `or` and `not` are changed inside."""
    if not isinstance(node.test, cst.Comparison | cst.BooleanOperation | cst.UnaryOperation):
        test = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        yield node.with_changes(test=cst.UnaryOperation(cst.Not(), test))


def marked(node: cst.BaseString) -> Iterable[cst.BaseString]:
    """Only the first of mutmut's changes of a string."""
    return list(operator_string(node))[:1]


OPERATORS: Final = (
    *((kind, change) for kind, change in mutation_operators if change is not operator_string),
    (cst.BaseString, marked),
    (cst.Name, swapped_name),
    (cst.Attribute, swapped_member),
    (cst.If, turned_round),
    (cst.CompIf, turned_round),
)


class Visitor(MutationVisitor):
    """Mutmut's visitor that also enters decorated functions.

    Mutmut leaves those out because it copies functions; here no function is copied.
    """

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef):
            return False
        if isinstance(node, NEVER) or _types_only(node) or _shape(node):
            return True
        if isinstance(node, cst.Assign) and (_types_only(node.value) or _alias(node)):
            return True
        return bool(super()._skip_node_and_children(node))


def _shape(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Arg) and node.keyword is not None and node.keyword.value == "frozen"


def _alias(node: cst.Assign) -> bool:
    value = node.value
    shape = value.value if isinstance(value, cst.Subscript) else None
    return isinstance(shape, cst.Name) and shape.value in SHAPES


def _types_only(node: cst.CSTNode) -> bool:
    named = node.func if isinstance(node, cst.Call) else getattr(node, "value", None)
    if not isinstance(node, cst.Call | cst.Subscript) or not isinstance(named, cst.Name):
        return False
    return named.value in TYPES_ONLY


def mutations(path: str, wrapper: cst.MetadataWrapper, source: str) -> list[Mutation]:
    """Return every change of one file."""
    visitor = Visitor(OPERATORS, get_ignored_lines(path, source, wrapper, None))
    wrapper.visit(visitor)
    return visitor.mutations
