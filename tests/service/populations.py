"""A population in a ledger: records judged by the batch engine, as one night would."""

import json
from pathlib import Path
from typing import Any

from tests.peers.loading import SAMPLES, apart
from tests.unit.cli.run import nelm

Json = dict[str, Any]
DAY = "2026-06-01"


def samples() -> list[Json]:
    """All samples, as patients of one hospital."""
    paths = sorted(SAMPLES.glob("*/bundle.json"))
    return [apart(json.loads(path.read_bytes()), f"s{n}") for n, path in enumerate(paths)]


def judged(folder: Path, bundles: list[Json]) -> Path:
    """Judge records; returns the ledger."""
    source, output = folder / "records", folder / "results"
    source.mkdir()
    lines = "".join(json.dumps(bundle) + "\n" for bundle in bundles)
    (source / "bundles.ndjson").write_text(lines)
    result = nelm("batch", str(source), "--output", str(output), "--as-of", DAY)
    assert result.exit_code == 0, result.output
    return output / "ledger.sqlite"
