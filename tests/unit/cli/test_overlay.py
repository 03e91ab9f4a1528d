"""`nelm overlay`: made from a coverage report, checked for all faults at once, tried on cases."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.cli.run import DAY, SAMPLES, nelm
from tests.unit.knowledge_copies import OVERLAY_HEAD, overlay

from nelm_fhir.cli import overlay as module
from nelm_fhir.knowledge.cases import worked_cases

EXAMPLE = str(SAMPLES.parent / "mappings" / "overlays" / "example-hospital")
LOCAL_CODES = str(SAMPLES / "local-codes" / "bundle.json")
BASE = "https://nelm-fhir.example/fhir"


@pytest.fixture
def report(tmp_path: Path) -> str:
    path = tmp_path / "coverage.json"
    assert nelm("coverage", LOCAL_CODES, *DAY, "-f", "json", "-o", str(path)).exit_code == 0
    return str(path)


@pytest.fixture
def few_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [case for case in worked_cases() if case.file == "la-fe-2026.toml"]
    monkeypatch.setattr(module, "worked_cases", lambda: cases)


def words(text: str) -> str:
    return " ".join(text.split())


def verdicts(folder: str) -> set[str]:
    done = nelm("assess", LOCAL_CODES, *DAY, "--overlay", folder, "-f", "json")
    return {one["verdict"] for one in json.loads(done.stdout)["verdicts"]}


def test_a_new_overlay_loads_maps_nothing_and_says_what_to_do(report: str, tmp_path: Path):
    folder = str(tmp_path / "our-hospital")
    made = nelm("overlay", "new", folder, "--from", report)
    assert (made.exit_code, made.stderr) == (0, "")
    assert "ConceptMap-questions.json" in made.stdout
    checked = nelm("overlay", "check", folder, "--against", report)
    assert checked.exit_code == 0
    assert "0 codes mapped" in checked.stdout
    assert "has no target yet" in checked.stdout
    assert verdicts(folder) == {"indeterminate"}


def test_a_filled_in_overlay_is_read(report: str, tmp_path: Path):
    """The loop of a hospital: report, scaffold, one line filled in, and the element is found."""
    folder = tmp_path / "ours"
    nelm("overlay", "new", str(folder), "--from", report)
    path = folder / "ConceptMap-questions.json"
    resource: dict[str, Any] = json.loads(path.read_text("utf-8"))
    for group in resource["group"]:
        for element in group["element"]:
            if element["code"] == "LB-ANTEIL":
                element["target"] = [{"code": "liver-involvement", "equivalence": "equivalent"}]
    path.write_text(json.dumps(resource), "utf-8")
    assert "1 code mapped" in words(nelm("overlay", "check", str(folder)).stdout)
    arguments = ("--overlay", str(folder), "-f", "json")
    told = json.loads(nelm("coverage", LOCAL_CODES, *DAY, *arguments).stdout)
    involvement = next(e for e in told["elements"] if e["path"] == "liver.involvement")
    assert (involvement["found"], involvement["matched"]["site"]) == ("<5", "<5")


def test_a_folder_that_holds_something_is_only_replaced_on_demand(report: str, tmp_path: Path):
    (tmp_path / "notes.md").write_text("x")
    refused = nelm("overlay", "new", str(tmp_path), "--from", report, "--name", "ours")
    assert refused.exit_code == 2
    forced = nelm("overlay", "new", str(tmp_path), "--from", report, "--name", "ours", "--force")
    assert forced.exit_code == 0
    assert 'name    = "ours"' in (tmp_path / "overlay.toml").read_text("utf-8")


def test_a_name_must_be_one(report: str, tmp_path: Path):
    done = nelm("overlay", "new", str(tmp_path / "a b"), "--from", report)
    assert done.exit_code == 2
    assert "letters, digits and hyphens" in done.stderr


def test_a_file_that_is_no_report_is_refused(tmp_path: Path):
    done = nelm("overlay", "new", str(tmp_path / "ours"), "--from", LOCAL_CODES)
    assert done.exit_code == 10
    assert "no coverage report" in done.stderr
    assert not (tmp_path / "ours").exists()


def test_the_example_overlay_is_clean():
    done = nelm("overlay", "check", EXAMPLE)
    assert done.exit_code == 0
    assert "WARNING" not in done.stdout
    assert "example-hospital 2026.2" in done.stdout


def test_codes_that_no_record_has_are_told(report: str):
    done = nelm("overlay", "check", EXAMPLE, "--against", report)
    assert done.exit_code == 0
    assert "the report does not name it" in words(done.stdout)
    assert "tumor-board-answer|G" in done.stdout
    assert "tumor-board|RESEKT" not in done.stdout


def test_a_report_made_with_the_overlay_knows_its_codes(tmp_path: Path):
    path = tmp_path / "with.json"
    arguments = ("--overlay", EXAMPLE, "-f", "json", "-o", str(path))
    assert nelm("coverage", LOCAL_CODES, *DAY, *arguments).exit_code == 0
    told = nelm("overlay", "check", EXAMPLE, "--against", str(path)).stdout
    for seen in ("|RESEKT", "|KM-PHASE", "|3PH", "|VOL", "|OP-ILEOZ", "|STANZE"):
        assert f"{seen}\n" not in told, seen


def test_all_faults_are_told_at_once_each_with_what_to_do(tmp_path: Path):
    wrong = {"code": "scann", "equivalence": "equivalent"}
    group = {
        "source": "urn:local",
        "target": f"{BASE}/CodeSystem/attested-element",
        "element": [{"code": "X", "target": [wrong]}, {"code": "Y"}],
    }
    folder = overlay(
        tmp_path / "ours",
        overlay_toml=OVERLAY_HEAD + "limit = 3\n",
        map_json=json.dumps({"resourceType": "ConceptMap", "group": [group]}),
        answers_toml='[scan]\nfrei = "negativ"',
    )
    done = nelm("overlay", "check", str(folder))
    assert done.exit_code == 11
    assert "ours/overlay.toml: key 'limit' is not known" in done.stderr
    assert "ours/answers.toml: scan.frei: answer 'negativ' is not known; nearest" in done.stderr
    assert "map.json: urn:local|X: target" in done.stderr
    assert "→ Name a code of attested-element" in done.stderr
    assert "has no target yet" in done.stdout, "warnings are told beside faults"


def test_two_overlays_are_checked_together(tmp_path: Path):
    other = overlay(tmp_path / "other", overlay_toml=OVERLAY_HEAD + 'x = "y"')
    done = nelm("overlay", "check", EXAMPLE, str(other))
    assert done.exit_code == 11
    assert "other/overlay.toml" in done.stderr


def test_the_worked_cases_hold_with_the_example_overlay():
    done = nelm("overlay", "test", EXAMPLE)
    assert done.exit_code == 0
    assert "worked cases: none of them changes." in done.stdout


@pytest.mark.usefixtures("few_cases")
def test_what_an_overlay_changes_is_told_with_the_reason(tmp_path: Path):
    head = OVERLAY_HEAD + "[freshness]\nimaging_months = 1\n"
    folder = str(overlay(tmp_path / "strict", overlay_toml=head))
    done = nelm("overlay", "test", folder)
    assert done.exit_code == 0
    assert "BY STRICTER FRESHNESS" in done.stdout
    assert "unknown: too-old, without it met" in done.stdout
    assert nelm("overlay", "test", folder, "--fail-on-change").exit_code == 1


@pytest.mark.usefixtures("few_cases")
def test_an_option_is_told_as_the_reason(tmp_path: Path):
    head = OVERLAY_HEAD + "[options]\nla_fe_ki67_up_to_20 = true\n"
    done = nelm("overlay", "test", str(overlay(tmp_path / "o", overlay_toml=head)))
    assert "BY OPTIONS" in done.stdout
    assert "B-KI67: met, without it not-met" in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 80


def test_an_overlay_with_faults_is_not_tried(tmp_path: Path):
    done = nelm("overlay", "test", str(overlay(tmp_path / "o", overlay_toml="name = 1")))
    assert done.exit_code == 11
