"""The record of one patient: whole, as it was sent, judged like a file, or not handed out."""

import json

import pytest
from tests.servers.fhir_store import FHIR_JSON, FhirStore
from tests.servers.local import Asked, Reply, bundle, outcome
from tests.unit.exchange.records import (
    SAMPLES,
    condition,
    day,
    fetched,
    judged,
    names,
    observation,
    patient,
    patient_of,
    resources,
    sample,
    served,
    store_of,
)

from nelm_fhir.errors import (
    AuthFailed,
    ExchangeError,
    NoPatient,
    ServerRefused,
    ServerUnavailable,
    WrongFhirVersion,
)
from nelm_fhir.exchange.patience import INTERACTIVE
from nelm_fhir.exchange.patient_record import fetch_record

pytestmark = pytest.mark.usefixtures("loopback")
ANNA = "Patient/anna"


def is_page(asked: Asked, number: int = 1) -> bool:
    return asked.query.get("_offset", "").isdecimal() and int(asked.query["_offset"]) >= number


def is_search(asked: Asked, kind: str) -> bool:
    return asked.path.endswith(f"/{kind}/_search")


def with_page(*entries: dict, **bundle: object) -> Reply:
    return Reply(
        200, {"resourceType": "Bundle", "type": "searchset", "entry": list(entries), **bundle}
    )


@pytest.mark.parametrize("everything", [True, False], ids=["$everything", "searches"])
@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_read_from_a_server_is_judged_as_from_its_file(name, everything):
    store = FhirStore.of(sample(name), everything=everything, page=37)
    found = fetched(store)
    assert found.patient == patient_of(store)
    assert found.unresolved == ()
    assert judged(found.bundle, day(name)) == judged(sample(name).read_bytes(), day(name))
    assert judged(found.bundle, day(name), found.patient) == judged(found.bundle, day(name))


@pytest.mark.parametrize("everything", [True, False], ids=["$everything", "searches"])
def test_the_bytes_do_not_depend_on_order_and_paging_of_the_server(everything):
    given = FhirStore.of(sample("meets-all"), everything=everything, base="https://ehr.example/r4")
    other = FhirStore(
        dict(reversed(given.texts.items())), everything=everything, page=11, base=given.base
    )
    first, second = fetched(given), fetched(other, patient_of(given))
    assert first == second
    assert first.bundle.count(b"\n") == 0


def test_text_is_handed_on_as_it_was_sent():
    told = b'{"resourceType":"Observation","id":"o","status":"final","subject":{"reference":'
    told += b'"Patient/anna"},"valueQuantity":{"value":2.50},"code":{"text":"\\u0041\\/"},'
    told += b'"status" : "cancelled"}'
    store = store_of(patient("anna"))
    store.add(told)
    assert told.replace(b" : ", b":") in fetched(store).bundle


def test_a_server_behind_a_proxy_may_call_itself_otherwise():
    store = store_of(
        patient("anna"),
        condition("c", f"http://inside:8080/r4/{ANNA}"),
        observation("o", ANNA, focus=[{"reference": "http://inside:8080/r4/Condition/far"}]),
        condition("far", ANNA),
        base="http://inside:8080/r4",
        left_out=frozenset({"Condition/far"}),
    )
    found = fetched(store)
    assert names(found) == ["Condition/c", "Condition/far", "Observation/o", ANNA]
    urls = {entry["fullUrl"] for entry in json.loads(found.bundle)["entry"]}
    assert urls == {f"http://inside:8080/r4/{name}" for name in names(found)}


def test_the_latest_moment_of_all_resources_is_told():
    store = store_of(
        patient("anna", meta={"lastUpdated": "2026-05-01T23:00:00-05:00"}),
        condition("c", ANNA, meta={"lastUpdated": "2026-05-02T03:59:00Z"}),
        observation("o", ANNA),
    )
    assert fetched(store).newest == "2026-05-01T23:00:00-05:00"
    assert fetched(store_of(patient("anna"))).newest is None


@pytest.mark.parametrize("given", ["anna", ANNA])
def test_the_id_may_be_given_with_its_type(given):
    assert fetched(store_of(patient("anna")), given).patient == ANNA


@pytest.mark.threat(16)
@pytest.mark.parametrize("given", ["", "../x", "a/b", "Patient/..", "a?b=c", "a,b", "http://h/a"])
def test_what_is_no_id_is_never_asked_for(given):
    store = store_of(patient("anna"))
    with served(store) as (client, local), pytest.raises(NoPatient) as refused:
        fetch_record(client, given)
    assert local.asked == []
    assert not given or given not in str(refused.value)


