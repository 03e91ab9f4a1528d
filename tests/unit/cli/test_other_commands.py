"""explain, profile, criteria, codes, samples, schema, doctor."""

import json
import shlex
from pathlib import Path

import jsonschema
import pytest
from msgspec import structs
from tests.unit.assessment.made import catalogue, vignettes
from tests.unit.cli.run import DAY, DISAGREE, MEETS_ALL, nelm

from nelm_fhir.cli import criteria
from nelm_fhir.knowledge.files import samples


def words(text: str) -> str:
    """Return the text on one line, as a reader reads it."""
    return " ".join(text.split())


def test_explain_shows_value_resource_version_quote_and_source():
    shown = words(nelm("explain", DISAGREE, "--as-of", "2026-04-20", "--set", "esmo-2020").stdout)
    assert (
        "Not met. Tumor replaces 50 % of the liver volume by volumetry of 30 March 2026; the set"
        " asks for less than 50 %. [6]"
    ) in shown
    assert "[6] Volumetry of 30 March 2026: 50 % of the liver volume" in shown
    assert "Observation/liver-involvement version 1, valueQuantity, 2026-03-30: “50 %”" in shown
    assert "“metastatic diffusion < 50% of the total liver volume” (S1, Table 1;" in shown
    assert "Portal drainage" not in shown


def test_explain_says_what_would_settle_an_unknown():
    free_text = MEETS_ALL.replace("meets-all", "mostly-free-text")
    shown = words(nelm("explain", free_text, *DAY, "--set", "esmo-2020").stdout)
    assert (
        "Unknown. No judgment is documented whether the liver metastases can be resected." in shown
    )
    assert "To settle it: a surgeon's documented judgment of resectability." in shown


def test_the_profile_of_a_record_can_be_given_back_and_gives_the_same_verdicts(tmp_path: Path):
    path = tmp_path / "profile.json"
    assert nelm("profile", MEETS_ALL, *DAY, "-o", str(path)).exit_code == 0
    jsonschema.validate(json.loads(path.read_bytes()), json.loads(nelm("schema", "profile").stdout))
    direct = json.loads(nelm("assess", MEETS_ALL, *DAY, "-f", "json").stdout)
    back = json.loads(nelm("assess", "--profile", str(path), "-f", "json").stdout)
    assert back["verdicts"] == direct["verdicts"]
    assert back["input_digest"] == direct["input_digest"]


def test_the_profile_as_a_table_shows_each_value_with_its_resource():
    shown = nelm("profile", MEETS_ALL, *DAY, "--format", "table").stdout
    line = next(line for line in shown.split("\n") if "resection.margin" in line)
    assert "R0" in line
    assert "Observation/resection-statement v1" in line


def test_an_estimate_of_liver_involvement_stands_by_itself_in_the_profile():
    shown = words(nelm("profile", MEETS_ALL, *DAY, "--format", "table").stdout)
    assert "LIVER INVOLVEMENT" in shown
    assert "low 28 Observation/liver-involvement-2026-05 v1" in shown


def test_a_command_for_one_record_refuses_several(tmp_path: Path):
    lines = tmp_path / "two.ndjson"
    one = json.dumps(json.loads(Path(MEETS_ALL).read_bytes()))
    lines.write_text(f"{one}\n{one}\n")
    assert nelm("explain", str(lines)).exit_code == 10


def test_every_set_is_listed_with_version_and_citation():
    shown = words(nelm("criteria", "list").stdout)
    for one in catalogue().sets.values():
        assert f"{one.id} {one.title} version {one.version}" in shown
        assert one.citation[:30] in shown


@pytest.mark.parametrize("name", list(catalogue().sets))
def test_every_criterion_is_shown_with_quote_and_source(name: str):
    shown = words(nelm("criteria", "show", name).stdout)
    for criterion in catalogue().sets[name].criteria:
        assert f"{criterion.id} {criterion.label}" in shown
        if criterion.quote:
            assert f"“{words(criterion.quote)}”" in shown


@pytest.mark.parametrize(("body", "note"), [("nanets", "NAN-COMP"), ("uk", "UK-NEXT")])
def test_a_body_without_a_verdict_shows_its_notes_with_quote_and_notice(body: str, note: str):
    shown = words(nelm("criteria", "show", body).stdout)
    assert f"{note} " in shown
    assert "Quote “" in shown
    assert shown.endswith("not a medical device.")


