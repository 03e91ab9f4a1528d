"""Paths of the record format: which of them an element fills, and what a record holds there.

In: paths of rules 15.2 as the table of the attested entry and the judge write them; a step in
angle brackets stands for a free key. Pure; no record is changed.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from nelm_fhir.form.limits import Answer
from nelm_fhir.knowledge.attested import AttestedRow

Path = tuple[str, ...]
Record = Mapping[str, Any]
FREE: Final = "<"
"""How a step begins that stands for a free key."""


def steps_of(path: str) -> Path:
    """Return the steps of a path."""
    return tuple(path.split("."))


def home(feed: str) -> Path | None:
    """Return where the things lie that a fed path is about; None for a single fact."""
    steps = steps_of(feed)
    free = [at for at, step in enumerate(steps) if step.startswith(FREE)]
    return steps[: free[0]] if free else None


def fills(row: AttestedRow, steps: Path) -> bool:
    """Whether an element or component fills what a path names, or a part of it."""
    return any(fits(feed, steps) for feed in row.feeds)


def fits(feed: str, steps: Path) -> bool:
    """Whether a path names what is fed, or something that holds it."""
    fed = steps_of(feed)
    if len(steps) > len(fed):
        return False
    return all(own == named or own.startswith(FREE) for own, named in zip(fed, steps, strict=False))


def found(record: Record, feed: str) -> Iterator[tuple[str, Any]]:
    """Yield every path of the record that is fed, with what stands there."""
    first, _, rest = feed.partition(".")
    for key in sorted(record) if first.startswith(FREE) else [first]:
        if key in record and not rest:
            yield key, record[key]
        elif key in record and isinstance(record[key], Mapping):
            yield from ((f"{key}.{path}", value) for path, value in found(record[key], rest))


def holds(record: Record, path: Path) -> bool:
    """Whether a record holds anything at a path."""
    inner: Any = record
    for step in path:
        if not isinstance(inner, Mapping) or step not in inner:
            return False
        inner = inner[step]
    return True


def put(record: dict[str, Any], path: Path, value: Answer) -> None:
    """Write a value into a copy of a record; what lies above it is copied, too."""
    inner = record
    for step in path[:-1]:
        inner[step] = dict(inner.get(step, {}))
        inner = inner[step]
    inner[path[-1]] = list(value) if isinstance(value, tuple) else value
