"""The rows of populations and servers run on tiny data and see what they should; nothing is timed.

Every program goes through the same forty patients once. What it says it saw is what was written, so
no figure can rest on a program that did less.
"""

import hashlib
import sys
from importlib.util import find_spec
from pathlib import Path

import orjson
import pytest
from tests.bench import contestant, data, server_row, service_row
from tests.bench.figures import NotHere, cells
from tests.bench.population_rows import GOALS, STEPS
from tests.bench.populations import BATCH, DUCKDB, ONE, SIZES, Populations
from tests.bench.process_tree import Ended, used
from tests.bench.sections import SERVERS
from tests.bench.setting import Setting
from tests.servers.fhir_store import FhirStore
from tests.servers.local import Local

from nelm_fhir import pipeline
from nelm_fhir.batch.embedded import engine as embedded
from nelm_fhir.batch.settings import Settings

PATIENTS = 40
MEGABYTE = 1_000_000
TOO_SMALL = "no longer than its start"


@pytest.fixture(scope="module")
def populations(tmp_path_factory):
    folder = tmp_path_factory.mktemp("populations")
    return Populations(pipeline.load(), folder, PATIENTS, dict.fromkeys(SIZES, 1))


@pytest.fixture(scope="module")
def setting(populations):
    setting = Setting(quick=True)
    setting.__dict__["populations"] = populations
    return setting


def test_every_program_sees_what_was_written(populations):
    export = populations.export(ONE)
    said = {name: int(rounds[0].said) for name, rounds in seen(populations)}
    expected = {
        "read": export.bytes,
        "lines": export.lines,
        "orjson": export.lines,
        "scan": 10,
        "judge": export.with_tumor,
        "duckdb": export.with_tumor,
    }
    assert said == {name: expected[name] for name in said}
    assert {"read", "lines", "orjson", "scan", "judge"} <= said.keys()


def seen(populations):
    runs = populations.runs(ONE)
    return [(name, runs[name]) for name in runs if name not in {"start", BATCH}]


@pytest.mark.skipif(not find_spec(DUCKDB), reason="DuckDB is not installed")
def test_duckdb_brings_the_same_lines_together(populations, tmp_path):
    export, found = populations.export(ONE), {}

    def sink(outcomes, _portion):
        found.update((one.patient, one.input_hash) for one in outcomes)

    embedded.run(export.folder, Settings(contestant.AS_OF, tmp_path / "work", workers=1), sink)
    gathered = contestant.gathered_by_duckdb(export.folder)
    assert {name: digest(lines) for name, lines in gathered.items()} == found


def digest(lines):
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


@pytest.mark.parametrize("row", [*GOALS, *STEPS], ids=lambda row: row.name)
def test_every_row_of_populations_can_be_measured_or_says_what_is_missing(row, setting):
    if row.name in {"population-equal", "population-spark"}:
        pytest.skip("Spark takes its time: the engines are compared in the tests of the engine")
    told = cells(row, measured(row, setting))
    assert len(told) == 13
    missing = any(one in told[-1] for one in ("not installed", TOO_SMALL))
    assert missing or "not measured" not in told[-1]


def measured(row, setting):
    try:
        return row.measure(setting)
    except NotHere as missing:
        return missing


def test_an_engine_gives_the_same_files_twice(populations):
    (_, first), (_, second) = (populations.outputs(BATCH, ONE) for _ in range(2))
    assert first == second
    assert len(first) >= 8


def test_spark_is_asked_for_as_a_user_does(populations, tmp_path):
    command = populations._command("spark", Path("export"), tmp_path)
    assert command[-2:] == ["--engine", "spark"]


def test_servers_are_loaded_and_read(loopback, setting, populations):
    records = data.referred(populations.catalogue, 2, 12).records
    every = [list(server_row._resources(one, f"p{n}")) for n, one in enumerate(records)]
    store = FhirStore()
    for line in (line for lines in every for line in lines):
        store.add(line)
    served = server_row.Served(populations.catalogue, 2, 1)
    with Local(store) as other:
        served.__dict__["runs"] = served.between(every, other.base)
    assert all("2 patients judged" in one.said for both in served.runs for one in both)
    setting.__dict__["served"] = served
    of_servers = [row for row in SERVERS if row.name != "cds"]
    assert [row.measure(setting).rounds for row in of_servers] == [1, 1]


def test_an_ehr_waits_for_cards_and_for_the_echo(loopback, setting):
    told = service_row.Cards(setting.populations.catalogue, 1, 1).waiting()
    assert told.value > 0
    assert told.rounds == 1


def test_the_resources_of_two_patients_share_no_name(populations):
    records = data.referred(populations.catalogue, 2, 12).records
    first, second = (
        {orjson.loads(line)["id"] for line in server_row._resources(one, f"p{n}")}
        for n, one in enumerate(records)
    )
    assert not {one for one in first & second if one.startswith("p")}


def test_the_cost_of_children_counts_even_of_those_who_outlive_the_command():
    burning = "import time\nwhile time.process_time() < 0.5: pass"
    command = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {burning!r}])"
    assert used([sys.executable, "-c", command]).cpu >= 0.5


def test_memory_is_that_of_all_processes_each_page_once():
    child = "import os, time; held = bytearray(80_000_000); os.fork(); time.sleep(1)"
    found = used([sys.executable, "-c", child])
    assert 80 * MEGABYTE < found.memory < 120 * MEGABYTE
    assert found.resident > 160 * MEGABYTE


def test_a_program_that_fails_gives_no_figure():
    with pytest.raises(Ended, match=r"exit code 3: no reason"):
        used([sys.executable, "-c", "import sys; print('no reason', file=sys.stderr); sys.exit(3)"])
