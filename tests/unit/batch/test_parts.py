"""The parts of the engine by themselves: blocks, keys, people, shards, workers, the workplace."""

import os
import shutil
from array import array
from io import BytesIO

import pytest
from tests.unit.batch.populations import judged, ordinary_lines, sample_lines, settings, write

from nelm_fhir.batch.embedded.engine import run
from nelm_fhir.batch.embedded.shards import Shards, portions
from nelm_fhir.batch.embedded.workers import Workers
from nelm_fhir.batch.embedded.workplace import Workplace
from nelm_fhir.batch.lines.blocks import SIZE, blocks
from nelm_fhir.batch.lines.counting import Once
from nelm_fhir.batch.lines.keys import Marks, key_of
from nelm_fhir.batch.lines.people import count, joined
from nelm_fhir.batch.lines.sources import files_of
from nelm_fhir.batch.outcome import Outcome
from nelm_fhir.errors import InputError, TooLarge


@pytest.mark.parametrize("length", [0, 1, 10, SIZE - 1, SIZE, SIZE + 1, 3 * SIZE])
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_blocks_are_whole_lines_and_nothing_is_lost(length, end):
    lines = [b"x" * length, b"", b"y" * 7, b"z" * length]
    text = b"\n".join(lines) + end
    found = list(blocks(BytesIO(text), 10 * SIZE))
    assert b"".join(block.text for block in found) == text
    assert all(block.text.endswith(b"\n") for block in found[:-1])


def test_a_line_beyond_the_limit_is_passed_over_and_its_place_is_kept():
    text = b"a\n" + b"x" * (5 * SIZE) + b"\nb\n"
    found = list(blocks(BytesIO(text), 2 * SIZE))
    assert [block.text for block in found if block.text] == [b"a\n", b"b\n"]
    assert sum(block.passed + len(block.text) for block in found) == len(text)


def test_a_key_is_the_same_in_every_process():
    assert [key_of(name) for name in ("Patient/1", "Patient/é")] == [
        1096908610716846916,
        key_of("Patient/é"),
    ]


def test_marks_never_forget_a_name():
    names = [f"Patient/{n}" for n in range(5000)]
    marks = Marks(len(names))
    marks.add(map(key_of, names))
    assert all(key_of(name) in marks for name in names)
    others = sum(key_of(f"Patient/x{n}") in marks for n in range(5000))
    assert others < 250


def test_the_same_person_has_one_name_whatever_the_order():
    pairs = [("b", "a"), ("c", "d"), ("d", "b"), ("x", "y")]
    groups = joined(pairs)
    assert groups == joined([tuple(reversed(pair)) for pair in reversed(pairs)])
    assert groups == {"a": "a", "b": "a", "c": "a", "d": "a", "x": "x", "y": "x"}


def test_more_merged_people_than_fit_into_memory_are_refused():
    with pytest.raises(TooLarge, match="another name"):
        joined((f"a{n}", f"b{n}") for n in range(200_000))


def test_people_are_counted_once_over_all_files(tmp_path):
    names = [f"Patient/{n}" for n in range(1000)]
    runs = [sorted(map(key_of, names[:600])), sorted(map(key_of, names[400:]))]
    files = []
    for number, keys in enumerate(runs):
        path = tmp_path / str(number)
        path.write_bytes(array("Q", keys).tobytes())
        files.append((path, [len(keys)]))
    assert count(files, {}) == 1000
    assert count(files, joined([(names[0], names[1]), (names[2], "Patient/absent")])) == 999


def test_a_shard_that_is_too_large_is_split_and_gives_the_same_patients(tmp_path):
    place = Workplace(tmp_path / "work", "x")
    shards = Shards(place, 10_000)
    for n in range(3000):
        shards.add(f"Patient/{n % 300}", b"line %d" % n)
    shards.flush()
    whole = [one for portion in portions(place, 1 << 20, 1 << 20) for one in portion.patients]
    parts = [one for portion in portions(place, 300, 1 << 20) for one in portion.patients]
    assert sorted(parts) == sorted(whole)
    assert len(whole) == 300
    assert not list((tmp_path / "work").glob("*.*.shard"))


def test_portions_have_the_same_names_in_every_run(tmp_path):
    names = []
    for turn in (1, -1):
        place = Workplace(tmp_path / f"work{turn}", "x")
        shards = Shards(place, 500 if turn == 1 else 50_000)
        for n in range(900)[::turn]:
            shards.add(f"Patient/{n % 90}", b"line %d" % n)
        shards.flush()
        names.append([(one.name, one.patients) for one in portions(place, 4000, 1 << 20)])
    assert names[0] == names[1]


def work(task):
    if task == "kills":
        os._exit(9)
    return task.upper()


def test_a_task_that_kills_its_process_costs_only_itself(tmp_path):
    with Workers(settings(tmp_path, workers=2)) as workers:
        found = dict(workers.results(work, ["a", "b", "kills", "c", "d", "e"]))
        more = dict(workers.results(work, ["f"]))
    assert found == {"a": "A", "b": "B", "kills": None, "c": "C", "d": "D", "e": "E"}
    assert more == {"f": "F"}


def test_two_outcomes_of_one_patient_are_a_defect():
    once = Once()
    once.add([Outcome("Patient/a", "judged", ""), Outcome("Patient/b", "judged", "")])
    once.check()
    once.add([Outcome("Patient/a", "failed", "")])
    with pytest.raises(RuntimeError, match="two outcomes"):
        once.check()


def test_the_workplace_is_private_and_forgets_another_source(tmp_path):
    place = Workplace(tmp_path / "work", "one")
    place.keep("3.scan", [1, 2])
    assert (tmp_path / "work").stat().st_mode & 0o777 == 0o700
    assert Workplace(tmp_path / "work", "one").kept("3.scan", list[int]) == [1, 2]
    assert Workplace(tmp_path / "work", "two").kept("3.scan", list[int]) is None


def test_names_of_patients_never_become_names_of_files(tmp_path):
    write(tmp_path / "in/1", sample_lines(patient="CANARY"))
    seen = set()

    def sink(outcomes, portion):
        seen.update(path.name for path in (tmp_path / "work").rglob("*"))

    run(tmp_path / "in", settings(tmp_path / "work"), sink)
    assert seen
    assert not any("CANARY" in name for name in seen)


def test_a_full_disk_is_told_before_anything_is_judged(tmp_path, monkeypatch):
    write(tmp_path / "in/1", sample_lines())
    usage = shutil.disk_usage(tmp_path)._replace(free=10_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(InputError, match="The disk needs"):
        judged(tmp_path / "in", tmp_path)


def test_an_empty_source_is_told(tmp_path):
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match="no file"):
        files_of(tmp_path / "in")


def test_progress_never_goes_back_and_ends_at_the_end(tmp_path):
    write(tmp_path / "in/1.ndjson", sample_lines() + ordinary_lines(3))
    write(tmp_path / "in/2.ndjson.gz", sample_lines("two-primaries"))
    seen = []
    run(
        tmp_path / "in",
        settings(tmp_path / "work"),
        lambda outcomes, portion: None,
        watch=seen.append,
    )
    done = [(one.bytes_done, one.patients_done) for one in seen]
    assert done == sorted(done)
    assert seen[-1].bytes_done == seen[-1].bytes_total
    assert seen[-1].patients_done == seen[-1].patients_total == 2
