"""Worked cases: a record made from the baseline, and what must come out (rules 15.3).

The vignettes are JSON, the cases per set TOML; both have the same keys over the same baseline.
`criteria` (status per criterion id, with a reason where it matters) and `remove` (paths, because
TOML has no null) stand only in TOML.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct

from nelm_fhir.knowledge.files import case_files

VIGNETTES: Final = "vignettes.json"


class Case(Struct, frozen=True):
    """One worked case; every expectation that is None or empty is not tested."""

    id: str
    title: str
    file: str
    record: Mapping[str, Any]
    expected: Mapping[str, str]
    deciding: frozenset[str] | None
    earliest: Mapping[str, date]
    flags: Mapping[str, tuple[str, ...]]
    flags_absent: Mapping[str, tuple[str, ...]]
    references: tuple[str, ...] | None
    reference_notes: tuple[str, ...] | None
    surveillance: tuple[str, ...] | None
    criteria: Mapping[str, str]


def worked_cases() -> Iterator[Case]:
    """Yield every case shipped in `mappings/cases`, the vignettes first."""
    files = case_files()
    vignettes = json.loads(files[VIGNETTES], parse_float=Decimal)
    baseline = vignettes["baseline"]
    yield from cases_of(VIGNETTES, vignettes["cases"], baseline)
    for name, content in sorted(files.items()):
        if name.endswith(".toml"):
            parsed = tomllib.loads(content.decode(), parse_float=Decimal)
            yield from cases_of(name, parsed["case"], baseline)


def cases_of(
    file: str, items: list[Mapping[str, Any]], baseline: Mapping[str, Any]
) -> Iterator[Case]:
    """Yield the cases of one file over the baseline record."""
    for item in items:
        removed = _without(baseline, item.get("remove", ()))
        yield Case(
            id=item["id"],
            title=item["title"],
            file=file,
            record=merged(removed, item.get("changes", {})),
            expected=item.get("expected", {}),
            deciding=frozenset(item["deciding"]) if "deciding" in item else None,
            earliest={k: date.fromisoformat(v) for k, v in item.get("earliest", {}).items()},
            flags=_lists(item.get("flags", {})),
            flags_absent=_lists(item.get("flags_absent", {})),
            references=_listed(item, "references"),
            reference_notes=_listed(item, "reference_notes"),
            surveillance=_listed(item, "surveillance"),
            criteria=item.get("criteria", {}),
        )


def _lists(table: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(items) for key, items in table.items()}


def _listed(item: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    return tuple(item[key]) if key in item else None


def merged(target: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Apply a JSON merge patch (RFC 7386): objects merge, null removes, all else replaces."""
    result = dict(target)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping):
            before = result.get(key)
            result[key] = merged(before if isinstance(before, Mapping) else {}, value)
        else:
            result[key] = value
    return result


def _without(record: Mapping[str, Any], paths: list[str]) -> dict[str, Any]:
    result = dict(record)
    for path in paths:
        result = _without_path(result, path.split("."))
    return result


def _without_path(record: Mapping[str, Any], steps: list[str]) -> dict[str, Any]:
    result = dict(record)
    first, rest = steps[0], steps[1:]
    if not rest:
        del result[first]
    else:
        result[first] = _without_path(result[first], rest)
    return result
