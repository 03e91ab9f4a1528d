"""A population in an object store is judged as the same files on a disk."""

import gzip
import json

import pytest
from tests.servers.object_store import object_store
from tests.unit.batch.populations import judged, ordinary_lines, sample_lines, verdicts, write
from tests.unit.cli.run import nelm

from nelm_fhir.batch.lines.object_store import PIECE
from nelm_fhir.errors import InputError, ServerUnavailable

pytest.importorskip("pyarrow", reason="a source in an object store needs the extra `cloud`")
pytestmark = pytest.mark.usefixtures("loopback", "_credentials")

NAMES = ("meets-all", "clock-of-stability")
PATIENTS = {f"Patient/{name}" for name in NAMES}


@pytest.fixture
def _credentials(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "reader")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of the tests")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


@pytest.fixture(scope="module")
def lines():
    return [line for name in NAMES for line in sample_lines(name, name)] + ordinary_lines(4)


def ndjson(lines):
    return b"\n".join(lines) + b"\n"


def test_the_same_patients_have_the_same_verdicts_as_on_a_disk(lines, tmp_path):
    write(tmp_path / "in/all.ndjson", lines)
    half = len(lines) // 2
    objects = {
        "export/one/part.ndjson": ndjson(lines[:half]),
        "export/two/part-2.ndjson.gz": gzip.compress(ndjson(lines[half:])),
        "export/.hidden/part.ndjson": b"{",
        "elsewhere/part.ndjson": b"{",
    }
    with object_store(objects) as store:
        counts, found = judged(store.address("export"), tmp_path)
    plain, expected = judged(tmp_path / "in", tmp_path)
    assert {name: verdicts(one) for name, one in found.items()} == {
        name: verdicts(one) for name, one in expected.items()
    }
    assert counts.lines == plain.lines
    assert set(found) == PATIENTS


def test_a_large_file_is_read_in_large_pieces(lines, tmp_path):
    noise = ordinary_lines(1)[0]
    content = ndjson([*lines[:40], *[noise] * (2 * PIECE // len(noise)), *lines[40:]])
    with object_store({"export/part.ndjson": content}) as store:
        judged(store.address("export"), tmp_path)
        pieces = len(content) // PIECE + 1
        assert pieces <= len(store.read()) <= 2 * pieces


def test_a_file_that_breaks_off_is_told_and_its_patients_are_not_judged(lines, tmp_path):
    content = ndjson([*lines, *lines[-1:] * (2 * PIECE // len(lines[-1]))])
    with object_store({"export/part.ndjson": content}, cut={"export/part.ndjson": PIECE}) as store:
        counts, found = judged(store.address("export"), tmp_path)
    assert counts.incomplete == ("part.ndjson",)
    assert {one.error for one in found.values()} == {"PartialRecord"}


def test_the_command_names_the_store_and_goes_by_what_changed(lines, tmp_path):
    output = tmp_path / "out"
    with object_store({"export/part.ndjson": ndjson(lines)}) as store:
        address = store.address("export")
        run = ("batch", address, "--output", str(output), "--as-of", "2026-06-01")
        first = nelm(*run)
        assert first.exit_code == 0, first.output
        assert "2 patients judged" in first.output
        assert "nothing was written" in nelm(*run).output
    assert json.loads((output / "run.json").read_text())["source"] == address


def test_a_file_itself_can_be_named(lines, tmp_path):
    with object_store({"export/part.ndjson": ndjson(lines)}) as store:
        address = store.address("export/part.ndjson")
        assert set(judged(address, tmp_path)[1]) == PATIENTS


def test_nothing_there_is_said(tmp_path):
    with object_store({}) as store, pytest.raises(InputError, match="holds no file"):
        judged(store.address("export"), tmp_path)


def test_a_store_that_does_not_answer_is_said(tmp_path):
    with object_store({}) as store:
        address = store.address("export")
    with pytest.raises(ServerUnavailable, match="does not list"):
        judged(address, tmp_path)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("s3://key:secret@bucket/export", "holds a secret"),
        ("s3://bucket/export?secret_key=x&access_key=y", "holds a secret"),
        ("s3:///export", "names no bucket"),
        ("ftp://host/export", "none that pyarrow can open"),
    ],
)
def test_an_address_that_is_none_is_refused_with_what_to_do(address, said, tmp_path):
    done = nelm("batch", address, "--output", str(tmp_path / "out"))
    assert done.exit_code != 0
    assert said in done.output.replace("\n", " ")
    assert "secret_key=x" not in done.output
