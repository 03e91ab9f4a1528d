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
from tests.unit.evaluator.telling import answer, telling

from nelm_fhir.evaluator.registry import SPECS

FOLDER = Path(__file__).parent / "tellings"
FILES = {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}


def cases(path):
    return tomllib.loads(path.read_text())["case"]


def changes(case):
    return {**case.get("changes", {}), **dict.fromkeys(case.get("without", ()), GONE)}


def told(case):
    """Return what is told for one case, as it stands in the file."""
    return "".join(f"{line}\n" for line in telling(case["asks"], changes(case)))


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


@pytest.mark.parametrize("name", CASES)
def test_every_sentence_is_declared_for_this_outcome_with_the_fields_it_fills(name):
    found = answer(CASES[name]["asks"], changes(CASES[name]))
    for one in found.told:
        declared = SPECS[found.asks].cases[one.case]
        assert declared.outcome == ("beside" if one.beside else found.outcome)
        assert declared.fields == one.words.keys()
