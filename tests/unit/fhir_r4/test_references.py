"""References: the rules of R4 Bundle, contained resources, identifiers, types, both directions."""

import pytest
from tests.unit.fhir_r4.samples import (
    HEMOGLOBIN,
    OnlyKi67,
    bundle,
    concept,
    condition,
    entry,
    keys,
    kinds,
    observation,
    patient,
    record,
    record_of,
    resource,
    text,
)

A = "http://a.example/fhir"
B = "http://b.example/fhir"
SPECIMEN = {"resourceType": "Specimen", "id": "s"}
NUMBER = {"system": "urn:lab", "value": "26-1234"}


def reads(reference, **more):
    return observation(specimen=reference, **more)


def follow(found, reference, *types):
    source = next(r for r in found.resources if r.key == "Observation/o")
    return found.follow(source, reference, *types).key


@pytest.mark.parametrize(
    ("reference", "source", "target"),
    [
        ("Specimen/s", None, None),
        ("Specimen/s", f"{A}/Observation/o", f"{A}/Specimen/s"),
        ("Specimen/s", "urn:uuid:1", "urn:uuid:2"),
        ("Specimen/s", None, f"{A}/Specimen/s"),
        ("Specimen/s", f"{A}/Observation/o", None),
        ("Specimen/s/_history/7", f"{A}/Observation/o", f"{A}/Specimen/s"),
        ("urn:uuid:2", "urn:uuid:1", "urn:uuid:2"),
        ("urn:oid:1.2", None, "urn:oid:1.2"),
        (f"{A}/Specimen/s", None, f"{A}/Specimen/s"),
        (f"{A}/Specimen/s/_history/7", None, f"{A}/Specimen/s"),
        (f"{A}/Specimen/s", None, None),
        (f"{A}/Specimen/s", None, "urn:uuid:2"),
    ],
)
def test_a_reference_is_resolved(reference, source, target):
    found = record(
        entry(reads({"reference": reference}), source), entry(SPECIMEN, target), wanted=OnlyKi67()
    )
    assert keys(found) == ["Observation/o", "Specimen/s"]
    assert follow(found, {"reference": reference}) == "Specimen/s"
    assert [(r.key, name) for r, name in found.referrers("Specimen/s")] == [
        ("Observation/o", "specimen")
    ]
    assert found.issues == ()


@pytest.mark.parametrize(
    ("reference", "source", "target"),
    [
        ("Specimen/s", f"{A}/Observation/o", f"{B}/Specimen/s"),
        (f"{A}/Specimen/s", None, f"{B}/Specimen/s"),
        ("urn:uuid:2", None, "urn:uuid:3"),
        ("Specimen/other", None, None),
        ("#s", None, None),
        ("", None, None),
    ],
)
def test_a_reference_that_leads_elsewhere_is_lost(reference, source, target):
    found = record(entry(reads({"reference": reference}), source), entry(SPECIMEN, target))
    assert follow(found, {"reference": reference}) is None
    assert kinds(found) == ["unresolved-reference"]
    assert found.issues[0].location == "Bundle.entry[0].resource.specimen"


def test_a_relative_reference_means_the_source_s_own_server():
    here, there = entry(SPECIMEN, f"{A}/Specimen/s"), entry(SPECIMEN, f"{B}/Specimen/s")
    found = record(entry(reads({"reference": "Specimen/s"}), f"{B}/Observation/o"), here, there)
    assert found.resource(follow(found, {"reference": "Specimen/s"})).location.startswith(
        "Bundle.entry[2]"
    )


def test_a_reference_that_fits_two_servers_fits_none():
    here, there = entry(SPECIMEN, f"{A}/Specimen/s"), entry(SPECIMEN, f"{B}/Specimen/s")
    found = record(reads({"reference": "Specimen/s"}), here, there)
    assert follow(found, {"reference": "Specimen/s"}) is None


@pytest.mark.parametrize("url", [None, f"{A}/Specimen/s", "urn:uuid:2"])
def test_a_reference_that_fits_two_versions_that_nothing_orders_fits_none(url):
    versions = [SPECIMEN | {"note": [{"text": text}]} for text in ("one", "two")]
    reference = {"reference": url or "Specimen/s"}
    found = record(reads(reference), *(entry(version, url) for version in versions))
    assert follow(found, reference) is None
    assert kinds(found) == ["same-id", "unresolved-reference"]


