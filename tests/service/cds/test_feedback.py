"""What became of a card is kept once, however often an EHR tells it."""

import json
import stat

import pytest

TOLD = {
    "card": "4e0a3a1e-3283-4575-ab82-028d55fe2719",
    "outcome": "overridden",
    "outcomeTimestamp": "2026-05-20T09:00:00Z",
}
REASON = {
    "reason": {"code": "discussed", "system": "https://nelm-fhir.example/x"},
    "userComment": "CANARY7F3A was seen on Monday",
}


@pytest.fixture
def kept(house, tmp_path):
    path = tmp_path / "feedback.ndjson"
    return house(feedback=path), path


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_card_that_was_set_aside_is_kept_with_its_reason(kept):
    service, path = kept
    assert service.told({"feedback": [{**TOLD, "overrideReason": REASON}]}).status_code == 200
    [line] = lines(path)
    assert line["service"] == "nelm-patient-view"
    assert line["overrideReason"] == {**REASON, "reason": REASON["reason"]}


def test_what_is_told_twice_is_kept_once(kept):
    service, path = kept
    for _ in range(3):
        assert service.told({"feedback": [TOLD, TOLD]}).status_code == 200
    assert len(lines(path)) == 1


def test_it_is_kept_once_by_the_next_process_too(kept, house):
    service, path = kept
    service.told({"feedback": [TOLD]})
    house(feedback=path).told({"feedback": [TOLD]})
    assert len(lines(path)) == 1


def test_a_card_may_be_ignored_first_and_answered_twice(kept):
    service, path = kept
    later = {**TOLD, "outcomeTimestamp": "2026-05-21T09:00:00Z"}
    accepted = {**TOLD, "outcome": "accepted", "acceptedSuggestions": [{"id": "e56e1945"}]}
    assert service.told({"feedback": [TOLD, later, accepted]}).status_code == 200
    assert len(lines(path)) == 3


def test_the_file_is_for_its_owner_alone(kept):
    service, path = kept
    service.told({"feedback": [TOLD]})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "feedback"),
        ({"feedback": []}, "feedback"),
        ({"feedback": ["x"]}, "feedback[0]"),
        ({"feedback": [{**TOLD, "card": ""}]}, "feedback[0].card"),
        ({"feedback": [{**TOLD, "outcome": "CANARY7F3A"}]}, "feedback[0].outcome"),
        ({"feedback": [{**TOLD, "outcomeTimestamp": "today"}]}, "feedback[0].outcomeTimestamp"),
        ({"feedback": [{**TOLD, "outcomeTimestamp": "2026-05-20T09:00:00"}]}, "outcomeTimestamp"),
        ({"feedback": [{**TOLD, "outcome": "accepted"}]}, "feedback[0].acceptedSuggestions"),
        ({"feedback": [{**TOLD, "overrideReason": "x"}]}, "feedback[0].overrideReason"),
    ],
)
def test_an_element_that_is_wrong_is_named_and_not_repeated(kept, body, place):
    service, path = kept
    refused = service.told(body)
    assert refused.status_code == 400
    assert place in refused.text
    assert "CANARY7F3A" not in refused.text
    assert not path.exists()


def test_a_comment_stands_in_no_log(kept, caplog):
    service, _path = kept
    with caplog.at_level("DEBUG"):
        service.told({"feedback": [{**TOLD, "overrideReason": REASON}]})
    assert "CANARY7F3A" not in caplog.text


def test_where_nothing_is_kept_there_is_no_such_endpoint(house):
    assert house().told({"feedback": [TOLD]}).status_code in (404, 405)


def test_a_file_that_cannot_be_written_is_told(house, tmp_path):
    refused = house(feedback=tmp_path / "no" / "such" / "folder").told({"feedback": [TOLD]})
    assert refused.status_code == 503
