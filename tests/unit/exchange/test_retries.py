"""What is asked again, after which pause, and what never is."""

import logging
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from tests.servers.local import Hang, Local, Reply, answers, outcome

from nelm_fhir.errors import ServerRefused, ServerUnavailable
from nelm_fhir.exchange.answer import Answer
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.patience import BULK, INTERACTIVE, NONE, Patience
from nelm_fhir.exchange.retries import asked_pause
from nelm_fhir.exchange.server import Limits, Server

pytestmark = pytest.mark.usefixtures("loopback")
QUICK = INTERACTIVE.within(2)
OK = Reply(200, {"resourceType": "Patient"})


def asked_until_done(replies, patience=QUICK, **kind):
    with Local(answers(*replies)) as server, Client(Server(server.base, patience=patience)) as one:
        if kind:
            one.send("POST", "Basic", {"resourceType": "Basic"}, accept={200}, **kind)
        else:
            one.get("Patient/p1")
    return len(server.asked)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_an_answer_that_promises_another_is_asked_for_again(status):
    assert asked_until_done([Reply(status), Reply(status), OK]) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 412, 422, 501, 505])
def test_a_refusal_is_not_repeated(status):
    with Local(answers(Reply(status), OK)) as server, Client(Server(server.base)) as client:
        with pytest.raises(Exception, match=str(status)):
            client.get("Patient/p1")
        assert len(server.asked) == 1


def test_a_connection_that_breaks_before_or_within_the_answer_is_tried_again():
    cut = Reply(200, b'{"resourceType": "Patient"}', cut=10)
    assert asked_until_done([Hang(), cut, OK]) == 3


def test_a_search_by_post_is_repeated_because_it_changes_nothing():
    with Local(answers(Reply(503), Hang(), Reply(200, {"resourceType": "Bundle"}))) as server:
        with Client(Server(server.base, patience=QUICK)) as client:
            client.search("Condition", [("code", "x")])
        assert [asked.form for asked in server.asked] == [{"code": "x"}] * 3


def test_a_write_that_may_be_repeated_is():
    assert asked_until_done([Reply(503), Hang(), OK], repeatable=True) == 3


@pytest.mark.parametrize("failure", [Reply(500), Reply(503), Hang(), Reply(200, b"{}", cut=1)])
def test_a_create_that_may_have_happened_is_never_repeated(failure):
    with (
        Local(answers(failure, OK)) as server,
        Client(Server(server.base, patience=QUICK)) as client,
        pytest.raises(ServerUnavailable),
    ):
        client.send("POST", "Basic", {"a": 1}, accept={201}, repeatable=False)
    assert len(server.asked) == 1


def test_a_create_that_certainly_did_not_happen_is_repeated():
    assert asked_until_done([Reply(429), OK], repeatable=False) == 2


def test_a_create_waits_for_a_server_that_is_not_there_yet():
    with Local(answers(OK)) as gone:
        port = gone.port
    started = []

    def start():
        time.sleep(0.3)
        started.append(Local(answers(OK), port=port).__enter__())

    starting = threading.Thread(target=start)
    starting.start()
    patient = Patience((0.2,) * 20, 4)
    with Client(Server(f"http://127.0.0.1:{port}", patience=patient)) as client:
        client.send("POST", "Basic", {"a": 1}, accept={200}, repeatable=False)
    starting.join()
    started[0].__exit__(None, None, None)
    assert len(started[0].asked) == 1


def test_after_all_attempts_the_last_answer_is_the_error():
    with (
        Local(answers(outcome(503, "throttled"))) as server,
        Client(Server(server.base, patience=Patience((0.01, 0.01), 5))) as client,
        pytest.raises(ServerUnavailable, match="503 Service Unavailable; issues: throttled"),
    ):
        client.get("Patient/p1")
    assert len(server.asked) == 3


def test_a_server_that_is_not_there_is_unavailable_without_its_address():
    with Local(answers(OK)) as gone:
        base = gone.base
    with (
        Client(Server(base, patience=NONE)) as client,
        pytest.raises(ServerUnavailable, match="connection to the server failed") as error,
    ):
        client.get("Patient/jane")
    assert error.value.status is None
    assert "jane" not in str(error.value)


def test_seconds_of_retry_after_come_before_our_own_pauses():
    asked = timed([Reply(429, headers={"Retry-After": "1"}), OK], Patience((0.01,), 5))
    assert 1 <= asked < 2


