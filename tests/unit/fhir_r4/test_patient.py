"""Whose record it is: one subject, a chosen one, merged patients, and what is refused."""

import pytest
from tests.unit.fhir_r4.samples import (
    bundle,
    condition,
    entry,
    keys,
    kinds,
    observation,
    patient,
    record,
    record_of,
    resource,
)

from nelm_fhir.errors import MergedPatient, NoPatient, SeveralPatients

MRN = {"system": "http://hospital.example/mrn", "value": "0815"}


def of(reference, name="o", **more):
    subject = reference if isinstance(reference, dict) else {"reference": reference}
    return observation(name, subject=subject, **more)


def test_the_subject_of_the_clinical_resources_decides():
    found = record(patient(), observation(), patient("stranger"))
    assert found.subject == "Patient/p"
    assert found.patients[0].key == "Patient/p"
    assert found.unusable == {"unreferenced-patient": 1}
    assert kinds(found) == ["unreferenced-patient"]


def test_without_a_patient_resource_the_reference_stands():
    found = record(observation())
    assert (found.subject, found.patients) == ("Patient/p", ())
    assert found.issues == ()


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("Patient/p", None),
        ("Patient/p", "http://a.example/fhir/Patient/p"),
        ("http://a.example/fhir/Patient/p", "http://a.example/fhir/Patient/p"),
        ("http://a.example/fhir/Patient/p", None),
        ("http://a.example/fhir/Patient/p/_history/3", None),
        ("Patient/p/_history/2", "urn:uuid:1"),
        ("urn:uuid:1", "urn:uuid:1"),
        ("urn:oid:1.2.3", "urn:oid:1.2.3"),
        ("Patient?identifier=http://hospital.example/mrn|0815", None),
        ({"identifier": MRN}, None),
        ({"identifier": MRN, "type": "Patient"}, "urn:uuid:1"),
    ],
)
def test_every_way_to_refer_to_the_patient_resource_is_resolved(reference, url):
    found = record(entry(patient(identifier=[MRN]), url), of(reference))
    assert keys(found) == ["Patient/p", "Observation/o"]
    assert (found.subject, found.patients[0].key, found.issues) == ("Patient/p", "Patient/p", ())


@pytest.mark.parametrize("url", [None, "http://a.example/fhir/Patient/p"])
@pytest.mark.parametrize("days", [("1950", "1980"), ("1980", "1950")])
def test_versions_of_the_patient_that_nothing_orders_are_all_the_patient(days, url):
    found = record(*(entry(patient(birthDate=day), url) for day in days), of("Patient/p"))
    assert [p.data["birthDate"] for p in found.patients] == list(days)
    assert [r.type for r in found.resources] == ["Patient", "Patient", "Observation"]
    assert (found.subject, kinds(found), found.unusable) == ("Patient/p", ["same-id"], {})


@pytest.mark.parametrize(
    "reference",
    ["Patient/p", "urn:uuid:9", "http://example.org/patient", "http://a.example/Patient/p"],
)
def test_an_unresolved_reference_is_a_patient_by_itself(reference):
    found = record(of(reference, "a"), of(reference, "b"))
    assert keys(found) == ["Observation/a", "Observation/b"]
    assert found.subject == reference


def test_a_patient_named_by_identifier_alone_is_one_patient():
    found = record(of({"identifier": MRN}, "a"), of({"identifier": MRN}, "b"))
    assert len(found.resources) == 2
    assert found.subject == "identifier:http://hospital.example/mrn|0815"


def test_relative_and_absolute_references_to_one_server_are_one_patient():
    found = record(of("Patient/p", "a"), of("http://a.example/fhir/Patient/p", "b"))
    assert found.subject == "Patient/p"
    assert len(found.resources) == 2


def test_equal_ids_on_two_servers_are_two_patients():
    one = entry(of("Patient/p", "a"), "http://a.example/fhir/Observation/a")
    other = entry(of("Patient/p", "b"), "http://b.example/fhir/Observation/b")
    with pytest.raises(SeveralPatients):
        record(one, other)


