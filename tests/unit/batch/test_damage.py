"""What cannot be read: one line never costs the run, and nothing is lost in silence."""

import gzip
import json

import pytest
from tests.unit.batch.populations import judged, line, ordinary_lines, sample_lines, tumor, write


def population():
    return [*sample_lines(patient="a"), line("Patient", "b"), tumor("b"), *ordinary_lines(2)]


def test_a_damaged_line_damages_the_record_of_the_patient_it_names(tmp_path):
    cut = tumor("a", "cut")[:-20] + b"}"
    write(tmp_path / "in/1", [cut, *population()])
    counts, outcomes = judged(tmp_path / "in", tmp_path)
    told = json.loads(outcomes["Patient/a"].assessment)
    assert "criteria-met" not in {one["verdict"] for one in told["verdicts"]}
    assert [one["kind"] for one in told["issues"] if one["kind"] == "not-json"] == ["not-json"]
    assert (counts.judged, counts.failed, counts.passed_over, counts.lost) == (2, 0, 2, 0)


def test_a_damaged_line_of_a_patient_without_finding_is_told_all_the_same(tmp_path):
    cut = line("Observation", "o", "ordinary-0", status="final")[:-1]
    write(tmp_path / "in/1", [cut, *population()])
    counts, outcomes = judged(tmp_path / "in", tmp_path)
    assert json.loads(outcomes["Patient/ordinary-0"].assessment)["neuroendocrine"] is False
    assert (counts.judged, counts.passed_over) == (3, 1)


def test_a_damaged_line_that_names_nobody_is_counted_and_the_run_says_so(tmp_path):
    write(tmp_path / "in/1", [b'{"resourceType":"Condi', *population()])
    counts, _ = judged(tmp_path / "in", tmp_path)
    assert (counts.judged, counts.lost, counts.is_whole) == (2, 1, False)


def test_two_lines_run_together_damage_both_patients(tmp_path):
    one, other = tumor("a", "x"), tumor("b", "y")
    write(tmp_path / "in/1", [one[:-30] + other, *population()])
    _, outcomes = judged(tmp_path / "in", tmp_path)
    for name in "ab":
        told = json.loads(outcomes[f"Patient/{name}"].assessment)
        assert "not-json" in {one["kind"] for one in told["issues"]}


def test_a_line_that_names_its_subject_twice_damages_both(tmp_path):
    twice = tumor("b", "t")[:-1] + b',"subject": {"reference": "Patient/a"}}'
    write(tmp_path / "in/1", [twice, *population()])
    _, outcomes = judged(tmp_path / "in", tmp_path)
    for name in "ab":
        told = json.loads(outcomes[f"Patient/{name}"].assessment)
        assert "repeated-key" in {one["kind"] for one in told["issues"]}


def truncated_line(path, lines):
    write(path / "cut.ndjson", lines)
    file = path / "cut.ndjson"
    file.write_bytes(file.read_bytes()[:-9])


