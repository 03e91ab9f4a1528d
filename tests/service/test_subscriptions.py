"""What a server tells of changes: fetched from the trusted one, once per patient, nothing lost."""

import json
from typing import Any

import pytest
import requests
from tests.servers.local import Asked, Local, Reply, answers, bundle
from tests.servers.waiting import until
from tests.service.hooks import listening
from tests.service.notifications import OBSERVATION, PATIENT, event, some_of, status, store, told

from nelm_fhir.errors import NotABundle
from nelm_fhir.ledger import hooks, newest
from nelm_fhir.service.subscriptions.notification import Kind, notification

pytestmark = pytest.mark.usefixtures("loopback")
HANDSHAKE = told("handshake", 0)


@pytest.fixture
def listen(catalogue, tmp_path):
    return lambda fhir, **more: listening(catalogue, tmp_path, fhir, **more)


def verdicts_of(standing: list[tuple[str, str]]) -> set[str]:
    return {patient for patient, _ in standing}


def test_a_handshake_is_answered_and_its_subscription_stands_from_then_on(listen):
    with listen(store()) as site:
        assert site.send(HANDSHAKE).status_code == 200
        (told_of,) = site.send(path="", method="GET").json()["subscriptions"]
        assert told_of["name"] == "records"
        assert told_of["heard"]
        assert site.server.asked == []


@pytest.mark.parametrize("kind", ["patient", "observation"])
def test_what_changed_is_fetched_from_the_server_judged_and_kept(listen, kind):
    fhir = store()
    focus = PATIENT if kind == "patient" else some_of(fhir, OBSERVATION)[0]
    with listen(fhir) as site:
        site.send(HANDSHAKE)
        assert site.send(event(1, focus)).status_code == 200
        site.done()
        assert verdicts_of(site.standing()) == {PATIENT}
        assert site.fetched() == [PATIENT]


def test_many_notifications_of_one_patient_fetch_the_record_once(listen):
    fhir = store()
    with listen(fhir, settle=1.5) as site:
        site.send(HANDSHAKE)
        for number, focus in enumerate(some_of(fhir, OBSERVATION)[:15], start=1):
            assert site.send(event(number, focus)).status_code == 200
        site.done()
        assert site.fetched() == [PATIENT]


def test_an_event_that_comes_again_is_the_one_that_was_taken(listen):
    with listen(store()) as site:
        site.send(HANDSHAKE)
        site.send(event(1))
        site.done()
        assert site.send(event(1)).status_code == 200
        site.done()
        assert site.fetched() == [PATIENT]


def test_numbers_begin_anew_after_another_handshake_and_are_other_events(listen):
    with listen(store()) as site:
        site.send(HANDSHAKE)
        site.send(event(1))
        site.done()
        site.send(event(2))
        site.done()
        before = len(site.fetched())
        until(lambda: site.send(told("heartbeat", 2)).ok)
        site.send(HANDSHAKE)
        site.send(event(1))
        site.done()
        assert len(site.fetched()) > before


class Answering:
    """A server that tells its events when asked, or finds by search what changed."""

    def __init__(self, *, events: bool) -> None:
        self.events = events

    def __call__(self, asked: Asked) -> Reply | None:
        if asked.path.endswith("/$events") and self.events:
            first = int(asked.query["eventsSinceNumber"])
            last = int(asked.query["eventsUntilNumber"])
            found = [(number, PATIENT) for number in range(first, last + 1)]
            return Reply(200, json.loads(told("query-event", last, *found)))
        if asked.path.endswith("/Condition/_search") and "_lastUpdated" in asked.form:
            changed = {"resourceType": "Condition", "id": "c", "meta": {"versionId": "2"},
                       "subject": {"reference": PATIENT}}  # fmt: skip
            return bundle(changed)
        return None


@pytest.mark.parametrize("events", [True, False], ids=["$events", "search"])
def test_events_that_never_came_are_asked_for(listen, events):
    fhir = store(instead=Answering(events=events))
    other = "Patient/nobody"
    with listen(fhir) as site:
        site.send(HANDSHAKE)
        site.send(event(4, other))
        site.done()
        assert verdicts_of(site.standing()) == {PATIENT}
        (asked,) = site.asked("$events")
        assert asked.query == {"eventsSinceNumber": "1", "eventsUntilNumber": "3"}
        searched = [one for one in site.asked("/Condition/_search") if "_lastUpdated" in one.form]
        assert bool(searched) is not events
        assert hooks.of_name(site.ledger, "records").last == 4