def test_a_patient_who_is_not_there_is_an_error_of_the_server():
    for store in (store_of(patient("b")), store_of(patient("anna"), gone=frozenset({ANNA}))):
        with pytest.raises(ServerRefused) as refused:
            fetched(store, "anna")
        assert refused.value.status == 404
        assert "anna" not in str(refused.value)


# --- $everything, and searches in its place -------------------------------------------------------


def everything_asked(asked: list[Asked]) -> bool:
    return any(one.path.endswith("$everything") for one in asked)


def test_everything_is_asked_only_where_it_is_offered():
    for offered in (True, False):
        with served(store_of(patient("anna"), everything=offered)) as (client, local):
            fetch_record(client, "anna")
        assert everything_asked(local.asked) is offered


@pytest.mark.parametrize("status", [301, 400, 403, 404, 405, 501])
def test_an_operation_that_is_named_and_refused_is_replaced_by_searches(status):
    store = FhirStore.of(sample("meets-all"))
    store.instead = lambda asked: (
        outcome(status, "not-supported") if asked.path.endswith("$everything") else None
    )
    found = fetched(store)
    assert judged(found.bundle, day("meets-all")) == judged(
        sample("meets-all").read_bytes(), day("meets-all")
    )


def test_an_operation_that_fails_is_not_replaced():
    store = store_of(patient("anna"))
    store.instead = lambda asked: outcome(500) if asked.path.endswith("$everything") else None
    with pytest.raises(ServerUnavailable):
        fetched(store)


def test_a_token_that_is_refused_for_it_is_not_tried_otherwise():
    store = store_of(patient("anna"))
    store.instead = lambda asked: outcome(401) if asked.path.endswith("$everything") else None
    with pytest.raises(AuthFailed):
        fetched(store)


def test_searched_is_by_post_and_no_address_holds_an_id():
    store = FhirStore.of(sample("meets-all"), everything=False)
    patient_id = patient_of(store).partition("/")[2]
    with served(store) as (client, local):
        fetch_record(client, patient_id)
    assert [one.target for one in local.asked if patient_id in one.target] == []
    assert {one.method for one in local.asked if "_getpages" not in one.target} == {"GET", "POST"}
    assert [one.target for one in local.asked if one.method == "GET"] == ["/fhir/metadata"]


def test_where_patient_is_no_parameter_subject_is():
    store = FhirStore.of(sample("meets-all"), everything=False, refused=frozenset({"patient"}))
    found = fetched(store)
    assert "Observation" in {one["resourceType"] for one in resources(found)}


def test_a_server_that_names_no_parameters_is_asked_by_both():
    store = FhirStore.of(sample("meets-all"), everything=False, refused=frozenset({"patient"}))
    bare = {"resourceType": "CapabilityStatement", "rest": [{"mode": "server"}]}
    store.instead = lambda asked: Reply(200, bare) if asked.path.endswith("metadata") else None
    assert "Observation" in {one["resourceType"] for one in resources(fetched(store))}


def test_a_server_that_understands_neither_gives_no_record():
    store = store_of(
        patient("anna"),
        condition("c", ANNA),
        everything=False,
        refused=frozenset({"patient", "subject"}),
    )
    with pytest.raises(ServerRefused):
        fetched(store)


def test_a_type_that_the_client_may_not_see_costs_the_record():
    store = store_of(patient("anna"), condition("c", ANNA), everything=False)
    store.instead = lambda asked: outcome(403) if is_search(asked, "Condition") else None
    with pytest.raises(AuthFailed):
        fetched(store)


def test_a_type_that_is_named_and_not_found_costs_the_record():
    store = store_of(patient("anna"), condition("c", ANNA), everything=False)
    store.instead = lambda asked: outcome(404) if is_search_of(asked, "Condition") else None
    with pytest.raises(ServerRefused):
        fetched(store)


def is_search_of(asked: Asked, kind: str) -> bool:
    return is_search(asked, kind) or asked.path.endswith(f"/{kind}")


def saying(store: FhirStore, statement: dict) -> FhirStore:
    whole = {"resourceType": "CapabilityStatement", **statement}
    store.instead = lambda asked: Reply(200, whole) if asked.path.endswith("metadata") else None
    return store


