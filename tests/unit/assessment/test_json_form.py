"""The contract of `--format json`: every key, always, as its JSON Schema says; the same bytes."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import jsonschema
import orjson
import pytest
from tests.unit.assessment.made import result, vignette, vignettes

from nelm_fhir.assessment.json_form import as_bytes, error_line, limit_text, to_bytes, to_json
from nelm_fhir.assessment.json_schema import error_schema, result_schema
from nelm_fhir.assessment.result import Limit
from nelm_fhir.assessment.told import Claims, Element, Fact, Months, Recorded, Term
from nelm_fhir.assessment.told_json import fact_json, word_json
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.evidence import Evidence, Match, SetAside
from nelm_fhir.errors import NoPatient

KEYS = """
as_of patient options verdicts flags references reference_notes surveillance notes texts issues
counts program catalogue_digest input_digest
"""
VERDICT_KEYS = "set version verdict deciding earliest missing flags criteria"
CRITERION_KEYS = "id status reason value limit evidence"


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = result_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("name", list(vignettes()))
def test_every_vignette_is_as_the_schema_says(name: str, validator):
    validator.validate(json.loads(to_bytes(vignette(name))))


def test_every_promised_key_is_there():
    form = to_json(vignette("V40"))
    assert set(KEYS.split()) <= form.keys()
    for verdict in form["verdicts"]:
        assert set(VERDICT_KEYS.split()) <= verdict.keys()
        for criterion in verdict["criteria"]:
            assert set(CRITERION_KEYS.split()) <= criterion.keys()


def test_the_schema_refuses_a_missing_and_an_unknown_key(validator):
    form = to_json(vignette("V01"))
    del form["options"]
    assert not validator.is_valid(form)
    assert not validator.is_valid(to_json(vignette("V01")) | {"more": 1})


def test_the_same_assessment_gives_the_same_bytes():
    first = to_bytes(vignette("V40"), indent=True)
    vignette.cache_clear()
    assert to_bytes(vignette("V40"), indent=True) == first


def test_lines_hold_no_newline_but_the_last():
    assert to_bytes(vignette("V40")).count(b"\n") == 1


def test_every_id_that_is_listed_has_its_text():
    for name in vignettes():
        form = to_json(vignette(name))
        listed = [*form["flags"], *form["references"], *form["reference_notes"]]
        listed += [*form["surveillance"], *form["notes"]]
        for verdict in form["verdicts"]:
            listed += [*verdict["deciding"], *verdict["flags"]]
        assert set(listed) <= form["texts"].keys()


def test_an_interval_is_structured_and_its_limit_a_text():
    burden = criterion("V18", "ESMO-BURD")
    assert burden["observed"] == {
        "low": 45,
        "high": 55,
        "low_open": False,
        "high_open": False,
        "approximate": False,
        "unit": "%",
    }
    assert burden["limit"] == "< 50 %"
    assert burden["value"] == "45-55 % (2026-05-04)"


def criterion(case: str, name: str) -> dict:
    verdicts = to_json(vignette(case))["verdicts"]
    return next(one for verdict in verdicts for one in verdict["criteria"] if one["id"] == name)


def test_several_limits_are_joined():
    assert limit_text((Limit("<", "50", "%"), Limit("<", "75", "%"))) == "< 50 % | < 75 %"
    assert limit_text(()) is None


def test_a_date_that_was_observed_is_written_as_recorded():
    assert criterion("V26", "C-OBS")["observed"] == "2025-04-01"


def test_evidence_and_what_was_set_aside_have_all_their_keys():
    used = Evidence("Observation/a", "Observation.value", "2", "2026-05", "45 %", "s|c", Match.WEAK)
    aside = SetAside(Evidence("Observation/b", "Observation.value"), "too-old")
    changed = result(evidence=(used,), set_aside=(aside,), observed=DaySpan.parse("2026-05"))
    first = vignette("V01").verdicts[0]
    form = to_json(replace(vignette("V01"), verdicts=(replace(first, criteria=(changed,)),)))[
        "verdicts"
    ][0]["criteria"][0]
    assert form["evidence"][0] == {
        "resource": "Observation/a",
        "version": "2",
        "path": "Observation.value",
        "recorded": "2026-05",
        "text": "45 %",
        "code": "s|c",
        "match": "weak",
    }
    assert form["set_aside"][0]["reason"] == "too-old"
    assert form["set_aside"][0]["version"] is None
    assert form["observed"] == "2026-05"


def test_an_answer_is_written_as_its_case_with_typed_values():
    assert criterion("V18", "ESMO-BURD")["answers"] == [
        {
            "asks": "liver-involvement",
            "branch": 0,
            "status": "unknown",
            "reason": "straddles-limit",
            "running": False,
            "told": [
                {
                    "case": "straddles",
                    "beside": False,
                    "words": {
                        "value": criterion("V18", "ESMO-BURD")["observed"],
                        "estimates": [{"fact": "liver.involvement.estimate-1"}],
                        "limit": {"limit": "< 50 %"},
                    },
                }
            ],
            "used": ["liver.involvement.estimate-1"],
            "aside": [],
        }
    ]


def test_a_fact_stands_once_with_its_elements_and_every_answer_names_it():
    for name in vignettes():
        form = to_json(vignette(name))
        facts = [fact["id"] for fact in form["facts"]]
        answers = [a for v in form["verdicts"] for c in v["criteria"] for a in c["answers"]]
        named = {fact for a in answers for fact in (*a["used"], *(x["fact"] for x in a["aside"]))}
        assert sorted(facts) == sorted(named), name
    estimate = next(f for f in to_json(vignette("V18"))["facts"] if f["kind"] == "involvement")
    assert [one["name"] for one in estimate["elements"]] == ["extent", "method", "date"]
    assert estimate["elements"][2]["value"] == "2026-05-04"


@pytest.mark.parametrize(
    ("word", "written"),
    [
        (Term("focus.class", "bone"), {"table": "focus.class", "word": "bone"}),
        (Recorded("low"), {"recorded": "low"}),
        (Months(6), {"months": 6}),
        (Claims(Fact("a.b", "scan"), ("date",)), {"fact": "a.b", "elements": ["date"]}),
        ((Fact("a.b", "scan"), Fact("a.c", "scan")), [{"fact": "a.b"}, {"fact": "a.c"}]),
        (date(2026, 3, 2), "2026-03-02"),
        (DaySpan.parse("2026-03"), "2026-03"),
        (None, None),
        (3, 3),
    ],
)
def test_a_typed_value_says_what_it_is(word, written):
    assert word_json(word) == written


def test_an_element_is_written_with_its_text_and_evidence():
    texts = Element("cells_counted", Decimal(500), text="500", evidence=(Evidence("A/1", "A.b"),))
    therapies = Element("failed_therapies", ("SSA", "PRRT"))
    form = fact_json(Fact("x", "specimen", (texts, therapies)))
    assert form["elements"][0]["value"] == 500
    assert form["elements"][0]["evidence"][0]["resource"] == "A/1"
    assert form["elements"][1] == {
        "name": "failed_therapies",
        "value": ["SSA", "PRRT"],
        "text": None,
        "reason": None,
        "evidence": [],
        "set_aside": [],
    }


def test_an_error_line_is_as_its_schema_says():
    line = error_line("a.json", NoPatient("Nobody.", "Name somebody."))
    jsonschema.validate(line, error_schema())
    assert line["error"]["exit_code"] == 10


def test_decimals_are_written_digit_by_digit():
    assert as_bytes({"n": Decimal("0.10")}) == b'{"n":0.10}\n'
    with pytest.raises(orjson.JSONEncodeError):
        as_bytes({"n": object()})


def test_every_key_of_the_contract_says_what_it_means():
    result = result_schema()["properties"]
    verdict = result["verdicts"]["items"]["properties"]
    criterion = verdict["criteria"]["items"]["properties"]
    missing = verdict["missing"]["items"]["properties"]
    for keys in (result, verdict, criterion, missing):
        assert not [key for key, schema in keys.items() if not schema.get("description")]
