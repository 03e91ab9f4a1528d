"""What a record refers to is fetched from the same server, or listed, or the record is not used."""

import json

import pytest
from tests.servers.fhir_store import FhirStore
from tests.servers.local import Asked, Local, Reply, outcome
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
    sample,
    served,
    store_of,
)

from nelm_fhir.errors import AuthFailed, ServerRefused, ServerUnavailable
from nelm_fhir.exchange import hydration, searches
from nelm_fhir.exchange.patient_record import fetch_record
from nelm_fhir.fhir_r4.references import FOLLOWED
from nelm_fhir.mappers.registry import TYPES

pytestmark = pytest.mark.usefixtures("loopback")
ANNA = "Patient/anna"


def referred_to(store: FhirStore) -> frozenset[str]:
    """Every resource but the Patient that one which is searched names by a followed element."""
    found = set()
    for name, texts in store.texts.items():
        if not store.everything and name.partition("/")[0] not in TYPES:
            continue
        for element in FOLLOWED & json.loads(texts[-1]).keys():
            value = json.loads(texts[-1])[element]
            found |= {
                link.get("reference") for link in (value if isinstance(value, list) else [value])
            }
    return frozenset(found & store.texts.keys()) - {patient_of(store)}


@pytest.mark.parametrize("everything", [True, False], ids=["$everything", "searches"])
@pytest.mark.parametrize("name", SAMPLES)
def test_what_a_server_leaves_out_and_names_is_fetched(name, everything):
    store = FhirStore.of(sample(name), everything=everything)
    store.left_out = referred_to(store)
    assert store.left_out
    found = fetched(store)
    assert judged(found.bundle, day(name)) == judged(sample(name).read_bytes(), day(name))


@pytest.mark.parametrize("element", sorted(FOLLOWED))
def test_every_followed_element_is_followed(element):
    store = store_of(
        patient("anna"),
        observation("o", ANNA, **{element: [{"reference": "Observation/far"}]}),
        observation("far", ANNA),
        left_out=frozenset({"Observation/far"}),
    )
    assert "Observation/far" in names(fetched(store))


def chain(length: int) -> FhirStore:
    links = [
        observation(f"o{n}", ANNA, hasMember=[{"reference": f"Observation/o{n + 1}"}])
        for n in range(length)
    ]
    last = observation(f"o{length}", ANNA)
    left_out = frozenset(f"Observation/o{n}" for n in range(1, length + 1))
    return store_of(patient("anna"), *links, last, left_out=left_out)


def test_references_are_followed_from_what_was_fetched_too():
    found = fetched(chain(5))
    assert len([name for name in names(found) if name.startswith("Observation/")]) == 6


def test_a_chain_without_end_gives_no_record():
    with pytest.raises(ServerRefused, match="without end"):
        fetched(chain(hydration.ROUNDS + 2))


def test_a_loop_ends():
    store = store_of(
        patient("anna"),
        observation("a", ANNA, hasMember=[{"reference": "Observation/b"}]),
        observation("b", ANNA, hasMember=[{"reference": "Observation/a"}]),
        left_out=frozenset({"Observation/b"}),
    )
    assert names(fetched(store)) == ["Observation/a", "Observation/b", ANNA]


def test_many_are_asked_for_in_chunks():
    members = [observation(f"m{n}", ANNA) for n in range(searches.CHUNK * 2 + 1)]
    links = [{"reference": f"Observation/{one['id']}"} for one in members]
    store = store_of(patient("anna"), observation("panel", ANNA, hasMember=links), *members)
    store.left_out = frozenset(link["reference"] for link in links)
    with served(store) as (client, local):
        found = fetch_record(client, "anna")
    assert found.resources == len(members) + 2
    asked = [one for one in local.asked if one.path.endswith("Observation/_search")]
    assert [one.form["_id"].count(",") + 1 for one in asked] == [searches.CHUNK] * 2 + [1]


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_is_listed(status):
    links = [{"reference": "Observation/far"}, {"reference": "Observation/near"}]
    store = store_of(patient("anna"), observation("panel", ANNA, hasMember=links))
    store.add(observation("near", ANNA))
    store.left_out = frozenset({"Observation/near"})
    store.gone = frozenset({"Observation/far"} if status == 410 else ())
    found = fetched(store)
    assert found.unresolved == ("Observation/far",)
    assert "Observation/near" in names(found)


