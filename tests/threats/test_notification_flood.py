"""Notifications cost their sender bytes and us records: a flood is bounded (threat 23)."""

import pytest
from tests.service.hooks import listening
from tests.service.notifications import OBSERVATION, PATIENT, event, some_of, store

from nelm_fhir import pipeline
from nelm_fhir.service.subscriptions.flood import Flood

pytestmark = pytest.mark.usefixtures("loopback")
SEVENTY = range(1, 71)


@pytest.fixture(scope="module")
def catalogue():
    return pipeline.load()


@pytest.mark.threat(23)
def test_a_flood_of_notifications_is_cut_off_and_told_when_to_come_again(catalogue, tmp_path):
    with listening(catalogue, tmp_path, store(), per_minute=20) as site:
        answers = [site.send(event(number)) for number in SEVENTY]
        refused = [one for one in answers if one.status_code == 429]
        assert 20 <= len(answers) - len(refused) <= 25
        assert all(int(one.headers["Retry-After"]) > 0 for one in refused)
        site.done()
        assert site.ledger.first("SELECT count(*) FROM message")[0] == len(answers) - len(refused)


@pytest.mark.threat(23)
def test_a_flood_about_one_patient_fetches_one_record(catalogue, tmp_path):
    fhir = store()
    names = some_of(fhir, OBSERVATION)
    with listening(catalogue, tmp_path, fhir, settle=2.0) as site:
        for number in SEVENTY:
            assert site.send(event(number, names[number % len(names)])).status_code == 200
        site.done()
        assert site.fetched() == [PATIENT]


@pytest.mark.threat(23)
def test_empty_notifications_are_one_question_however_many_came(catalogue, tmp_path):
    with listening(catalogue, tmp_path, store(), settle=2.0) as site:
        for _ in SEVENTY:
            assert site.send(b"").status_code == 200
        site.done()
        assert len(site.asked("/Condition/_search")) == 1


@pytest.mark.threat(23)
def test_the_flood_of_one_subscription_leaves_room_for_another_and_ends():
    now = 0.0
    flood = Flood(60, lambda: now)
    assert [flood.takes("one") for _ in range(61)] == [True] * 60 + [False]
    assert flood.takes("other")
    now = 1.0
    assert [flood.takes("one"), flood.takes("one")] == [True, False]
    now = 3600.0
    assert sum(flood.takes("one") for _ in range(100)) == 60
