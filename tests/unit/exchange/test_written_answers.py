"""What came back is read entry by entry: only a status of success means that something landed."""

import json
from datetime import UTC, datetime

import pytest
from tests.unit.exchange.writing_site import Record

from nelm_fhir.exchange.answer import Answer
from nelm_fhir.exchange.writing.answers import Came, Landed, of_bundle, of_request
from nelm_fhir.exchange.writing.held import Held, Word, local
from nelm_fhir.exchange.writing.moments import in_utc, is_older, youngest
from nelm_fhir.writers.canonicals import ASSESSMENT_IDENTIFIER, BASIS, INPUT_DIGEST

KEY = "a" * 64
OURS = {
    "resourceType": "RiskAssessment",
    "id": "7",
    "meta": {"versionId": "2"},
    "identifier": [{"system": ASSESSMENT_IDENTIFIER, "value": KEY}],
    "status": "preliminary",
}


def entry(status, **response):
    return {"response": {"status": status, **response}}


def read(*entries, creates=None):
    creates = creates or [True] * len(entries)
    return of_bundle({"resourceType": "Bundle", "entry": list(entries)}, creates)


CREATES = {
    "201 Created": Came.LANDED,
    "201": Came.LANDED,
    "200 OK": Came.EXISTED,
    "409 Conflict": Came.CONFLICT,
    "412 Precondition Failed": Came.CONFLICT,
    "400 Bad Request": Came.REFUSED,
    "403 Forbidden": Came.REFUSED,
    "422 Unprocessable Entity": Came.REFUSED,
    "501 Not Implemented": Came.REFUSED,
    "408 Request Timeout": Came.UNKNOWN,
    "429 Too Many Requests": Came.UNKNOWN,
    "500 Internal Server Error": Came.UNKNOWN,
    "503": Came.UNKNOWN,
    "": Came.UNKNOWN,
    "Created": Came.UNKNOWN,
    "2010": Came.UNKNOWN,
}


@pytest.mark.parametrize(("status", "came"), CREATES.items())
def test_the_status_of_an_entry_says_what_became_of_a_create(status, came):
    assert read(entry(status))[0].came is came


def test_an_update_that_is_answered_with_200_landed():
    assert read(entry("200 OK"), creates=[False])[0].came is Came.LANDED


@pytest.mark.parametrize(
    ("response", "there"),
    [
        ({"location": "RiskAssessment/7/_history/2"}, ("7", "2")),
        ({"location": "https://fhir.lakeside.example/r4/RiskAssessment/7/_history/2"}, ("7", "2")),
        ({"location": "RiskAssessment/7", "etag": 'W/"2"'}, ("7", "2")),
        ({"location": "RiskAssessment/7", "etag": '"2"'}, ("7", "2")),
        ({"location": "RiskAssessment/7"}, ("7", "")),
        ({"location": 7}, ("", "")),
        ({}, ("", "")),
    ],
)
def test_id_and_version_are_read_wherever_a_server_tells_them(response, there):
    landed = read(entry("201", **response))[0]
    assert (landed.id, landed.version) == there


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"entry": []},
        {"entry": [entry("201")] * 3},
        {"entry": "two"},
        {"entry": [None, {"response": "201"}]},
    ],
)
def test_an_answer_that_does_not_fit_the_request_means_nothing(answer):
    assert {one.came for one in of_bundle(answer, [True, True])} == {Came.UNKNOWN}


def answered(status, body=None, **headers):
    content = b"" if body is None else json.dumps(body).encode()
    return Answer(status, headers, content)


def test_a_conflict_that_carries_the_very_result_counts_as_there():
    assert of_request(answered(409, OURS), KEY, create=True) == Landed(Came.EXISTED, "7", "2", 409)
    for body in (None, {"resourceType": "OperationOutcome"}, OURS | {"identifier": []}):
        assert of_request(answered(409, body), KEY, create=True).came is Came.CONFLICT
    assert of_request(answered(409, OURS), "b" * 64, create=True).came is Came.CONFLICT
    assert of_request(answered(409, OURS), KEY, create=False).came is Came.CONFLICT


def test_a_request_is_read_by_its_headers_and_else_by_its_body():
    by_headers = answered(201, Location="/fhir/RiskAssessment/7/_history/2")
    assert of_request(by_headers, KEY, create=True) == Landed(Came.LANDED, "7", "2", 201)
    assert of_request(answered(201, OURS), KEY, create=True) == Landed(Came.LANDED, "7", "2", 201)
    page = Answer(201, {}, b"<html>")
    assert of_request(page, KEY, create=True) == Landed(Came.LANDED, "", "", 201)


