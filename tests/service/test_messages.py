"""FHIR messages at the door: kept, judged, answered once; later, elsewhere, or not at all."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.servers.local import Local, Reply, answers
from tests.servers.waiting import until
from tests.service.messages import FHIR_JSON, SAMPLES, SENDER, message

from nelm_fhir.exchange.server import Server
from nelm_fhir.fhir_r4.models import refuse_built
from nelm_fhir.ledger import messages, newest
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.service.messages.settings import Messaging
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DOORS = ["/fhir/$process-message", "/messages"]
Start = Callable[..., str]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "ledger.sqlite", exclusive=True) as opened:
        yield opened


@pytest.fixture
def start(ledger: Ledger, catalogue, served) -> Start:
    """Serve with that ledger; what is given says how messages are taken."""

    def one(**messaging: Any) -> str:
        settings = Settings(messaging=Messaging(**messaging), sets=("optn", "esmo-2020"))
        return served(Site(catalogue, settings, ledger, now=lambda: NOW))

    return one


def post(base: str, body: bytes, door: str = "/messages", **more: Any) -> requests.Response:
    return requests.post(f"{base}{door}", body, headers=FHIR_JSON, timeout=40, **more)


def job_of(base: str, answer: requests.Response) -> str:
    return base + answer.headers["Content-Location"].removeprefix("http://127.0.0.1:8080")


def done(address: str) -> requests.Response:
    """The answer at a status address, as soon as there is one."""
    for _ in range(200):
        answer = requests.get(address, timeout=5)
        if answer.status_code != 202:
            return answer
        time.sleep(0.05)
    raise AssertionError("no answer")


@pytest.mark.parametrize("door", DOORS)
def test_a_message_is_answered_by_a_message(start, door):
    answer = post(start(), message("m-1"), door)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/fhir+json"
    told = answer.json()
    header = told["entry"][0]["resource"]
    assert told["type"] == "message"
    assert header["response"]["identifier"] == "m-1"
    assert header["response"]["code"] == "ok"
    assert header["destination"] == [{"endpoint": SENDER}]
    results = [e["resource"] for e in told["entry"]
               if e["resource"]["resourceType"] == "RiskAssessment"]  # fmt: skip
    assert len(results) == 2
    assert told["entry"][-1]["resource"]["resourceType"] == "OperationOutcome"
    refuse_built(told)


def test_a_message_that_comes_again_gets_the_same_bytes_and_no_second_result(start, ledger):
    base = start()
    first = post(base, message("m-1"))
    again = post(base, message("m-1"))
    assert (again.status_code, again.content) == (200, first.content)
    assert ledger.first("SELECT count(*) FROM message")[0] == 1
    assert len(list(newest.every(ledger))) == 2


def test_the_same_name_with_other_content_is_a_conflict(start):
    base = start()
    post(base, message("m-1"))
    answer = post(base, message("m-1", note="de"))
    assert answer.status_code == 409
    assert answer.json()["issue"][0]["code"] == "duplicate"


@pytest.mark.threat(11)
def test_a_late_message_is_answered_and_changes_nothing_that_stands(start, ledger):
    base = start()
    post(base, message("new", moment="2026-05-31T10:00:00Z"))
    before = list(newest.every(ledger))
    late = post(base, message("late", "fails-by-ki67-alone", patient="sample-ileum-1"))
    assert late.status_code == 200
    assert list(newest.every(ledger)) == before


def test_a_message_that_cannot_be_judged_gets_an_outcome_and_is_judged_once(start, ledger):
    base = start()
    body = json.loads(message("m-1"))
    body["entry"] = body["entry"][:1]
    first = post(base, json.dumps(body).encode())
    assert first.status_code == 422
    assert first.json()["resourceType"] == "OperationOutcome"
    assert post(base, json.dumps(body).encode()).content == first.content


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", FHIR_JSON, 400),
        (b'{"resourceType": "Bundle", "type": "collection"}', FHIR_JSON, 400),
        (b"<Bundle/>", {"Content-Type": "application/fhir+xml"}, 415),
        (b"{}", {**FHIR_JSON, "Accept": "text/html"}, 406),
    ],
)
def test_what_is_no_message_is_refused_and_not_kept(start, ledger, body, headers, status):
    answer = requests.post(f"{start()}/messages", body, headers=headers, timeout=10)
    assert answer.status_code == status
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert ledger.first("SELECT count(*) FROM message")[0] == 0


@pytest.mark.parametrize("status", [200, 202])
def test_in_acknowledgment_mode_a_message_is_kept_answered_and_judged_afterwards(start, status):
    base = start(acknowledge=status)
    first = post(base, message("m-1"))
    assert first.status_code == status
    assert first.json()["issue"][0]["severity"] == "information"
    found = done(job_of(base, first))
    assert found.json()["entry"][0]["resource"]["response"]["code"] == "ok"
    again = post(base, message("m-1"))
    assert (again.status_code, again.content) == (status, first.content)
    assert again.headers["Content-Location"] == first.headers["Content-Location"]


def test_who_prefers_not_to_wait_is_not_kept_waiting(start):
    headers = {**FHIR_JSON, "Prefer": "respond-async"}
    answer = requests.post(f"{start()}/messages", message("m-1"), headers=headers, timeout=10)
    assert answer.status_code == 202


def test_who_asks_for_later_is_told_where_and_finds_it_there_until_it_is_deleted(start):
    base = start()
    answer = post(base, message("m-1"), "/messages?async=true")
    assert answer.status_code == 202
    address = job_of(base, answer)
    assert done(address).status_code == 200
    assert requests.get(address, timeout=5).content == done(address).content
    assert requests.delete(address, timeout=5).status_code == 202
    assert requests.get(address, timeout=5).status_code == 404
    assert post(base, message("m-1")).status_code == 410


def test_a_job_nobody_was_told_of_is_not_found(start):
    answer = requests.get(f"{start()}/jobs/guessed", timeout=5)
    assert answer.status_code == 404
    assert answer.json()["issue"][0]["code"] == "not-found"


def test_what_takes_longer_than_engines_wait_is_kept_and_told_so(start):
    base = start(threads=0, patience=0.1)
    answer = post(base, message("m-1"))
    assert answer.status_code == 202
    waiting = requests.get(job_of(base, answer), timeout=5)
    assert (waiting.status_code, waiting.headers["X-Progress"]) == (202, "message waiting")
    assert int(waiting.headers["Retry-After"]) > 0


def test_when_too_many_wait_no_more_are_taken_but_known_ones_are_known(start):
    base = start(threads=0, waiting=2, acknowledge=202)
    assert [post(base, message(name)).status_code for name in ("1", "2", "3")] == [202, 202, 429]
    refused = post(base, message("3"))
    assert int(refused.headers["Retry-After"]) > 0
    assert post(base, message("1")).status_code == 202


def test_what_was_accepted_before_the_end_is_judged_after_the_next_start(start, ledger):
    post(start(threads=0, acknowledge=202), message("m-1"))
    assert messages.waiting(ledger) == 1
    start()
    until(lambda: messages.waiting(ledger) == 0)
    assert {one.set_id for one in newest.every(ledger)} == {"optn", "esmo-2020"}


def test_an_answer_is_sent_to_the_address_that_was_allowed(start):
    with Local(answers(Reply(200))) as receiver:
        base = start(replies=(Server(receiver.base),))
        address = f"{receiver.base}/in"
        answer = post(base, message("m-1"), params={"async": "true", "response-url": address})
        assert answer.status_code == 202
        until(lambda: receiver.asked)
        sent = receiver.asked[0]
    assert (sent.method, sent.path) == ("POST", "/fhir/in")
    assert json.loads(sent.body)["entry"][0]["resource"]["response"]["identifier"] == "m-1"


def test_an_answer_that_says_why_not_is_a_message_too_where_it_is_sent(start):
    body = json.loads(message("m-1"))
    body["entry"] = body["entry"][:1]
    with Local(answers(Reply(200))) as receiver:
        base = start(replies=(Server(receiver.base),))
        post(base, json.dumps(body).encode(), params={"response-url": f"{receiver.base}/in"})
        until(lambda: receiver.asked)
        sent = json.loads(receiver.asked[0].body)
    assert sent["entry"][0]["resource"]["response"]["code"] == "fatal-error"
    refuse_built(sent)


@pytest.mark.threat(16)
@pytest.mark.parametrize(
    "path",
    [
        "{other}/fhir/in",
        "{allowed}/elsewhere",
        "{allowed}/fhir/../in",
        "{allowed}/fhirs",
        "http://user@{host}/fhir/in",
        "/fhir/in",
        "//{host}/fhir/in",
        "file:///etc/passwd",
    ],
)
def test_answers_go_nowhere_else_and_what_asks_for_that_is_not_kept(start, ledger, path):
    with Local(answers(Reply(200))) as receiver, Local(answers(Reply(200))) as other:
        base = start(replies=(Server(receiver.base),))
        host = receiver.origin.removeprefix("http://")
        url = path.format(other=other.origin, allowed=receiver.origin, host=host)
        assert post(base, message("m-1"), params={"response-url": url}).status_code == 403
        assert (receiver.asked, other.asked) == ([], [])
    assert ledger.first("SELECT count(*) FROM message")[0] == 0


@pytest.mark.threat(16)
def test_a_redirect_of_the_receiver_leads_nowhere_else(start, ledger):
    with Local(answers(Reply(200))) as other:
        elsewhere = Reply(307, b"", {"Location": f"{other.origin}/fhir/in"})
        with Local(answers(elsewhere)) as receiver:
            base = start(replies=(Server(receiver.base),))
            post(base, message("m-1"), params={"response-url": f"{receiver.base}/in"})
            until(lambda: receiver.asked)
            until(lambda: messages.owing(ledger) == [] and messages.waiting(ledger) == 0)
        assert other.asked == []


def test_without_a_ledger_nothing_is_taken_for_later(catalogue, served):
    answer = post(served(Site(catalogue, Settings())), message("m-1"))
    assert answer.status_code == 501


def evaluate(base: str, door: str, **headers: str) -> requests.Response:
    body = (SAMPLES / "meets-all" / "bundle.json").read_bytes()
    address = f"{base}{door}?criteria=optn&asOf=2026-06-01"
    return requests.post(address, body, headers={**FHIR_JSON, **headers}, timeout=30)


@pytest.mark.parametrize("accept", ["application/fhir+json", "application/json"])
@pytest.mark.parametrize("door", ["/fhir/$nelm-evaluate", "/evaluate"])
def test_what_is_evaluated_later_is_what_would_have_been_answered_at_once(start, door, accept):
    base = start()
    later = evaluate(base, door, Prefer="respond-async", Accept=accept)
    assert later.status_code == 202
    now = evaluate(base, door, Accept=accept)
    found = done(job_of(base, later))
    assert (found.status_code, found.content) == (200, now.content)
    assert found.headers["Content-Type"] == now.headers["Content-Type"]


def test_a_record_that_cannot_be_judged_later_is_refused_where_its_answer_would_be(start):
    base = start()
    headers = {**FHIR_JSON, "Prefer": "respond-async"}
    later = requests.post(f"{base}/evaluate", b"{}", headers=headers, timeout=10)
    found = done(job_of(base, later))
    assert (later.status_code, found.status_code) == (202, 400)
    assert found.json()["resourceType"] == "OperationOutcome"


def test_a_question_that_is_wrong_is_refused_at_once_though_its_answer_may_come_later(start):
    headers = {**FHIR_JSON, "Prefer": "respond-async"}
    address = f"{start()}/evaluate?criteria=unheard-of"
    assert requests.post(address, b"{}", headers=headers, timeout=10).status_code == 422


def test_what_is_judged_for_later_leaves_no_result_of_its_own(start, ledger):
    base = start()
    done(job_of(base, evaluate(base, "/evaluate", Prefer="respond-async")))
    assert list(newest.every(ledger)) == []
