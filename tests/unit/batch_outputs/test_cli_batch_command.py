"""`nelm batch` from the outside: what it reads, writes, says and refuses."""

import json
import logging
import stat
from pathlib import Path
from typing import Any

import pytest
from tests.unit.batch_outputs.made import SAMPLES
from tests.unit.batch_outputs.populations import (
    BROKEN,
    BUNDLES,
    deceased,
    folder_of,
    many,
    renamed,
)
from tests.unit.cli.run import nelm

from nelm_fhir.batch.outputs.files import LEDGER, NAMES, Folder
from nelm_fhir.cli import progress

DAY = ("--as-of", "2026-06-01")


@pytest.fixture(scope="module")
def population(tmp_path_factory) -> Path:
    return folder_of(tmp_path_factory.mktemp("source") / "records", *many(4))


def told(folder: Path, name: str) -> list[dict[str, Any]]:
    text = (folder / name).read_bytes()
    return [json.loads(line) for line in ([text] if name.endswith(".json") else text.splitlines())]


def moments(folder: Path) -> dict[str, int]:
    return {name: (folder / name).stat().st_mtime_ns for name in NAMES}


def test_every_output_is_there_and_the_command_says_where(population: Path, tmp_path: Path):
    done = nelm("batch", str(population), "--output", str(tmp_path / "out"), *DAY)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == f"4 patients judged; see {tmp_path / 'out' / 'worklist.html'}.\n"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *NAMES, LEDGER, f"{LEDGER}.lock", "run.lock"
    }  # fmt: skip
    for path in (tmp_path / "out").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_patient_is_judged_as_by_assess(tmp_path: Path):
    sample = SAMPLES / "sets-that-disagree" / "bundle.json"
    nelm("batch", str(sample), "--output", str(tmp_path / "out"), *DAY)
    assessed = nelm("assess", str(sample), *DAY, "--format", "json")
    (line,) = told(tmp_path / "out", "worklist.ndjson")
    alone = json.loads(assessed.stdout)
    assert {v["set"]: v["verdict"] for v in line["verdicts"]} == {
        v["set"]: v["verdict"] for v in alone["verdicts"]
    }
    assert line["input_digest"] == alone["input_digest"]
    fhir = json.loads(nelm("assess", str(sample), *DAY, "--format", "fhir").stdout)
    written = [one["resource"] for one in fhir["entry"]]
    assert told(tmp_path / "out", "risk_assessments.ndjson") == [
        one for one in written if one["resourceType"] == "RiskAssessment"
    ]
    profile = json.loads(nelm("profile", str(sample), *DAY, "--format", "json").stdout)
    assert told(tmp_path / "out", "profiles.ndjson") == [
        {"patient": line["patient"], "profile": profile}
    ]


def test_the_same_again_writes_nothing_and_says_so(population: Path, tmp_path: Path):
    arguments = ("batch", str(population), "--output", str(tmp_path / "out"), *DAY)
    nelm(*arguments)
    before = moments(tmp_path / "out")
    again = nelm(*arguments)
    assert again.exit_code == 0
    assert again.stdout == "The same input has been judged already; nothing was written.\n"
    assert moments(tmp_path / "out") == before
    assert nelm(*arguments, "--fresh").stdout.startswith("4 patients judged")
    assert moments(tmp_path / "out") != before


def test_a_later_day_judges_all_again_because_time_alone_changes_verdicts(tmp_path: Path):
    source = folder_of(tmp_path / "in", renamed(BUNDLES[0], "p"))
    for day in ("2026-06-01", "2026-12-01"):
        done = nelm("batch", str(source), "--output", str(tmp_path / "out"), "--as-of", day)
        assert done.stdout.startswith("1 patient judged")
    assert {tuple(one["behind"]) for one in told(tmp_path / "out", "changes.ndjson")} == {("time",)}


def test_a_changed_file_is_new_input_and_the_datum_is_named(tmp_path: Path):
    meets = json.loads((SAMPLES / "meets-all" / "bundle.json").read_bytes())
    source = folder_of(tmp_path / "in", json.dumps(meets).encode())
    arguments = ("batch", str(source), "--output", str(tmp_path / "out"), *DAY)
    nelm(*arguments)
    for entry in meets["entry"]:
        if entry["resource"].get("id") == "ki67-liver":
            entry["resource"]["valueQuantity"]["value"] = 30
            entry["resource"]["meta"]["versionId"] = "2"
    (source / "000.json").write_text(json.dumps(meets))
    assert nelm(*arguments).stdout.startswith("1 patient judged")
    found = told(tmp_path / "out", "changes.ndjson")
    assert {tuple(one["behind"]) for one in found} == {("data",)}
    assert {(d["resource"], d["fate"], d["version"]) for one in found for d in one["data"]} == {
        ("Observation/ki67-liver", "changed", "2")
    }


def test_what_cannot_be_read_costs_only_itself_and_ends_with_14_again_and_again(tmp_path: Path):
    source = folder_of(tmp_path / "in", *many(2), BROKEN)
    arguments = ("batch", str(source), "--output", str(tmp_path / "out"), *DAY)
    done = nelm(*arguments)
    assert done.exit_code == 14
    assert done.stdout.startswith("2 patients judged")
    assert done.stderr == "1 patient not assessed; see dead_letters.ndjson.\n"
    (letter,) = told(tmp_path / "out", "dead_letters.ndjson")
    assert letter["input"] is None
    again = nelm(*arguments)
    assert again.exit_code == 14
    assert "nothing was written" in again.stdout


