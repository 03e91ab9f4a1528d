"""Copies, versions, deletions and business identifiers: the newest, or all with an issue."""

import pytest
from tests.unit.fhir_r4.samples import (
    HEMOGLOBIN,
    bundle,
    entry,
    keys,
    kinds,
    observation,
    patient,
    record,
    record_of,
    resource,
)

LAB = [{"system": "urn:lab", "value": "26-1234.KI67"}]


def value(number):
    return {"value": number, "unit": "%"}


def version(number=None, updated=None, name="o", **more):
    meta = {"versionId": number, "lastUpdated": updated}
    return observation(name, meta={k: v for k, v in meta.items() if v}, **more)


def values(found):
    return [int(r.data["valueQuantity"]["value"]) for r in found.resources if r.type != "Patient"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("1", None), ("2", None)),
        (("9", None), ("10", None)),
        ((None, "2026-03-01T10:00:00Z"), (None, "2026-03-01T10:00:01Z")),
        ((None, "2026-03-01T12:00:00+02:00"), (None, "2026-03-01T10:00:01Z")),
        (("7", "2026-03-01T10:00:00Z"), ("abc", "2026-03-02T10:00:00Z")),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_the_newest_version_of_a_resource_wins_wherever_it_stands(first, second, turned):
    old = version(*first, valueQuantity=value(2))
    new = version(*second, valueQuantity=value(22))
    found = record(*([new, old] if turned else [old, new]))
    assert values(found) == [22]
    assert (keys(found), found.unusable) == (["Observation/o"], {"superseded": 1})


def test_a_copy_is_one_statement():
    found = record(observation(), observation(), dict(reversed(observation().items())))
    assert (keys(found), found.unusable, found.issues) == (["Observation/o"], {"duplicate": 2}, ())


@pytest.mark.parametrize(
    "stamps",
    [
        [(None, None), (None, None)],
        [("a", None), ("b", None)],
        [("1", None), (None, None)],
        [(None, "2026-03-01T10:00:00"), (None, "2026-03-02T10:00:00")],
        [("1", "2026-03-01T10:00:00Z"), ("1", "2026-03-01T10:00:00Z")],
    ],
)
def test_versions_that_nothing_orders_are_all_kept_with_an_issue(stamps):
    found = record(*(version(*s, valueQuantity=value(n)) for n, s in enumerate(stamps, start=1)))
    assert values(found) == [1, 2]
    assert keys(found) == ["Observation/o", "Bundle.entry[1].resource"]
    assert kinds(found) == ["same-id"]


def test_equal_ids_of_two_servers_are_two_resources():
    urls = [f"http://{server}.example/fhir/Observation/o" for server in "ab"]
    his = {"identifier": LAB[0]}
    both = [version(str(n), valueQuantity=value(n), subject=his) for n in (1, 2)]
    found = record(*map(entry, both, urls))
    assert values(found) == [1, 2]
    assert keys(found) == ["Observation/o", urls[1]]


# History


def history(*entries):
    return record_of(bundle(patient(), *entries, type="history"))


def deletion(url="Observation/o", modified=None):
    response = {"status": "204"} | ({"lastModified": modified} if modified else {})
    return {"request": {"method": "DELETE", "url": url}, "response": response}


def test_a_history_without_stamps_is_newest_first():
    found = history(entry(version(valueQuantity=value(22))), entry(version(valueQuantity=value(2))))
    assert values(found) == [22]


@pytest.mark.parametrize("url", ["Observation/o", "http://a.example/fhir/Observation/o"])
def test_a_deletion_removes_the_resource(url):
    found = history(deletion(url), entry(version("2")), entry(version("1", valueQuantity=value(2))))
    assert keys(found) == ["Patient/p"]
    assert found.unusable == {"deleted": 2}


def test_a_resource_that_was_restored_after_its_deletion_is_there():
    stamped = version("3", "2026-03-05T10:00:00Z")
    assert keys(history(deletion(modified="2026-03-04T10:00:00Z"), entry(stamped))) == [
        "Patient/p",
        "Observation/o",
    ]
    assert keys(history(entry(version("3")), deletion(), entry(version("1")))) == [
        "Patient/p",
        "Observation/o",
    ]


def test_a_deletion_of_something_else_removes_nothing():
    assert "Observation/o" in keys(history(deletion("Observation/oo"), entry(observation())))
    assert "Observation/o" in keys(history(deletion("o"), deletion(""), entry(observation())))


# Business identifiers


def named(name, number, **more):
    return observation(name, identifier=LAB, valueQuantity=value(number), **more)


