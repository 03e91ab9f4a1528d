"""Every command that reads a file reads it packed with gzip, too, and no more than the cap."""

import gzip
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.unit.cli.run import DAY, DISAGREE, MEETS_ALL, nelm, process, profile_file, stream_of

from nelm_fhir.fhir_r4 import limits

PLAIN = Path(MEETS_ALL).read_bytes()


def packed(folder: Path, content: bytes, name: str = "record.json.gz") -> str:
    path = folder / name
    path.write_bytes(gzip.compress(content))
    return str(path)


@pytest.mark.parametrize(
    "arguments",
    [
        *(("assess", *DAY, "--format", form) for form in ("table", "json", "md")),
        ("explain", *DAY),
        ("profile", *DAY),
        ("form", "--missing", "--set", "optn", *DAY),
        ("coverage", *DAY),
    ],
    ids=" ".join,
)
def test_a_packed_record_gives_the_same_output_as_the_record(arguments, tmp_path: Path):
    plain = tmp_path / "record.json"
    plain.write_bytes(PLAIN)
    expected = nelm(*arguments, str(plain))
    found = nelm(*arguments, packed(tmp_path, PLAIN))
    assert (found.exit_code, found.stdout) == (expected.exit_code, expected.stdout)
    assert expected.exit_code == 0


@pytest.mark.parametrize("command", ["assess", "make-bundle"])
def test_a_packed_profile_is_the_profile(command, tmp_path: Path):
    plain = profile_file(tmp_path, "V01")
    arguments = {"assess": ("assess", "--profile"), "make-bundle": ("make-bundle", "--style", "nl")}
    found = nelm(*arguments[command], packed(tmp_path, Path(plain).read_bytes()))
    assert found.stdout == nelm(*arguments[command], plain).stdout
    assert found.exit_code == 0


def test_a_packed_coverage_report_makes_the_same_overlay(tmp_path: Path):
    report = nelm("coverage", DISAGREE, *DAY, "--format", "json").stdout_bytes
    (tmp_path / "plain.json").write_bytes(report)
    packed(tmp_path, report, "packed.json.gz")
    made = {}
    for name in ("plain.json", "packed.json.gz"):
        folder = tmp_path / name.partition(".")[0] / "site"
        done = nelm("overlay", "new", str(folder), "--from", str(tmp_path / name))
        assert done.exit_code == 0, done.output
        made[name] = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert made["plain.json"] == made["packed.json.gz"]


@pytest.mark.parametrize("command", ["assess", "explain", "profile"])
def test_a_packed_record_comes_through_a_pipe(command):
    found = process(command, "-", *DAY, text=gzip.compress(PLAIN))
    assert found.returncode == 0
    assert found.stdout == process(command, "-", *DAY, text=PLAIN).stdout


def test_a_packed_stream_gives_one_result_per_record():
    done = process("assess", "-", *DAY, text=gzip.compress(stream_of(MEETS_ALL, DISAGREE)))
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(results) == 2
    assert all("verdicts" in result for result in results)


def test_packed_files_of_a_folder_are_counted(tmp_path: Path):
    stream = stream_of(*[MEETS_ALL, DISAGREE] * 5)
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "one.json").write_bytes(PLAIN)
    (tmp_path / "plain" / "ten.ndjson").write_bytes(stream)
    (tmp_path / "packed").mkdir()
    packed(tmp_path / "packed", PLAIN, "one.json.gz")
    packed(tmp_path / "packed", stream, "ten.NDJSON.GZ")
    packed(tmp_path / "packed", PLAIN, "other.txt.gz")
    both = [nelm("coverage", str(tmp_path / name), *DAY) for name in ("plain", "packed")]
    assert both[0].stdout == both[1].stdout
    assert {done.exit_code for done in both} == {0}


def test_a_damaged_packed_file_among_others_costs_only_its_own_line(tmp_path: Path):
    cut = tmp_path / "cut.json.gz"
    cut.write_bytes(gzip.compress(PLAIN)[:-9])
    done = nelm("assess", str(cut), MEETS_ALL, *DAY)
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert done.exit_code == 14
    assert "ends too early" in json.dumps(first)
    assert "verdicts" in second


# --- no more than the cap is ever read ------------------------------------------------------------


@pytest.mark.parametrize("command", ["assess", "explain", "profile", "form", "coverage"])
def test_a_file_beyond_the_cap_is_refused_without_reading_it(command, tmp_path: Path):
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(64 * 1024**3)  # sparse: it occupies nothing, reading it would take minutes
    arguments = ["--missing"] if command == "form" else []
    done = nelm(command, str(path), *arguments, *DAY)
    assert done.exit_code == 10
    assert f"longer than {limits.MAX_BYTES} bytes" in done.stderr


def test_an_endless_pipe_is_refused_when_the_cap_is_reached():
    """The writer would go on for ever; it is the reader that ends it."""
    reading, writing = os.pipe()
    taken = 0

    def write() -> None:
        nonlocal taken
        try:
            while True:
                taken += os.write(writing, b" " * 65536)
        except BrokenPipeError:
            os.close(writing)

    command = [sys.executable, "-m", "nelm_fhir.cli.main", "assess", "-"]
    with subprocess.Popen(command, stdin=reading, stderr=subprocess.PIPE) as running:
        os.close(reading)
        writer = threading.Thread(target=write)
        writer.start()
        _, told = running.communicate(timeout=60)
        writer.join(timeout=60)
    assert running.returncode == 10
    assert b"longer than" in told
    assert limits.MAX_BYTES <= taken <= limits.MAX_BYTES + 4 * 1024**2