def test_a_contained_patient_is_the_patient():
    inner = patient("inner", birthDate="1966-08")
    found = record(of("#inner", contained=[inner]))
    assert found.patients[0].data["birthDate"] == "1966-08"
    assert keys(found) == ["Observation/o"]


@pytest.mark.parametrize(
    "broken", [7, "A-1", [7], {"system": "urn:a", "value": "1"}, [{"system": "urn:a", "value": 1}]]
)
def test_an_identifier_of_the_patient_that_cannot_be_read_leaves_the_record_open(broken):
    """A statement that names the patient by it alone would pass for another's."""
    found = record(patient(identifier=broken), observation())
    assert (found.damaged, kinds(found)) == (True, ["wrong-type"])


def test_contained_patients_with_one_identifier_are_one_patient():
    inner = patient("inner", identifier=[MRN])
    found = record(of("#inner", "a", contained=[inner]), of("#inner", "b", contained=[inner]))
    assert len(found.resources) == 2


def test_contained_patients_without_identifier_are_not_guessed_to_be_one():
    with pytest.raises(SeveralPatients):
        record(*(of("#inner", n, contained=[patient("inner")]) for n in ("a", "b")))


def test_a_contained_patient_is_joined_to_the_patient_resource_by_identifier():
    inner = patient("inner", identifier=[MRN])
    found = record(patient(identifier=[MRN]), of("#inner", contained=[inner]), condition())
    assert found.subject == "Patient/p"
    assert keys(found) == ["Patient/p", "Observation/o", "Condition/c"]


def test_several_patients_are_refused_without_naming_them():
    with pytest.raises(SeveralPatients) as caught:
        record(of("Patient/secret-one", "a"), of("Patient/secret-two", "b"))
    assert "secret" not in str(caught.value)
    assert "--subject" in caught.value.remedy


def test_several_patients_are_refused_also_where_the_second_is_in_something_unwanted():
    encounter = {"resourceType": "Encounter", "subject": {"reference": "Patient/q"}}
    with pytest.raises(SeveralPatients):
        record(observation(), encounter)


@pytest.mark.parametrize(
    "asked", ["Patient/p", "p", "urn:uuid:1", "http://hospital.example/mrn|0815"]
)
def test_a_chosen_subject_leaves_the_others_out(asked):
    both = [entry(patient(identifier=[MRN]), "urn:uuid:1"), patient("q"), observation("mine"),
            of("Patient/q", "his"), of("urn:uuid:1", "mine-too")]  # fmt: skip
    found = record(*both, subject=asked)
    assert keys(found) == ["Patient/p", "Observation/mine", "Observation/mine-too"]
    assert found.unusable == {"other-patient": 2}
    assert found.subject == "Patient/p"


def test_a_chosen_subject_that_does_not_occur_is_refused():
    with pytest.raises(NoPatient):
        record(observation(), subject="Patient/nobody")


def test_an_item_about_somebody_else_inside_a_report_is_dropped_and_counted():
    """T33."""
    members = [{"reference": "Observation/o"}, {"reference": "Observation/his"}]
    report = resource("DiagnosticReport", "r", status="final", code={"text": "r"}, result=members)
    found = record(report, observation(), of("Patient/q", "his"), subject="Patient/p")
    assert keys(found) == ["DiagnosticReport/r", "Observation/o"]
    assert found.unusable == {"other-patient": 1}
    assert found.follow(found.resources[0], {"reference": "Observation/his"}).lost


def test_a_contained_item_about_somebody_else_is_dropped_and_counted():
    inner = observation("i", subject={"reference": "Patient/q"})
    found = record(observation(contained=[inner]))
    assert keys(found) == ["Observation/o"]
    assert found.unusable == {"other-patient": 1}


def test_a_statement_without_subject_is_not_used():
    nobody = {k: v for k, v in observation("n").items() if k != "subject"}
    found = record(patient(), observation(), nobody)
    assert keys(found) == ["Patient/p", "Observation/o"]
    assert (kinds(found), found.unusable, found.damaged) == (
        ["no-subject"],
        {"no-subject": 1},
        False,
    )


