"""`nelm coverage`: folders and lines, one bad file among many, three formats, safe to mail."""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.unit.cli.run import DAY, MEETS_ALL, SAMPLES, nelm, process
from tests.unit.cli.test_canary import structural

CANARY = "CANARY7F3A"
FORMS = ("table", "json", "html")
LOCAL_CODES = SAMPLES / "local-codes" / "bundle.json"
GOLDEN = Path(__file__).parent / "golden" / "coverage.txt"
DIGEST = re.compile(r"sha256:[0-9a-f]+")


def told(*arguments: str, **options: object) -> dict[str, Any]:
    return json.loads(nelm("coverage", *arguments, *DAY, "-f", "json", **options).stdout)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Nine records under names of patients: copies of three samples, two of them in a folder."""
    for name in ("meets-all", "local-codes", "sets-that-disagree"):
        for number in range(3):
            below = tmp_path / "records" / ("below" if number else "")
            below.mkdir(parents=True, exist_ok=True)
            shutil.copy(SAMPLES / name / "bundle.json", below / f"Fiktiva-{name}-{number}.json")
    return tmp_path / "records"


def test_a_folder_is_read_with_all_that_lies_below_it(folder: Path):
    done = nelm("coverage", str(folder), *DAY, "-f", "json")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout)["records"] == 5


def test_files_folders_and_stdin_are_counted_together(folder: Path):
    text = Path(MEETS_ALL).read_text("utf-8")
    report = told(str(folder), MEETS_ALL, "-", input=text)
    assert report["records"] == 10


def test_lines_are_records(tmp_path: Path):
    one = json.dumps(json.loads(Path(MEETS_ALL).read_bytes()))
    (tmp_path / "all.ndjson").write_text(f"{one}\n" * 12)
    assert told(str(tmp_path))["records"] == 10


def test_one_bad_file_never_costs_the_run(folder: Path):
    (folder / "broken-Fiktiva.json").write_text('{"resourceType": "Bundle", "entry": [')
    done = nelm("coverage", str(folder), *DAY, "-f", "json")
    report = json.loads(done.stdout)
    assert done.exit_code == 14
    assert report["records"] == 5
    assert report["refused"] == [{"kind": "NotJson", "inputs": "<5"}]
    assert "Input 10 of 10, in order of name. Error: " in done.stderr
    assert "Fiktiva" not in done.stderr


def test_files_of_a_folder_that_are_no_records_are_passed_over(folder: Path):
    (folder / "notes.txt").write_text("not FHIR")
    (folder / "settings.json").write_text('{"a": 1}')
    shutil.copy(SAMPLES / "meets-all" / "expected" / "risk-assessments.json", folder)
    done = nelm("coverage", str(folder), *DAY, "-f", "json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["refused"] == []
    assert done.stderr == "2 files of the folders: no records, passed over.\n"


def test_a_file_that_is_named_and_no_record_is_refused(tmp_path: Path):
    (tmp_path / "settings.json").write_text('{"a": 1}')
    assert nelm("coverage", str(tmp_path / "settings.json")).exit_code == 10
    assert nelm("coverage", str(tmp_path / "settings.json"), MEETS_ALL).exit_code == 14
    assert nelm("coverage", str(tmp_path / "nowhere")).exit_code == 2
    assert nelm("coverage").exit_code == 2


def test_the_json_is_that_of_the_schema():
    schema = json.loads(nelm("schema", "coverage").stdout)
    jsonschema.validate(told(str(SAMPLES)), schema)


def test_the_table_fits_80_columns_and_shows_what_has_to_be_done():
    done = nelm("coverage", str(LOCAL_CODES), *DAY)
    assert max(len(line) for line in done.stdout.splitlines()) <= 80
    words = " ".join(done.stdout.split())
    assert "Birth date <5 exact <5" in words
    assert "RESEKT Resectability" in words
    assert "→ element" in words
    assert "H03AA01" not in words
    assert "farther codes: other drugs" in words


def test_verbose_shows_every_code_and_how_it_was_coded():
    words = " ".join(nelm("coverage", MEETS_ALL, *DAY, "-v").stdout.split())
    assert "HOW IT WAS CODED" in words
    assert "29593-1 (LOINC) exact Observation.valueQuantity" in words
    local = " ".join(nelm("coverage", str(LOCAL_CODES), *DAY, "-v").stdout.split())
    assert "H03AA01" in local


def test_the_overlay_takes_its_codes_off_the_list():
    overlay = str(SAMPLES.parent / "mappings" / "overlays" / "example-hospital")
    without, beside = told(str(LOCAL_CODES)), told(str(LOCAL_CODES), "--overlay", overlay)
    asked = {row["code"] for row in without["unmapped"]}
    assert {"KI67", "LB-ANTEIL", "RESEKT", "U", "PET-EXTRAHEP", "VERLAUF", "PRIMARIUS"} <= asked
    left = {row["code"] for row in beside["unmapped"]}
    assert left == {"C09AA05", "ECOG", "H03AA01", "PATHO", "SUVMAX", "SYNAPTO"}
    assert beside["overlays"] == [{"name": "example-hospital", "version": "2026.2"}]
    assert {row["code"] for row in beside["site_codes"]} > {"KI67", "KM-PHASE", "3PH", "T-ILEUM"}


def test_the_page_goes_to_a_file_in_one_piece(tmp_path: Path):
    page = tmp_path / "coverage.html"
    done = nelm("coverage", MEETS_ALL, *DAY, "-f", "html", "-o", str(page))
    assert (done.exit_code, done.stdout) == (0, "")
    text = page.read_text("utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert text.endswith("</html>\n")


def test_the_table_is_the_one_that_was_looked_at():
    done = nelm("coverage", str(LOCAL_CODES), *DAY, env={"NO_COLOR": "1"})
    shown = DIGEST.sub("sha256:", done.stdout)
    if os.environ.get("NELM_UPDATE_GOLDEN") == "1":
        GOLDEN.write_text(shown, "utf-8")
    assert shown == GOLDEN.read_text("utf-8")


@pytest.mark.parametrize("form", FORMS)
def test_the_same_records_give_the_same_bytes(form: str, folder: Path):
    runs = [nelm("coverage", str(folder), *DAY, "-f", form).stdout_bytes for _ in range(2)]
    assert runs[0] == runs[1]


def test_it_runs_as_a_process_in_a_pipe():
    done = process("coverage", str(LOCAL_CODES), *DAY, COLUMNS="80")
    assert done.returncode == 0
    assert "Coverage of the data elements" in done.stdout.decode()


# --- safe to mail ---------------------------------------------------------------------------------


def marked(value: Any, marker: str, key: str = "") -> Any:
    """Put the marker into every text of a record, into ids and into what refers to them."""
    if isinstance(value, dict):
        return {name: marked(member, marker, name) for name, member in value.items()}
    if isinstance(value, list):
        return [marked(member, marker, key) for member in value]
    if not isinstance(value, str) or key == "resourceType":
        return value
    if key in {"id", "fullUrl", "reference"}:
        return f"{value}-{marker}"
    return value if structural(key) else f"{value} {marker}"


def marked_records(folder: Path, copies: int) -> None:
    """Write samples with a marker in all they say; of several copies each has its own marker."""
    styles = sorted(SAMPLES.glob("*/bundle.json"))
    for sample in styles if copies == 1 else styles[::3]:
        bundle = json.loads(sample.read_bytes())
        for number in range(copies):
            record = marked(bundle, f"{CANARY}{number}")
            vendor = {
                "resourceType": "Observation",
                "id": f"vendor-{CANARY}{number}",
                "status": "final",
                "code": {"coding": [{"system": "http://loinc.org", "code": "29593-1"}]},
                "subject": subject(record),
                f"value{CANARY}": f"{CANARY}",
            }
            entry = {"fullUrl": f"urn:uuid:{CANARY}{number}", "resource": vendor}
            record["entry"].append(entry)
            path = folder / f"{CANARY}-{sample.parent.name}-{number}.json"
            path.write_text(json.dumps(record), "utf-8")


def subject(record: dict[str, Any]) -> dict[str, str]:
    resources = (entry["resource"] for entry in record["entry"])
    return next(one["subject"] for one in resources if one["resourceType"] == "Observation")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("copies", [1, 6])
def test_no_text_id_date_or_file_name_of_a_record_is_in_any_format(
    form: str, copies: int, tmp_path: Path
):
    marked_records(tmp_path, copies)
    done = nelm("coverage", str(tmp_path), *DAY, "-f", form, "-v")
    assert done.exit_code == 0, done.stderr
    assert len(done.stdout) > 5000
    assert CANARY not in done.stdout + done.stderr
    assert not re.search(r"(?<![\d.])(19|20)\d\d-\d\d(?!\d)", done.stdout)


@pytest.mark.parametrize("form", FORMS)
def test_the_values_of_a_record_are_in_no_format(form: str):
    """The Ki-67, ages and volumes of the sample with the rarest numbers."""
    done = nelm("coverage", str(LOCAL_CODES), *DAY, "-f", form, "-v")
    for value in ("31.4", "64.2", "BH-0010482", "1978", "Beispiel", "beidseitig", "gelistet"):
        assert value not in done.stdout, value


def test_no_small_count_is_in_any_format(folder: Path):
    report = told(str(folder))

    def counts(value: Any, key: str = "") -> list[Any]:
        if isinstance(value, dict):
            return [found for name, member in value.items() for found in counts(member, name)]
        if isinstance(value, list):
            return [found for member in value for found in counts(member, key)]
        return [value] if isinstance(value, int) and not isinstance(value, bool) else []

    assert counts(report)
    assert all(count % 5 == 0 for count in counts(report))
