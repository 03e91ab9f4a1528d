"""Every form a record can come in, and what is refused as a whole."""

import json
from decimal import Decimal

import pytest
from tests.unit.fhir_r4.samples import (
    HEMOGLOBIN,
    Everything,
    OnlyKi67,
    bundle,
    condition,
    entry,
    keys,
    kinds,
    observation,
    patient,
    record,
    record_of,
    text,
)

from nelm_fhir.errors import (
    InputError,
    NoPatient,
    NotABundle,
    NotJson,
    TooLarge,
    WrongFhirVersion,
)
from nelm_fhir.fhir_r4 import bundle as bundles
from nelm_fhir.fhir_r4 import limits, read
from nelm_fhir.fhir_r4.record import Record


def outcomes(data, **arguments):
    return list(read.records(data, wanted=Everything(), **arguments))


def refusal(data):
    with pytest.raises(InputError) as caught:
        record_of(data)
    return caught.value


BUNDLE_TYPES = [
    "batch",
    "batch-response",
    "collection",
    "document",
    "history",
    "message",
    "searchset",
    "transaction",
    "transaction-response",
]


@pytest.mark.parametrize("kind", BUNDLE_TYPES)
def test_every_bundle_type_gives_its_resources(kind):
    found = record(patient(), observation(), type=kind)
    assert keys(found) == ["Patient/p", "Observation/o"]
    assert found.issues == ()
    assert not found.damaged


@pytest.mark.parametrize("kind", [None, "subscription", 7, ["collection"], {}])
def test_a_bundle_without_a_type_of_r4_is_read_with_an_issue(kind):
    assert kinds(record(observation(), type=kind)) == ["bundle-type"]


def test_a_list_of_resources_is_one_record():
    found = record_of([patient(), observation()])
    assert [r.location for r in found.resources] == ["resource[0]", "resource[1]"]


def test_a_single_resource_is_one_record():
    found = record_of(observation())
    assert keys(found) == ["Observation/o"]
    assert found.resources[0].location == "resource"


def test_bytes_text_and_parsed_json_give_the_same_record():
    data = bundle(patient(), observation())
    written = text(data)
    assert record_of(data) == record_of(written) == record_of(written.decode())


def test_parsed_json_keeps_its_decimals():
    value = {"value": Decimal("8.50"), "unit": "%"}
    found = record(observation(valueQuantity=value))
    assert str(found.resources[0].data["valueQuantity"]["value"]) == "8.50"


@pytest.mark.parametrize("number", [float("nan"), float("inf"), object(), Decimal("NaN")])
def test_parsed_json_with_something_json_cannot_say_is_refused(number):
    assert isinstance(refusal(bundle(observation(valueQuantity={"value": number}))), NotJson)


def test_parsed_json_that_contains_itself_is_refused():
    loop = observation()
    loop["extension"] = [loop]
    assert isinstance(refusal(loop), TooLarge)


@pytest.mark.parametrize("around", [b"\xef\xbb\xbf%s", b" \r\n%s\n\n"])
def test_byte_order_mark_and_blanks_around_are_tolerated(around):
    assert keys(record_of(around % text(bundle(observation())))) == ["Observation/o"]


@pytest.mark.parametrize("indent", [0, 1, 2, 4])
def test_indentation_does_not_matter(indent):
    data = bundle(patient(), observation(), type="searchset")
    assert record_of(json.dumps(data, indent=indent)) == record_of(data)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b'<?xml version="1.0"?><Bundle/>', "JSON"),
        (b"<!DOCTYPE html>", "JSON"),
        (b"\x1f\x8b\x08\x00", "compressed"),
        (b"PK\x03\x04", "archive"),
        (b"BZh91AY", "bzip2"),
        (b"\xfd7zXZ\x00", "xz"),
        (b"\x28\xb5\x2f\xfd\x04", "zstd"),
        ("{}".encode("utf-16"), "UTF-16"),
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"hello", "JSON"),
        (b'"text"', "JSON"),
        (b'{"resourceType":"Bundle"', "JSON"),
        ("\ud800", "character"),
    ],
)
def test_what_is_no_json_is_refused_and_says_what_it_is(data, word):
    error = refusal(data)
    assert isinstance(error, NotJson)
    assert word in error.message
    assert error.remedy