def test_a_specimen_without_subject_belongs_to_what_refers_to_it():
    specimen = {"resourceType": "Specimen", "id": "s"}
    found = record(observation(specimen={"reference": "Specimen/s"}), specimen)
    assert keys(found) == ["Observation/o", "Specimen/s"]


@pytest.mark.parametrize("other", ["Group/g", "Device/d", "Location/l", "http://a.example/Group/g"])
def test_what_is_about_no_patient_is_not_used(other):
    found = record(patient(), observation(), of(other, "g"))
    assert keys(found) == ["Patient/p", "Observation/o"]
    assert found.unusable == {"not-a-patient": 1}


def test_a_reference_that_leads_to_no_patient_is_not_used():
    group = entry({"resourceType": "Group", "id": "g"}, "urn:uuid:g")
    found = record(observation(), group, of("urn:uuid:g", "g"))
    assert keys(found) == ["Observation/o"]


@pytest.mark.parametrize(
    "resources",
    [[of("Group/g")], [{"resourceType": "Medication", "id": "m"}], [of({"display": "x"})]],
)
def test_a_record_about_nobody_is_refused(resources):
    with pytest.raises(NoPatient):
        record(*resources)


def test_a_lone_patient_is_a_record():
    found = record_of(patient())
    assert (found.subject, found.patients[0].key) == ("Patient/p", "Patient/p")


def test_two_patients_and_nothing_else_are_refused():
    with pytest.raises(SeveralPatients):
        record(patient("a"), patient("b"))


# Merged patients


def link(other, kind):
    return [{"other": {"reference": f"Patient/{other}"}, "type": kind}]


OLD = patient("old", active=False, link=link("new", "replaced-by"))
NEW = patient("new", link=link("old", "replaces"))


@pytest.mark.parametrize(
    "patients",
    [
        [OLD, NEW],
        [OLD, patient("new")],
        [patient("old"), NEW],
        [patient("old", active=False), NEW],
        [NEW],
    ],
)
def test_a_merged_patient_is_followed_once_in_both_directions(patients):
    found = record(*patients, of("Patient/old", "a"), of("Patient/new", "b"))
    assert found.subject == "Patient/new"
    assert [key for key in keys(found) if "Patient" not in key] == [
        "Observation/a",
        "Observation/b",
    ]
    assert found.unusable == ({} if len(patients) == 1 else {"merged-patient": 1})


@pytest.mark.parametrize("asked", ["Patient/old", "Patient/new", "new"])
def test_a_merged_patient_can_be_chosen_by_either_name(asked):
    found = record(OLD, NEW, of("Patient/old", "a"), of("Patient/q", "b"), subject=asked)
    assert found.subject == "Patient/new"


@pytest.mark.parametrize(
    "patients",
    [
        [patient("old", active=False)],
        [OLD],
        [patient("old", link=link("new", "replaced-by"))],
        [OLD, patient("new", active=False)],
        [OLD, patient("new", link=link("newer", "replaced-by")), patient("newer")],
        [patient("old", link=[{"type": "replaced-by"}])],
    ],
)
def test_a_patient_merged_into_somebody_who_is_not_here_is_refused(patients):
    with pytest.raises(MergedPatient):
        record(*patients, of("Patient/old"))


def test_another_inactive_patient_does_not_matter():
    found = record(observation(), patient(), patient("q", active=False))
    assert found.subject == "Patient/p"


def test_a_patient_only_related_is_not_merged():
    found = record(patient(link=link("q", "seealso")), patient("q"), observation())
    assert found.subject == "Patient/p"


def test_foreign_resources_change_nothing_but_the_counts():
    mine = [patient(), observation(), condition()]
    theirs = [patient("q"), of("Patient/q", "x"), of("Patient/q", "y", status="complete")]
    alone = record_of(bundle(*mine), subject="p")
    among = record_of(bundle(*mine, *theirs), subject="p")
    assert among.resources == alone.resources
    assert (among.issues, among.damaged) == (alone.issues, alone.damaged)
