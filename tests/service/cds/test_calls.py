"""An EHR calls: what came along is judged, the rest is fetched or the call is refused with 412."""

import gzip
import json

import pytest
from tests.servers.fhir_store import FHIR_JSON, FhirStore, texts_of
from tests.servers.local import Local, Reply, outcome
from tests.service.cds.ehr_calls import (
    SAMPLES,
    call,
    patient_of,
    prefetch,
    resources,
    searchset,
)

LENT = {
    "access_token": "lent-token",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "patient/*.read",
    "subject": "nelm",
}


def empties(found, place="answer"):
    """Every null and every empty value in an answer."""
    if isinstance(found, dict):
        inside = [one for key, value in found.items() for one in empties(value, f"{place}.{key}")]
    elif isinstance(found, list):
        inside = [one for n, value in enumerate(found) for one in empties(value, f"{place}[{n}]")]
    else:
        return [place] if found is None or found == "" else []
    return inside or ([place] if not found else [])


@pytest.fixture
def store():
    with Local(FhirStore.of(SAMPLES / "meets-all" / "bundle.json")) as server:
        yield server


def with_server(server, **more):
    """A call that brings nothing along and names a server."""
    return call(prefetch=None, fhirServer=server.base, fhirAuthorization=LENT, **more)


class TestDiscovery:
    def test_it_names_both_services_with_what_they_need(self, house):
        found = house().discovery()
        assert found.status_code == 200
        services = {one["hook"]: one for one in found.json()["services"]}
        assert set(services) == {"patient-view", "order-select"}
        for one in services.values():
            assert {"id", "title", "description", "prefetch", "usageRequirements"} <= set(one)
            assert one["prefetch"]["Patient"] == "Patient/{{context.patientId}}"
            assert one["prefetch"]["Condition"] == "Condition?patient={{context.patientId}}"

    def test_nothing_in_it_is_null_or_empty(self, house):
        assert empties(house().discovery().json()) == []

    def test_a_template_uses_only_what_is_recommended(self, house):
        for service in house().discovery().json()["services"]:
            for key, template in service["prefetch"].items():
                assert template.startswith(key)
                query = template.removeprefix(key)
                assert query in ("/{{context.patientId}}", "?patient={{context.patientId}}")

    def test_what_the_ehr_does_not_have_is_not_asked_for(self, house):
        service = house(without=frozenset({"CarePlan"})).discovery().json()["services"][0]
        assert "CarePlan" not in service["prefetch"]


class TestPrefetch:
    def test_a_record_that_came_whole_is_judged_without_a_server(self, house):
        card = house().card(call("meets-all"))
        assert card["summary"] == "7 published criteria sets, 20 May 2026: 6 met; 1 not met"

    def test_the_same_call_gives_the_same_card(self, house):
        service = house()
        assert service.card(call()) == service.card(call())

    def test_null_says_that_there_are_none(self, house):
        body = call()
        assert body["prefetch"]["CarePlan"] is None
        assert house().called(body).status_code == 200

    @pytest.mark.parametrize("key", ["Patient", "Condition", "Procedure", "CarePlan"])
    def test_a_key_that_is_not_there_is_no_answer(self, house, key):
        body = call()
        del body["prefetch"][key]
        refused = house().called(body)
        assert refused.status_code == 412
        assert refused.json()["resourceType"] == "OperationOutcome"
        assert f"Not everything came along: {key}." in refused.text

    def test_a_type_that_the_ehr_does_not_have_is_not_missed(self, house):
        body = call()
        del body["prefetch"]["CarePlan"]
        assert house(without=frozenset({"CarePlan"})).called(body).status_code == 200

    def test_an_ehr_that_tried_and_failed_says_so_with_an_outcome(self, house):
        issue = {"severity": "error", "code": "exception"}
        body = call()
        body["prefetch"]["Procedure"] = {"resourceType": "OperationOutcome", "issue": [issue]}
        assert house().called(body).status_code == 412

    def test_an_outcome_among_the_entries_of_a_search_is_read_too(self, house):
        failed = {"resourceType": "OperationOutcome", "id": "1"}
        failed["issue"] = [{"severity": "error", "code": "incomplete"}]
        body = call()
        body["prefetch"]["Procedure"] = searchset(failed)
        assert house().called(body).status_code == 412

    @pytest.mark.parametrize(
        "more", [{"link": [{"relation": "next", "url": "https://ehr.example/2"}]}, {"total": 99}]
    )
    def test_the_first_of_several_pages_is_not_the_record(self, house, more):
        body = call()
        body["prefetch"]["Condition"] |= more
        assert house().called(body).status_code == 412

    def test_a_patient_other_than_the_one_whose_chart_is_open_is_refused(self, house):
        body = call(context={"userId": "Practitioner/1", "patientId": "somebody-else"})
        assert house().called(body).status_code == 412

    def test_a_record_without_a_neuroendocrine_finding_has_no_card(self, house):
        person = prefetch("meets-all")["Patient"]
        nothing = dict.fromkeys(prefetch("meets-all"), None)
        answer = house().called(call(prefetch={**nothing, "Patient": person}))
        assert (answer.status_code, answer.json()) == (200, {"cards": []})