@pytest.mark.parametrize(
    "data",
    [{}, {"a": 1}, [], [1], [{}], {"resourceType": 5}, {"resourceType": "Bundle", "entry": 5}],
)
def test_json_without_any_resource_is_no_bundle(data):
    assert isinstance(refusal(data), NotABundle)


def test_an_empty_bundle_has_no_patient():
    assert isinstance(refusal(bundle()), NoPatient)


@pytest.mark.parametrize(
    "written",
    [
        '{"resourceType":"Bundle","type":"collection","entry":[%s],"entry":[]}',
        '{"resourceType":"Bundle","type":"collection","entry":[%s],"type":"history"}',
        '{"resourceType":"Bundle","type":"collection","entry":[%s],"meta":{"a":1,"a":2}}',
        '{"resourceType":"Bundle","type":"collection","total":1, "total":2,"entry":[%s]}',
    ],
)
def test_a_repeated_key_of_the_bundle_refuses_it(written):
    inside = json.dumps(entry(observation()))
    assert isinstance(refusal(written % inside), NotJson)


@pytest.mark.parametrize(
    "written",
    [
        '{"resource":%s,"resource":%s}',
        '{"fullUrl":"urn:a","resource":%s,"fullUrl":"urn:b"}',
        '{"resource":%s,"search":{"mode":"match","mode":"outcome"}}',
        '{"resource" :\n%s, "res\\u006furce" : {}}',
        '{"vendor":{"a":1,"a":1},"resource":%s}',
    ],
)
def test_a_repeated_key_of_an_entry_refuses_the_bundle(written):
    inside = json.dumps(observation())
    written = written.replace("%s", inside)
    assert isinstance(
        refusal(f'{{"resourceType":"Bundle","type":"searchset","entry":[{written}]}}'), NotJson
    )


def test_elements_of_a_vendor_around_the_resources_are_tolerated():
    data = bundle(entry(observation(), vendor={"a": [1]}), vendor={"resource": {"a": 1}})
    assert keys(record_of(data)) == ["Observation/o"]


@pytest.mark.parametrize("bad", [5, "text", None, [], {"resource": 5}, {"resource": "text"}, {}])
def test_one_entry_that_is_no_resource_is_damage_and_costs_no_other(bad):
    data = bundle(patient(), observation())
    data["entry"].insert(1, bad)
    found = record_of(data)
    assert keys(found) == ["Patient/p", "Observation/o"]
    assert found.damaged
    assert [issue.location for issue in found.issues] == ["Bundle.entry[1].resource"]


@pytest.mark.parametrize(
    "declared",
    [
        {"fhirVersion": "5.0.0"},
        {"fhirVersion": "3.0.1"},
        {"meta": {"profile": ["http://hl7.org/fhir/5.0/StructureDefinition/Bundle"]}},
        {"meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/Bundle|5.0.0"]}},
    ],
)
def test_another_declared_version_of_fhir_is_refused(declared):
    assert isinstance(refusal(bundle(observation(), **declared)), WrongFhirVersion)


@pytest.mark.parametrize(
    "declared",
    [
        {"fhirVersion": "4.0.1"},
        {"fhirVersion": "4.3.0"},
        {"meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/Bundle|4.0.1"]}},
        {"meta": {"profile": ["https://example.org/StructureDefinition/mine|5.0.0"]}},
    ],
)
def test_r4_and_profiles_of_others_are_read(declared):
    assert keys(record(observation(), **declared)) == ["Observation/o"]


def test_a_server_that_says_it_speaks_r5_is_refused():
    statement = {"resourceType": "CapabilityStatement", "fhirVersion": "5.0.0"}
    assert isinstance(refusal(bundle(observation(), statement)), WrongFhirVersion)


