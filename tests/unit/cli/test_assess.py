"""`nelm assess`: formats, several records, options, and how it ends."""

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest
from tests.unit.assessment.made import catalogue
from tests.unit.cli.run import (
    DAY,
    DISAGREE,
    EMPTY,
    MEETS_ALL,
    nelm,
    process,
    profile_file,
    stream_of,
)

from nelm_fhir.assessment.json_schema import error_schema, result_schema

MOMENT = ("--recorded", "2026-06-01T12:00:00+00:00")
SETS = list(catalogue().sets)


def verdicts(form: dict) -> dict[str, str]:
    return {verdict["set"]: verdict["verdict"] for verdict in form["verdicts"]}


def test_json_is_as_its_schema_says():
    form = json.loads(nelm("assess", MEETS_ALL, *DAY, "--format", "json").stdout)
    jsonschema.validate(form, result_schema())
    assert verdicts(form)["optn"] == "criteria-met"
    assert form["patient"] == "Patient/sample-ileum-1"


def test_the_same_input_gives_the_same_bytes_in_every_format():
    for form in ("table", "json", "ndjson", "fhir", "md", "csv"):
        first, second = (
            nelm("assess", MEETS_ALL, *DAY, *MOMENT, "--format", form).stdout_bytes
            for _ in range(2)
        )
        assert first == second
        assert first


def test_only_the_chosen_sets_are_judged():
    asked = ("--set", "optn", "--set", "esmo-2020", "--format", "json")
    form = json.loads(nelm("assess", MEETS_ALL, *DAY, *asked).stdout)
    assert list(verdicts(form)) == ["optn", "esmo-2020"]


def test_without_a_day_today_is_judged_and_said():
    assert " (today)\n" in nelm("assess", MEETS_ALL).stdout
    assert " (today)\n" not in nelm("assess", MEETS_ALL, *DAY).stdout


def test_an_option_is_turned_on_and_stands_in_the_result():
    asked = (*DAY, "--option", "la_fe_ki67_up_to_20", "--format", "json")
    form = json.loads(nelm("assess", DISAGREE, *asked).stdout)
    assert form["options"] == {"la_fe_ki67_up_to_20": True}
    assert "B-KI67" not in next(v for v in form["verdicts"] if v["set"] == "la-fe-2026")["deciding"]


def test_a_profile_is_judged_for_its_own_day_unless_another_is_given(tmp_path: Path):
    path = profile_file(tmp_path, "V26")
    form = json.loads(nelm("assess", "--profile", path, "--format", "json").stdout)
    assert (form["as_of"], verdicts(form)["esmo-2020"]) == ("2026-06-01", "deferred")
    later = nelm("assess", "--profile", path, "--as-of", "2027-06-01", "--format", "json").stdout
    assert json.loads(later)["as_of"] == "2027-06-01"


def test_a_profile_can_be_given_its_patient_for_fhir(tmp_path: Path):
    path = profile_file(tmp_path, "V01")
    nobody = nelm("assess", "--profile", path, "--format", "fhir")
    assert nobody.exit_code == 10
    named = nelm("assess", "--profile", path, "--subject", "Patient/x", "--format", "fhir", *MOMENT)
    entries = json.loads(named.stdout)["entry"]
    assert entries[0]["resource"]["subject"]["reference"] == "Patient/x"


@pytest.mark.parametrize("kind", ["transaction", "collection"])
def test_fhir_gives_one_risk_assessment_per_set_and_provenance(kind: str):
    done = nelm("assess", MEETS_ALL, *DAY, *MOMENT, "--format", "fhir", "--bundle", kind)
    bundle = json.loads(done.stdout)
    types = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert bundle["type"] == kind
    assert types == ["RiskAssessment"] * len(SETS) + ["Provenance"]


def test_several_files_give_one_line_each_in_their_order():
    done = nelm("assess", DISAGREE, MEETS_ALL, *DAY)
    forms = [json.loads(line) for line in done.stdout.splitlines()]
    assert [form["patient"][-10:] for form in forms] == ["pancreas-3", "le-ileum-1"]
    assert done.exit_code == 0


def test_a_stream_of_bundles_gives_one_line_each_and_an_error_in_its_place():
    stream = stream_of(MEETS_ALL, b'{"resourceType": "Bundle", "type": "collection"}', DISAGREE)
    done = nelm("assess", "-", *DAY, input=stream)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 14
    assert [("error" in line) for line in lines] == [False, True, False]
    jsonschema.validate(lines[1], error_schema())
    assert lines[1]["input"] == "-:2"
    assert lines[1]["error"]["exit_code"] == 10


def test_an_unusable_file_among_several_gives_a_line_and_14(tmp_path: Path):
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    done = nelm("assess", str(broken), MEETS_ALL, *DAY)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 14
    assert lines[0]["input"] == str(broken)
    assert lines[1]["patient"] == "Patient/sample-ileum-1"


@pytest.mark.parametrize("form", ["table", "md", "csv", "fhir"])
def test_every_format_takes_several_records_and_keeps_the_place_of_an_error(
    form: str, tmp_path: Path
):
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    done = nelm("assess", MEETS_ALL, str(broken), DISAGREE, *DAY, *MOMENT, "--format", form)
    assert done.exit_code == 14
    places = [done.stdout.find(one) for one in ("sample-ileum-1", "not valid JSON", "pancreas-3")]
    assert places == sorted(places)
    assert -1 not in places


def test_one_bad_input_alone_ends_with_its_own_code_and_says_what_to_do(tmp_path: Path):
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    done = nelm("assess", str(broken))
    assert done.exit_code == 10
    assert done.stdout == ""
    assert done.stderr.startswith("Error: The input is not valid JSON.")
    assert len(done.stderr.strip().splitlines()) == 2