def test_a_date_of_retry_after_counts_from_the_clock_of_the_server():
    """The server lives two years ago; its own Date says so."""
    then = datetime(2024, 6, 1, 12, tzinfo=UTC)
    later = format_datetime(then + timedelta(seconds=1), usegmt=True)
    headers = {"Retry-After": later, "Date": format_datetime(then, usegmt=True)}
    asked = timed([Reply(503, headers=headers), OK], Patience((0.01,), 5))
    assert 1 <= asked < 2


def timed(replies, patience):
    started = time.monotonic()
    asked_until_done(replies, patience)
    return time.monotonic() - started


def test_a_server_that_asks_for_more_time_than_there_is_is_left_alone_at_once():
    busy = Reply(503, headers={"Retry-After": "3600"})
    started = time.monotonic()
    with (
        Local(answers(busy)) as server,
        Client(Server(server.base, patience=INTERACTIVE)) as client,
        pytest.raises(ServerUnavailable),
    ):
        client.get("Patient/p1")
    assert len(server.asked) == 1
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 5 ", 5),
        ("0", 0),
        ("-5", 0),
        ("1.5", 0),
        ("soon", 0),
        ("", 0),
        ("Sat, 01 Jun 2024 12:00:30 GMT", 30),
        ("Sat, 01 Jun 2024 11:00:00 GMT", 0),
        ("Sat, 01 Jun 2024 14:00:30 +0200", 30),
        ("Sat, 99 Jun 2024 12:00:30 GMT", 0),
        ("9" * 400, 999_999_999),
    ],
)
def test_what_retry_after_asks_for_is_read_or_nothing(text, seconds):
    headers = {"retry-after": text, "date": "Sat, 01 Jun 2024 12:00:00 GMT"}
    assert asked_pause(Answer(503, headers, b"")) == seconds


def test_a_date_without_the_clock_of_the_server_counts_from_ours():
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 50 < asked_pause(Answer(503, {"retry-after": later}, b"")) <= 60


def test_pauses_are_drawn_evenly_up_to_their_bound(monkeypatch):
    drawn = []
    monkeypatch.setattr(
        "nelm_fhir.exchange.retries.random.uniform",
        lambda low, high: drawn.append((low, high)) or 0,
    )
    asked_until_done([Reply(500)] * 7 + [OK], INTERACTIVE)
    assert drawn == [(0, pause) for pause in (1, 2, 4, 8, 16, 32, 64)]


def test_patience_keeps_its_pattern_when_it_is_given_less_time():
    assert BULK.waits == (60, 120, 240, 480)
    assert max(INTERACTIVE.waits) == 64
    short = BULK.within(18)
    assert short.deadline == 18
    assert short.waits == pytest.approx((0.6, 1.2, 2.4, 4.8))


def test_no_attempt_begins_behind_the_deadline():
    started = time.monotonic()
    with (
        Local(answers(Reply(500))) as server,
        Client(Server(server.base, patience=Patience((0.2,) * 100, 0.5))) as client,
        pytest.raises(ServerUnavailable),
    ):
        client.get("Patient/p1")
    assert time.monotonic() - started < 1.5
    assert 2 < len(server.asked) < 100


def test_a_server_that_does_not_answer_in_time_is_unavailable():
    def late(_asked):
        time.sleep(0.5)
        return OK

    limits = Limits(idle=0.1)
    with (
        Local(late) as server,
        Client(Server(server.base, limits=limits, patience=NONE)) as client,
        pytest.raises(ServerUnavailable, match="not answer in time"),
    ):
        client.get("Patient/p1")


def test_without_the_extra_there_is_one_attempt_and_a_word_about_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "stamina", None)
    for failure in (Reply(503), Hang()):
        with (
            Local(answers(failure, OK)) as server,
            Client(Server(server.base, patience=QUICK)) as client,
            pytest.raises(ServerUnavailable, match=r"nelm-fhir\[server\]"),
        ):
            client.get("Patient/p1")
        assert len(server.asked) == 1


def test_a_refusal_is_a_refusal_with_or_without_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "stamina", None)
    with Local(answers(Reply(404))) as server, Client(Server(server.base)) as client:
        with pytest.raises(ServerRefused) as error:
            client.get("Patient/p1")
        assert "nelm-fhir[server]" not in str(error.value)


def test_a_repeated_request_is_an_event_of_numbers_only(caplog):
    with caplog.at_level(logging.DEBUG):
        asked_until_done([Reply(503), OK], Patience((0.01,), 5))
    ours = [record.getMessage() for record in caplog.records if record.name == "nelm_fhir"]
    assert len(ours) == 1
    assert ours[0].startswith("request-repeated status=503 pause=0.0")
    assert "Patient" not in caplog.text
