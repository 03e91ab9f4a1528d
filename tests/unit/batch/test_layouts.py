"""Whatever the files of a population look like, its patients come out the same."""

import json
import random
from itertools import groupby

import pytest
from msgspec import structs
from tests.unit.batch.populations import (
    AS_OF,
    SAMPLES,
    catalogue,
    judged,
    ordinary_lines,
    sample,
    sample_lines,
    verdicts,
    write,
)

from nelm_fhir import pipeline
from nelm_fhir.assessment.json_form import to_json

NAMES = ("meets-all", "clock-of-stability", "mostly-free-text")


@pytest.fixture(scope="module")
def lines():
    return [line for name in NAMES for line in sample_lines(name, name)] + ordinary_lines(4)


@pytest.fixture(scope="module")
def plain(lines, tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    write(folder / "in/all.ndjson", lines)
    return judged(folder / "in", folder)


def kind(line):
    return json.loads(line)["resourceType"]


def shuffled(lines):
    return random.Random(3).sample(lines, len(lines))  # noqa: S311 - any order will do


def by_type(folder, lines):
    for name, members in groupby(sorted(lines, key=kind), key=kind):
        write(folder / f"{name}.ndjson", list(members))


def scattered(folder, lines):
    for number in range(7):
        write(folder / f"deep/{number % 2}/part-{number}", shuffled(lines)[number::7])


def packed(folder, lines):
    for number in range(3):
        write(folder / f"{number}.ndjson.gz", shuffled(lines)[number::3])


def without_last_end(folder, lines):
    write(folder / "all.ndjson", lines, end=b"")


def with_blank_lines_and_returns(folder, lines):
    write(folder / "all.ndjson", [part for line in lines for part in (line + b"\r", b"")])


def with_a_mark(folder, lines):
    write(folder / "all.ndjson", [b"\xef\xbb\xbf" + lines[0], *lines[1:]])


def written_apart(folder, lines):
    write(folder / "all.ndjson", [json.dumps(json.loads(line)).encode() for line in lines])


def twice_over(folder, lines):
    write(folder / "one.ndjson", lines)
    write(folder / "again.ndjson.gz", shuffled(lines))


def as_smart_fetch(folder, lines):
    part = write(folder / "001.2026-05-01/Everything.001.ndjson.gz", lines)
    (folder / "Everything.001.ndjson.gz").symlink_to(part)
    (folder / ".metadata").write_text('{"timestamp": "2026-05-01T00:00:00Z", "version": 1}')
    log = {
        "exportId": "1",
        "eventId": "kickoff",
        "eventDetail": {"exportUrl": "https://x/Patient/1"},
    }
    write(folder / "log.ndjson", [json.dumps(log).encode()] * 2)
    (folder / "README.txt").write_text("What was fetched and when.\n")


def as_a_list(folder, lines):
    folder.mkdir()
    (folder / "all.json").write_text(json.dumps([json.loads(line) for line in lines], indent=1))


LINES = [
    by_type,
    scattered,
    packed,
    without_last_end,
    with_blank_lines_and_returns,
    with_a_mark,
    twice_over,
    as_smart_fetch,
]


@pytest.mark.parametrize("layout", LINES, ids=lambda one: one.__name__)
def test_order_and_files_change_no_byte_of_any_outcome(layout, lines, plain, tmp_path):
    layout(tmp_path / "in", lines)
    counts, outcomes = judged(tmp_path / "in", tmp_path)
    assert outcomes == plain[1]
    assert (counts.judged, counts.passed_over, counts.failed) == (3, 4, 0)
    assert counts.is_whole


@pytest.mark.parametrize("layout", [written_apart, as_a_list], ids=lambda one: one.__name__)
def test_blanks_change_no_verdict(layout, lines, plain, tmp_path):
    layout(tmp_path / "in", lines)
    counts, outcomes = judged(tmp_path / "in", tmp_path)
    assert {name: verdicts(one) for name, one in outcomes.items()} == {
        name: verdicts(one) for name, one in plain[1].items()
    }
    assert counts.is_whole


@pytest.mark.parametrize(
    "more",
    [
        {"workers": 2},
        {"shard_bytes": 3000, "buffer_bytes": 1000},
        {"start_method": "spawn", "workers": 2},
    ],
    ids=str,
)
def test_neither_processes_nor_sizes_change_an_outcome(more, lines, plain, tmp_path):
    scattered(tmp_path / "in", lines)
    counts, outcomes = judged(tmp_path / "in", tmp_path, **more)
    assert outcomes == plain[1]
    assert (counts.judged, counts.passed_over) == (3, 4)


def test_a_folder_of_bundles_gives_each_as_it_is_judged_alone(tmp_path):
    alone = {}
    for bundle in SAMPLES.glob("*/bundle.json"):
        name = f"{bundle.parent.name}.json"
        write(tmp_path / "in" / name, [bundle.read_bytes()])
        read = pipeline.read_one(bundle.read_bytes(), catalogue(), as_of=AS_OF)
        alone[name] = to_json(pipeline.judge(read, catalogue()))
    counts, outcomes = judged(tmp_path / "in", tmp_path)
    assert {one.source: json.loads(one.assessment) for one in outcomes.values()} == alone
    assert (counts.judged, counts.failed) == (len(alone), 0)


def test_bundles_on_lines_are_those_of_the_files(tmp_path):
    texts = [json.dumps(json.loads(sample(name))).encode() for name in NAMES]
    for name, text in zip(NAMES, texts, strict=True):
        write(tmp_path / f"files/{name}", [text])
    write(tmp_path / "lines/all.ndjson", texts)
    _, files = judged(tmp_path / "files", tmp_path)
    _, lines = judged(tmp_path / "lines/all.ndjson", tmp_path)
    assert lines == {name: structs.replace(one, source="") for name, one in files.items()}
    assert sorted(one.source for one in files.values()) == sorted(NAMES)


def test_the_folder_of_the_run_is_no_part_of_its_source(tmp_path):
    write(tmp_path / "all.ndjson", sample_lines())
    assert judged(tmp_path, tmp_path)[0].judged == 1