class TestServer:
    def test_what_did_not_come_along_is_fetched_with_the_lent_token(self, house, store):
        service = house(servers=(store.base,))
        assert service.card(with_server(store))["summary"] == service.card(call())["summary"]
        assert set(store.seen("Authorization")) == {"Bearer lent-token"}

    def test_only_what_is_lacking_is_asked_for(self, house, store):
        body = call(base=store.base, fhirServer=store.base, fhirAuthorization=LENT)
        del body["prefetch"]["Procedure"]
        house(servers=(store.base,)).card(body)
        searched = {one.path for one in store.asked if one.path.endswith("_search")}
        assert "/fhir/Procedure/_search" in searched
        assert "/fhir/Condition/_search" not in searched

    def test_what_has_other_addresses_than_the_server_is_read_from_the_server(self, house, store):
        body = call(fhirServer=store.base, fhirAuthorization=LENT)
        del body["prefetch"]["Procedure"]
        service = house(servers=(store.base,))
        assert service.card(body)["summary"] == service.card(call())["summary"]
        assert "/fhir/Condition/_search" in {one.path for one in store.asked}

    def test_pages_are_followed_there(self, house, store):
        """The EHR sends the first page of two; the other is read from its server."""
        found = [one for one in resources("meets-all") if one["resourceType"] == "Observation"]
        rest = searchset(*found[1:], base=store.base)
        store.answering.instead = lambda asked: (
            Reply(200, rest, FHIR_JSON) if asked.path == "/fhir/page-2" else None
        )
        body = call(base=store.base, fhirServer=store.base, fhirAuthorization=LENT)
        link = [{"relation": "next", "url": f"{store.base}/page-2"}]
        body["prefetch"]["Observation"] = searchset(found[0], base=store.base, link=link)
        service = house(servers=(store.base,))
        assert service.card(body)["summary"] == service.card(call())["summary"]

    def test_a_server_may_be_asked_without_a_token_where_it_is_listed(self, house, store):
        body = call(prefetch=None, fhirServer=f"{store.base}/")
        assert house(servers=(store.base,)).called(body).status_code == 200
        assert store.seen("Authorization") == []

    def test_a_server_that_is_not_listed_is_not_asked(self, house, store):
        refused = house().called(with_server(store))
        assert refused.status_code == 412
        assert "not one that this service may ask" in refused.text
        assert store.asked == []

    @pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
    def test_a_server_that_does_not_give_the_data_leaves_the_call_unmet(self, house, status):
        with Local(lambda _asked: outcome(status, "exception", text="CANARY7F3A")) as server:
            refused = house(servers=(server.base,)).called(with_server(server))
        assert refused.status_code == 412
        assert "CANARY7F3A" not in refused.text

    def test_a_server_that_is_not_there_leaves_the_call_unmet(self, house):
        with Local(lambda _asked: outcome(500, "exception")) as server:
            gone = server
        assert house(servers=(gone.base,)).called(with_server(gone)).status_code == 412