def test_a_heartbeat_that_counts_more_than_came_tells_of_a_gap(listen):
    with listen(store(instead=Answering(events=True))) as site:
        site.send(HANDSHAKE)
        assert site.send(told("heartbeat", 1)).status_code == 200
        site.done()
        assert verdicts_of(site.standing()) == {PATIENT}


def test_a_subscription_that_falls_silent_is_told_of_and_asked_for(listen):
    with listen(store(instead=Answering(events=False)), hook={"heartbeat": 0.5}) as site:
        site.send(HANDSHAKE)
        until(lambda: hooks.of_name(site.ledger, "records").missed)
        site.done()
        assert verdicts_of(site.standing()) == {PATIENT}
        assert site.send(path="", method="GET").json()["subscriptions"][0]["silent_since"]
        site.send(told("heartbeat", 0))
        assert hooks.of_name(site.ledger, "records").missed == ""


def test_a_notification_that_names_nothing_is_searched_for(listen):
    with listen(store(instead=Answering(events=False))) as site:
        site.send(HANDSHAKE)
        assert site.send(b"").status_code == 200
        site.done()
        assert verdicts_of(site.standing()) == {PATIENT}


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_rest_hook_of_r4_tells_of_a_resource_by_its_address(listen, method):
    fhir = store()
    focus = some_of(fhir, OBSERVATION)[0]
    with listen(fhir) as site:
        answer = site.send(fhir.texts[focus][0], f"/records/{focus}", method)
        assert answer.status_code == 200
        site.done()
        assert verdicts_of(site.standing()) == {PATIENT}


def test_a_resource_that_came_along_is_never_judged_itself(listen):
    fhir = store("fails-by-ki67-alone")
    (patient,) = some_of(fhir, "Patient")
    with listen(fhir, hook={"header": "X-Hook", "secret": "s3cret", "full": True}) as site:
        lie = {"resourceType": "Patient", "id": patient.partition("/")[2], "deceasedBoolean": True}
        site.send(event(1, patient, came=(lie,)), **{"X-Hook": "s3cret"})
        site.done()
        assert site.fetched() == [patient]


@pytest.mark.threat(15)
@pytest.mark.threat(16)
def test_only_the_server_that_was_configured_is_asked_whatever_a_notification_names(listen):
    with Local(answers(Reply(200))) as other, listen(store()) as site:
        site.send(event(1, f"{other.base}/{PATIENT}"))
        site.done()
        assert other.asked == []
        assert site.fetched() == [PATIENT]


def test_whom_a_resource_is_about_is_believed_only_with_a_secret(listen):
    fhir = store()
    focus = some_of(fhir, OBSERVATION)[0]
    kind, _, name = focus.partition("/")
    lie = {"resourceType": kind, "id": name, "subject": {"reference": "Patient/other"}}
    with listen(fhir, hook={"full": True}) as site:
        site.send(event(1, focus, came=(lie,)))
        site.done()
        assert site.fetched() == [PATIENT]


@pytest.mark.parametrize("given", [{}, {"X-Hook": "wrong"}, {"X-Hook": ""}])
def test_without_the_secret_of_its_subscription_nothing_is_taken(listen, given: dict[str, Any]):
    with listen(store(), hook={"header": "X-Hook", "secret": "s3cret"}) as site:
        assert site.send(event(1), **given).status_code == 401
        assert site.send(event(1), path="", **given).status_code == 401
        assert site.ledger.first("SELECT count(*) FROM message")[0] == 0
        assert site.send(event(1), **{"X-Hook": "s3cret"}).status_code == 200


@pytest.mark.parametrize("name", ["other", "records-2", "%2e%2e"])
def test_a_subscription_nobody_configured_is_not_found(listen, name):
    with listen(store()) as site:
        assert site.send(event(1), f"/{name}").status_code == 404


def test_what_the_server_does_not_give_costs_no_other_patient(listen):
    with listen(store()) as site:
        site.send(event(1, "Patient/unknown"))
        site.send(event(2))
        site.done()
        assert verdicts_of(site.standing()) == {PATIENT}
        states = [row["state"] for row in site.ledger.rows("SELECT state FROM message")]
        assert sorted(states) == ["evaluated", "failed"]


