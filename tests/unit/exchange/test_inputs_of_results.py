"""Which inputs of earlier results are void or gone: by the record and by asking, not by guess."""

import json

import pytest
from tests.servers.fhir_store import FhirStore
from tests.unit.exchange.records import served
from tests.unit.exchange.writing_site import DAY, Record

from nelm_fhir.exchange.writing.inputs import merged_people, void_inputs

pytestmark = pytest.mark.usefixtures("loopback")

BASIS = ("Observation/ki67-liver/_history/1", "Condition/liver-metastases/_history/3")
KI67 = "Observation/ki67-liver"


def void(record, store, basis=BASIS):
    _, read = record.judged(DAY)
    with served(store) as (client, local):
        return void_inputs(client, basis, record.text, read.named), local.asked


@pytest.fixture
def record():
    return Record()


@pytest.fixture
def store(record):
    return FhirStore.of(record.text)


def without(record, name):
    entries = [one for one in record.bundle["entry"] if one["resource"]["id"] != name]
    return Record(record.bundle | {"entry": entries})


def test_inputs_that_are_in_the_record_stand_and_nobody_is_asked(record, store):
    assert void(record, store) == (frozenset(), [])


def test_an_input_entered_in_error_is_void(record, store):
    record.change("ki67-liver", status="entered-in-error")
    found, asked = void(record, store)
    assert found == {KI67}
    assert asked == []


def test_a_void_resource_that_no_result_rests_on_is_nothing(record, store):
    record.change("ki67-liver", status="entered-in-error")
    assert void(record, store, ("Condition/liver-metastases",))[0] == frozenset()


def test_an_input_that_the_record_does_not_bring_is_asked_for(record, store):
    found, asked = void(without(record, "ki67-liver"), store)
    assert found == frozenset()
    assert [one.path for one in asked] == [f"/fhir/{KI67}"]


@pytest.mark.parametrize("status", [404, 410])
def test_an_input_that_the_server_has_no_more_is_gone(record, store, status):
    del store.texts[KI67]
    store.gone = frozenset({KI67} if status == 410 else set())
    assert void(without(record, "ki67-liver"), store)[0] == {KI67}


@pytest.mark.parametrize(
    "change",
    [
        {"status": "entered-in-error"},
        {"verificationStatus": {"coding": [{"code": "entered-in-error"}]}},
    ],
)
def test_an_input_that_is_void_only_at_the_server_is_void(record, store, change):
    told = json.loads(store.texts[KI67][-1])
    store.add({**told, **change})
    assert void(without(record, "ki67-liver"), store)[0] == {KI67}


def test_what_lies_at_another_server_or_has_no_place_is_never_asked_for(record, store):
    elsewhere = ("https://elsewhere.example/fhir/Observation/x", "urn:uuid:1", "Observation")
    assert void(record, store, elsewhere) == (frozenset(), [])


def test_people_who_were_merged_are_those_who_say_so_themselves():
    def patient(name, kind=None, **more):
        link = [{"other": {"reference": "Patient/z"}, "type": kind}] if kind else []
        return {"resource": {"resourceType": "Patient", "id": name, "link": link, **more}}

    entries = [
        patient("old", "replaced-by"),
        patient("new", "replaces"),
        patient("twin", "seealso"),
        patient("inactive", active=False),
        {"resource": {"resourceType": "Patient", "id": "odd", "link": "x"}},
        {"fullUrl": "urn:uuid:1"},
    ]
    bundle = json.dumps({"resourceType": "Bundle", "entry": entries}).encode()
    assert merged_people(bundle) == {"Patient/old"}
