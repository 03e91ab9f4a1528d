"""Places inside the JSON of a resource: every path, what stands there, and where lists stand."""

from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every member of an object or list, at any depth."""
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in members:
        yield (*path, key)
        if isinstance(member, dict | list):
            yield from paths(member, (*path, key))


def at(value: Any, path: Path) -> Any:
    """Return what stands at a path; KeyError, IndexError or TypeError if nothing does."""
    for key in path:
        value = value[key]
    return value


def put(value: Any, path: Path, new: Any) -> None:
    """Put something in the place of what stands at a path."""
    at(value, path[:-1])[path[-1]] = new


def drop(value: Any, path: Path) -> None:
    """Take away what stands at a path."""
    del at(value, path[:-1])[path[-1]]


def told(path: Path) -> str:
    """Return a path as FHIR writes it: `code.coding[0].code`."""
    parts = [f"[{key}]" if isinstance(key, int) else f".{key}" for key in path]
    return "".join(parts).removeprefix(".")
