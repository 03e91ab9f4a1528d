"""The scaffold of an overlay loads as it is, says what to fill in, and changes no verdict."""

import json
import tomllib
from datetime import date
from pathlib import Path

import pytest
from tests.unit.coverage.made import (
    LOCAL,
    LOINC,
    SAMPLES,
    bundle,
    catalogue,
    concept,
    net,
    observation,
    report,
    resource,
    samples,
)

from nelm_fhir import pipeline
from nelm_fhir.assessment.json_form import as_bytes
from nelm_fhir.coverage.scaffold import scaffold
from nelm_fhir.coverage.stored import Stored, stored
from nelm_fhir.errors import InputError

VALUE = "valueCodeableConcept"


def told(*bundles) -> Stored:
    return stored(as_bytes(report(bundles)))


def files_of(*resources, name: str = "ward") -> dict[str, str]:
    return scaffold(told(bundle(net(), *resources)), name, catalogue())


def elements_of(text: str) -> dict[str, dict]:
    parsed = json.loads(text)
    return {entry["code"]: entry for group in parsed["group"] for entry in group["element"]}


def written(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def local(code: str, display: str | None = None):
    return concept(LOCAL, code, display)


def test_a_scaffold_of_all_samples_loads_and_changes_no_verdict(tmp_path: Path):
    files = scaffold(stored(as_bytes(report(samples()))), "everything", catalogue())
    folder = written(tmp_path / "overlay", files)
    overlaid = pipeline.load([folder])
    assert [(o.name, o.version) for o in overlaid.overlays] == [("everything", "0.1")]
    for sample in sorted(SAMPLES.glob("*/sample.toml")):
        about = tomllib.loads(sample.read_text("utf-8"))
        day = date.fromisoformat(about["as_of"])
        data = (sample.parent / "bundle.json").read_bytes()
        read = pipeline.read_one(data, overlaid, as_of=day)
        verdicts = {v.set: str(v.verdict) for v in pipeline.judge(read, overlaid).verdicts}
        assert verdicts == about["expected"], sample.parent.name
        without = pipeline.read_one(data, catalogue(), as_of=day)
        assert read.profile == without.profile


def test_questions_answers_and_lists_stand_in_maps_of_their_own():
    files = files_of(
        observation("a", local("RES", "resektabel?"), **{VALUE: local("U")}),
        observation("b", concept(LOINC, "97509-4"), **{VALUE: local("ST")}),
    )
    assert elements_of(files["ConceptMap-questions.json"]).keys() == {"RES"}
    assert elements_of(files["ConceptMap-liver-resectability.json"]).keys() == {"U"}
    assert elements_of(files["ConceptMap-list-response-answer.json"]).keys() == {"ST"}
    limited = json.loads(files["ConceptMap-liver-resectability.json"])
    assert limited["targetCanonical"].endswith("/ValueSet/attested-liver-resectability")
    assert limited["group"][0]["target"].endswith("/CodeSystem/attested-answer")
    listed = json.loads(files["ConceptMap-list-response-answer.json"])
    assert listed["group"][0]["source"] == LOCAL
    assert listed["group"][0]["target"] == "http://snomed.info/sct"


def test_no_target_is_filled_in_and_each_says_what_would_be():
    files = files_of(observation("a", local("RES", "resektabel?"), **{VALUE: local("U")}))
    question = elements_of(files["ConceptMap-questions.json"])["RES"]["target"]
    assert [list(target) for target in question] == [["equivalence", "comment"]]
    assert question[0]["equivalence"] == "unmatched"
    assert "liver-resectability." in question[0]["comment"]
    answer = elements_of(files["ConceptMap-liver-resectability.json"])["U"]["target"][0]
    assert "one of resectable, unresectable." in answer["comment"]
    assert "answers RES" in answer["comment"]


def test_a_type_of_value_that_the_element_does_not_read_is_told():
    files = files_of(observation("a", local("LEBER-ANTEIL"), valueString="40 %"))
    comment = elements_of(files["ConceptMap-questions.json"])["LEBER-ANTEIL"]["target"][0]
    assert "liver-involvement does not read String" in comment["comment"]


def test_a_question_goes_where_its_values_can_be_read():
    files = files_of(observation("a", local("LK", "Lymphknoten untersucht"), valueInteger=14))
    (target,) = elements_of(files["ConceptMap-list-node-count-examined.json"])["LK"]["target"]
    assert "a code of node-count-examined or node-count-positive" in target["comment"]


def test_the_code_of_a_report_may_say_several_things():
    files = files_of(resource("DiagnosticReport", "r", status="final", code=local("PET-DOTATATE")))
    for name in ("scan-tracer", "scan-modality"):
        assert elements_of(files[f"ConceptMap-{name}.json"]).keys() == {"PET-DOTATATE"}


def test_other_drugs_and_codes_without_system_or_suggestion_stand_in_no_map():
    files = files_of(
        resource(
            "MedicationStatement",
            "m",
            status="active",
            medicationCodeableConcept=concept("http://fhir.de/CodeSystem/bfarm/atc", "C09AA05"),
        ),
        observation("a", concept(None, "KI67")),
        observation("b", local("4711"), focus=[{"reference": "Condition/net"}]),
    )
    assert not [name for name in files if name.startswith("ConceptMap")]
    assert "`(no system) KI67`" in files["README.md"]
    assert f"`{LOCAL}|4711`" in files["README.md"]
    assert "C09AA05" not in files["README.md"]
    assert "1\ncodes of other drugs" in files["README.md"]


def test_the_answers_that_may_be_fixed_strings_are_prepared():
    files = files_of(observation("a", local("RES", "resektabel?"), valueString="nein"))
    assert "# [liver-resectability]" in files["answers.toml"]
    assert tomllib.loads(files["answers.toml"]) == {}


def test_ids_keep_to_the_length_that_fhir_allows():
    files = files_of(observation("a", local("RES", "resektabel?")), name="w" * 80)
    assert len(json.loads(files["ConceptMap-questions.json"])["id"]) == 64


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"unmapped": [{}]}', b"\xff", b"nul"])
def test_what_is_no_report_is_refused_without_showing_it(content: bytes):
    with pytest.raises(InputError, match="is no coverage report") as refused:
        stored(content)
    assert refused.value.exit_code == 10


def test_every_code_that_was_seen_is_known_again():
    read = told(bundle(net(), observation("a", local("KI67"))))
    assert {str(code) for code in read.seen} >= {
        f"{LOCAL}|KI67",
        "http://snomed.info/sct|1288045008",
    }
