"""The files of a batch: whole, described, the same after any interruption, without a clock."""

import csv
import io
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from msgspec import structs
from tests.unit.assessment.made import catalogue
from tests.unit.batch_outputs.made import (
    MOMENT,
    batch,
    contents,
    engine,
    failed,
    job,
    of_vignettes,
    request,
    samples,
)

from nelm_fhir.batch.outputs import worklist_rows
from nelm_fhir.batch.outputs.files import NAMES
from nelm_fhir.batch.outputs.schema import (
    change_schema,
    letter_schema,
    run_schema,
    summary_schema,
    worklist_schema,
)
from nelm_fhir.errors import NoPatient, SeveralPatients

BROKEN = failed("Patient/broken", SeveralPatients("Two patients.", "Choose one."))
EVERYBODY = (*samples()[::2], *of_vignettes()[::4], BROKEN)
LATER = {"fingerprint": "1" * 64}
SCHEMAS = {
    "worklist.ndjson": worklist_schema(),
    "changes.ndjson": change_schema(),
    "dead_letters.ndjson": letter_schema(),
    "summary.json": summary_schema(),
    "run.json": run_schema(),
}


def two_runs(folder: Path) -> Path:
    """Make a folder in which something has changed."""
    batch(folder, EVERYBODY)
    others = [structs.replace(one, deceased=index == 3) for index, one in enumerate(EVERYBODY[1:])]
    batch(folder, others, **LATER)
    return folder


def told(folder: Path, name: str) -> list[dict]:
    text = (folder / name).read_bytes()
    return [json.loads(line) for line in ([text] if name.endswith(".json") else text.splitlines())]


def test_all_files_have_their_fixed_names_and_belong_to_their_owner_only(tmp_path: Path):
    batch(tmp_path / "out", EVERYBODY)
    assert set(contents(tmp_path / "out")) == set(NAMES)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    for path in (tmp_path / "out").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_line_is_as_its_schema_says(name: str, tmp_path: Path):
    validator = Draft202012Validator(SCHEMAS[name], format_checker=FormatChecker())
    lines = told(two_runs(tmp_path / "out"), name)
    assert lines
    for line in lines:
        validator.validate(line)


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_of_a_schema_says_what_it_means(name: str):
    properties = SCHEMAS[name]["properties"]
    assert [key for key, schema in properties.items() if not schema.get("description")] == []


@pytest.mark.parametrize("parts", [0, 1, 2, 4])
def test_an_interrupted_run_goes_on_and_gives_the_same_files(parts: int, tmp_path: Path):
    batch(tmp_path / "whole", EVERYBODY)
    with job(tmp_path / "cut") as one, pytest.raises(KeyboardInterrupt):
        one.do(request(), engine(EVERYBODY, stop_after=parts), fresh=False)
    seen = []

    def second(sink, done):
        seen.extend(done)
        return engine(EVERYBODY)(sink, done)

    with job(tmp_path / "cut") as one:
        one.do(request(), second, fresh=False)
    assert len(seen) == parts
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")


@pytest.mark.parametrize("name", NAMES)
def test_a_run_that_is_cut_off_while_it_writes_a_file_gives_the_same_files(
    name: str, tmp_path: Path, monkeypatch
):
    batch(tmp_path / "whole", EVERYBODY)
    with job(tmp_path / "cut") as one:
        writing = one.folder.writing

        def cut(wanted: str):
            if wanted == name:
                (tmp_path / "cut" / f".{name}.part").write_bytes(b"half a li")
                raise KeyboardInterrupt
            return writing(wanted)

        monkeypatch.setattr(one.folder, "writing", cut)
        with pytest.raises(KeyboardInterrupt):
            one.do(request(), engine(EVERYBODY), fresh=False)
    assert not (tmp_path / "cut" / "run.json").exists()

    def never(sink, done):
        raise AssertionError("everybody has been judged")

    with job(tmp_path / "cut") as one:
        one.do(request(), never, fresh=False)
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")


def test_the_same_request_again_writes_nothing(tmp_path: Path):
    batch(tmp_path / "out", EVERYBODY)
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}
    again = batch(tmp_path / "out", EVERYBODY)
    assert again.repeated
    assert again.failed == 1
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}
    assert {name: after[name] for name in NAMES} == {name: before[name] for name in NAMES}