def test_search_results_in_a_batch_answer_are_opened():
    found = record(
        bundle(patient(), type="searchset"),
        bundle(observation(), type="searchset"),
        type="batch-response",
    )
    assert [r.location for r in found.resources] == [
        "Bundle.entry[0].resource.entry[0].resource",
        "Bundle.entry[1].resource.entry[0].resource",
    ]


def test_bundles_inside_each_other_have_a_limit():
    data = bundle(observation())
    for _ in range(limits.MAX_BUNDLES):
        data = bundle(data)
    assert isinstance(refusal(data), TooLarge)


def test_too_many_entries_and_bytes_are_refused(monkeypatch):
    monkeypatch.setattr(limits, "MAX_ENTRIES", 1)
    assert isinstance(refusal(bundle(patient(), observation())), TooLarge)
    assert isinstance(refusal([patient(), observation()]), TooLarge)
    monkeypatch.setattr(limits, "MAX_BYTES", 10)
    assert isinstance(refusal(bundle()), TooLarge)


def test_nesting_that_no_parser_follows_is_refused():
    deep = b'{"resourceType":"Bundle","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert isinstance(refusal(deep), TooLarge)


def test_one_entry_nested_too_deeply_costs_no_other():
    extension = {"url": "a", "valueString": "x"}
    for _ in range(100):
        extension = {"url": "a", "extension": [extension]}
    found = record(observation("deep", extension=[extension]), observation())
    assert keys(found) == ["Observation/o"]
    assert (kinds(found), found.damaged) == (["too-deep"], True)


# Pages and answers


@pytest.mark.parametrize("relation", ["next", "prev", "previous"])
def test_one_page_of_several_is_a_partial_record(relation):
    link = [{"relation": "self", "url": "a"}, {"relation": relation, "url": "b"}]
    found = record(observation(), type="searchset", link=link)
    assert (kinds(found), found.damaged) == (["partial-record"], True)


def test_a_page_with_only_a_link_to_itself_is_whole():
    found = record(
        observation(), type="searchset", link=[{"relation": "self", "url": "a"}], total=1
    )
    assert (kinds(found), found.damaged) == ([], False)


@pytest.mark.parametrize(("total", "partial"), [(0, False), (1, False), (2, True), ("9", False)])
def test_more_matches_than_were_sent_make_a_partial_record(total, partial):
    included = entry(patient(), search={"mode": "include"})
    found = record(entry(observation(), search={"mode": "match"}), included, type="searchset",
                   total=total)  # fmt: skip
    assert found.damaged is partial


@pytest.mark.parametrize(
    ("kind", "severity", "damaged"),
    [
        ("searchset", "warning", False),
        ("searchset", "error", True),
        ("batch-response", "fatal", True),
        ("collection", "error", False),
        ("searchset", ["error"], False),
    ],
)
def test_what_a_server_says_about_its_answer_is_an_issue(kind, severity, damaged):
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": severity}]}
    found = record(observation(), entry(outcome, search={"mode": "outcome"}), type=kind)
    assert keys(found) == ["Observation/o"]
    assert kinds(found) == ["partial-record" if damaged else "outcome"]
    assert found.damaged is damaged
    assert found.passed_over == {"OperationOutcome": 1}


@pytest.mark.parametrize(
    ("status", "damaged"),
    [("200 OK", False), ("304", False), ("404 Not Found", False), ("410", False), ("500", True)],
)
def test_a_question_that_failed_makes_the_record_partial(status, damaged):
    found = record(entry(observation()), {"response": {"status": status}}, type="batch-response")
    assert found.damaged is damaged


@pytest.mark.parametrize(
    ("request_", "damaged"),
    [
        ({"method": "GET", "url": "Patient/p"}, False),
        ({"method": "PUT", "url": "a"}, True),
        (5, True),
    ],
)
def test_a_request_without_resource_is_damage_only_where_one_belongs(request_, damaged):
    found = record(observation(), {"request": request_}, type="batch")
    assert found.damaged is damaged


def test_a_bundle_with_rules_of_its_own_is_never_whole():
    found = record(observation(), implicitRules="http://example.org/rules")
    assert (kinds(found), found.damaged) == (["implicit-rules"], True)


