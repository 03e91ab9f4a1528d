"""`nelm form`: the whole form, what of it matters for a record, and answers as Observations."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.peers.judges import HapiValidator, MedplumValidator, R4BModels
from tests.unit import board_form
from tests.unit.both_carriers import BOARD, Said, coded, profile_of, response
from tests.unit.cli.run import MEETS_ALL, SAMPLES, nelm, process
from tests.unit.mappers.mapping import quantity, ref
from tests.unit.mappers.test_questionnaire import STATEMENTS

from nelm_fhir.core.canonical import BASE, FORM

Json = dict[str, Any]
OLD_PET = str(SAMPLES / "indeterminate-old-pet" / "bundle.json")
FREE_TEXT = str(SAMPLES / "mostly-free-text" / "bundle.json")
PROFILE = f"{BASE}/StructureDefinition/attested-entry"
HTEST = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}


def form(*arguments: str) -> Json:
    done = nelm("form", *arguments)
    assert (done.exit_code, done.stderr) == (0, "")
    found: Json = json.loads(done.stdout)
    return found


def links(item: Json) -> list[str]:
    found = [item["linkId"]] if "linkId" in item else []
    return found + [link for inner in item.get("item", []) for link in links(inner)]


# --- the form -------------------------------------------------------------------------------------


def test_without_options_it_writes_the_whole_form_as_shipped() -> None:
    assert form() == json.loads(board_form.FILE.read_text("utf-8"))


def test_what_is_missing_for_a_record_is_asked_with_all_it_needs() -> None:
    found = form(OLD_PET, "--missing", "--as-of", "2026-06-30")
    assert links(found) == [
        "scan.entry",
        "scan.why",
        "scan.date",
        "scan",
        "scan.scan-modality",
        "scan.scan-tracer",
        "scan.study",
    ]
    assert found["url"] == FORM
    assert "id" not in found
    why = found["item"][0]["item"][0]
    assert why["type"] == "display"
    assert "OPTN/UNOS exception guidance OPTN-LIVER, OPTN-WORK" in why["text"]


def test_the_day_before_nothing_was_missing() -> None:
    found = form(OLD_PET, "--missing", "--as-of", "2026-06-29")
    assert "item" not in found
    assert found["description"].startswith("Nothing to ask")


def test_only_the_chosen_sets_ask() -> None:
    one = form(FREE_TEXT, "--missing", "--as-of", "2026-05-29", "--set", "esmo-2020")
    every = form(FREE_TEXT, "--missing", "--as-of", "2026-05-29")
    assert set(links(one)) < set(links(every))
    assert "liver-distribution" in set(links(every)) - set(links(one))


def test_a_profile_is_asked_as_a_record_is(tmp_path: Path) -> None:
    path = tmp_path / "profile.json"
    assert nelm("profile", OLD_PET, "--as-of", "2026-06-30", "-o", str(path)).exit_code == 0
    assert form(str(path), "--profile", "--missing") == form(
        OLD_PET, "--missing", "--as-of", "2026-06-30"
    )


def test_no_value_of_the_record_stands_in_the_questions() -> None:
    asked = form(FREE_TEXT, "--missing", "--as-of", "2026-05-29")
    whole = form()
    texts = {item["text"] for item in every_item(asked) if item["type"] != "display"}
    assert texts <= {item["text"] for item in every_item(whole)}


def every_item(parent: Json) -> list[Json]:
    inner = parent.get("item", [])
    return [*inner, *(item for one in inner for item in every_item(one))]


def test_the_known_condition_of_the_only_primary_is_filled_in(tmp_path: Path) -> None:
    bundle = json.loads(Path(MEETS_ALL).read_bytes())
    for entry in bundle["entry"]:
        if entry["resource"]["id"] == "resection-statement":
            entry["resource"]["component"] = []
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(bundle))
    found = form(str(path), "--missing", "--as-of", "2026-06-01")
    (focus,) = (i for i in every_item(found) if i["linkId"] == "primary-resected.focus")
    assert focus["initial"] == [{"valueReference": {"reference": "Condition/ileal-net"}}]


def test_the_same_record_gives_the_same_bytes(tmp_path: Path) -> None:
    arguments = ("form", FREE_TEXT, "--missing", "--as-of", "2026-05-29")
    first = process(*arguments).stdout
    assert first == process(*arguments).stdout
    path = tmp_path / "form.json"
    assert nelm(*arguments, "-o", str(path)).stdout == ""
    assert path.read_bytes() == first


def test_people_can_read_the_questions() -> None:
    shown = nelm("form", OLD_PET, "--missing", "--as-of", "2026-06-30", "-f", "table").stdout
    assert "• Disease outside the liver on the whole scan (equivocal, negative, positive)" in shown
    assert "Lacking for: Milan 2007 M07-EHD" in shown
    assert all(len(line) <= 80 for line in shown.split("\n"))
    whole = nelm("form", "-f", "table").stdout
    assert "  Imaging: one focus on this scan" in whole


FORMS = {
    "whole": (),
    "old PET": (OLD_PET, "--missing", "--as-of", "2026-06-30"),
    "free text": (FREE_TEXT, "--missing", "--as-of", "2026-05-29"),
    "nothing": (MEETS_ALL, "--missing", "--as-of", "2026-06-01"),
}


@pytest.mark.parametrize("arguments", FORMS.values(), ids=FORMS)
def test_the_models_find_no_fault_in_a_form(
    arguments: tuple[str, ...], r4b_models: R4BModels
) -> None:
    assert r4b_models.errors(form(*arguments)) == []


@pytest.mark.peer
@pytest.mark.parametrize("arguments", FORMS.values(), ids=FORMS)
def test_outside_judges_find_no_fault_in_a_form(
    arguments: tuple[str, ...], hapi_validator: HapiValidator, medplum_validator: MedplumValidator
) -> None:
    found = form(*arguments)
    assert [str(one) for one in hapi_validator.issues(found) if one.severity != "information"] == []
    assert medplum_validator.errors(found) == []


# --- the answers ----------------------------------------------------------------------------------


def written(tmp_path: Path, answers: Json, *arguments: str) -> Json:
    path = tmp_path / "response.json"
    path.write_text(json.dumps(answers))
    return form("--answers", str(path), "--as", "observations", *arguments)


def sent(bundle: Json) -> list[Json]:
    return [entry["resource"] for entry in bundle["entry"]]


def placed(bundle: Json) -> list[Json]:
    """The Observations as a server keeps them: by Type/id, also where they name each other."""
    text = json.dumps(bundle)
    for number, entry in enumerate(bundle["entry"]):
        entry["resource"]["id"] = f"n{number}"
    text = json.dumps(bundle)
    for number, entry in enumerate(bundle["entry"]):
        text = text.replace(entry["fullUrl"], f"Observation/n{number}")
    return sent(json.loads(text))


@pytest.mark.parametrize("kind", ["collection", "transaction"])
def test_answers_and_the_observations_made_from_them_say_what_the_answers_say(
    tmp_path: Path, kind: str
) -> None:
    answers = response(STATEMENTS)
    made = placed(written(tmp_path, answers, "--type", kind))
    assert len(made) == 9
    assert profile_of(answers, *made) == profile_of(answers) == profile_of(*made)


def test_each_observation_names_its_answers_its_author_and_itself(tmp_path: Path) -> None:
    bundle = written(tmp_path, response(STATEMENTS))
    assert bundle["type"] == "collection"
    for one in sent(bundle):
        assert one["derivedFrom"][0] == {"reference": "QuestionnaireResponse/r"}
        assert (one["performer"], one["status"]) == ([BOARD], "final")
        assert one["subject"] == {"reference": "Patient/p"}
    identifiers = {one["identifier"][0]["value"] for one in sent(bundle)}
    assert len(identifiers) == len(sent(bundle))
    assert bundle == written(tmp_path, response(STATEMENTS))


def test_a_transaction_updates_each_observation_by_its_identifier(tmp_path: Path) -> None:
    first = written(tmp_path, response(STATEMENTS), "--type", "transaction")
    for entry in first["entry"]:
        (name,) = entry["resource"]["identifier"]
        url = f"Observation?identifier={name['system']}|{name['value']}"
        assert entry["request"] == {"method": "PUT", "url": url}
        assert "id" not in entry["resource"]
    amended = written(tmp_path, response(STATEMENTS, status="amended"), "--type", "transaction")
    assert [e["request"] for e in amended["entry"]] == [e["request"] for e in first["entry"]]
    assert {one["status"] for one in sent(amended)} == {"amended"}


def test_answers_of_test_data_stay_marked_as_such(tmp_path: Path) -> None:
    tagged = response(STATEMENTS, meta={"tag": [HTEST]})
    assert all(one["meta"] == {"tag": [HTEST]} for one in sent(written(tmp_path, tagged)))
    assert all("meta" not in one for one in sent(written(tmp_path, response(STATEMENTS))))


ODD = [
    Said("liver-involvement", {"valueDecimal": 20}),
    Said("liver-involvement", {"valueRange": {"low": quantity(20, "%")["valueQuantity"]}}),
    Said("scan", {"valueTime": "12:00:00"}, [("scan-modality", {"valueUri": "urn:x"})]),
    Said("ki67", {"valueInteger": 5}, [("cells-counted", {"valueString": "many"})]),
    Said("progression-treatment", {"valueDate": "2026-01-01"}),
    Said("primary-site", {"valueCodeableConcept": {"text": "spleen"}}, date="2026-05"),
    Said("scan", {}, date="2026-05-11T08:00:00+02:00"),
    Said("syndrome-present", {"valueBoolean": False}),
    Said("focus-class", coded("node"), focus=[ref("Condition/node"), ref("Condition/primary")]),
    Said("focus-class", coded("node"), focus=[{"identifier": {"system": "urn:b", "value": "1"}}]),
    Said("ki67", {"valueString": "2 %"}, specimen={"identifier": {"value": "7"}}),
    Said("scan", coded("negative"), study=ref("ImagingStudy/pet")),
    Said("liver-resectability", {}),
    Said("scan", {}),
]


@pytest.mark.parametrize("said", ODD, ids=lambda said: f"{said.element} {dict(said.value)}")
def test_what_is_odd_is_written_so_that_it_is_read_alike(
    tmp_path: Path, said: Said, r4b_models: R4BModels
) -> None:
    answers = response([said])
    bundle = written(tmp_path, answers)
    assert r4b_models.errors(bundle) == []
    made = placed(bundle)
    assert profile_of(answers, *made) == profile_of(answers) == profile_of(*made)


@pytest.mark.peer
@pytest.mark.parametrize("kind", ["collection", "transaction"])
def test_outside_judges_and_our_profile_find_no_fault_in_the_observations(
    tmp_path: Path, kind: str, hapi_validator: HapiValidator, medplum_validator: MedplumValidator
) -> None:
    bundle = written(tmp_path, response([*STATEMENTS, *ODD]), "--type", kind)
    assert hapi_validator.errors(bundle) == []
    assert medplum_validator.errors(bundle) == []
    for one in sent(bundle):
        assert hapi_validator.errors(one, PROFILE) == [], one


@pytest.mark.parametrize("text", ["soon", "2026-05-11, about noon", "2026-02-30"])
def test_a_date_that_is_none_is_left_out(tmp_path: Path, text: str) -> None:
    answers = response([Said("scan", coded("negative"), date=None)])
    day = {"linkId": "scan.date", "answer": [{"valueString": text}]}
    answers["item"][0]["item"].append(day)
    (made,) = placed(written(tmp_path, answers))
    assert "effectiveDateTime" not in made
    assert profile_of(made) == profile_of(answers)


def test_a_question_that_was_passed_over_is_said_to_be_not_known(tmp_path: Path) -> None:
    (made,) = sent(written(tmp_path, response([Said("liver-resectability", {})])))
    assert made["dataAbsentReason"]["coding"][0]["code"] == "unknown"


def test_the_only_answers_in_a_bundle_are_found(tmp_path: Path) -> None:
    bundle = {"resourceType": "Bundle", "type": "collection"}
    other = response([], id_="x", questionnaire="urn:other")
    entries = [{"resource": one} for one in (other, response(STATEMENTS))]
    assert written(tmp_path, bundle | {"entry": entries}) == written(tmp_path, response(STATEMENTS))


def test_answers_to_no_question_are_named_by_place_only(tmp_path: Path) -> None:
    answers = response(STATEMENTS)
    answers["item"].append({"linkId": "secret", "answer": [{"valueString": "secret"}]})
    path = tmp_path / "response.json"
    path.write_text(json.dumps(answers))
    done = nelm("form", "--answers", str(path))
    assert done.exit_code == 0
    assert done.stderr == (
        "Not in the form, and left out: QuestionnaireResponse.item[6].answer[0]\n"
    )


# --- what cannot be used --------------------------------------------------------------------------

REFUSED = [
    ({"resourceType": "Patient"}, "no FHIR QuestionnaireResponse"),
    ([], "no FHIR QuestionnaireResponse"),
    ({**response(STATEMENTS), "questionnaire": "urn:x"}, "another questionnaire"),
    (response(STATEMENTS, status="in-progress"), "not completed"),
    (response(STATEMENTS, status="entered-in-error"), "not completed"),
    ({**response(STATEMENTS), "implicitRules": "urn:x"}, "not completed"),
    (response([]), "No question"),
    (response(STATEMENTS, author=None), "Nobody attests"),
    ({**response(STATEMENTS), "authored": "yesterday"}, "not valid FHIR R4"),
    (response(STATEMENTS, author=ref("Patient/p")), "Practitioner"),
    (response(STATEMENTS, author={"type": "Device", "display": "Machine"}), "Practitioner"),
    ({k: v for k, v in response(STATEMENTS).items() if k != "id"}, "neither id nor identifier"),
    (response([Said("focus-class", coded("node"), focus=[ref("#c")])]), "their own Bundle"),
    (response([Said("scan", {}, study=ref("DiagnosticReport/d"))]), "ImagingStudy or Procedure"),
    ({**response(STATEMENTS), "subject": ref("Group/g")}, "Patient"),
    ({"resourceType": "Bundle", "entry": []}, "0 answers"),
]


@pytest.mark.parametrize(("given", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_answers_that_cannot_be_used_are_refused_with_what_to_do(
    tmp_path: Path, given: Any, said: str
) -> None:
    path = tmp_path / "response.json"
    path.write_text(json.dumps(given))
    done = nelm("form", "--answers", str(path))
    assert (done.exit_code, done.stdout) == (10, "")
    assert said in done.stderr
    assert len(done.stderr.strip().split("\n")) > 1


def test_broken_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "response.json"
    path.write_text('{"resourceType": "QuestionnaireResponse", "status": 1, "status": 2}')
    assert nelm("form", "--answers", str(path)).exit_code == 10


WRONG = [
    (("--missing",), "needs a record"),
    (("--as", "observations"), "needs answers"),
    (("--answers", OLD_PET, "--missing"), "stands alone"),
    ((OLD_PET, "--answers", OLD_PET), "stands alone"),
    (("--answers", OLD_PET, "-f", "table"), "stands alone"),
    ((OLD_PET, "--missing", "--set", "optm"), "Did you mean optn?"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG)
def test_wrong_usage_is_said(arguments: tuple[str, ...], said: str) -> None:
    done = nelm("form", *arguments)
    assert done.exit_code == 2
    assert said in done.stderr


def test_help_shows_examples() -> None:
    shown = nelm("form", "--help").stdout
    assert "nelm form bundle.json --missing" in shown
    assert "--as observations" in shown


# --- the sample: a record, what the board is asked, what it answered ------------------------------

BOARD_SAMPLE = SAMPLES / "tumor-board-form" / "bundle.json"
BOARD_DAY = ("--as-of", "2026-06-15")


def sample(*left_out: str) -> tuple[Json, Json]:
    """The sample without the answers, and its answers without those about these elements."""
    bundle = json.loads(BOARD_SAMPLE.read_bytes())
    (answers,) = (r for r in sent(bundle) if r["resourceType"] == "QuestionnaireResponse")
    gone = {f"{element}.entry" for element in left_out}
    answers["item"] = [item for item in answers["item"] if item["linkId"] not in gone]
    bundle["entry"] = [entry for entry in bundle["entry"] if entry["resource"] is not answers]
    return bundle, answers


def verdicts(tmp_path: Path, bundle: Json, *answers: Json) -> dict[str, str]:
    path = tmp_path / "bundle.json"
    added = [{"resource": one} for one in answers]
    path.write_text(json.dumps(bundle | {"entry": [*bundle["entry"], *added]}))
    shown = json.loads(nelm("assess", str(path), *BOARD_DAY, "-f", "json").stdout)
    return {one["set"]: one["verdict"] for one in shown["verdicts"]}


def test_the_board_is_asked_for_whatever_it_answered(tmp_path: Path) -> None:
    bundle, answers = sample()
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(bundle))
    asked = set(links(form(str(path), "--missing", *BOARD_DAY)))
    assert set(links(answers)) <= asked | {"liver-involvement.involvement-method"}


@pytest.mark.parametrize(
    "element",
    [
        *("primary-resected", "liver-involvement", "liver-distribution", "liver-resectability"),
        *("scan", "focus-adjudication", "response", "syndrome-present"),
        "comorbidity-contraindication",
    ],
)
def test_each_of_its_answers_changes_a_verdict(tmp_path: Path, element: str) -> None:
    bundle, answers = sample()
    _, without = sample(element)
    assert verdicts(tmp_path, bundle, without) != verdicts(tmp_path, bundle, answers)


def test_without_the_answers_nothing_is_met(tmp_path: Path) -> None:
    bundle, _ = sample()
    assert set(verdicts(tmp_path, bundle).values()) == {"indeterminate"}


def test_the_answers_of_the_sample_give_the_same_verdicts_as_observations(tmp_path: Path) -> None:
    bundle, answers = sample()
    made = form("--answers", str(BOARD_SAMPLE), "--as", "observations")
    as_observations = {**bundle, "entry": [*bundle["entry"], *made["entry"]]}
    assert verdicts(tmp_path, as_observations) == verdicts(tmp_path, bundle, answers)
    assert all(one["meta"]["tag"] == [HTEST] for one in sent(made))


ANSWERED_BY = {
    "choice": "valueCoding",
    "open-choice": "valueCoding",
    "boolean": "valueBoolean",
    "date": "valueDate",
    "quantity": "valueQuantity",
    "reference": "valueReference",
}


def test_the_answers_of_the_sample_stand_where_the_form_asks_for_them() -> None:
    """Same place, same words, type and list; the outside judges do not look at this."""
    _, answers = sample()
    fits(answers, json.loads(board_form.FILE.read_text("utf-8")))


def fits(given: Json, asked: Json) -> None:
    questions = {item["linkId"]: item for item in asked["item"]}
    order = list(questions)
    named = [item["linkId"] for item in given["item"]]
    assert named == sorted(named, key=order.index)
    for item in given["item"]:
        question = questions[item["linkId"]]
        assert item["text"] == question["text"]
        if question["type"] == "group":
            fits(item, question)
        else:
            ((kind, value),) = item["answer"][0].items()
            assert kind == ANSWERED_BY[question["type"]]
            assert kind != "valueCoding" or value["code"] in listed(question["answerValueSet"])


def listed(canonical: str) -> set[str]:
    file = board_form.FILE.parent / f"ValueSet-{canonical.rpartition('/')[2]}.json"
    (include,) = json.loads(file.read_text("utf-8"))["compose"]["include"]
    return {concept["code"] for concept in include["concept"]}


@pytest.mark.peer
def test_outside_judges_find_no_fault_in_the_sample_and_its_observations(
    hapi_validator: HapiValidator, medplum_validator: MedplumValidator
) -> None:
    _, answers = sample()
    made = form("--answers", str(BOARD_SAMPLE), "--as", "observations", "--type", "transaction")
    assert hapi_validator.errors(answers) == []
    assert hapi_validator.errors(made) == []
    assert medplum_validator.errors(answers) == medplum_validator.errors(made) == []
