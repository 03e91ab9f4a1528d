"""A run that was killed is taken up again and ends as if nothing had happened."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.unit.batch.engine_with_a_file import Sink
from tests.unit.batch.populations import ordinary_lines, sample_lines, write

ROOT = Path(__file__).parents[3]
NAMES = ("meets-all", "clock-of-stability", "mostly-free-text", "two-primaries")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("source")
    lines = [line for name in NAMES for n in range(6) for line in sample_lines(name, f"{name}-{n}")]
    lines += ordinary_lines(10)
    for number in range(6):
        write(folder / f"{number}.ndjson", [*lines[number::6], *[b"{"] * (number == 3)])
    return folder


def started(source, folder):
    command = [sys.executable, "-m", "tests.unit.batch.engine_with_a_file"]
    return subprocess.Popen(
        [*command, source, folder / "work", folder / "outcomes.sqlite"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def ended(source, folder):
    program = started(source, folder)
    text, _ = program.communicate(timeout=300)
    assert program.returncode == 0
    return text, Sink(folder / "outcomes.sqlite").outcomes()


@pytest.fixture(scope="module")
def undisturbed(source, tmp_path_factory):
    return ended(source, tmp_path_factory.mktemp("undisturbed"))


def alive(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def is_there(folder, pattern):
    return lambda: any((folder / "work").glob(pattern)) if (folder / "work").exists() else False


def is_kept(folder, portions):
    def asked():
        path = folder / "outcomes.sqlite"
        return path.exists() and len(Sink(path).finished()) >= portions

    return asked


MOMENTS = {
    "when it begins": lambda folder: is_there(folder, "state"),
    "between two files": lambda folder: is_there(folder, "*.scan"),
    "while lines are brought together": lambda folder: is_there(folder, "*.shard"),
    "when the first portion is kept": lambda folder: is_kept(folder, 2),
    "in the middle": lambda folder: is_kept(folder, 9),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_any_moment_it_ends_as_an_undisturbed_run(moment, source, undisturbed, tmp_path):
    has_come = MOMENTS[moment](tmp_path)
    program = started(source, tmp_path)
    while not has_come() and program.poll() is None:
        time.sleep(0.001)
    program.send_signal(signal.SIGKILL)
    program.communicate()
    for _ in range(500):  # its workers end by themselves
        if not alive(program.pid):
            break
        time.sleep(0.01)
    assert not alive(program.pid)
    assert ended(source, tmp_path) == undisturbed
    assert not (tmp_path / "work").exists()


def test_a_source_that_changed_is_looked_through_anew(source, tmp_path):
    work, changing = tmp_path / "work", tmp_path / "source"
    shutil.copytree(source, changing)
    program = started(changing, tmp_path)
    while not list(work.glob("*.scan")) and program.poll() is None:
        time.sleep(0.001)
    program.kill()
    program.communicate()
    first = changing / "0.ndjson"
    first.write_bytes(first.read_bytes() + sample_lines("upper-rectum", "new")[0] + b"\n")
    (tmp_path / "outcomes.sqlite").unlink()
    text, _ = ended(changing, tmp_path)
    assert b'"passed_over":11' in text