def test_a_type_that_cannot_be_searched_is_not_and_what_refers_to_it_brings_it():
    far = {"resourceType": "Specimen", "id": "s", "subject": {"reference": ANNA}}
    store = store_of(
        patient("anna"), observation("o", ANNA, specimen={"reference": "Specimen/s"}), far
    )
    kinds = [{"type": "Specimen", "interaction": [{"code": "read"}]}, {"type": "Observation"}]
    saying(store, {"rest": [{"mode": "server", "resource": kinds}]})
    with served(store) as (client, local):
        assert "Specimen/s" in names(fetch_record(client, "anna"))
    searched = {one.path for one in local.asked if "patient" in one.form}
    assert searched == {"/fhir/Observation/_search"}


def test_another_release_of_fhir_is_refused():
    for version in ("3.0.2", "5.0.0"):
        with pytest.raises(WrongFhirVersion):
            fetched(saying(store_of(patient("anna")), {"fhirVersion": version}))
    assert fetched(saying(store_of(patient("anna")), {"fhirVersion": "4.3.0"})).patient == ANNA


def test_a_resource_with_elements_left_out_costs_the_record():
    tag = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"}
    part = condition("c", ANNA, meta={"tag": [tag | {"code": "SUBSETTED"}]})
    with pytest.raises(ServerRefused, match="left out"):
        fetched(store_of(patient("anna"), part))
    told = condition("c", ANNA, note=[{"text": "SUBSETTED"}])
    assert "Condition/c" in names(fetched(store_of(patient("anna"), told)))


@pytest.mark.threat(1)
def test_a_search_that_brings_another_patient_is_refused():
    store = store_of(
        patient("anna"),
        patient("bert"),
        condition("a", ANNA),
        condition("b", "Patient/bert"),
        everything=False,
        deaf=frozenset({"patient", "subject"}),
    )
    with pytest.raises(ServerRefused, match="about another"):
        fetched(store, "anna")


# --- pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("everything", [True, False], ids=["$everything", "searches"])
def test_a_page_that_fails_costs_the_record(everything):
    store = FhirStore.of(sample("meets-all"), everything=everything, page=10)
    store.instead = lambda asked: outcome(500, "exception") if is_page(asked, 20) else None
    with pytest.raises(ServerUnavailable):
        fetched(store)


@pytest.mark.parametrize("everything", [True, False], ids=["$everything", "searches"])
def test_a_page_that_comes_at_another_attempt_is_read(everything):
    store = FhirStore.of(sample("meets-all"), everything=everything, page=10)
    left = iter([500, 503, 429])
    store.instead = lambda asked: (
        outcome(status) if is_page(asked, 20) and (status := next(left, None)) else None
    )
    found = fetched(store, patience=INTERACTIVE.within(0.1))
    assert next(left, None) is None
    assert judged(found.bundle, day("meets-all")) == judged(
        sample("meets-all").read_bytes(), day("meets-all")
    )


def test_a_page_that_is_cut_off_costs_the_record():
    store = FhirStore.of(sample("meets-all"), page=10)
    text = b'{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"Ob'
    store.instead = lambda asked: Reply(200, text, FHIR_JSON) if is_page(asked, 20) else None
    with pytest.raises(ServerRefused):
        fetched(store)


def forgetful(store: FhirStore, times: int) -> FhirStore:
    """Make a server that forgets the pages of a search so often."""
    left = iter(range(times))

    def instead(asked: Asked) -> Reply | None:
        return (
            outcome(410, "not-found") if is_page(asked) and next(left, None) is not None else None
        )

    store.instead = instead
    return store


def test_pages_that_expired_are_asked_for_anew_once():
    store = forgetful(FhirStore.of(sample("meets-all"), page=20), 1)
    assert judged(fetched(store).bundle, day("meets-all")) == judged(
        sample("meets-all").read_bytes(), day("meets-all")
    )
    with pytest.raises(ServerRefused):
        fetched(forgetful(FhirStore.of(sample("meets-all"), page=20, everything=False), 99))


def test_an_id_that_comes_twice_is_one_resource_and_two_versions_are_two():
    store = store_of(
        patient("anna"),
        condition("c", ANNA, meta={"versionId": "1", "lastUpdated": "2026-01-01T00:00:00Z"}),
    )
    store.add(condition("c", ANNA, meta={"versionId": "2", "lastUpdated": "2026-02-01T00:00:00Z"}))
    store.texts["Condition/c"] *= 2
    found = fetched(store)
    assert names(found) == ["Condition/c", "Condition/c", ANNA]
    assert found.newest == "2026-02-01T00:00:00Z"


