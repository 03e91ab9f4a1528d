"""Threat 19: whatever a record or a folder holds, a batch writes its own files and nothing else."""

import os
from pathlib import Path

import pytest
from msgspec import json as fast
from msgspec import structs
from tests.unit.batch_outputs.made import batch, failed, job, samples

from nelm_fhir.batch.outputs.files import LEDGER, NAMES, WORK, Folder
from nelm_fhir.errors import InputError, SeveralPatients, WriteRefused
from nelm_fhir.report.worklist_line import decoded, encoded

HOSTILE = [
    "Patient/../../x",
    "../../../etc/passwd",
    "/etc/cron.d/x",
    "Patient/worklist.html",
    "Patient/\0",
    "C:\\x",
    "Patient/" + "x" * 5000,
    ".",
]
OURS = {*NAMES, LEDGER, f"{LEDGER}.lock", "run.lock"}


def tree(folder: Path) -> dict[str, bytes | None]:
    """Return everything below a folder: files with their content, and where links lead."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def under(name: str):
    """Return the outcome of a sample under another name."""
    outcome = samples()[0]
    line = structs.replace(decoded(outcome.line), patient=name)
    return structs.replace(outcome, patient=name, source=name, line=encoded(line))


@pytest.mark.threat(19)
def test_names_of_patients_and_files_name_no_file(tmp_path: Path):
    outcomes = [under(name) for name in HOSTILE]
    outcomes += [failed(f"{name}!", SeveralPatients("Two."), source=name) for name in HOSTILE]
    (tmp_path / "a" / "b").mkdir(parents=True)
    batch(tmp_path / "a" / "b" / "out", outcomes)
    files = {path for path in tree(tmp_path) if (tmp_path / path).is_file()}
    assert files == {f"a/b/out/{name}" for name in OURS}
    told = (tmp_path / "a" / "b" / "out" / "worklist.ndjson").read_bytes().splitlines()
    assert {fast.decode(line)["patient"] for line in told} == set(HOSTILE)


@pytest.mark.threat(19)
@pytest.mark.parametrize("name", NAMES)
def test_a_link_in_the_place_of_a_file_is_replaced_and_not_followed(name: str, tmp_path: Path):
    (tmp_path / "out").mkdir()
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / "out" / name).symlink_to(victim)
    (tmp_path / "out" / f".{name}.part").symlink_to(victim)
    batch(tmp_path / "out", samples()[:2])
    assert victim.read_bytes() == b"precious"
    assert not (tmp_path / "out" / name).is_symlink()
    assert not (tmp_path / "out" / f".{name}.part").is_symlink()


@pytest.mark.threat(19)
@pytest.mark.parametrize("name", [LEDGER, f"{LEDGER}.lock", f"{LEDGER}-wal", "run.lock", WORK])
@pytest.mark.parametrize("target", ["victim", "nothing"])
def test_a_link_in_the_place_of_the_ledger_is_refused(name: str, target: str, tmp_path: Path):
    (tmp_path / "out").mkdir()
    (tmp_path / "victim").write_bytes(b"precious")
    (tmp_path / "out" / name).symlink_to(tmp_path / target)
    before = tree(tmp_path)
    with pytest.raises(InputError, match="is a link"):
        batch(tmp_path / "out", samples()[:1])
    assert tree(tmp_path) == before


@pytest.mark.threat(19)
def test_a_hard_link_in_the_place_of_a_file_keeps_its_content_elsewhere(tmp_path: Path):
    (tmp_path / "out").mkdir()
    (tmp_path / "victim").write_bytes(b"precious")
    os.link(tmp_path / "victim", tmp_path / "out" / "worklist.csv")
    batch(tmp_path / "out", samples()[:2])
    assert (tmp_path / "victim").read_bytes() == b"precious"


@pytest.mark.threat(19)
def test_a_folder_that_is_a_link_is_the_folder_it_leads_to(tmp_path: Path):
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    batch(tmp_path / "out", samples()[:2])
    assert set(tree(tmp_path / "real")) == OURS
    assert (tmp_path / "out").is_symlink()


@pytest.mark.threat(19)
def test_a_folder_that_is_turned_elsewhere_meanwhile_is_still_the_one_that_was_opened(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "trap").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    with Folder.open(tmp_path / "out") as folder:
        (tmp_path / "out").unlink()
        (tmp_path / "out").symlink_to(tmp_path / "trap")
        with folder.writing("summary.json") as file:
            file.write(b"{}")
    assert (tmp_path / "real" / "summary.json").read_bytes() == b"{}"
    assert tree(tmp_path / "trap") == {}


@pytest.mark.threat(19)
@pytest.mark.parametrize("name", ["../x", "/etc/x", "x.json", "", ".", "worklist.html/../x"])
def test_no_other_name_is_ever_written(name: str, tmp_path: Path):
    with Folder.open(tmp_path / "out") as folder:
        with pytest.raises(ValueError, match="no such file"), folder.writing(name):
            pass
        with pytest.raises(ValueError, match="no such file"):
            folder.remove(name)


@pytest.mark.threat(19)
def test_a_file_that_fails_half_way_leaves_the_former_one_and_nothing_beside_it(tmp_path: Path):
    batch(tmp_path / "out", samples()[:2])
    before = tree(tmp_path / "out")["worklist.csv"]

    def half():
        yield b"half"
        raise RuntimeError

    with (
        pytest.raises(RuntimeError),
        Folder.open(tmp_path / "out") as folder,
        folder.writing("worklist.csv") as file,
    ):
        file.writelines(half())
    assert tree(tmp_path / "out")["worklist.csv"] == before
    assert set(tree(tmp_path / "out")) == OURS


@pytest.mark.threat(19)
@pytest.mark.parametrize("kind", ["a file", "a dangling link", "in no folder"])
def test_what_is_no_folder_is_refused_and_nothing_is_made(kind: str, tmp_path: Path):
    path = tmp_path / "out"
    if kind == "a file":
        path.write_bytes(b"x")
    elif kind == "a dangling link":
        path.symlink_to(tmp_path / "nowhere")
    else:
        path = tmp_path / "missing" / "out"
    before = tree(tmp_path)
    with pytest.raises(InputError, match="cannot be used"), Folder.open(path):
        pass
    assert tree(tmp_path) == before


@pytest.mark.threat(19)
def test_a_second_run_in_the_same_folder_is_refused_whatever_its_ledger(tmp_path: Path):
    with job(tmp_path / "out"):
        before = set(tree(tmp_path / "out"))
        with pytest.raises(WriteRefused, match="under way"), Folder.open(tmp_path / "out"):
            pass
        assert set(tree(tmp_path / "out")) == before
    batch(tmp_path / "out", samples()[:1])