def truncated_gzip(path, lines):
    packed = gzip.compress(b"\n".join(lines) + b"\n")
    (path / "cut.ndjson.gz").write_bytes(packed[: len(packed) * 2 // 3])


def damaged_gzip(path, lines):
    packed = bytearray(gzip.compress(b"\n".join(lines) + b"\n"))
    packed[len(packed) // 2] ^= 0xFF
    (path / "cut.ndjson.gz").write_bytes(bytes(packed))


def no_json_at_all(path, lines):
    (path / "cut.ndjson").write_bytes(b"\x00\x01\x02" * 100)


@pytest.mark.parametrize("cut", [truncated_line, truncated_gzip, damaged_gzip, no_json_at_all])
def test_if_a_file_cannot_be_read_to_its_end_nobody_is_assessed(cut, tmp_path):
    write(tmp_path / "in/whole.ndjson", population())
    cut(tmp_path / "in", sample_lines("clock-of-stability", "c"))
    counts, outcomes = judged(tmp_path / "in", tmp_path)
    assert {"Patient/a", "Patient/b"} <= set(outcomes)
    assert {one.error for one in outcomes.values()} == {"PartialRecord"}
    assert (counts.judged, len(counts.incomplete), counts.is_whole) == (0, 1, False)
    assert counts.incomplete[0].startswith("cut.ndjson")


def test_a_cut_file_of_what_nobody_reads_is_told_and_costs_nobody(tmp_path):
    write(tmp_path / "in/whole.ndjson", population())
    write(tmp_path / "in/cut.ndjson", [line("Immunization", str(n), "a") for n in range(5)])
    file = tmp_path / "in/cut.ndjson"
    file.write_bytes(file.read_bytes()[:-9])
    counts, _ = judged(tmp_path / "in", tmp_path)
    assert (counts.judged, counts.incomplete, counts.is_whole) == (2, ("cut.ndjson",), False)


def test_bundles_in_files_of_their_own_do_not_suffer_from_another(tmp_path):
    bundle = {"resourceType": "Bundle", "type": "collection"}
    for name in "ab":
        entries = [{"resource": json.loads(one)} for one in (line("Patient", name), tumor(name))]
        write(tmp_path / f"in/{name}.json", [json.dumps(bundle | {"entry": entries}).encode()])
    file = tmp_path / "in/b.json"
    file.write_bytes(file.read_bytes()[:-30])
    counts, outcomes = judged(tmp_path / "in", tmp_path)
    assert (counts.judged, counts.failed) == (1, 1)
    assert (outcomes["Patient/b"].error, outcomes["Patient/b"].source) == ("NotJson", "b.json")


def test_a_file_that_is_no_record_is_a_failure_of_its_own(tmp_path):
    write(tmp_path / "in/a.json", [b'{\n "resourceType": "Bundle",\n "entry": ['])
    write(tmp_path / "in/b.json", [b'{"resourceType": "Bundle", "entry": 7}'])
    counts, outcomes = judged(tmp_path / "in", tmp_path)
    assert {(one.source, one.error) for one in outcomes.values()} == {
        ("a.json", "NotJson"),
        ("b.json", "NotABundle"),
    }
    assert (counts.failed, counts.passed_over) == (2, 0)


def manifest(*names, count=None):
    output = [{"type": "Condition", "url": f"https://x/{name}"} for name in names]
    output = [one | ({"count": count} if count else {}) for one in output]
    return json.dumps({"transactionTime": "2026-06-01T00:00:00Z", "output": output}).encode()


def test_a_file_that_the_manifest_announces_and_that_never_came_is_missed(tmp_path):
    write(tmp_path / "in/1.ndjson", population())
    write(tmp_path / "in/manifest.json", [manifest("1.ndjson", "2.ndjson")])
    counts, outcomes = judged(tmp_path / "in", tmp_path)
    assert counts.incomplete == ("2.ndjson",)
    assert {one.error for one in outcomes.values()} == {"PartialRecord"}


def test_a_file_with_fewer_lines_than_announced_is_missed(tmp_path):
    lines = population()
    write(tmp_path / "in/1.ndjson", lines)
    write(tmp_path / "in/manifest.json", [manifest("1.ndjson", count=len(lines) + 1)])
    assert judged(tmp_path / "in", tmp_path)[0].incomplete == ("1.ndjson",)
    write(tmp_path / "in/manifest.json", [manifest("1.ndjson", count=len(lines))])
    assert judged(tmp_path / "in", tmp_path)[0].is_whole


def test_problems_that_the_server_reports_are_counted(tmp_path):
    issue = {"severity": "error", "code": "exception", "diagnostics": "Patient/a was not found"}
    write(tmp_path / "in/error/1.ndjson", [line("OperationOutcome", "o", issue=[issue])] * 2)
    write(tmp_path / "in/1.ndjson", population())
    counts, _ = judged(tmp_path / "in", tmp_path)
    assert (counts.outcomes, counts.judged) == (2, 2)


def test_a_patient_beyond_the_limit_fails_and_costs_nobody_else(tmp_path):
    text = {"text": "x" * 500}
    more = [line("Observation", str(n), "b", status="final", code=text) for n in range(500)]
    write(tmp_path / "in/1.ndjson", population() + more)
    counts, outcomes = judged(tmp_path / "in", tmp_path, patient_bytes=200_000)
    assert outcomes["Patient/b"].error == "TooLarge"
    assert (counts.judged, counts.failed) == (1, 1)


def test_a_line_beyond_the_limit_is_counted_as_lost(tmp_path):
    long = line("DocumentReference", "d", "a", text="x" * 700_000)
    write(tmp_path / "in/1.ndjson", [long, *population()])
    counts, _ = judged(tmp_path / "in", tmp_path, patient_bytes=300_000)
    assert (counts.judged, counts.lost) == (2, 1)


def test_no_outcome_tells_a_value_of_a_patient(tmp_path):
    secret = tumor("b", "s", note=[{"text": "CANARY-4711"}])[:-3]
    write(tmp_path / "in/1", [secret, *population()])
    write(tmp_path / "in/2.json", [b'{"resourceType": "Bundle", "id": "CANARY-4711", "entry": 7}'])
    _, outcomes = judged(tmp_path / "in", tmp_path)
    assert "CANARY" not in repr(list(outcomes.values()))
