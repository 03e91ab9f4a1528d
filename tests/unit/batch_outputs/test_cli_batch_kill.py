"""`kill -9` at any moment, then the same command: what an undisturbed run gives, nothing twice.

The whole group of processes is killed at random moments, again and again, until the command gets
through; then every file is the same byte for byte.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.unit.batch_outputs.made import contents
from tests.unit.batch_outputs.populations import BROKEN, many

SEED = 20260601


def started(source: Path, output: Path) -> subprocess.Popen:
    """Start the command as a group of processes of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "nelm_fhir.cli.main", "batch", str(source), "--output", str(output),
         "--as-of", "2026-06-01"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip


def killed(process: subprocess.Popen, after: float) -> bool:
    """Kill the group after so many seconds; False if it had ended by itself."""
    try:
        process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return True
    return False


def made(folder: Path, number: int) -> Path:
    """Write a population as lines of Bundles in a few files, and one damaged record."""
    folder.mkdir()
    every = list(many(number))
    for part in range(3):
        (folder / f"{part}.ndjson").write_bytes(b"\n".join(every[part::3]) + b"\n")
    (folder / "broken.json").write_bytes(BROKEN)
    return folder


def storm(folder: Path, number: int, kills: int) -> None:
    """Run undisturbed and with kills, and compare."""
    source = made(folder / "in", number)
    begun = time.monotonic()
    undisturbed = started(source, folder / "whole")
    undisturbed.communicate()
    seconds = time.monotonic() - begun
    assert undisturbed.returncode == 14
    dice = random.Random(SEED)  # noqa: S311 - moments, no secrets
    done = sum(
        killed(started(source, folder / "cut"), dice.uniform(0.1, max(1.0, 2 * seconds / kills)))
        for _ in range(kills)
    )
    last = started(source, folder / "cut")
    last.communicate()
    assert last.returncode == 14
    assert done > kills // 2, "most runs were cut off"
    assert contents(folder / "cut") == contents(folder / "whole")
    lines = (folder / "cut" / "worklist.ndjson").read_bytes().splitlines()
    assert set(Counter(json.loads(line)["patient"] for line in lines).values()) == {1}
    assert len(lines) == number
    assert not (folder / "cut" / ".work").exists()


def test_a_small_population_that_is_killed_again_and_again_comes_out_the_same(tmp_path: Path):
    storm(tmp_path, 42, 6)


@pytest.mark.slow
def test_two_thousand_patients_and_twenty_random_moments_come_out_the_same(tmp_path: Path):
    storm(tmp_path, int(os.environ.get("NELM_KILL_PATIENTS", "2000")), 20)
