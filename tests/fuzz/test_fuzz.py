"""Damaged records go down the real line: no clause breaks, and every run can be repeated."""

import contextlib
import subprocess
import sys

import pytest
from tests.fuzz.bases import ROOT, base, everything, samples
from tests.fuzz.line import judged, original
from tests.fuzz.places import paths, put
from tests.fuzz.plan import MUTATIONS, Plan, carried_out, plan
from tests.fuzz.run import Tally, run
from tests.fuzz.sent import Sent, own

from nelm_fhir.errors import NelmError

SEED = 20260601
FEW, MANY = 60, 2000


def fuzzed(runs: int, pool: str) -> Tally:
    tally = Tally()
    for number in range(runs):
        run(SEED, number, pool, tally)
    return tally


def test_samples_that_are_damaged_break_no_clause():
    tally = fuzzed(FEW, "samples")
    assert tally.reports == []
    assert tally.assessed > FEW / 2


@pytest.mark.slow
def test_records_of_every_kind_that_are_damaged_break_no_clause():
    tally = fuzzed(MANY, "all")
    assert tally.reports == []
    assert tally.assessed > MANY / 2


def elements():
    """Every element that a resource of the records has, each once: where it stands first."""
    found = {}
    for name in dict.fromkeys(everything()):
        whole, read = base(name), {r.location for r in original(name).record.resources}
        for n, entry in enumerate(whole.entries):
            if f"Bundle.entry[{n}].resource" in read:
                for path in paths(entry["resource"]):
                    kind = (entry["resource"]["resourceType"], *(s for s in path if s != 0))
                    found.setdefault(kind, (name, n, path))
    return found.values()


@pytest.mark.slow
@pytest.mark.parametrize("odd", [[None], {"a": [1]}], ids=["list", "object"])
def test_no_element_of_another_json_type_makes_the_line_fall(odd):
    places = list(elements())
    assert len(places) > 500
    for name, n, path in places:
        sent = Sent.of(base(name))
        resource = own(sent.pieces[n])
        put(resource, path, odd)
        sent.pieces[n] = sent.pieces[n].with_resource(resource)
        with contextlib.suppress(NelmError):
            judged(sent.text(), sent.base)


def test_a_seed_and_a_number_give_the_same_damage_again():
    for number in range(40):
        first, again = (carried_out(plan(SEED, number, "samples")) for _ in range(2))
        assert first[0].text() == again[0].text()
        assert first[1] == again[1]


def test_every_mutation_finds_something_to_change_and_never_touches_the_base():
    for name in MUTATIONS:
        before = carried_out(Plan("sample:meets-all", (), asks=True))[0].text()
        sent, touches = carried_out(Plan("sample:meets-all", ((name, SEED),), asks=True))
        assert [touch.mutation for touch in touches] == [name]
        assert sent.text() != before
        assert carried_out(Plan("sample:meets-all", (), asks=True))[0].text() == before


def test_there_are_records_of_every_kind():
    kinds = {name.partition(":")[0] for name in everything()}
    assert kinds == {"adverse", "made", "sample", "styled"}
    assert len(set(everything())) > 300
    assert set(samples()) < set(everything())


def test_the_command_says_what_it_did():
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--runs", "3", "--seed", "1", "--pool", "samples"],
        capture_output=True,
        cwd=ROOT,
        check=False,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 runs" in done.stdout
    assert "exception of I6 used" in done.stdout