def test_a_patient_who_cannot_concern_us_leaves_nothing(listen):
    fhir = store()
    fhir.add({"resourceType": "Patient", "id": "well", "birthDate": "1970-01-01"})
    with listen(fhir) as site:
        site.send(event(1, "Patient/well"))
        site.done()
        assert site.standing() == []


def test_what_cannot_be_fetched_now_waits(listen):
    with listen(store(instead=lambda _asked: Reply(503))) as site:
        assert site.send(event(1)).status_code == 200
        until(lambda: site.server.asked)
        assert site.ledger.first("SELECT state FROM message")["state"] == "received"


@pytest.mark.parametrize(
    "body",
    [
        {"resourceType": "Bundle", "type": "collection", "entry": []},
        {"resourceType": "Bundle", "type": "history", "entry": []},
        {"resourceType": "Bundle", "type": "history", "entry": [{"resource": status("nonsense")}]},
    ],
)
def test_what_is_no_notification_is_refused(body):
    with pytest.raises(NotABundle):
        notification(json.dumps(body).encode())


def test_both_editions_of_the_names_are_read():
    camel = event(7).replace(b"event-number", b"eventNumber")
    camel = camel.replace(b"notification-event", b"notificationEvent")
    camel = camel.replace(b"events-since-subscription-start", b"eventsSinceSubscriptionStart")
    found = notification(camel)
    assert (found.kind, found.since_start, found.numbers) == (Kind.EVENT, 7, [7])
    assert found == notification(event(7))


def test_a_gap_of_any_length_is_one_search(listen):
    with listen(store(instead=Answering(events=True))) as site:
        site.send(HANDSHAKE)
        site.send(told("heartbeat", 10**17))
        site.done()
        assert site.asked("$events") == []
        assert hooks.of_name(site.ledger, "records").last == 10**17


def test_a_resource_that_is_gone_is_about_the_patient_whose_judgment_rests_on_it(listen):
    fhir = store()
    with listen(fhir) as site:
        site.send(event(1))
        site.done()
        (judgment,) = newest.judgments(site.ledger)
        used = next(
            one for one in some_of(fhir, "Procedure") if f'"{one}"' in judgment.assessment.decode()
        )
        fhir.gone = frozenset({used})
        site.send(event(2, used))
        site.done()
        assert site.fetched() == [PATIENT, PATIENT]
        (after,) = newest.judgments(site.ledger)
        assert f'"{used}"' not in after.assessment.decode()


def test_a_patient_who_was_merged_into_another_stands_no_more(listen):
    fhir = store()
    with listen(fhir) as site:
        site.send(event(1))
        site.done()
        old = json.loads(fhir.texts[PATIENT][0])
        replaced = {"other": {"reference": "Patient/new"}, "type": "replaced-by"}
        fhir.add({**old, "active": False, "link": [replaced]})
        fhir.add({**old, "id": "new"})
        site.send(event(2))
        site.done()
        assert verdicts_of(site.standing()) == {"Patient/new"}


def test_what_changed_while_nobody_listened_is_asked_for_at_the_next_start(listen):
    with listen(store()) as site:
        site.send(HANDSHAKE)
    with listen(store(instead=Answering(events=False))) as site:
        until(site.standing)
        assert verdicts_of(site.standing()) == {PATIENT}


def test_a_subscription_that_was_never_heard_is_told_of_too(listen):
    with listen(store(instead=Answering(events=False)), hook={"heartbeat": 0.5}) as site:
        until(site.standing)
        assert hooks.of_name(site.ledger, "records").missed


@pytest.mark.threat(20)
def test_nothing_of_a_notification_reaches_logs_figures_or_errors(listen, caplog):
    marked = event(1, "Patient/CANARY7F3A", came=({"resourceType": "Patient", "id": "CANARY7F3A"},))
    bodies = (marked, marked[:-5], b'{"resourceType": "CANARY7F3A"}', b'"CANARY7F3A"')
    with listen(store()) as site, caplog.at_level("DEBUG", logger="nelm_fhir"):
        for body in bodies:
            for path in ("/records", "", "/CANARY7F3A", "/records/Patient/CANARY7F3A"):
                answer = site.send(body, path)
                assert answer.status_code < 500
                assert "CANARY7F3A" not in answer.text + str(answer.headers)
        site.done()
        told_of = site.send(path="", method="GET").text
        figures = requests.get(f"{site.base}/metrics", timeout=5).text
    assert "CANARY7F3A" not in told_of + figures
    assert "CANARY7F3A" not in " ".join(one.getMessage() for one in caplog.records)
