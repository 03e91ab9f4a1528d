"""The worklist says what the assessments say, in the order that a coordinator works in."""

import json
from dataclasses import replace
from pathlib import Path

from msgspec import structs
from tests.unit.assessment.made import catalogue, vignette, vignettes
from tests.unit.batch_outputs.made import batch, of_vignettes, samples

from nelm_fhir.assessment.result import Verdict
from nelm_fhir.report.worklist_line import (
    PLACES,
    Place,
    WorklistLine,
    decoded,
    encoded,
    order,
    worklist_line,
)


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "worklist.ndjson").read_bytes().splitlines()]


def verdicts(line: dict) -> set[str]:
    return {one["verdict"] for one in line["verdicts"]}


def test_every_judged_patient_stands_in_it_once(tmp_path: Path):
    everybody = (*samples(), *of_vignettes())
    batch(tmp_path / "out", everybody)
    assert sorted(line["patient"] for line in lines(tmp_path / "out")) == sorted(
        one.patient for one in everybody
    )


def test_whoever_meets_a_set_comes_first_then_the_open_then_the_waiting_then_the_rest(tmp_path):
    batch(tmp_path / "out", (*samples(), *of_vignettes()))
    found = lines(tmp_path / "out")
    for line in found:
        best = [v for v in ("criteria-met", "indeterminate", "deferred") if v in verdicts(line)]
        assert line["place"] == (best[0] if best else "other")
    places = [PLACES.index(Place(line["place"])) for line in found]
    assert places == sorted(places)
    assert set(places) == {0, 1, 2, 3}


def test_within_a_place_the_fewest_missing_data_the_earliest_date_and_the_id_decide(tmp_path):
    batch(tmp_path / "out", (*samples(), *of_vignettes()))
    keys = {
        "criteria-met": lambda line: (),
        "indeterminate": lambda line: (len(line["missing"]),),
        "deferred": lambda line: (line["earliest"],),
        "other": lambda line: (),
    }
    for place, key in keys.items():
        here = [line for line in lines(tmp_path / "out") if line["place"] == place]
        assert here == sorted(here, key=lambda line: (*key(line), line["patient"]))


def test_the_order_in_which_patients_were_judged_is_no_matter(tmp_path: Path):
    everybody = (*samples(), *of_vignettes())
    batch(tmp_path / "one", everybody)
    batch(tmp_path / "other", sorted(everybody, key=lambda one: one.input_hash))
    assert (tmp_path / "one" / "worklist.ndjson").read_bytes() == (
        tmp_path / "other" / "worklist.ndjson"
    ).read_bytes()


def test_the_deceased_are_only_counted(tmp_path: Path):
    first, *others = samples()
    dead = structs.replace(first, deceased=True)
    batch(tmp_path / "out", [dead, *others])
    assert dead.patient not in {line["patient"] for line in lines(tmp_path / "out")}
    for name in ("worklist.html", "worklist.csv", "changes.ndjson", "risk_assessments.ndjson"):
        assert dead.patient not in (tmp_path / "out" / name).read_text("utf-8")
    summary = json.loads((tmp_path / "out" / "summary.json").read_bytes())
    assert summary["patients"]["deceased"] == 1
    assert sum(summary["verdicts"][0]["patients"].values()) == len(others)


def test_a_line_says_of_every_set_what_the_assessment_says():
    for name in vignettes():
        assessment = vignette(name)
        line = worklist_line(assessment, catalogue())
        for said, verdict in zip(line.verdicts, assessment.verdicts, strict=True):
            assert (said.set, said.version, said.verdict) == (
                verdict.set,
                verdict.version,
                str(verdict.verdict),
            )
            assert said.earliest == (str(verdict.earliest) if verdict.earliest else None)
            assert tuple(one.id for one in said.deciding) == verdict.deciding
            assert [one.id for one in said.missing] == [one.criterion for one in verdict.missing]
            assert all(one.why for one in (*said.deciding, *said.missing))
            assert said.flags == verdict.flags
        assert line.notice == assessment.notice


def test_every_open_criterion_that_counts_has_something_that_would_settle_it():
    for name in vignettes():
        line = worklist_line(vignette(name), catalogue())
        settled = {one.criterion for lacking in line.missing for one in lacking.settles}
        assert {one.id for verdict in line.verdicts for one in verdict.missing} <= settled


def test_a_line_is_read_as_it_was_written():
    for name in vignettes():
        line = worklist_line(vignette(name), catalogue())
        assert decoded(encoded(line)) == line


def test_whoever_meets_a_set_comes_first_whatever_is_open_or_waiting_besides():
    line = worklist_line(vignette("V40"), catalogue())
    assert line.place is Place.INDETERMINATE
    met = structs.replace(line.verdicts[0], verdict=str(Verdict.CRITERIA_MET))
    better = structs.replace(line, verdicts=(met, *line.verdicts[1:]), place=Place.MET)
    assert order(better)[0] < order(line)[0]
    assert order(better)[1:] == (0, "")


def test_a_deferred_patient_is_placed_by_the_earliest_date_of_all_sets():
    waiting = [
        line
        for name in vignettes()
        if (line := worklist_line(vignette(name), catalogue())).place is Place.DEFERRED
    ]
    assert waiting
    for line in waiting:
        dates = [one.earliest for one in line.verdicts if one.earliest]
        assert order(line)[2] == line.earliest == min(dates)


def test_the_patient_of_the_line_is_that_of_the_assessment():
    named = replace(vignette("V01"), subject=structs.replace(vignette("V01").subject,
                                                             reference="Patient/x"))  # fmt: skip
    line: WorklistLine = worklist_line(named, catalogue())
    assert line.patient == "Patient/x"