def test_an_entry_with_an_unknown_modifier_extension_is_not_used():
    modified = entry(observation("m"), modifierExtension=[{"url": "urn:x", "valueBoolean": True}])
    found = record(observation(), modified)
    assert keys(found) == ["Observation/o"]
    assert found.unusable == {"modifier-extension": 1}


# NDJSON


def ndjson(*lines):
    return b"\n".join(line if isinstance(line, bytes) else text(line) for line in lines)


def test_lines_that_are_bundles_are_one_record_each_in_order():
    found = outcomes(ndjson(bundle(observation("a")), bundle(observation("b")), b""))
    assert [keys(r) for r in found] == [["Observation/a"], ["Observation/b"]]
    assert found[1].resources[0].location == "line[2].Bundle.entry[0].resource"


def test_lines_that_are_resources_are_one_record_together():
    found = outcomes(ndjson(patient(), b"", observation()))
    assert [keys(r) for r in found] == [["Patient/p", "Observation/o"]]
    assert found[0].resources[1].location == "line[3]"


def test_bundles_and_resources_may_be_mixed():
    found = outcomes(
        ndjson(bundle(observation("a")), patient(), bundle(condition()), observation())
    )
    assert [keys(r) for r in found] == [
        ["Observation/a"],
        ["Patient/p", "Observation/o"],
        ["Condition/c"],
    ]


def test_a_bundle_that_cannot_be_used_stands_in_its_place_as_error():
    broken = bundle(observation("x", subject={"reference": "Patient/q"}), observation())
    found = outcomes(ndjson(bundle(observation("a")), broken, b'{"resourceType":"Bund', bundle(
        condition())))  # fmt: skip
    assert [type(r).__name__ for r in found] == ["Record", "SeveralPatients", "NotJson", "Record"]


def test_a_broken_line_among_resources_damages_their_record():
    found = outcomes(ndjson(patient(), b'{"resourceType":"Observ', observation()))
    assert [keys(r) for r in found] == [["Patient/p", "Observation/o"]]
    assert found[0].damaged
    assert [issue.location for issue in found[0].issues] == ["line[2]"]


def test_a_broken_first_line_does_not_hide_the_others():
    found = outcomes(ndjson(b'{"resourceType":"Observ', patient(), observation()))
    assert [keys(r) for r in found] == [["Patient/p", "Observation/o"]]
    assert found[0].damaged


def test_a_repeated_key_in_one_line_costs_only_that_bundle():
    twice = text(bundle(observation())).replace(b'"type"', b'"type": "batch", "type"', 1)
    found = outcomes(ndjson(twice, bundle(condition())))
    assert isinstance(found[0], NotJson)
    assert isinstance(found[1], Record)


def test_a_broken_indented_bundle_is_not_taken_for_lines():
    broken = json.dumps(bundle(patient(), observation()), indent=2)[:-3].encode()
    assert [type(r).__name__ for r in outcomes(broken)] == ["NotJson"]


def test_several_records_are_refused_where_one_is_expected():
    assert isinstance(
        refusal(ndjson(bundle(observation("a")), bundle(observation("b")))), NotABundle
    )


# Counting


def test_every_resource_is_counted_once():
    found = record(
        patient(),
        observation("a"),
        observation("hb", HEMOGLOBIN),
        observation("void", status="entered-in-error"),
        {"resourceType": "Practitioner", "id": "d"},
        wanted=OnlyKi67(),
    )
    assert found.read == {"Patient": 1, "Observation": 1}
    assert found.passed_over == {"Observation": 1, "Practitioner": 1}
    assert found.unusable == {"entered-in-error": 1}
    assert [tuple(name) for name in found.named] == [
        ("Bundle.entry[3].resource", "Observation", "entered-in-error", "Observation/void"),
        ("Bundle.entry[2].resource", "Observation", "not-wanted", "Observation/hb"),
        ("Bundle.entry[4].resource", "Practitioner", "not-wanted", "Practitioner/d"),
    ]


def test_the_types_of_bundle_are_those_of_r4():
    assert sorted(bundles._TYPES) == sorted(BUNDLE_TYPES)