def test_an_entry_without_id_is_known_by_its_full_url():
    nameless = {k: v for k, v in SPECIMEN.items() if k != "id"}
    found = record(reads({"reference": "urn:uuid:2"}), entry(nameless, "urn:uuid:2"))
    assert keys(found) == ["Observation/o", "urn:uuid:2"]
    assert follow(found, {"reference": "urn:uuid:2"}) == "urn:uuid:2"


def test_entries_without_id_and_full_url_are_known_by_their_place():
    nameless = {k: v for k, v in observation().items() if k != "id"}
    assert keys(record(nameless, nameless)) == [
        "Bundle.entry[0].resource",
        "Bundle.entry[1].resource",
    ]


def test_a_reference_by_identifier_is_resolved():
    """T34."""
    child = observation("child", HEMOGLOBIN, identifier=[NUMBER])
    found = record(observation(hasMember=[{"identifier": NUMBER}]), child, wanted=OnlyKi67())
    assert keys(found) == ["Observation/o", "Observation/child"]
    assert follow(found, {"identifier": NUMBER}) == "Observation/child"


def test_an_identifier_that_two_resources_carry_leads_to_none_of_them():
    twins = [resource("Specimen", n, identifier=[NUMBER]) for n in ("a", "b")]
    found = record(reads({"identifier": NUMBER}), *twins)
    assert follow(found, {"identifier": NUMBER}) is None


def test_the_type_of_a_reference_tells_two_carriers_of_one_identifier_apart():
    found = record(
        reads({"identifier": NUMBER, "type": "Specimen"}, identifier=[NUMBER]),
        resource("Specimen", "s", identifier=[NUMBER]),
    )
    assert follow(found, {"identifier": NUMBER, "type": "Specimen"}) == "Specimen/s"


def test_an_identifier_without_system_identifies_nothing():
    found = record(
        reads({"identifier": {"value": "1"}}), {**SPECIMEN, "identifier": [{"value": "1"}]}
    )
    assert follow(found, {"identifier": {"value": "1"}}) is None


def test_a_focus_named_by_identifier_alone_is_told_and_no_issue():
    found = record(observation(focus=[{"identifier": NUMBER}]))
    link = found.follow(found.resources[0], {"identifier": NUMBER})
    assert (link.lost, link.identifier) == (True, "urn:lab|26-1234")
    assert found.issues == ()


def test_a_reference_of_another_type_than_it_says_is_lost():
    found = record(reads({"reference": "Specimen/s", "type": "Device"}), SPECIMEN)
    assert follow(found, {"reference": "Specimen/s", "type": "Device"}) is None


def test_an_element_may_be_followed_to_certain_types_only():
    found = record(observation(focus=[{"reference": "Specimen/s"}]), SPECIMEN)
    assert follow(found, {"reference": "Specimen/s"}, "Specimen", "Condition") == "Specimen/s"
    assert follow(found, {"reference": "Specimen/s"}, "Condition") is None


@pytest.mark.parametrize(
    "reference", [None, 5, "Specimen/s", [], {}, {"reference": 5}, {"display": "x"}]
)
def test_what_is_no_reference_leads_nowhere(reference):
    assert follow(record(observation(), SPECIMEN), reference) is None


# Contained resources


def test_a_contained_resource_is_in_the_record_and_found_from_inside():
    inner = [{"resourceType": "Specimen", "id": "s"}]
    inner.append({"resourceType": "Observation", "id": "i", "status": "preliminary",
                  "code": {"text": "x"}, "specimen": {"reference": "#s"}})  # fmt: skip
    found = record(reads({"reference": "#s"}, contained=inner, hasMember=[{"reference": "#i"}]))
    assert keys(found) == ["Observation/o", "Observation/o#s", "Observation/o#i"]
    member = found.resource("Observation/o#i")
    assert (member.flagged, member.location) == (
        "preliminary",
        "Bundle.entry[0].resource.contained[1]",
    )
    assert found.follow(member, {"reference": "#s"}).key == "Observation/o#s"
    assert found.follow(member, {"reference": "#"}).key == "Observation/o"
    assert {(r.key, name) for r, name in found.referrers("Observation/o#s")} == {
        ("Observation/o", "specimen"),
        ("Observation/o#i", "specimen"),
    }