WORDS = {
    "preliminary": Word.OURS,
    "final": Word.CONFIRMED,
    "amended": Word.CONFIRMED,
    "corrected": Word.CONFIRMED,
    "entered-in-error": Word.WITHDRAWN,
    "registered": Word.OF_PEOPLE,
    "cancelled": Word.OF_PEOPLE,
    "unknown": Word.OF_PEOPLE,
}


@pytest.mark.parametrize(("status", "word"), WORDS.items())
def test_the_status_of_a_resource_says_whose_word_it_is(status, word):
    assert Held.of(OURS | {"status": status}).word is word
    document = {"resourceType": "DocumentReference", "status": "current", "docStatus": status}
    assert Held.of(document).word is word


def test_a_document_that_was_superseded_there_is_the_word_of_people():
    superseded = {"status": "superseded", "docStatus": "preliminary"}
    assert Held.of(superseded).word is Word.OF_PEOPLE


def test_what_a_resource_rests_on_is_read_from_every_carrier():
    observation = {"reference": "Observation/a/_history/1"}
    assert Held.of({"basis": [observation]}).basis == ("Observation/a/_history/1",)
    assert Held.of({"derivedFrom": [observation]}).basis == ("Observation/a/_history/1",)
    assert Held.of({"about": [observation]}).basis == ("Observation/a/_history/1",)
    assert Held.of({"context": {"related": [observation]}}).basis == ("Observation/a/_history/1",)
    extension = [{"url": BASIS, "valueReference": {"reference": "Condition/b"}}]
    assert Held.of({"extension": extension, "derivedFrom": [observation]}).basis == (
        "Observation/a/_history/1",
        "Condition/b",
    )


@pytest.mark.parametrize(
    "broken",
    [
        {"meta": [], "subject": "Patient/p", "identifier": {}, "extension": "x", "basis": {}},
        {"meta": {"versionId": 2}, "identifier": [None, 7], "status": ["preliminary"]},
        {"extension": [{"url": INPUT_DIGEST, "valueString": 5}], "context": []},
    ],
)
def test_a_resource_of_another_shape_tells_nothing_and_breaks_nothing(broken):
    held = Held.of(broken)
    assert (held.version, held.patient, held.digests, held.basis) == ("", "", (), ())


def test_a_reference_is_the_same_with_and_without_server_and_version():
    for told in ("Patient/p", "Patient/p/_history/3", "https://x.example/fhir/Patient/p"):
        assert local(told) == "Patient/p"


NOW = datetime(2026, 6, 1, tzinfo=UTC)


def test_the_youngest_moment_of_a_record_counts_whatever_its_zone():
    told = b'{"meta":{"lastUpdated":"2026-05-20T10:00:00+02:00"},"issued": "2026-05-20T08:30:00Z"}'
    assert youngest([told], now=NOW) == "2026-05-20T08:30:00.000000+00:00"
    assert youngest([Record().text], now=NOW) == "2026-05-28T18:05:00.000000+00:00"
    assert youngest([b"{}"], now=NOW) == ""


@pytest.mark.parametrize(
    "told",
    [
        b'{"text": "the \\"lastUpdated\\": \\"2026-05-20T08:30:00Z\\" of it"}',
        b'{"lastUpdated": "2099-01-01T00:00:00Z"}',
        b'{"lastUpdated": "2026-05-20T08:30:00"}',
        b'{"lastUpdated": "2026-05-20"}',
        b'{"lastUpdated": "2026-13-45T99:00:00Z"}',
        b'{"onset": "2026-05-20T08:30:00Z"}',
    ],
)
def test_what_is_no_moment_of_a_system_does_not_count(told):
    assert youngest([told], now=NOW) == ""


def test_a_record_that_tells_no_moment_cannot_be_shown_to_be_as_young():
    moment, later = in_utc("2026-05-20T08:30:00Z"), in_utc("2026-05-20T08:30:00.5Z")
    assert is_older(moment, later)
    assert not is_older(later, moment)
    assert not is_older(moment, moment)
    assert is_older("", moment)
    assert not is_older(moment, "")
    assert not is_older("", "")
