"""Populations on disk, made of the samples: many patients by renaming, some of no use."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.unit.batch_outputs.made import SAMPLES

BUNDLES = [json.loads(path.read_bytes()) for path in sorted(SAMPLES.glob("*/bundle.json"))]

BROKEN = b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "id": "x"}'
"""A text that is no record of anybody."""


def patient_of(bundle: dict[str, Any]) -> str:
    """Return the id of the Patient of a Bundle."""
    (found,) = {one["resource"]["id"] for one in bundle["entry"]
                if one["resource"]["resourceType"] == "Patient"}  # fmt: skip
    return found


def renamed(bundle: dict[str, Any], name: str) -> bytes:
    """Return the Bundle of another patient, on one line."""
    text = json.dumps(bundle)
    return text.replace(patient_of(bundle), name).encode()


def many(number: int) -> Iterator[bytes]:
    """Yield that many records of as many patients."""
    for at in range(number):
        yield renamed(BUNDLES[at % len(BUNDLES)], f"patient-{at:05}")


def folder_of(folder: Path, *bundles: bytes) -> Path:
    """Write Bundles as files of a folder and return it."""
    folder.mkdir(parents=True)
    for number, bundle in enumerate(bundles):
        (folder / f"{number:03}.json").write_bytes(bundle)
    return folder


def deceased(bundle: dict[str, Any]) -> dict[str, Any]:
    """Return the Bundle of a patient who has died."""
    entries = [
        {**one, "resource": {**one["resource"], "deceasedBoolean": True}}
        if one["resource"]["resourceType"] == "Patient"
        else one
        for one in bundle["entry"]
    ]
    return {**bundle, "entry": entries}
