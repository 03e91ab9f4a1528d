"""The ledger's file: whose it is, who may write, and what becomes of a file that is no ledger."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from nelm_fhir.errors import InputError, WriteRefused
from nelm_fhir.ledger.store import Ledger

ROW = "INSERT INTO hold VALUES ('s', ?, 'alarm', 'now')"
HOLDER = """
import sys, time
from pathlib import Path
from nelm_fhir.ledger.store import Ledger
with Ledger.open(Path(sys.argv[1]), exclusive=True):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


def rows(path: Path) -> list[str]:
    with Ledger.open(path, exclusive=False) as ledger:
        return [row["patient"] for row in ledger.rows("SELECT patient FROM hold ORDER BY patient")]


def test_only_the_owner_can_read_the_files_of_a_ledger(path):
    path.touch(mode=0o644)
    with Ledger.open(path, exclusive=True) as ledger:
        ledger.execute(ROW, ("p",))
        modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert set(modes) > {"ledger.sqlite", "ledger.sqlite-wal"}
    assert modes.pop("ledger.sqlite") == 0o600
    assert modes.pop("ledger.sqlite.lock") == 0o600


def test_all_files_of_a_new_ledger_are_the_owner_s(path):
    with Ledger.open(path, exclusive=True) as ledger:
        ledger.execute(ROW, ("p",))
        assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


def test_a_ledger_keeps_its_rows_in_wal_and_syncs_every_transaction(path):
    with Ledger.open(path, exclusive=True) as ledger:
        ledger.execute(ROW, ("p",))
        assert ledger.first("PRAGMA journal_mode")[0] == "wal"
        assert ledger.first("PRAGMA synchronous")[0] == 2
    assert rows(path) == ["p"]


def test_a_second_writer_is_refused_while_readers_are_not(path):
    with Ledger.open(path, exclusive=True) as ledger:
        ledger.execute(ROW, ("p",))
        assert rows(path) == ["p"]
        with pytest.raises(WriteRefused, match="under way"), Ledger.open(path, exclusive=True):
            pass
    with Ledger.open(path, exclusive=True) as ledger:
        ledger.execute(ROW, ("q",))
    assert rows(path) == ["p", "q"]


def test_the_lock_of_a_killed_writer_is_gone_with_it(path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(WriteRefused), Ledger.open(path, exclusive=True):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with Ledger.open(path, exclusive=True) as ledger:
        ledger.execute(ROW, ("p",))


def test_a_reader_writes_nothing_and_makes_nothing(path):
    with pytest.raises(InputError, match="no ledger"), Ledger.open(path, exclusive=False):
        pass
    assert list(path.parent.iterdir()) == []
    with Ledger.open(path, exclusive=True):
        pass
    with Ledger.open(path, exclusive=False) as ledger, pytest.raises(WriteRefused):
        ledger.execute(ROW, ("p",))


def test_a_transaction_is_all_or_nothing(path):
    with Ledger.open(path, exclusive=True) as ledger:
        with pytest.raises(sqlite3.IntegrityError), ledger.transaction():
            ledger.execute_all(ROW, [("p",), ("p",)])
        with ledger.transaction():
            ledger.execute_all(ROW, [("q",), ("r",)])
    assert rows(path) == ["q", "r"]


@pytest.mark.parametrize("exclusive", [True, False])
def test_a_ledger_of_a_newer_program_is_refused_and_left_alone(path, exclusive):
    with Ledger.open(path, exclusive=True) as ledger:
        ledger.execute("PRAGMA user_version=99")
    before = path.read_bytes()
    with (
        pytest.raises(InputError, match=r"newer program \(tables 99"),
        Ledger.open(path, exclusive=exclusive),
    ):
        pass
    assert path.read_bytes() == before


@pytest.mark.parametrize("exclusive", [True, False])
@pytest.mark.parametrize("kind", ["text", "database"])
def test_a_file_of_somebody_else_is_refused_and_left_alone(path, exclusive, kind):
    if kind == "text":
        path.write_bytes(b"a letter, long enough to be no header of a database " * 9)
    else:
        with closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE letters (text)")
            other.commit()
    path.chmod(0o644)
    before = path.read_bytes()
    with pytest.raises(InputError, match="not a ledger"), Ledger.open(path, exclusive=exclusive):
        pass
    assert path.read_bytes() == before
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_folder_that_is_not_there_is_told_without_a_trace(path):
    with (
        pytest.raises(InputError, match="No such file"),
        Ledger.open(path.parent / "nowhere" / "ledger", exclusive=True),
    ):
        pass


def test_a_fault_of_the_program_is_not_told_as_one_of_the_disk(path):
    with Ledger.open(path, exclusive=True) as ledger, pytest.raises(sqlite3.OperationalError):
        ledger.execute("SELECT nothing FROM nowhere")


def test_what_was_deleted_is_gone_from_the_disk(path):
    with Ledger.open(path, exclusive=True) as ledger:
        ledger.execute(ROW, ("canary-of-a-patient",))
        ledger.execute("DELETE FROM hold")
        ledger.shrink()
        held = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"canary-of-a-patient" not in held