class TestRequest:
    @pytest.mark.parametrize("name", ["hook", "hookInstance", "context"])
    def test_an_element_that_is_required_is_missed(self, house, name):
        refused = house().called(call(**{name: None}))
        assert refused.status_code == 400
        assert f"The element {name} is missing." in refused.text

    @pytest.mark.parametrize(
        ("changes", "place"),
        [
            ({"hook": "order-select"}, "hook"),
            ({"hookInstance": ""}, "hookInstance"),
            ({"context": []}, "context"),
            ({"context": {"userId": "Practitioner/1"}}, "context.patientId"),
            ({"context": {"patientId": "../admin"}}, "context.patientId"),
            ({"context": {"patientId": 7}}, "context.patientId"),
            ({"fhirAuthorization": LENT}, "fhirServer"),
            ({"fhirServer": 7}, "fhirServer"),
            ({"fhirServer": "https://e", "fhirAuthorization": {}}, "access_token"),
            (
                {"fhirServer": "https://e", "fhirAuthorization": {**LENT, "token_type": "mac"}},
                "token_type",
            ),
            (
                {"fhirServer": "https://e", "fhirAuthorization": {**LENT, "patient": "other"}},
                "fhirAuthorization.patient",
            ),
            ({"prefetch": []}, "prefetch"),
        ],
    )
    def test_an_element_that_is_wrong_is_named(self, house, changes, place):
        refused = house().called(call(**changes))
        assert refused.status_code == 400
        assert place in refused.text

    @pytest.mark.parametrize("body", [b"", b"no", b"[]", b"null", b'{"hook":', b"[" * 100_000])
    def test_what_is_no_json_object_is_no_request(self, house, body):
        assert house().called(body).status_code == 400

    def test_a_patient_named_twice_is_refused(self, house):
        text = json.dumps(call())
        name = f'"patientId": "{patient_of("meets-all")}"'
        assert (
            house().called(text.replace(name, f'{name}, "patientId": "x"').encode()).status_code
            == 400
        )
        twice = text[:-1] + ', "context": {"patientId": "x"}}'
        assert house().called(twice.encode()).status_code == 400
        again = text.replace('"prefetch": {', '"prefetch": {"Condition": null, ', 1)
        assert house().called(again.encode()).status_code == 400

    def test_elements_of_later_editions_and_extensions_are_passed_over(self, house):
        later = {
            "extension": {"example": "x"},
            "hookVersion": "1.0",
            "context": {
                "userId": "PractitionerRole/1",
                "patientId": f"Patient/{patient_of('meets-all')}",
                "encounterId": "9",
            },
            "fhirServer": "https://ehr.example/fhir",
            "fhirAuthorization": {
                **LENT,
                "scope": "patient/*.rs",
                "patient": patient_of("meets-all"),
            },
        }
        service = house()
        assert service.card(call(**later))["summary"] == service.card(call())["summary"]

    def test_a_service_that_there_is_not_is_not_found(self, house):
        assert house().posted("another", b"{}", {}).status_code == 404

    def test_a_form_is_no_request(self, house):
        content = {"Content-Type": "text/plain"}
        assert house().called(call(), **content).status_code == 415

    def test_a_packed_request_is_read(self, house):
        body = gzip.compress(json.dumps(call()).encode())
        headers = {"Content-Encoding": "gzip"}
        assert house().called(body, **headers).status_code == 200


def test_the_sample_is_what_the_store_holds():
    """The comparison of both ways means something: they hold the same resources."""
    texts = texts_of((SAMPLES / "meets-all" / "bundle.json").read_bytes())
    sent = sum(
        len(page["entry"]) for page in prefetch("meets-all").values() if page and "entry" in page
    )
    assert sent + 1 <= len(texts)