@pytest.mark.parametrize(
    ("unwanted", "code"), [("criteria-not-met", 1), ("deferred", 0), ("criteria-met", 1)]
)
def test_fail_on_ends_with_1_only_where_a_set_has_that_verdict(unwanted: str, code: int):
    assert nelm("assess", MEETS_ALL, *DAY, "--fail-on", unwanted).exit_code == code


def test_an_unusable_record_outweighs_fail_on(tmp_path: Path):
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    asked = (*DAY, "--fail-on", "criteria-met")
    assert nelm("assess", MEETS_ALL, str(broken), *asked).exit_code == 14
    assert nelm("assess", str(broken), MEETS_ALL, *asked).exit_code == 14


@pytest.mark.parametrize(
    ("asked", "near"),
    [(("--set", "otpn"), "optn"), (("--option", "la_fe_ki67"), "la_fe_ki67_up_to_20")],
)
def test_an_unknown_word_is_wrong_usage_and_the_nearest_is_named(asked, near: str):
    done = nelm("assess", MEETS_ALL, *asked)
    assert done.exit_code == 2
    assert f"Did you mean {near}?" in done.stderr


def test_a_day_that_does_not_exist_is_wrong_usage():
    assert nelm("assess", MEETS_ALL, "--as-of", "2026-02-30").exit_code == 2


def test_a_missing_file_is_wrong_usage():
    assert nelm("assess", "nowhere.json").exit_code == 2


def test_a_missing_file_or_a_folder_among_several_costs_only_its_own_line(tmp_path: Path):
    done = nelm("assess", "nowhere.json", MEETS_ALL, str(tmp_path), *DAY)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 14
    assert [("error" in line) for line in lines] == [True, False, True]
    assert lines[0]["input"] == "nowhere.json"


def test_a_place_that_cannot_be_written_is_wrong_usage(tmp_path: Path):
    done = nelm("assess", MEETS_ALL, *DAY, "-o", str(tmp_path / "nowhere" / "out.json"))
    assert done.exit_code == 2
    assert "No such file or directory" in done.stderr


@pytest.mark.parametrize("moment", ["2026-06-01", "2026-06-01T12:00:00", "noon"])
def test_a_moment_of_writing_needs_time_and_zone(moment: str):
    done = nelm("assess", MEETS_ALL, *DAY, "-f", "fhir", "--recorded", moment)
    assert done.exit_code == 2
    assert "write YYYY-MM-DDThh:mm:ss+hh:mm" in done.stderr


def test_a_wrong_overlay_ends_with_11(tmp_path: Path):
    done = nelm("assess", MEETS_ALL, "--overlay", str(tmp_path))
    assert done.exit_code == 11
    assert "overlay.toml" in done.stderr


def test_output_goes_to_a_file_whole_or_not_at_all(tmp_path: Path):
    target, broken = tmp_path / "out.json", tmp_path / "broken.json"
    broken.write_text("{")
    assert nelm("assess", MEETS_ALL, *DAY, "-f", "json", "-o", str(target)).stdout == ""
    before = target.read_bytes()
    assert json.loads(before)["as_of"] == "2026-06-01"
    assert nelm("assess", str(broken), "-f", "json", "-o", str(target)).exit_code == 10
    assert target.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.json", "out.json"]


def test_csv_has_one_row_per_criterion_and_carries_the_notice():
    rows = list(csv.DictReader(io.StringIO(nelm("assess", MEETS_ALL, *DAY, "-f", "csv").stdout)))
    assert {row["set"] for row in rows} == set(SETS)
    assert all(row["notice"].startswith("Prepared for discussion") for row in rows)
    burden = next(row for row in rows if row["criterion"] == "ESMO-BURD")
    assert (burden["status"], burden["limit"]) == ("met", "< 50 %")


def test_a_record_without_any_neuroendocrine_finding_is_judged_and_says_so_first():
    done = nelm("assess", "-", *DAY, input=json.dumps(EMPTY))
    assert done.exit_code == 0
    first = done.stdout.index("no neuroendocrine finding")
    assert first < done.stdout.index("Milan 2007")


def test_verbose_names_what_was_not_used_and_the_citations():
    shown = nelm("assess", MEETS_ALL, *DAY, "--verbose")
    assert "entered-in-error" in shown.stdout
    assert "doi:10.1111/ajt.13831" in shown.stdout
    assert "doi:10.1111/ajt.13831" not in nelm("assess", MEETS_ALL, *DAY).stdout


def test_strict_reads_a_valid_record():
    done = nelm("assess", MEETS_ALL, *DAY, "--strict", "--set", "optn")
    assert done.exit_code == 0, done.stderr


def test_a_reader_that_goes_away_leaves_no_traceback():
    import signal
    import subprocess
    import sys

    told = [sys.executable, "-m", "nelm_fhir.cli.main", "assess", MEETS_ALL, "-f", "json"]
    running = subprocess.Popen(told, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    running.stdout.close()
    assert running.stderr.read() == b""
    running.stderr.close()
    assert running.wait() == -signal.SIGPIPE


@pytest.mark.parametrize(
    ("arguments", "text", "code"),
    [
        (("assess", MEETS_ALL, *DAY), b"", 0),
        (("assess", MEETS_ALL, *DAY, "--fail-on", "criteria-met"), b"", 1),
        (("assess", MEETS_ALL, "--set", "x"), b"", 2),
        (("assess", "-"), b"{", 10),
        (("assess", "-", MEETS_ALL), b"{", 14),
    ],
)
def test_the_process_ends_with_the_documented_code(arguments, text: bytes, code: int):
    done = process(*arguments, text=text)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