@pytest.mark.parametrize("damage", ["removed", "changed", "a link"])
def test_a_file_that_is_no_longer_as_it_was_written_is_written_again(damage, tmp_path: Path):
    batch(tmp_path / "out", EVERYBODY)
    before = contents(tmp_path / "out")
    path = tmp_path / "out" / "worklist.csv"
    path.unlink()
    if damage == "changed":
        path.write_bytes(b"edited by hand")
    elif damage == "a link":
        path.symlink_to(tmp_path / "elsewhere")
    assert not batch(tmp_path / "out", EVERYBODY).repeated
    assert contents(tmp_path / "out") == before
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"as_of": MOMENT.date() + timedelta(days=1)},
        {"fingerprint": "other"},
        {"catalogue": "sha256:other"},
        {"options": ("la_fe_ki67_up_to_20",)},
        {"sets": ("optn",)},
        {"keep_input": True},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_anything_else_that_is_asked_is_a_new_run(changed: dict, tmp_path: Path):
    batch(tmp_path / "out", EVERYBODY)
    assert not batch(tmp_path / "out", EVERYBODY, **changed).repeated


@pytest.mark.parametrize("changed", [{"engine": "spark"}, {"source": "elsewhere/records"}])
def test_the_engine_and_the_name_of_the_source_change_no_result(changed: dict, tmp_path: Path):
    batch(tmp_path / "out", EVERYBODY)
    assert batch(tmp_path / "out", EVERYBODY, **changed).repeated


def test_what_another_engine_had_begun_is_begun_anew(tmp_path: Path):
    with job(tmp_path / "out") as one, pytest.raises(KeyboardInterrupt):
        one.do(request(), engine(EVERYBODY, stop_after=4), fresh=False)
    batch(tmp_path / "out", EVERYBODY, engine="spark")
    batch(tmp_path / "other", EVERYBODY, engine="spark")
    assert contents(tmp_path / "out") == contents(tmp_path / "other")


def test_a_fresh_run_judges_everybody_again_and_gives_the_same_files(tmp_path: Path):
    batch(tmp_path / "out", EVERYBODY)
    before = contents(tmp_path / "out")
    assert not batch(tmp_path / "out", EVERYBODY, fresh=True).repeated
    assert contents(tmp_path / "out") == before


def test_no_file_holds_a_clock(tmp_path: Path, monkeypatch):
    batch(tmp_path / "one", EVERYBODY)
    monkeypatch.setattr(
        "tests.unit.batch_outputs.made.MOMENT", datetime(2077, 1, 1, 12, 30, tzinfo=UTC)
    )
    batch(tmp_path / "other", EVERYBODY)
    assert contents(tmp_path / "one") == contents(tmp_path / "other")
    for name, content in contents(tmp_path / "other").items():
        assert b"2077-" not in content, name


def test_the_run_tells_the_digest_of_every_other_file(tmp_path: Path):
    from hashlib import sha256

    batch(tmp_path / "out", EVERYBODY)
    (run,) = told(tmp_path / "out", "run.json")
    found = {name: sha256(text).hexdigest() for name, text in contents(tmp_path / "out").items()}
    del found["run.json"]
    assert run["outputs"] == found


def test_without_pyarrow_a_table_of_an_earlier_run_does_not_stay(tmp_path: Path, monkeypatch):
    batch(tmp_path / "out", EVERYBODY)
    monkeypatch.setattr(worklist_rows, "find_spec", lambda name: None)
    batch(tmp_path / "out", EVERYBODY, **LATER)
    assert "worklist.parquet" not in contents(tmp_path / "out")
    assert "worklist.parquet" not in told(tmp_path / "out", "run.json")[0]["outputs"]


def test_the_tables_have_a_row_per_patient_and_set_in_the_order_of_the_worklist(tmp_path: Path):
    import pyarrow.parquet as pq

    batch(tmp_path / "out", EVERYBODY)
    expected = [(line["patient"], one["set"], one["verdict"], one["earliest"])
                for line in told(tmp_path / "out", "worklist.ndjson")
                for one in line["verdicts"]]  # fmt: skip
    text = (tmp_path / "out" / "worklist.csv").read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(r["patient"], r["set"], r["verdict"], r["earliest"] or None) for r in rows] == expected
    table = pq.read_table(tmp_path / "out" / "worklist.parquet").to_pylist()
    assert [(r["patient"], r["set"], r["verdict"], r["earliest"] and str(r["earliest"]))
            for r in table] == expected  # fmt: skip


def test_a_formula_in_an_id_is_none_in_the_table(tmp_path: Path):
    line = json.loads(samples()[0].line) | {"patient": "=HYPERLINK(1)"}
    hostile = structs.replace(samples()[0], patient="=HYPERLINK(1)", line=json.dumps(line).encode())
    batch(tmp_path / "out", [hostile])
    text = (tmp_path / "out" / "worklist.csv").read_text("utf-8")
    assert {row["patient"] for row in csv.DictReader(io.StringIO(text))} == {"'=HYPERLINK(1)"}