def test_what_is_contained_in_a_dropped_resource_is_not_used():
    inner = {"resourceType": "Observation", "id": "i", "status": "final", "code": {"text": "x"}}
    found = record(patient(), observation(status="entered-in-error", contained=[inner]))
    assert keys(found) == ["Patient/p"]


def test_a_fragment_means_only_the_own_container():
    inner = {"resourceType": "Specimen", "id": "s"}
    found = record(reads({"reference": "#s"}), observation("other", contained=[inner]))
    assert follow(found, {"reference": "#s"}) is None


# What is read because it is joined with something wanted

REPORT = {"resourceType": "DiagnosticReport", "id": "r", "status": "final",
          "code": concept("11526-1"), "subject": {"reference": "Patient/p"}}  # fmt: skip


@pytest.mark.parametrize(
    "joined",
    [
        {**REPORT, "result": [{"reference": "Observation/o"}]},
        observation("panel", HEMOGLOBIN, hasMember=[{"reference": "Observation/o"}]),
    ],
)
def test_what_holds_a_wanted_resource_is_read(joined):
    found = record(joined, observation(), observation("hb", HEMOGLOBIN), wanted=OnlyKi67())
    assert keys(found) == [f"{joined['resourceType']}/{joined['id']}", "Observation/o"]


def test_the_report_of_a_study_and_the_parts_of_an_act_are_read():
    study = resource("ImagingStudy", "i", status="available")
    act = resource("Procedure", "q", status="completed")
    found = record(
        observation(partOf=[{"reference": "ImagingStudy/i"}, {"reference": "Procedure/q"}]),
        study,
        act,
        {**REPORT, "imagingStudy": [{"reference": "ImagingStudy/i"}]},
        resource("Procedure", "child", status="completed", partOf=[{"reference": "Procedure/q"}]),
        observation("vital-sign", HEMOGLOBIN, partOf=[{"reference": "Procedure/q"}]),
        wanted=OnlyKi67(),
    )
    assert keys(found) == [
        "Observation/o",
        "ImagingStudy/i",
        "Procedure/q",
        "DiagnosticReport/r",
        "Procedure/child",
    ]
    assert found.passed_over == {"Observation": 1}


def test_what_a_wanted_resource_refers_to_is_read_again_and_again():
    related = {"url": "http://example.org/related", "valueReference": {"reference": "Condition/c"}}
    found = record(
        observation(specimen={"reference": "Specimen/s"}, extension=[related]),
        {**SPECIMEN, "parent": [{"reference": "Specimen/t"}]},
        resource("Specimen", "t"),
        condition(),
        condition("unrelated"),
        wanted=OnlyKi67(),
    )
    assert keys(found) == ["Observation/o", "Specimen/s", "Specimen/t", "Condition/c"]


def test_a_wanted_component_makes_its_panel_wanted():
    panel = observation("panel", HEMOGLOBIN, component=[{"code": concept()}])
    assert keys(record(panel, wanted=OnlyKi67())) == ["Observation/panel"]


@pytest.mark.parametrize(
    "more",
    [
        {"extension": [{"url": "a", "valueCodeableConcept": concept()}]},
        {"conclusionCode": [concept()]},
        {"medicationCodeableConcept": concept()},
        {"modality": concept()["coding"]},
    ],
)
def test_every_place_of_a_code_can_make_a_resource_wanted(more):
    data = observation("x", HEMOGLOBIN, **more)
    assert keys(record(data, wanted=OnlyKi67())) == ["Observation/x"]


def test_a_head_that_is_partly_unreadable_is_read_rather_than_missed():
    data = observation("x", HEMOGLOBIN, component=[5])
    assert keys(record(data, wanted=OnlyKi67())) == ["Observation/x"]


def test_references_in_a_circle_end():
    one = observation(hasMember=[{"reference": "Observation/b"}])
    other = observation("b", hasMember=[{"reference": "Observation/o"}])
    assert keys(record(one, other)) == ["Observation/o", "Observation/b"]


def test_a_record_does_not_depend_on_spaces_or_on_the_order_of_keys():
    data = bundle(reads({"reference": "Specimen/s"}), SPECIMEN)
    turned = bundle(*(dict(reversed(r["resource"].items())) for r in data["entry"]))
    assert record_of(turned) == record_of(text(data))
