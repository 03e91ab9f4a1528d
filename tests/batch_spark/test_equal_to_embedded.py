"""Apache Spark and the embedded engine give the same outcomes, byte for byte."""

import gzip
import json
import shutil

import pytest
from tests.batch_spark import population
from tests.batch_spark.both import OVERLAY, agreed, by_embedded, by_spark
from tests.bench.export_data import write_export
from tests.docs.test_recipes import commands, recipe, run
from tests.unit.batch.populations import line, ordinary_lines, sample_lines, tumor, write
from tests.unit.cli.run import MEETS_ALL, nelm

from nelm_fhir import pipeline
from nelm_fhir.batch.outputs.files import NAMES, RUN
from nelm_fhir.batch.spark import files as spark_files
from nelm_fhir.batch.spark.judging import check_once, extent_of
from nelm_fhir.cli.exits import SOME_NOT_ASSESSED

pytestmark = pytest.mark.peer
BY_LINES, WHOLE = 0, 1 << 22
PARTS = "spark.sql.files.maxPartitionBytes"


@pytest.fixture(params=[BY_LINES, WHOLE], ids=["by-lines", "whole"])
def way(request, monkeypatch, spark):
    """Let Spark read every file by lines as long as it can, in small parts, or whole."""
    monkeypatch.setattr(spark_files, "WHOLE_BYTES", request.param)
    before = spark.conf.get(PARTS)
    spark.conf.set(PARTS, "16384")
    yield request.param
    spark.conf.set(PARTS, before)


@pytest.mark.parametrize("patients", [400, 4000])
def test_an_export_gives_the_same_checksum_at_two_sizes(patients, spark, tmp_path):
    (tmp_path / "in").mkdir()
    export = write_export(tmp_path / "in", pipeline.load(), patients)
    counts, outcomes = agreed(tmp_path / "in", tmp_path, spark)
    assert (len(outcomes), counts.judged) == (export.with_tumor, export.with_tumor)
    assert counts.passed_over == patients - export.with_tumor
    assert (counts.bytes, counts.lines) == (export.bytes, export.lines)


def test_whatever_the_files_hold_the_outcomes_are_the_same(way, spark, tmp_path):
    population.everything(tmp_path / "in")
    counts, outcomes = agreed(tmp_path / "in", tmp_path, spark, overlays=(OVERLAY,))
    judged = {one.patient: one for one in outcomes}
    assert {"Patient/a", "Patient/known", "Patient/new", "Patient/returns"} <= set(judged)
    assert "Patient/old" not in judged
    assert judged["Patient/p"].source == "pretty.json"
    assert (counts.lost, counts.deleted, counts.outcomes) == (1, 1, 1)
    taking = json.loads(judged["Patient/taking"].assessment)
    assert taking["counts"]["read"]["Medication"] == 1


def test_a_file_that_is_cut_withholds_the_same_patients(way, spark, tmp_path):
    lines = [*sample_lines("meets-all", "a"), *ordinary_lines(2)]
    write(tmp_path / "in/whole.ndjson", lines)
    packed = gzip.compress(b"\n".join([line("Patient", "c"), tumor("c")] * 50))
    (tmp_path / "in/cut.ndjson.gz").write_bytes(packed[: len(packed) * 2 // 3])
    (tmp_path / "in/short.ndjson").write_bytes(tumor("a", "short")[:-9])
    counts, outcomes = agreed(tmp_path / "in", tmp_path, spark, keep_input=True)
    assert counts.incomplete == ("cut.ndjson.gz", "short.ndjson")
    assert {one.error for one in outcomes} == {"PartialRecord"}
    assert all(one.kept for one in outcomes)


def test_a_patient_or_line_beyond_the_limit_costs_nobody_else(way, spark, tmp_path):
    text = {"text": "x" * 500}
    more = [line("Observation", str(n), "b", status="final", code=text) for n in range(500)]
    long = line("DocumentReference", "d", "a", text="x" * 700_000)
    twice = [tumor("c", note=[{"text": "y" * 1000}])] * 300
    patients = [line("Patient", name) for name in "abc"]
    write(tmp_path / "in/1.ndjson", [*patients, tumor("a"), long, tumor("b"), *more, *twice])
    counts, outcomes = agreed(tmp_path / "in", tmp_path, spark, patient_bytes=200_000)
    assert {one.patient: one.error for one in outcomes} == {
        "Patient/a": "",
        "Patient/b": "TooLarge",
        "Patient/c": "",
    }
    assert counts.lost == 1


def test_an_address_is_read_as_the_folder_is(spark, tmp_path):
    population.everything(tmp_path / "in")
    expected, outcomes = by_embedded(tmp_path / "in", tmp_path)
    address, store = f"file://{tmp_path}/in", f"file://{tmp_path}/between"
    counts, found = by_spark(address, tmp_path, spark, store=store)
    assert (counts, found.checksum) == (expected, outcomes.checksum)
    left = (tmp_path / "between").rglob("*.parquet")
    assert not any(b"Patient/" in path.read_bytes() for path in left)


def test_what_the_sink_has_is_not_judged_again(spark, tmp_path):
    population.everything(tmp_path / "in")
    counts, first = by_spark(tmp_path / "in", tmp_path, spark)
    done = {
        name: (
            sum(one.state == "judged" for one in some),
            sum(one.state == "failed" for one in some),
        )
        for name, some in first.portions.items()
    }
    assert len(first.portions) == 2  # of all patients, and of what is nobody's record
    again, second = by_spark(tmp_path / "in", tmp_path, spark, finished=done)
    assert (again, second.portions) == (counts, {})


def test_the_command_writes_the_same_files_with_either_engine(spark, tmp_path):
    population.everything(tmp_path / "in")
    written = {}
    for engine in ("embedded", "spark"):
        out = tmp_path / engine
        done = nelm(
            *("batch", str(tmp_path / "in"), "--output", str(out), "--engine", engine),
            *("--as-of", "2026-06-01"),
        )
        assert done.exit_code == SOME_NOT_ASSESSED, done.stderr
        written[engine] = {name: (out / name).read_bytes() for name in NAMES if name != RUN}
        told = json.loads((out / RUN).read_bytes())
        assert told.pop("engine") == engine
        written[engine][RUN] = told
    assert written["embedded"] == written["spark"]


@pytest.mark.usefixtures("spark")
def test_the_recipe_of_the_cluster_runs_as_the_readme_has_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "export").mkdir()
    shutil.copy(MEETS_ALL, tmp_path / "export")
    for typed in commands(recipe("cluster")):
        run(typed, {})
    told = json.loads((tmp_path / "results" / RUN).read_bytes())
    assert (told["engine"], told["counts"]["judged"]) == ("spark", 1)


def test_a_second_answer_for_a_patient_is_noticed(spark):
    lines = spark.createDataFrame(
        [(b"Patient/a", b"1", ""), (b"Patient/a", b"2", ""), (b"Patient/b", b"3", "")],
        "patient binary, text binary, source string",
    )
    one = spark.createDataFrame([(b"Patient/a", 2), (b"Patient/b", 1)], "patient binary, texts int")
    extent = extent_of(lines)
    check_once(extent, one)
    for wrong in (one.unionByName(one), one.limit(1), one.replace(2, 1)):
        with pytest.raises(RuntimeError, match="exactly one verdict"):
            check_once(extent, wrong)