def test_risk_assessments_are_those_of_the_living_and_profiles_those_of_everybody(tmp_path: Path):
    first, *others = samples()
    batch(tmp_path / "out", [structs.replace(first, deceased=True), *others])
    about = {
        one["subject"]["reference"] for one in told(tmp_path / "out", "risk_assessments.ndjson")
    }
    assert about == {one.patient for one in others}
    profiles = told(tmp_path / "out", "profiles.ndjson")
    assert [one["patient"] for one in profiles] == sorted(one.patient for one in samples())
    by_patient = {one.patient: json.loads(one.profile) for one in samples()}
    assert all(one["profile"] == by_patient[one["patient"]] for one in profiles)


# --- dead letters, summary ------------------------------------------------------------------------


def test_a_dead_letter_tells_why_and_what_to_do_and_holds_no_input(tmp_path: Path):
    batch(tmp_path / "out", [BROKEN])
    (letter,) = told(tmp_path / "out", "dead_letters.ndjson")
    assert (letter["error"], letter["reason"], letter["remedy"]) == (
        "SeveralPatients",
        "Two patients.",
        "Choose one.",
    )
    assert letter["outcome"]["issue"][0]["code"] == "multiple-matches"
    assert letter["input"] is None


def test_attempts_count_the_runs_in_which_this_very_input_failed(tmp_path: Path):
    other_input = failed("Patient/broken", SeveralPatients("Two patients."), b"another record")
    counted = []
    for number, one in enumerate([BROKEN, BROKEN, other_input, other_input]):
        batch(tmp_path / "out", [one], fingerprint=str(number))
        counted.append(told(tmp_path / "out", "dead_letters.ndjson")[0]["attempts"])
    assert counted == [1, 2, 1, 2]


def test_the_input_stands_in_a_letter_only_where_somebody_asked_to_keep_it(tmp_path: Path):
    kept = failed("Patient/x", NoPatient("None."), kept=(b'{"a": 1}', b"\xff{"))
    batch(tmp_path / "out", [kept], keep_input=True)
    (letter,) = told(tmp_path / "out", "dead_letters.ndjson")
    assert letter["input"] == ['{"a": 1}', "\\xff{"]


def test_the_summary_counts_what_the_worklist_shows(tmp_path: Path):
    batch(tmp_path / "out", EVERYBODY)
    (summary,) = told(tmp_path / "out", "summary.json")
    lines = told(tmp_path / "out", "worklist.ndjson")
    assert summary["patients"] == {
        **{place: sum(line["place"] == place for line in lines)
           for place in ("criteria-met", "indeterminate", "deferred", "other")},
        "deceased": 0,
        "failed": 1,
        "passed_over": 7,
    }  # fmt: skip
    for one in summary["verdicts"]:
        for verdict, number in one["patients"].items():
            assert number == sum(
                v["verdict"] == verdict
                for line in lines
                for v in line["verdicts"]
                if v["set"] == one["set"]
            )
    for one in summary["missing"]:
        lacking = [line for line in lines if one["datum"] in {m["datum"] for m in line["missing"]}]
        assert one["patients"] == len(lacking)
        alone = [line for line in lacking if len({m["datum"] for m in line["missing"]}) == 1]
        assert one["nothing_else"] == len(alone)
    assert summary["failed"] == {"SeveralPatients": 1}


def test_the_summary_shows_where_two_sets_disagree(tmp_path: Path):
    batch(tmp_path / "out", EVERYBODY)
    (summary,) = told(tmp_path / "out", "summary.json")
    lines = told(tmp_path / "out", "worklist.ndjson")
    ids = list(catalogue().sets)
    assert {(one["first"], one["second"]) for one in summary["disagreements"]} <= {
        (a, b) for at, a in enumerate(ids) for b in ids[at + 1 :]
    }
    for one in summary["disagreements"]:
        pairs = [({v["set"]: v["verdict"] for v in line["verdicts"]}) for line in lines]
        different = [p for p in pairs if p[one["first"]] != p[one["second"]]]
        opposed = [p for p in different if {p[one["first"]], p[one["second"]]}
                   == {"criteria-met", "criteria-not-met"}]  # fmt: skip
        assert (one["patients"], one["opposed"]) == (len(different), len(opposed))


def test_a_run_without_any_patient_has_all_its_files(tmp_path: Path):
    ended = batch(tmp_path / "out", [])
    assert ended.is_whole
    assert set(contents(tmp_path / "out")) == set(NAMES)
    for name in ("worklist.ndjson", "changes.ndjson", "dead_letters.ndjson"):
        assert contents(tmp_path / "out")[name] == b""
