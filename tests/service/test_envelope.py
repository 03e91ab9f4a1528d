"""What a message says of itself: its name, its digest, its moment; and what is no message."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from nelm_fhir.errors import NotABundle, NotJson
from nelm_fhir.service.messages.envelope import envelope

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def message(header: dict[str, Any] | None = None, **bundle: Any) -> bytes:
    first = {
        "resourceType": "MessageHeader",
        "id": "m-1",
        "eventUri": "https://site.example/event",
        "source": {"endpoint": "https://sender.example"},
        **(header or {}),
    }
    patient = {"resourceType": "Patient", "id": "p"}
    entries = [{"resource": {k: v for k, v in first.items() if v is not None}}]
    whole = {
        "resourceType": "Bundle",
        "type": "message",
        "entry": [*entries, {"resource": patient}],
    }
    return json.dumps({**whole, **bundle}).encode()


def of(body: bytes):
    return envelope(body, now=NOW)


def test_a_message_is_known_by_its_sender_and_the_id_of_its_header():
    assert of(message()).key == "https://sender.example|m-1"
    assert of(message({"source": {"endpoint": "https://b.example"}})).key == "https://b.example|m-1"


def test_without_an_id_it_is_known_by_the_identifier_of_the_bundle_else_by_what_it_holds():
    named = {"system": "urn:s", "value": "b-1"}
    assert of(message({"id": None}, identifier=named)).key == "https://sender.example|urn:s|b-1"
    nameless = of(message({"id": None}))
    assert nameless.key.endswith(nameless.content)


def test_what_is_sent_again_because_the_answer_was_lost_is_the_same():
    again = message(id="other", timestamp="2026-05-30T10:00:00Z", identifier={"value": "x"})
    assert of(again).content == of(message()).content
    blanks = json.dumps(json.loads(message()), indent=2, sort_keys=True).encode()
    assert of(blanks).content == of(message()).content


def test_other_content_under_the_same_name_has_another_digest():
    longer = json.loads(message())
    longer["entry"][1]["resource"]["birthDate"] = "1970-01-01"
    assert of(json.dumps(longer).encode()).content != of(message()).content


def test_digits_of_a_number_are_part_of_what_it_says():
    one, other = (message(total=0).replace(b'"p"', digits) for digits in (b"2.0", b"2.00"))
    assert of(one).content != of(other).content


@pytest.mark.parametrize(
    ("stated", "moment"),
    [
        ({"timestamp": "2026-05-30T12:00:00+02:00"}, "2026-05-30T10:00:00.000000+00:00"),
        ({"meta": {"lastUpdated": "2026-05-29T10:00:00Z"}}, "2026-05-29T10:00:00.000000+00:00"),
        (
            {"timestamp": "2026-05-28T10:00:00Z", "meta": {"lastUpdated": "2026-05-29T10:00:00Z"}},
            "2026-05-29T10:00:00.000000+00:00",
        ),
        ({"timestamp": "2027-05-30T10:00:00Z"}, ""),
        ({"timestamp": "2026-05"}, ""),
        ({}, ""),
    ],
)
def test_its_moment_is_the_youngest_that_lies_not_ahead(stated, moment):
    assert of(message(**stated)).event == moment


@pytest.mark.parametrize(
    "body",
    [
        message(type="collection"),
        message({"resourceType": "Patient"}),
        message({"eventUri": None}),
        message(entry=[]),
        message(entry=[{"resource": None}]),
        b'{"resourceType": "Patient"}',
    ],
)
def test_what_is_no_message_is_refused(body):
    with pytest.raises(NotABundle):
        of(body)


def test_what_is_no_json_is_refused():
    with pytest.raises(NotJson):
        of(b"{")