def test_a_corrected_result_replaces_the_one_with_its_identifier():
    found = record(
        named("new", 22, status="corrected", issued="2026-03-09T10:00:00Z"),
        named("old", 2, issued="2026-03-02T10:00:00Z"),
    )
    assert (values(found), found.unusable, found.issues) == ([22], {"replaced": 1}, ())


def test_a_void_result_does_not_replace_its_correction():
    found = record(
        named("new", 22, status="corrected", issued="2026-03-09T10:00:00Z"),
        named("old", 2, status="entered-in-error", issued="2026-03-09T10:01:00Z"),
    )
    assert values(found) == [22]


@pytest.mark.parametrize(
    "stamps",
    [
        ({"issued": "2026-03-09T10:00:00Z"}, {"issued": "2026-03-02T10:00:00Z"}),
        ({"issued": "2026-03-09T10:00:00+01:00"}, {"issued": "2026-03-09T08:00:00Z"}),
        ({"meta": {"lastUpdated": "2026-03-09T10:00:00Z"}},
         {"issued": "2026-03-02T10:00:00Z", "meta": {"lastUpdated": "2026-03-02T10:00:00Z"}}),
        ({"meta": {"versionId": "2"}}, {"meta": {"versionId": "1"}}),
    ],
)  # fmt: skip
def test_the_latest_of_equal_statements_wins_by_issued_then_updated_then_version(stamps):
    found = record(named("new", 22, **stamps[0]), named("old", 2, **stamps[1]))
    assert values(found) == [22]


def test_statements_that_nothing_orders_are_all_kept_with_an_issue():
    found = record(named("a", 22), named("b", 2))
    assert values(found) == [22, 2]
    assert kinds(found) == ["same-identifier"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"code": {"coding": [{"system": "http://loinc.org", "code": HEMOGLOBIN}]}}),
        ({"specimen": {"reference": "Specimen/s"}}, {"specimen": {"reference": "Specimen/t"}}),
        ({"effectiveDateTime": "2026-01-01"}, {"effectiveDateTime": "2026-02-01"}),
        ({"focus": [{"reference": "Condition/c"}]}, {}),
    ],
)
def test_an_identifier_shared_by_different_statements_is_an_alarm_and_no_pick(one, other):
    """T35."""
    targets = [resource("Specimen", "s"), resource("Specimen", "t"), resource("Condition", "c")]
    first = named("a", 22, issued="2026-03-09T10:00:00Z") | one
    second = named("b", 2, issued="2026-03-02T10:00:00Z") | other
    found = record(first, second, *targets)
    assert {"Observation/a", "Observation/b"} <= set(keys(found))
    assert kinds(found) == ["same-identifier"]


def test_equal_identifiers_of_different_types_are_nothing_special():
    report = resource("DiagnosticReport", "r", status="final", code={"text": "r"}, identifier=LAB)
    found = record(named("a", 22), report)
    assert (len(found.resources), found.issues) == (2, ())


def test_an_identifier_without_system_replaces_nothing():
    ones = [named(name, 1) | {"identifier": [{"value": "1"}], "issued": f"2026-03-0{n}T10:00:00Z"}
            for n, name in enumerate("ab", start=1)]  # fmt: skip
    assert len(record(*ones).resources) == 2


def test_what_a_replaced_resource_was_referred_to_by_is_lost():
    panel = observation("panel", hasMember=[{"reference": "Observation/old"}])
    found = record(
        panel,
        named("new", 22, status="corrected", issued="2026-03-09T10:00:00Z"),
        named("old", 2, issued="2026-03-02T10:00:00Z"),
    )
    assert found.follow(found.resource("Observation/panel"), {"reference": "Observation/old"}).lost


@pytest.mark.parametrize(
    ("kind", "name"), [("same-identifier", "b"), ("same-id", "o")], ids=["identifier", "id"]
)
def test_an_alarm_names_the_same_statement_in_any_order(kind, name):
    one, other = (observation(name, valueQuantity=value(n), identifier=LAB) for n in (2, 22))
    other = other if kind == "same-id" else {**other, "id": "a"}
    told = []
    for resources in ([one, other], [other, one]):
        found = record(*resources)
        (place,) = (issue.location for issue in found.issues if issue.kind == kind)
        told.append(next(resources[n] for n in (0, 1) if place == f"Bundle.entry[{n}].resource"))
    assert told[0] == told[1]


def test_of_two_resources_with_one_id_the_same_keeps_the_name_in_any_order():
    one, other = (observation(valueQuantity=value(n)) for n in (2, 22))
    named = []
    for resources in ([one, other], [other, one]):
        found = record(*resources)
        (kept,) = (r for r in found.resources if r.key == "Observation/o")
        named.append(int(kept.data["valueQuantity"]["value"]))
    assert named[0] == named[1]
