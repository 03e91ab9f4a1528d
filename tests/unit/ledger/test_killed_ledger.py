"""`kill -9` of whoever writes to a ledger: what was told is there, and nothing is half done."""

import random
import signal
import subprocess
import sys
import time

import pytest

from nelm_fhir.ledger.store import Ledger

WRITING = """
import sys
from pathlib import Path
from nelm_fhir.ledger.store import Ledger
ROW = "INSERT INTO hold VALUES ('server', ?, 'alarm', ?)"
begun = int(sys.argv[2])
with Ledger.open(Path(sys.argv[1]), exclusive=True) as ledger:
    print("begun", flush=True)
    for number in range(begun, begun + 100_000):
        with ledger.transaction():
            ledger.execute(ROW, (f"{number}", "one"))
            ledger.execute(ROW, (f"{number} too", "other"))
        print(number, flush=True)
"""


@pytest.mark.parametrize("seed", range(3))
def test_a_ledger_survives_the_kill_of_its_writer_at_any_moment(tmp_path, seed):
    path = tmp_path / "ledger.sqlite"
    chance = random.Random(seed)  # noqa: S311 - chance, not secrets
    acknowledged: list[int] = []
    for _ in range(5):
        arguments = [sys.executable, "-c", WRITING, str(path), str(len(acknowledged) + 1000)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout.readline() == "begun\n"
            time.sleep(chance.uniform(0, 0.05))
            writer.send_signal(signal.SIGKILL)
            told = writer.stdout.read().split("\n")[:-1]  # the last line may be cut off
        acknowledged += map(int, told)
        with Ledger.open(path, exclusive=True) as ledger:
            assert ledger.first("PRAGMA integrity_check")[0] == "ok"
            there = {row["patient"] for row in ledger.rows("SELECT patient FROM hold")}
            ledger.execute("DELETE FROM hold")
        numbers = {int(name) for name in there if " " not in name}
        assert set(map(int, told)) <= numbers, "what was acknowledged is lost"
        assert len(numbers - set(map(int, told))) <= 1, "more than was acknowledged is there"
        assert {f"{number} too" for number in numbers} == {n for n in there if " " in n}
    assert acknowledged
