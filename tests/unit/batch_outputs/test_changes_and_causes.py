"""What changed since the last run, and what is really behind it: data, time, rules, options."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import structs
from tests.unit.assessment.made import catalogue
from tests.unit.batch_outputs.made import SAMPLES, batch, failed, of_record, outcome, samples

from nelm_fhir import pipeline
from nelm_fhir.errors import SeveralPatients

LATER = date(2026, 10, 1)
MEETS = json.loads((SAMPLES / "meets-all" / "bundle.json").read_bytes())


def changes(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "changes.ndjson").read_bytes().splitlines()]


def edited(bundle: dict[str, Any], resource: str, change) -> bytes:
    """Return the Bundle with one resource changed, removed (None) or as it was."""
    kind, _, name = resource.partition("/")
    entries = []
    for entry in bundle["entry"]:
        one = entry["resource"]
        if (one["resourceType"], one.get("id")) != (kind, name):
            entries.append(entry)
        elif change is not None:
            entries.append({**entry, "resource": change(one)})
    return json.dumps({**bundle, "entry": entries}).encode()


def ki67(value: float, version: str):
    return lambda one: {
        **one,
        "meta": {**one.get("meta", {}), "versionId": version},
        "valueQuantity": {**one["valueQuantity"], "value": value},
    }


AS_IT_WAS = json.dumps(MEETS).encode()
MORE = edited(MEETS, "Observation/ki67-liver", ki67(30, "2"))
WITHOUT = edited(MEETS, "Observation/ki67-liver", None)
DAY = date(2026, 6, 1)


def test_the_first_run_has_nothing_to_compare_with(tmp_path: Path):
    batch(tmp_path / "out", samples())
    assert changes(tmp_path / "out") == []
    assert json.loads((tmp_path / "out" / "run.json").read_bytes())["compared_with"] is None


def test_the_datum_behind_a_change_is_named_with_both_versions(tmp_path: Path):
    batch(tmp_path / "out", [of_record(AS_IT_WAS, DAY)], as_of=DAY, fingerprint="a")
    batch(tmp_path / "out", [of_record(MORE, DAY)], as_of=DAY, fingerprint="b")
    found = {one["set"]: one for one in changes(tmp_path / "out")}
    assert found
    for one in found.values():
        assert one["behind"] == ["data"]
        assert [(d["resource"], d["fate"]) for d in one["data"]] == [
            ("Observation/ki67-liver", "changed")
        ]
        assert (one["data"][0]["version_before"], one["data"][0]["version"]) == ("1", "2")


def test_a_criterion_that_turned_is_named_with_its_answers(tmp_path: Path):
    batch(tmp_path / "out", [of_record(AS_IT_WAS, DAY)], as_of=DAY, fingerprint="a")
    batch(tmp_path / "out", [of_record(WITHOUT, DAY)], as_of=DAY, fingerprint="b")
    found = {one["set"]: one for one in changes(tmp_path / "out")}
    turned = {t["id"]: (t["before"], t["after"]) for one in found.values() for t in one["criteria"]}
    assert ("met", "unknown") in turned.values() or ("not-met", "unknown") in turned.values()
    data = {(d["resource"], d["fate"]) for one in found.values() for d in one["data"]}
    assert ("Observation/ki67-liver", "vanished") in data


def test_a_datum_that_appears_is_one_too(tmp_path: Path):
    batch(tmp_path / "out", [of_record(WITHOUT, DAY)], as_of=DAY, fingerprint="a")
    batch(tmp_path / "out", [of_record(AS_IT_WAS, DAY)], as_of=DAY, fingerprint="b")
    data = {(d["resource"], d["fate"]) for one in changes(tmp_path / "out") for d in one["data"]}
    assert ("Observation/ki67-liver", "appeared") in data


def test_the_passing_of_time_alone_is_named_alone(tmp_path: Path):
    batch(tmp_path / "out", samples())
    batch(tmp_path / "out", samples(LATER), as_of=LATER)
    found = changes(tmp_path / "out")
    assert found
    assert {tuple(one["behind"]) for one in found} == {("time",)}
    assert {one["as_of_before"] for one in found} == {"2026-06-01"}
    assert all(one["data"] == [] and one["before"] != one["after"] for one in found)


def test_every_verdict_that_differs_is_told_and_no_other(tmp_path: Path):
    batch(tmp_path / "out", samples())
    batch(tmp_path / "out", samples(LATER), as_of=LATER)

    def verdicts(outcomes) -> dict[tuple[str, str], str]:
        assessments = [json.loads(one.assessment) for one in outcomes]
        return {(a["patient"], v["set"]): v["verdict"] for a in assessments for v in a["verdicts"]}

    before, after = verdicts(samples()), verdicts(samples(LATER))
    told = {(one["patient"], one["set"]): (one["before"], one["after"])
            for one in changes(tmp_path / "out")}  # fmt: skip
    assert told == {key: (before[key], after[key]) for key in before if before[key] != after[key]}


def test_where_time_and_data_both_changed_the_former_profile_tells_which_it_was(tmp_path: Path):
    """New data that would not have changed a verdict are not blamed for what time did."""
    same = of_record(AS_IT_WAS, DAY)
    later = of_record(AS_IT_WAS, LATER)
    touched = structs.replace(later, input_hash="f" * 64)
    batch(tmp_path / "out", [same], as_of=DAY, fingerprint="a")
    batch(tmp_path / "out", [touched], as_of=LATER, fingerprint="b")
    found = changes(tmp_path / "out")
    assert found
    assert {tuple(one["behind"]) for one in found} == {("time",)}


def test_where_time_would_have_changed_nothing_the_data_are_behind_it(tmp_path: Path):
    soon = date(2026, 6, 2)
    batch(tmp_path / "out", [of_record(AS_IT_WAS, DAY)], as_of=DAY, fingerprint="a")
    batch(tmp_path / "out", [of_record(MORE, soon)], as_of=soon, fingerprint="b")
    found = changes(tmp_path / "out")
    assert found
    assert {tuple(one["behind"]) for one in found} == {("data",)}
    assert {d["resource"] for one in found for d in one["data"]} == {"Observation/ki67-liver"}


def test_new_gone_deceased_and_failed_patients_are_told_as_such(tmp_path: Path):
    one, two, three, four, five = samples()[:5]
    batch(tmp_path / "out", [one, two, three, four], fingerprint="a")
    dead = structs.replace(two, deceased=True)
    broken = failed(three.patient, SeveralPatients("Two patients."))
    batch(tmp_path / "out", [one, dead, broken, five], fingerprint="b")
    behind = {(c["patient"], tuple(c["behind"]), c["before"] is None, c["after"] is None)
              for c in changes(tmp_path / "out")}  # fmt: skip
    assert behind == {
        (two.patient, ("deceased",), False, True),
        (three.patient, ("not-assessed",), False, True),
        (four.patient, ("no-longer-there",), False, True),
        (five.patient, ("new-patient",), True, False),
    }


def test_another_catalogue_is_behind_what_the_same_data_now_give(tmp_path: Path):
    outcome = samples()[0]
    line = json.loads(outcome.line)
    line["verdicts"][0]["verdict"] = "deferred"
    batch(tmp_path / "out", [structs.replace(outcome, line=json.dumps(line).encode())],
          catalogue="sha256:old")  # fmt: skip
    batch(tmp_path / "out", [outcome])
    (found,) = changes(tmp_path / "out")
    assert found["behind"] == ["rules"]


def test_a_set_that_only_one_of_the_runs_judged_has_not_changed(tmp_path: Path):
    outcome = samples()[0]
    batch(tmp_path / "out", [outcome], sets=("optn",))
    batch(tmp_path / "out", [outcome], fingerprint="b")
    assert changes(tmp_path / "out") == []


def test_an_option_of_the_center_is_named_where_it_turned_the_verdict(tmp_path: Path):
    name = "la_fe_ki67_up_to_20"
    text = edited(MEETS, "Observation/ki67-liver", ki67(15, "2"))
    strict = of_record(text, DAY)
    read = pipeline.read_one(text, catalogue(), as_of=LATER, options={name: True})
    wide = outcome(read, strict.patient, text)
    batch(tmp_path / "out", [strict], as_of=DAY)
    batch(tmp_path / "out", [wide], as_of=LATER, options=(name,))
    found = {one["set"]: tuple(one["behind"]) for one in changes(tmp_path / "out")}
    assert found.pop("la-fe-2026") == ("options", "time")
    assert set(found.values()) == {("time",)}


def test_the_same_request_again_is_compared_with_what_it_was_compared_with_before(tmp_path: Path):
    batch(tmp_path / "out", samples())
    batch(tmp_path / "out", samples(LATER), as_of=LATER)
    first = changes(tmp_path / "out")
    batch(tmp_path / "out", samples(LATER), as_of=LATER, fresh=True)
    assert changes(tmp_path / "out") == first != []
