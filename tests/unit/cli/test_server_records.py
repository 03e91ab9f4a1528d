"""`nelm fetch`, `nelm candidates` and `nelm assess --server`: a server in the place of files."""

import json
from pathlib import Path

import pytest
from tests.servers.fhir_store import FhirStore
from tests.servers.local import Local, outcome
from tests.unit.cli.run import DAY, MEETS_ALL, SAMPLES, nelm

pytestmark = pytest.mark.usefixtures("loopback")
ILEUM = "Patient/sample-ileum-1"
GERMAN = SAMPLES / "upper-rectum" / "bundle.json"
OVERLAY = SAMPLES.parent / "mappings" / "overlays" / "example-hospital"


@pytest.fixture
def store() -> FhirStore:
    return FhirStore.of(Path(MEETS_ALL), page=40)


@pytest.fixture
def server(store: FhirStore):
    with Local(store) as local:
        yield ("--server", local.base, "--patience", "0")


def verdicts(text: str) -> dict[str, str]:
    return {one["set"]: one["verdict"] for one in json.loads(text)["verdicts"]}


# --- fetch ----------------------------------------------------------------------------------------


def test_fetch_writes_one_bundle_on_one_line(server):
    done = nelm("fetch", *server, "--patient", "sample-ileum-1")
    assert done.exit_code == 0, done.output
    record = json.loads(done.stdout)
    assert (record["resourceType"], record["type"]) == ("Bundle", "collection")
    assert done.stdout.count("\n") == 1
    assert done.stderr == f"{len(record['entry'])} resources, 0 references to what is not there.\n"


def test_what_was_fetched_is_assessed_as_its_file(server, tmp_path: Path):
    file = str(tmp_path / "record.json")
    assert nelm("fetch", *server, "--patient", ILEUM, "--output", file).exit_code == 0
    asked = (*DAY, "--format", "json")
    assert verdicts(nelm("assess", file, *asked).stdout) == verdicts(
        nelm("assess", MEETS_ALL, *asked).stdout
    )


def test_references_to_what_is_not_there_are_counted(server, store):
    link = {"reference": "Observation/lost"}
    store.add(
        {
            "resourceType": "DiagnosticReport",
            "id": "report",
            "status": "final",
            "subject": {"reference": ILEUM},
            "code": {"text": "report"},
            "result": [link],
        }
    )
    done = nelm("fetch", *server, "--patient", ILEUM)
    assert "1 reference to what is not there" in done.stderr
    assert "lost" not in done.stderr


def test_nothing_is_written_of_a_record_that_is_not_whole(server, store, tmp_path: Path):
    store.instead = lambda asked: outcome(422) if "_offset" in asked.query else None
    output = tmp_path / "record.json"
    done = nelm("fetch", *server, "--patient", ILEUM, "--output", str(output))
    assert done.exit_code == 12
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_a_patient_who_is_not_there_ends_with_the_code_of_another_system(server):
    done = nelm("fetch", *server, "--patient", "nobody")
    assert done.exit_code == 12
    assert "no such patient" in done.stderr
    assert "nobody" not in done.stderr


def test_what_is_no_id_is_wrong_usage(server):
    for words in (("fetch", "--patient", "a/b"), ("assess", "--patient", "a/b")):
        done = nelm(*words, *server)
        assert done.exit_code == 2
        assert "a/b" not in done.stderr
        assert "--patient" in done.stderr


# --- candidates -----------------------------------------------------------------------------------


def test_candidates_are_lines_that_patients_takes(server, tmp_path: Path):
    done = nelm("candidates", *server)
    assert done.exit_code == 0, done.output
    assert done.stdout == f"{ILEUM}\n"
    assert done.stderr == "1 patient by 2 Conditions.\n"
    file = tmp_path / "patients.txt"
    file.write_text(f"# of the board\n\n{done.stdout}sample-ileum-1\n")
    asked = nelm("assess", *server, "--patients", str(file), *DAY, "--format", "json")
    assert json.loads(asked.stdout)["patient"] == ILEUM


def test_candidates_as_json_tell_what_was_counted(server, store):
    store.add(
        {
            "resourceType": "Condition",
            "id": "elsewhere",
            "subject": {"reference": "Group/g"},
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": "1288045008"}]},
        }
    )
    done = nelm("candidates", *server, "--format", "json")
    assert json.loads(done.stdout) == {
        "patients": [ILEUM],
        "conditions": 3,
        "set_aside": 0,
        "without_patient": 1,
    }
    assert done.stderr == (
        "1 patient by 3 Conditions. 1 Condition without a patient of this server.\n"
    )