def test_the_deceased_are_only_counted(tmp_path: Path):
    dead = renamed(deceased(BUNDLES[3]), "nobody-else")
    source = folder_of(tmp_path / "in", *many(2), dead)
    nelm("batch", str(source), "--output", str(tmp_path / "out"), *DAY)
    for name in ("worklist.ndjson", "worklist.html", "worklist.csv", "risk_assessments.ndjson"):
        assert b"nobody-else" not in (tmp_path / "out" / name).read_bytes()
    assert told(tmp_path / "out", "summary.json")[0]["patients"]["deceased"] == 1
    assert told(tmp_path / "out", "run.json")[0]["counts"]["judged"] == 3


def test_whoever_has_no_such_tumor_is_counted_and_not_judged(tmp_path: Path):
    healthy = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": {"resourceType": "Patient", "id": "well"}}],
    }
    source = folder_of(tmp_path / "in", *many(1), json.dumps(healthy).encode())
    nelm("batch", str(source), "--output", str(tmp_path / "out"), *DAY)
    assert told(tmp_path / "out", "run.json")[0]["counts"]["passed_over"] == 1
    assert len(told(tmp_path / "out", "worklist.ndjson")) == 1


def test_what_was_asked_stands_in_the_run(population: Path, tmp_path: Path):
    overlay = SAMPLES.parent / "mappings" / "overlays" / "example-hospital"
    nelm(
        *("batch", str(population), "--output", str(tmp_path / "out"), *DAY),
        *("--set", "esmo-2020", "--set", "optn", "--option", "la_fe_ki67_up_to_20"),
        *("--overlay", str(overlay)),
    )
    (run,) = told(tmp_path / "out", "run.json")
    assert run["sets"] == ["optn", "esmo-2020"]
    assert run["options"] == ["la_fe_ki67_up_to_20"]
    assert [one["folder"] for one in run["overlays"]] == [str(overlay)]
    assert "Overlays" in (tmp_path / "out" / "worklist.html").read_text("utf-8")
    assert (run["source"], run["as_of"], run["engine"]) == (
        str(population),
        "2026-06-01",
        "embedded",
    )
    sets = {v["set"] for line in told(tmp_path / "out", "worklist.ndjson")
            for v in line["verdicts"]}  # fmt: skip
    assert sets == {"optn", "esmo-2020"}


def test_the_ledger_may_lie_elsewhere(population: Path, tmp_path: Path):
    nelm(
        *("batch", str(population), "--output", str(tmp_path / "out"), *DAY),
        *("--ledger", str(tmp_path / "runs.sqlite")),
    )
    assert (tmp_path / "runs.sqlite").is_file()
    assert not (tmp_path / "out" / LEDGER).exists()


@pytest.mark.parametrize("below", ["", "results", "a/b"])
def test_results_cannot_lie_where_they_would_be_read_again(below: str, tmp_path: Path):
    source = folder_of(tmp_path / "in", *many(1))
    done = nelm("batch", str(source), "--output", str(source / below), *DAY)
    assert done.exit_code == 2
    assert "cannot lie in SOURCE" in done.stderr
    assert [path.name for path in source.iterdir()] == ["000.json"]


def test_a_second_run_at_the_same_time_is_refused(population: Path, tmp_path: Path):
    with Folder.open(tmp_path / "out"):
        done = nelm("batch", str(population), "--output", str(tmp_path / "out"), *DAY)
    assert done.exit_code == 13
    assert "under way" in done.stderr


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--set", "otpn"), "Did you mean optn?"),
        (("--option", "x"), "is not known"),
        (("--engine", "x"), "is not"),
    ],
)
def test_a_word_that_is_not_known_is_refused_before_anything_is_made(
    more, words, population, tmp_path: Path
):
    done = nelm("batch", str(population), "--output", str(tmp_path / "out"), *DAY, *more)
    assert done.exit_code == 2
    assert words in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_source_without_any_file_is_refused(tmp_path: Path):
    (tmp_path / "in").mkdir()
    done = nelm("batch", str(tmp_path / "in"), "--output", str(tmp_path / "out"), *DAY)
    assert done.exit_code == 10
    assert "holds no file" in done.stderr


@pytest.mark.threat(20)
def test_progress_in_a_log_holds_counts_and_nothing_of_a_patient(
    population: Path, tmp_path: Path, monkeypatch, caplog
):
    monkeypatch.setattr(progress, "EVERY", 0.0)
    with caplog.at_level(logging.INFO):
        done = nelm("batch", "-v", str(population), "--output", str(tmp_path / "out"), *DAY)
    assert "Judged 4 of about" in done.stderr
    assert "batch-ended judged=4 failed=0" in caplog.text
    for text in (done.stderr, caplog.text):
        assert "patient-0" not in text
        assert "000.json" not in text


def test_the_input_of_a_failed_patient_is_kept_only_where_it_was_asked_for(tmp_path: Path):
    two = json.loads(renamed(BUNDLES[0], "one"))
    merged = {**two, "entry": [
        {**one, "resource": {**one["resource"], "link": [
            {"other": {"reference": "Patient/other"}, "type": "replaced-by"}], "active": False}}
        if one["resource"]["resourceType"] == "Patient" else one
        for one in two["entry"]
    ]}  # fmt: skip
    source = folder_of(tmp_path / "in", json.dumps(merged).encode())
    arguments = ("batch", str(source), "--output", str(tmp_path / "out"), *DAY)
    assert nelm(*arguments).exit_code == 14
    (letter,) = told(tmp_path / "out", "dead_letters.ndjson")
    assert (letter["error"], letter["input"]) == ("MergedPatient", None)
    assert nelm(*arguments, "--keep-input").exit_code == 14
    (letter,) = told(tmp_path / "out", "dead_letters.ndjson")
    assert [json.loads(line) for line in letter["input"]] == [merged]