def linked_to_far(*, kind: str = "Observation", **rest: object) -> FhirStore:
    far = {"resourceType": kind, "id": "far", "status": "final", "subject": {"reference": ANNA}}
    return store_of(
        patient("anna"),
        observation("o", ANNA, derivedFrom=[{"reference": f"{kind}/far"}]),
        far,
        left_out=frozenset({f"{kind}/far"}),
        **rest,
    )


def refusing(store: FhirStore, status: int, path: str) -> FhirStore:
    def instead(asked: Asked) -> Reply | None:
        return outcome(status, "processing") if path in asked.target else None

    store.instead = instead
    return store


@pytest.mark.parametrize(
    ("status", "error"), [(500, ServerUnavailable), (403, AuthFailed), (422, ServerRefused)]
)
def test_what_is_there_and_cannot_be_read_costs_the_record(status, error):
    store = refusing(linked_to_far(refused=frozenset({"_id"})), status, "/Observation/far")
    with pytest.raises(error) as refused:
        fetched(store)
    assert refused.value.status == status


def test_where_no_search_by_id_is_understood_each_is_read_by_itself():
    found = fetched(linked_to_far(refused=frozenset({"_id"})))
    assert "Observation/far" in names(found)


def test_of_a_type_that_nobody_reads_a_refusal_is_a_lost_link_and_a_failure_is_not():
    assert "Media/far" in names(fetched(linked_to_far(kind="Media")))
    for status in (403, 400):
        assert fetched(refusing(linked_to_far(kind="Media"), status, "Media")).unresolved == (
            "Media/far",
        )
    with pytest.raises(ServerUnavailable):
        fetched(refusing(linked_to_far(kind="Media"), 503, "Media"))


def test_the_answer_must_be_the_resource_that_was_asked_for():
    store = linked_to_far(refused=frozenset({"_id"}))
    store.instead = lambda asked: (
        Reply(200, observation("other", ANNA)) if asked.path.endswith("Observation/far") else None
    )
    with pytest.raises(ServerRefused, match="not the resource"):
        fetched(store)


@pytest.mark.threat(15)
@pytest.mark.threat(16)
@pytest.mark.parametrize(
    "reference",
    [
        "{other}/fhir/Observation/x",
        "//{host}/fhir/Observation/x",
        "{other}/fhir/Observation/x/_history/1",
        "Observation/../../x",
        "Observation/x?a=b",
        "Observation?identifier=a|b",
        "urn:uuid:6c1f5a3e-0000-4000-8000-000000000000",
        "urn:oid:1.2.3",
        "#x",
        "file:///etc/passwd",
        "observation/x",
        "Observation/x y",
        "Observation/a,b",
        "",
    ],
)
def test_no_other_server_and_nothing_but_a_resource_is_ever_asked(reference):
    with Local(store_of(observation("x", ANNA))) as other:
        link = reference.format(other=other.origin, host=other.origin.partition("//")[2])
        store = store_of(patient("anna"), observation("o", ANNA, focus=[{"reference": link}]))
        with served(store) as (client, local):
            found = fetch_record(client, "anna")
        assert other.asked == []
    assert names(found) == ["Observation/o", ANNA]
    assert {one.path.rpartition("/fhir/")[2] for one in local.asked} == {
        "metadata", "Patient/_search", "Patient/anna/$everything",
    }  # fmt: skip