def test_of_two_versions_the_newest_is_judged():
    older = observation("o", ANNA, valueQuantity={"value": 40, "unit": "%"},
                        meta={"lastUpdated": "2026-01-01T00:00:00Z"})  # fmt: skip
    newer = older | {"valueQuantity": {"value": 2, "unit": "%"}}
    newer["meta"] = {"lastUpdated": "2026-02-01T00:00:00Z"}
    both = store_of(patient("anna"), condition("c", ANNA), newer, older)
    alone = store_of(patient("anna"), condition("c", ANNA), newer)
    as_of = day("meets-all")
    assert judged(fetched(both).bundle, as_of) == judged(fetched(alone).bundle, as_of)


def test_fewer_resources_than_counted_are_no_record():
    store = store_of(patient("anna"), condition("c", ANNA), everything=False)
    asked_for = []

    def instead(asked: Asked) -> Reply | None:
        if not is_search(asked, "Condition"):
            return None
        asked_for.append(asked)
        return with_page({"resource": condition("c", ANNA)}, total=2)

    store.instead = instead
    with pytest.raises(ServerRefused, match="counted"):
        fetched(store)
    assert len(asked_for) == 2


OUTCOME = {"resourceType": "OperationOutcome"}


@pytest.mark.parametrize("severity", ["error", "fatal", "warning", "information"])
def test_an_outcome_in_a_page_is_understood(severity):
    store = store_of(patient("anna"), condition("c", ANNA), everything=False)
    told = OUTCOME | {"issue": [{"severity": severity, "code": "incomplete"}]}
    entry = {"resource": told, "search": {"mode": "outcome"}}
    store.instead = lambda asked: (
        with_page({"resource": condition("c", ANNA)}, entry, total=1)
        if is_search(asked, "Condition")
        else None
    )
    if severity in {"error", "fatal"}:
        with pytest.raises(ServerRefused, match="reports an error"):
            fetched(store)
    else:
        assert names(fetched(store)) == ["Condition/c", ANNA]


@pytest.mark.parametrize(
    "page",
    [
        with_page({"fullUrl": "urn:x"}),
        with_page({"resource": None}),
        with_page({"resource": condition("c", ANNA), "modifierExtension": [{"url": "urn:x"}]}),
        with_page({"resource": condition("c", ANNA)}, implicitRules="urn:x"),
        Reply(200, OUTCOME),
        Reply(200, b"<html>", {"Content-Type": "text/html"}),
        Reply(200, b'{"resourceType":"Bundle","entry":[],"entry":[]}'),
    ],
    ids=["no resource", "null", "modifier", "own rules", "outcome alone", "HTML", "key twice"],
)
def test_a_page_that_is_not_whole_costs_the_record(page):
    store = store_of(patient("anna"), condition("c", ANNA), everything=False)
    store.instead = lambda asked: page if is_search(asked, "Condition") else None
    with pytest.raises(ServerRefused):
        fetched(store)


def test_a_resource_that_is_damaged_is_left_to_the_reader():
    store = store_of(patient("anna"), condition("c", ANNA))
    store.instead = lambda asked: (
        with_page({"resource": patient("anna")}, {"resource": {"id": "x"}}, {"resource": 7})
        if asked.path.endswith("$everything")
        else None
    )
    found = fetched(store)
    form = judged(found.bundle, day("meets-all"))
    assert {issue["kind"] for issue in form["issues"]} >= {"no-resource-type"}


def test_nothing_of_an_answer_is_in_an_error():
    canary = "CANARY7F3A"
    for page in (
        outcome(422, "processing", text=canary),
        Reply(200, f'{{"resourceType":"{canary}"}}'.encode()),
        with_page({"resource": OUTCOME | {"issue": [{"severity": "error", "details": canary}]}}),
    ):
        store = store_of(patient("anna"), everything=False)
        store.instead = lambda asked, page=page: page if is_search(asked, "Patient") else None
        with pytest.raises(ExchangeError) as refused:
            fetched(store)
        assert canary not in repr(refused.value) + str(refused.value)


def test_a_server_that_finds_nobody_by_the_bare_id_is_asked_by_the_whole_name():
    store = FhirStore.of(sample("meets-all"), everything=False)
    store.instead = lambda asked: (
        bundle(total=0)
        if "_search" in asked.path and asked.form.get("patient", "Patient/").count("/") == 0
        else None
    )
    whole = fetched(FhirStore.of(sample("meets-all"), everything=False))
    assert names(fetched(store)) == names(whole)
    assert len(names(whole)) > 50
