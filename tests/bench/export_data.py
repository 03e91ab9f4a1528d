"""A Bulk Data export of fictional patients: the same lines for the same seed, at any size.

In: how many patients, and a folder. Out: NDJSON files in which the resources of a patient lie
scattered, as a server writes them: every resource with its id, every reference as `Type/id`. One
patient in twenty has a neuroendocrine tumor and is one of the referred patients of `data.py`, the
others are its ordinary ones; some hundred of each are made, and repeated under other ids.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson
from tests.bench import data

from nelm_fhir.knowledge.catalogue import Catalogue

EVERY: Final = 20
"""Of so many patients one has a tumor."""
FILES: Final = 10
KINDS: Final = 60
"""So many different patients with and without a tumor are made."""
AROUND: Final = 58
"""Other resources around each, so that a patient has some 65 resources and 66 KB."""
OURS: Final = "@patient@"
"""Stands for the patient's id in a line that is repeated for many."""
SHARED: Final = frozenset({"Organization", "Practitioner"})
"""What a server keeps once for all patients."""


@dataclass(frozen=True, slots=True)
class Export:
    """What was written."""

    folder: Path
    patients: int
    with_tumor: int
    lines: int
    bytes: int


def write_export(
    folder: Path, catalogue: Catalogue, patients: int, *, seed: int = 7, around: int = AROUND
) -> Export:
    """Write an export of so many patients into ten files of a folder that is there."""
    with_tumor = _templates(data.referred(catalogue, KINDS, around).records)
    ordinary = _templates(data.ordinary(catalogue, KINDS, around).records)
    chance = random.Random(seed)  # noqa: S311 - the same data for the same seed, no secret
    lines = written = 0
    with ExitStack() as stack:
        files = [stack.enter_context(_file(folder, number)) for number in range(FILES)]
        for number in range(patients):
            kinds = ordinary if number % EVERY else with_tumor
            for line in _of_patient(kinds[number // EVERY % len(kinds)], number, seed):
                written += chance.choice(files).write(line)
                lines += 1
    return Export(folder, patients, -(-patients // EVERY), lines, written)


def _file(folder: Path, number: int) -> BinaryIO:
    return (folder / f"part-{number:02}.ndjson").open("wb", buffering=1 << 20)


def _of_patient(template: tuple[list[bytes], list[bytes]], number: int, seed: int) -> list[bytes]:
    own, shared = template
    name = f"{number:08x}-{seed:04x}-4a1b-9c2d-{number * 2654435761 % 2**48:012x}".encode()
    text = b"\n".join(own).replace(OURS.encode(), name)
    return [
        *text.splitlines(keepends=True)[:-1],
        text.rpartition(b"\n")[2] + b"\n",
        *(shared if number % (EVERY * KINDS) == 0 else ()),
    ]


def _templates(records: Sequence[bytes]) -> list[tuple[list[bytes], list[bytes]]]:
    made = []
    for record in records:
        lines = list(export_lines(json.loads(record), OURS))
        own = [line for line in lines if OURS.encode() in line]
        made.append((own, [line + b"\n" for line in lines if OURS.encode() not in line]))
    return made


def export_lines(bundle: Mapping[str, Any], patient: str | None = None) -> Iterator[bytes]:
    """Yield the resources of a Bundle as a server exports them, one line each.

    With `patient` the patient gets this id, and every other resource one that begins with it.
    """
    entries = [entry for entry in bundle["entry"] if "resource" in entry]
    names = {}
    for number, entry in enumerate(entries):
        resource = entry["resource"]
        kind, old = resource["resourceType"], resource.get("id")
        new = _id(kind, old or f"n{number}", patient)
        resource = entry["resource"] = {"resourceType": kind, "id": new} | {
            name: value for name, value in resource.items() if name not in ("resourceType", "id")
        }
        for name in (entry.get("fullUrl"), f"{kind}/{old}" if old else None):
            if name:
                names[name] = f"{kind}/{new}"
    for entry in entries:
        yield orjson.dumps(_renamed(entry["resource"], names))


def _id(kind: str, old: str, patient: str | None) -> str:
    if patient is None or kind in SHARED:
        return old
    return patient if kind == "Patient" else f"{patient}-{old}"


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: names.get(one, one)
        if name == "reference" and isinstance(one, str)
        else _renamed(one, names)
        for name, one in value.items()
    }