@pytest.mark.threat(15)
def test_what_came_from_another_server_is_not_looked_for_on_this_one():
    store = store_of(patient("anna"), observation("o", ANNA))
    elsewhere = observation("o2", ANNA, focus=[{"reference": "Observation/x"}])
    entries = [
        {"fullUrl": "https://other.example/fhir/Observation/o2", "resource": elsewhere},
    ]
    page = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
    store.instead = lambda asked: Reply(200, page) if asked.path.endswith("$everything") else None
    with served(store) as (client, local):
        fetch_record(client, "anna")
    assert not any("Observation" in one.target for one in local.asked)


@pytest.mark.threat(15)
def test_a_namesake_from_another_server_is_not_what_is_referred_to():
    store = store_of(
        patient("anna"),
        observation("o", ANNA, focus=[{"reference": "Condition/x"}]),
        condition("x", ANNA),
        left_out=frozenset({"Condition/x"}),
    )
    foreign = {"fullUrl": "https://other.example/fhir/Condition/x", "resource": condition("x", "")}
    own = [{"resource": observation("o", ANNA, focus=[{"reference": "Condition/x"}])}]
    page = {"resourceType": "Bundle", "type": "searchset", "entry": [foreign, *own]}
    store.instead = lambda asked: Reply(200, page) if asked.path.endswith("$everything") else None
    assert names(fetched(store)).count("Condition/x") == 2


def test_what_names_nobody_is_followed():
    report = observation("r", ANNA, result=[{"reference": "Observation/far"}])
    del report["subject"]
    store = store_of(
        patient("anna"),
        observation("o", ANNA, derivedFrom=[{"reference": "Observation/r"}]),
        report,
        observation("far", ANNA),
        left_out=frozenset({"Observation/far"}),
    )
    assert "Observation/far" in names(fetched(store))


def test_an_absolute_reference_to_this_server_is_followed():
    store = linked_to_far()
    with served(store) as (client, local):
        link = {"reference": f"{local.base}/Observation/far/_history/2"}
        store.texts["Observation/o"] = []
        store.add(observation("o", ANNA, derivedFrom=[link]))
        assert "Observation/far" in names(fetch_record(client, "anna"))


def test_what_nobody_reads_leads_to_what_somebody_reads_and_to_nothing_else():
    links = [{"reference": "Condition/far"}, {"reference": "ImmunizationRecommendation/far"}]
    visit = {"resourceType": "Encounter", "id": "e", "subject": {"reference": ANNA}}
    store = store_of(patient("anna"), visit | {"reasonReference": links}, condition("far", ANNA))
    store.add({"resourceType": "ImmunizationRecommendation", "id": "far"})
    store.left_out = frozenset({"Condition/far"})
    assert names(fetched(store)) == ["Condition/far", "Encounter/e", ANNA]


@pytest.mark.threat(1)
def test_the_references_of_somebody_else_are_not_followed():
    store = store_of(
        patient("anna"),
        observation("o", ANNA, hasMember=[{"reference": "Observation/b"}]),
        observation("b", "Patient/bert", hasMember=[{"reference": "Observation/b2"}]),
        observation("b2", "Patient/bert"),
        left_out=frozenset({"Observation/b", "Observation/b2"}),
    )
    found = fetched(store)
    assert names(found) == ["Observation/b", "Observation/o", ANNA]


def test_references_of_what_is_contained_are_followed():
    inner = {"resourceType": "Observation", "id": "in", "focus": [{"reference": "Condition/far"}]}
    store = store_of(
        patient("anna"),
        observation("o", ANNA, contained=[inner]),
        condition("far", ANNA),
        left_out=frozenset({"Condition/far"}),
    )
    assert "Condition/far" in names(fetched(store))


def test_no_patient_is_fetched_because_something_refers_to_them():
    store = store_of(
        patient("anna"),
        patient("bert"),
        observation("o", ANNA, focus=[{"reference": "Patient/bert"}]),
    )
    assert names(fetched(store, "anna")) == ["Observation/o", ANNA]
