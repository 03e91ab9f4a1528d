"""Each answer is told in full: its sentences, what it rests on, and what was set aside and why.

`tellings/*.toml` holds small records with one thing to tell, read line by line when written. Set
NELM_UPDATE_GOLDEN=1 to write what is told anew (`make golden`), and read the diff.
"""

import os
import re
import tomllib
from pathlib import Path

import pytest
from tests.unit.evaluator.changed import GONE
from tests.unit.evaluator.telling import telling

FOLDER = Path(__file__).parent / "tellings"
FILES = {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}


def cases(path):
    return tomllib.loads(path.read_text())["case"]


def told(case):
    """Return what is told for one case, as it stands in the file."""
    gone = dict.fromkeys(case.get("without", ()), GONE)
    lines = telling(case["asks"], {**case.get("changes", {}), **gone})
    return "".join(f"{line}\n" for line in lines)


def written_anew(path):
    """Return the file with what is told now."""
    anew = iter([told(case) for case in cases(path)])
    old = re.compile(r"(?<=^told = ''')\n.*?(?=''')", re.MULTILINE | re.DOTALL)
    return old.sub(lambda _: f"\n{next(anew)}", path.read_text())


if os.environ.get("NELM_UPDATE_GOLDEN") == "1":
    for file in FILES.values():
        file.write_text(written_anew(file))

CASES = {
    f"{name}-{place}-{case['asks']}": case
    for name, file in FILES.items()
    for place, case in enumerate(cases(file), 1)
}


@pytest.mark.parametrize("name", CASES)
def test_an_answer_is_told_with_what_it_rests_on(name):
    assert told(CASES[name]).splitlines() == CASES[name]["told"].splitlines()