def test_a_hospital_finds_its_own_codes_with_its_overlay(server, store):
    store.texts.clear()
    maps = json.loads((OVERLAY / "ConceptMap-standard.json").read_text())
    local = {
        (group["source"], element["code"])
        for group in maps["group"]
        for element in group["element"]
    }
    for number, (system, code) in enumerate(sorted(local)):
        store.add(
            {
                "resourceType": "Condition",
                "id": f"c{number}",
                "subject": {"reference": f"Patient/p{number}"},
                "code": {"coding": [{"system": system, "code": code}]},
            }
        )
    assert nelm("candidates", *server).stdout == ""
    assert nelm("candidates", *server, "--overlay", str(OVERLAY)).stdout.startswith("Patient/p")


def test_no_candidate_is_no_error(server, store):
    store.texts.clear()
    done = nelm("candidates", *server)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "0 patients by 0 Conditions.\n")


# --- assess ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["table", "fhir", "csv", "md", "json"])
def test_assess_takes_the_same_options_and_says_the_same(server, form):
    asked = ("--format", form, *DAY, "--set", "optn", "--recorded", "2026-06-01T12:00:00+00:00")
    here = nelm("assess", *server, "--patient", ILEUM, *asked)
    there = nelm("assess", MEETS_ALL, *asked)
    assert here.exit_code == there.exit_code == 0
    assert envelope(here.stdout, form) == envelope(there.stdout, form)


def envelope(text: str, form: str) -> object:
    """What is shown, without how many entries there were, where they stood and what was read."""
    if form == "json":
        found = json.loads(text)
        return {key: value for key, value in found.items() if key not in {"counts", "left_out"}}
    left = [line for line in text.splitlines() if "resources" not in line and "entry[" not in line]
    return [line.replace(ILEUM, MEETS_ALL) for line in left]


def test_a_verdict_can_fail_the_command(server):
    asked = ("assess", *server, "--patient", ILEUM, *DAY, "--fail-on", "criteria-met")
    assert nelm(*asked).exit_code == 1


def test_several_patients_give_lines_and_one_that_fails_keeps_its_place(server, store):
    for text in (texts[-1] for texts in FhirStore.of(GERMAN).texts.values()):
        store.add(
            text.replace(b'"id": "', b'"id": "g-').replace(b'": "Patient/', b'": "Patient/g-')
        )
    german = next(name for name in store.texts if name.startswith("Patient/g-"))
    asked = [ILEUM, "nobody", german.removeprefix("Patient/"), ILEUM]
    done = nelm("assess", *server, *(f"--patient={one}" for one in asked), *DAY)
    assert done.exit_code == 14
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert (first["patient"], third["patient"]) == (ILEUM, german)
    assert second["input"] == "Patient/nobody"


def test_one_patient_who_fails_ends_the_command_with_its_own_code(server, store):
    assert nelm("assess", *server, "--patient", "nobody").exit_code == 12
    store.instead = lambda asked: outcome(401) if asked.path.endswith("metadata") else None
    for patients in (["--patient", ILEUM], ["--patient", ILEUM, "--patient", "nobody"]):
        assert nelm("assess", *server, *patients).exit_code == 12


@pytest.mark.parametrize(
    "words",
    [
        ("--patient", ILEUM, MEETS_ALL),
        ("--patient", ILEUM, "--profile"),
        ("--patient", ILEUM, "--subject", ILEUM),
        (),
        (MEETS_ALL,),
    ],
    ids=["files too", "profile", "subject", "nobody", "files alone"],
)
def test_what_contradicts_itself_is_wrong_usage(server, words):
    assert nelm("assess", *server, *words).exit_code == 2


def test_a_patient_without_a_server_is_wrong_usage():
    for command in ("assess", "fetch"):
        done = nelm(command, "--patient", ILEUM)
        assert done.exit_code == 2
        assert "--server" in done.stderr


def test_a_server_that_is_set_for_every_command_leaves_files_alone(server):
    done = nelm("assess", MEETS_ALL, *DAY, "--format", "json", env={"NELM_SERVER": server[1]})
    assert json.loads(done.stdout)["patient"] == ILEUM
    env = {"NELM_SERVER": server[1], "NELM_PATIENCE": "0"}
    assert nelm("assess", "--patient", ILEUM, *DAY, env=env).exit_code == 0
    assert "FILE" in nelm("assess", *DAY, env=env).stderr


def test_a_list_of_patients_may_come_from_stdin(server):
    done = nelm(
        "assess", *server, "--patients", "-", *DAY, "--format", "json", input="sample-ileum-1"
    )
    assert json.loads(done.stdout)["patient"] == ILEUM


def test_a_line_that_is_no_id_is_named_by_its_number(server, tmp_path: Path):
    file = tmp_path / "patients.txt"
    file.write_bytes(b"sample-ileum-1\n\xff canary\n")
    done = nelm("assess", *server, "--patients", str(file))
    assert done.exit_code == 2
    assert "line 2" in done.stderr
    assert "canary" not in done.stderr


def test_an_empty_list_judges_nobody(server, tmp_path: Path):
    file = tmp_path / "patients.txt"
    file.write_text("\n# nobody tonight\n")
    done = nelm("assess", *server, "--patients", str(file))
    assert (done.exit_code, done.stdout) == (0, "")
