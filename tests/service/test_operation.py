"""$nelm-evaluate: what goes in, what comes out, and under which numbers."""

import gzip
import json
import re

import pytest
import requests
from tests.service.asking import (
    ALIAS,
    EVALUATE,
    MEETS_ALL,
    SENT,
    outcome_in,
    parameters,
    sample,
    verdicts,
)
from tests.unit.cli.run import DAY, nelm

from nelm_fhir.service.numbering import numbers_of
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture
def base(served, catalogue) -> str:
    return served(Site(catalogue, Settings()))


def post(address: str, body: bytes = MEETS_ALL, **headers: str) -> requests.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.post(address, data=body, headers={**SENT, **named}, timeout=30)


def test_every_set_has_its_result_and_the_collection_requests_nothing(base, catalogue):
    answer = post(base + EVALUATE).json()
    assert (answer["resourceType"], answer["type"]) == ("Bundle", "collection")
    assert set(verdicts(answer)) == set(catalogue.sets)
    assert all("request" not in entry for entry in answer["entry"])


def test_the_same_record_gives_the_same_bytes(base):
    answers = {post(base + EVALUATE).content for _ in range(3)}
    assert len(answers) == 1


def test_the_alias_asked_for_json_says_what_the_command_says(base, tmp_path):
    path = tmp_path / "record.json"
    path.write_bytes(MEETS_ALL)
    told = json.loads(nelm("assess", str(path), *DAY, "--format", "json").stdout)
    assert post(base + ALIAS, Accept="application/json").json() == told


def test_the_operation_asked_for_json_stays_fhir(base):
    answer = post(base + EVALUATE, Accept="application/json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["resourceType"] == "Bundle"


def test_parameters_choose_sets_day_subject_and_options(base):
    body = parameters(
        sample("two-primaries"),
        criteria=["optn"],
        asOf="2026-06-01",
        option="la_fe_ki67_up_to_20",
    )
    answer = post(f"{base}/fhir/$nelm-evaluate", body).json()
    assert set(verdicts(answer)) == {"optn"}
    plain = post(f"{base}/evaluate", body, Accept="application/json").json()
    assert plain["as_of"] == "2026-06-01"
    assert plain["options"]["la_fe_ki67_up_to_20"] is True


def test_numbers_of_a_record_in_parameters_keep_their_digits(base):
    """The record is cut out as text: parsed and written again it would be another."""
    record = MEETS_ALL.replace(b'"value": 2', b'"value": 2.00', 1)
    assert record != MEETS_ALL
    whole = b'{"resourceType":"Parameters","parameter":[{"name":"bundle","resource":%s}]}' % record
    wrapped = post(base + ALIAS, whole, Accept="application/json").json()
    assert wrapped == post(base + ALIAS, record, Accept="application/json").json()


def test_a_key_that_stands_twice_in_an_entry_is_seen_inside_parameters_too(base):
    record = MEETS_ALL.replace(b'"status": "final"', b'"status": "x", "status": "final"', 1)
    assert record != MEETS_ALL
    whole = b'{"resourceType":"Parameters","parameter":[{"name":"bundle","resource":%s}]}' % record
    answer = post(base + ALIAS, whole, Accept="application/json").json()
    assert "repeated-key" in {issue["kind"] for issue in answer["issues"]}
    assert "criteria-met" not in {one["verdict"] for one in answer["verdicts"]}


@pytest.mark.parametrize("word", ["minimal", "MINIMAL"])
def test_minimal_leaves_the_verdicts_and_says_so(base, word):
    whole, small = post(base + EVALUATE), post(base + EVALUATE, Prefer=f"return={word}")
    assert verdicts(small.json()) == verdicts(whole.json())
    assert len(small.content) < len(whole.content) / 5
    assert small.headers["Preference-Applied"] == "return=minimal"
    tags = small.json()["entry"][0]["resource"]["meta"]["tag"]
    assert "SUBSETTED" in {tag["code"] for tag in tags}


def test_only_the_outcome_where_that_is_preferred(base):
    answer = post(base + EVALUATE, Prefer="return=OperationOutcome; x=1, handling=lenient")
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert answer.headers["Preference-Applied"] == "return=OperationOutcome, handling=lenient"


def test_lenient_passes_over_an_unknown_parameter_and_tells(base):
    body = parameters(what="x")
    assert post(base + EVALUATE, body).status_code == 400
    answer = post(base + EVALUATE, body, Prefer="handling=lenient")
    assert answer.status_code == 200
    issue = outcome_in(answer.json())["issue"][0]
    assert (issue["severity"], issue["code"]) == ("warning", "not-supported")
    assert issue["expression"] == ["Parameters.parameter[1]"]


def test_a_preference_that_nobody_knows_changes_nothing(base):
    answer = post(base + EVALUATE, Prefer="wait=10, return=everything, handling")
    assert answer.status_code == 200
    assert "Preference-Applied" not in answer.headers


def test_answers_are_packed_for_those_who_can_unpack_them(base):
    answer = requests.post(
        base + EVALUATE,
        data=gzip.compress(MEETS_ALL),
        headers={**SENT, "Content-Encoding": "gzip", "Accept-Encoding": "gzip"},
        stream=True,
        timeout=30,
    )
    assert answer.headers["Content-Encoding"] == "gzip"
    assert verdicts(json.loads(gzip.decompress(answer.raw.read())))
    assert "Content-Encoding" not in post(base + EVALUATE, Accept_Encoding="identity").headers


def test_the_numbers_of_a_request_come_back_and_its_trace_goes_on(base):
    told = post(
        base + EVALUATE, X_Request_Id="engine-7", X_Correlation_Id="case-9", traceparent=PARENT
    ).headers
    assert (told["X-Request-Id"], told["X-Correlation-Id"]) == ("engine-7", "case-9")
    assert re.fullmatch(rf"00-{TRACE}-[0-9a-f]{{16}}-01", told["traceparent"])
    assert told["traceparent"] != PARENT


def test_failures_carry_the_numbers_too(base):
    told = post(f"{base}/nowhere", X_Request_Id="engine-8").headers
    assert told["X-Request-Id"] == "engine-8"
    assert told["traceparent"]


@pytest.mark.parametrize(
    "given",
    [
        "",
        "nonsense",
        PARENT.upper(),
        f"ff-{TRACE}-00f067aa0ba902b7-01",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"{PARENT}-more",
    ],
)
def test_a_trace_that_is_none_is_begun_anew(given):
    made = numbers_of({"traceparent": given}).traceparent
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00", made)
    assert TRACE not in made


@pytest.mark.parametrize("given", ["", "two words", "x" * 129, "ü"])
def test_an_id_that_could_be_something_else_is_not_repeated(given):
    numbers = numbers_of({"X-Request-Id": given})
    assert numbers.request_id != given
    assert numbers.correlation_id == numbers.request_id


def test_a_later_version_of_the_trace_is_followed():
    assert TRACE in numbers_of({"traceparent": f"01-{TRACE}-00f067aa0ba902b7-03-x"}).traceparent