def test_an_unknown_set_or_criterion_names_the_nearest():
    assert "Did you mean optn?" in nelm("criteria", "show", "optm").stderr
    assert "Did you mean ESMO-BURD?" in nelm("criteria", "show", "esmo-2020", "ESMO-BUR").stderr


@pytest.mark.slow
def test_all_worked_cases_hold():
    done = nelm("criteria", "check")
    assert done.exit_code == 0, done.stderr
    assert "worked cases: all of them hold" in done.stdout


def test_cases_that_hold_are_counted_and_one_that_does_not_is_named(monkeypatch):
    case = vignettes()["V03"]
    monkeypatch.setattr(criteria, "worked_cases", lambda: [case])
    assert nelm("criteria", "test").stdout == "1 worked case: all of them hold.\n"
    wrong = structs.replace(case, expected={"optn": "deferred"})
    monkeypatch.setattr(criteria, "worked_cases", lambda: [wrong])
    done = nelm("criteria", "test")
    assert done.exit_code == 11
    assert "V03: optn: expected deferred, found criteria-met" in done.stderr
    assert "no case brings it to" in nelm("criteria", "check").stderr


def test_codes_are_shown_with_certainty_and_source():
    shown = words(nelm("codes", "show", "ki67").stdout)
    assert "http://loinc.org|29593-1" in shown
    assert "Certainty verified" in shown
    assert "Did you mean ki67?" in nelm("codes", "show", "ki76").stderr
    assert "ki67\n" in nelm("codes", "show").stdout
    assert nelm("codes", "origin", "29593-1").stdout.endswith("1 line.\n")


@pytest.mark.parametrize(
    "code", ["29593-1", "http://loinc.org|29593-1", "urn:oid:2.16.840.1.113883.6.1|29593-1"]
)
def test_a_code_is_found_alone_and_with_any_name_of_its_system(code: str):
    shown = nelm("codes", "origin", code).stdout
    assert "http://loinc.org|29593-1" in shown
    assert "codes/ki67.json" in shown


def test_a_code_that_nobody_reads_is_said_to_be_passed_over():
    assert "stands in no list" in nelm("codes", "origin", "http://loinc.org|0-0").stdout


def test_samples_are_listed_and_copied(tmp_path: Path):
    listed = nelm("samples", "list").stdout
    for name in samples():
        assert f"\n{name}  as of " in listed
    target = tmp_path / "mine"
    done = nelm("samples", "copy", "meets-all", str(target))
    assert (target / "bundle.json").read_bytes() == Path(MEETS_ALL).read_bytes()
    assert f"nelm assess {target / 'bundle.json'} --as-of 2026-06-01" in done.stdout


def test_the_command_to_try_can_be_pasted_as_it_stands(tmp_path: Path):
    done = nelm("samples", "copy", "meets-all", str(tmp_path / "my folder"))
    asked = shlex.split(done.stdout.splitlines()[-1])
    assert asked[:2] == ["nelm", "assess"]
    assert nelm(*asked[1:]).exit_code == 0


def test_a_copy_replaces_nothing_unless_forced(tmp_path: Path):
    (tmp_path / "bundle.json").write_text("mine")
    assert nelm("samples", "copy", "meets-all", str(tmp_path)).exit_code == 2
    assert (tmp_path / "bundle.json").read_text() == "mine"
    assert nelm("samples", "copy", "meets-all", str(tmp_path), "--force").exit_code == 0
    assert "Did you mean meets-all?" in nelm("samples", "copy", "meets-al").stderr


def test_schemas_are_json_schema():
    for name in ("profile", "result"):
        schema = json.loads(nelm("schema", name).stdout)
        jsonschema.Draft202012Validator.check_schema(schema)


def test_doctor_finds_this_installation_well(tmp_path: Path):
    done = nelm("doctor")
    assert done.exit_code == 0, done.stdout
    assert "judged against 7 criteria sets" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    ill = nelm("doctor", "--overlay", str(tmp_path))
    assert ill.exit_code == 11
    assert "overlay.toml" in ill.stdout
