"""Merged patients on a server: one record, whatever name it was recorded under."""

import pytest
from tests.servers.fhir_store import FhirStore
from tests.unit.exchange.records import (
    condition,
    day,
    fetched,
    judged,
    names,
    patient,
    sample,
    store_of,
)

from nelm_fhir.errors import MergedPatient, ServerRefused

pytestmark = [pytest.mark.usefixtures("loopback"), pytest.mark.threat(3)]
ALL = ["Condition/a", "Condition/b", "Patient/new", "Patient/old"]


def linked(kind: str, other: str) -> dict:
    return {"link": [{"type": kind, "other": {"reference": f"Patient/{other}"}}]}


def merged(*, of_old: dict, of_new: dict, **rest: object) -> FhirStore:
    return store_of(
        patient("old", **of_old),
        patient("new", **of_new),
        condition("a", "Patient/old"),
        condition("b", "Patient/new"),
        **rest,
    )


@pytest.mark.parametrize("everything", [True, False])
@pytest.mark.parametrize("asked", ["old", "new"])
@pytest.mark.parametrize(
    ("of_old", "of_new"),
    [
        (linked("replaced-by", "new"), {}),
        ({}, linked("replaces", "old")),
        (linked("replaced-by", "new") | {"active": False}, linked("replaces", "old")),
    ],
    ids=["replaced-by", "replaces", "both"],
)
def test_the_record_is_that_of_who_is_left_whoever_is_asked_for(of_old, of_new, asked, everything):
    store = merged(of_old=of_old, of_new=of_new, everything=everything)
    found = fetched(store, asked)
    assert found.patient == "Patient/new"
    assert names(found) == ALL
    assert judged(found.bundle, day("meets-all"))["patient"] == "Patient/new"
    assert judged(found.bundle, day("meets-all"), found.patient)["patient"] == "Patient/new"


def test_without_a_search_by_link_the_links_of_the_patient_are_followed():
    known = merged(of_old=linked("replaced-by", "new"), of_new={}, refused=frozenset({"link"}))
    assert names(fetched(known, "old")) == ALL
    assert names(fetched(known, "new")) == ["Condition/b", "Patient/new"]


def test_another_kind_of_link_joins_nobody():
    store = merged(of_old=linked("seealso", "new"), of_new={})
    assert names(fetched(store, "old")) == ["Condition/a", "Patient/old"]
    assert names(fetched(store, "new")) == ["Condition/b", "Patient/new"]


def test_a_search_by_link_that_brings_everybody_joins_nobody_else():
    store = merged(of_old=linked("replaced-by", "new"), of_new={}, deaf=frozenset({"link"}))
    store.add(patient("other", **linked("replaced-by", "another")))
    assert names(fetched(store, "new")) == ALL


def test_a_server_that_moved_the_resources_answers_about_either():
    store = merged(of_old=linked("replaced-by", "new"), of_new={}, everything=False)
    store.deaf = frozenset({"patient"})
    assert names(fetched(store, "old")) == ALL


def test_one_who_was_merged_into_somebody_unknown_is_refused_by_the_reader():
    store = store_of(patient("old", **linked("replaced-by", "new")), condition("a", "Patient/old"))
    found = fetched(store, "old")
    assert found.patient == "Patient/new"
    with pytest.raises(MergedPatient):
        judged(found.bundle, day("meets-all"))


def test_a_chain_of_merging_is_refused_by_the_reader_as_in_a_file():
    store = merged(of_old=linked("replaced-by", "new"), of_new=linked("replaced-by", "newest"))
    store.add(patient("newest"))
    found = fetched(store, "old")
    assert "Patient/newest" in names(found)
    with pytest.raises(MergedPatient):
        judged(found.bundle, day("meets-all"))


def test_people_who_are_linked_on_and_on_are_refused():
    ring = [patient(f"p{n}", **linked("replaced-by", f"p{n + 1}")) for n in range(40)]
    with pytest.raises(ServerRefused, match="linked"):
        fetched(store_of(*ring), "p0")


def test_a_sample_that_was_merged_is_judged_as_before():
    store = FhirStore.of(sample("meets-all"))
    store.add(patient("older", active=False, **linked("replaced-by", "sample-ileum-1")))
    own, form = "Patient/sample-ileum-1", judged(sample("meets-all").read_bytes(), day("meets-all"))
    for asked in ("older", own):
        found = fetched(store, asked)
        assert found.patient == own
        assert judged(found.bundle, day("meets-all"))["verdicts"] == form["verdicts"]
