"""The table *Assembly* of ARCHITECTURE.md, clause by clause: statement, patient, primary.

From bytes to profile; the tests bear the name of their row. `tests/unit/assemble` asks the same of
findings made by hand, with the many edges of each rule.
"""

import json

import pytest
from tests.traps.line import AS_OF, catalogue, issues, line, only, profile
from tests.unit.mappers.mapping import (
    coded,
    concept,
    condition,
    data,
    observation,
    quantity,
    ref,
    resource,
)

from nelm_fhir import pipeline
from nelm_fhir.errors import NoPatient, SeveralPatients
from nelm_fhir.profile.provenance import sources

DAY = {"effectiveDateTime": "2026-05-12"}
ILEUM, PANCREAS, UNSAID = "sct 737313007", "sct 735735001", "sct 255046005"
NET, OTHER = condition(ILEUM), condition(PANCREAS, id_="d")
LIVER = concept("sct 10200004")
NUMBER = {"identifier": [{"system": "urn:lab", "value": "7"}]}


def index(id_, percent, **more):
    return observation("ln 29593-1", id_, **quantity(percent, "%"), **DAY | more)


def specimen(id_="s", **more):
    return resource("Specimen", id_, **{"collection": {"bodySite": LIVER}} | more)


def specimens(*resources):
    return profile(NET, *resources).specimens


def sites(*resources):
    return sorted(str(p.site) for p in profile(*resources).primaries.values())


# --- statement ------------------------------------------------------------------------------------


@pytest.mark.parametrize("later", ["a", "b"])
def test_statement_of_one_business_identifier_counts_in_its_latest_version(later):
    def issued(id_):
        return {"issued": f"2026-05-{20 if id_ == later else 13}T10:00:00Z"}

    sent = [index(id_, n, **NUMBER, **issued(id_)) for id_, n in (("a", 2), ("b", 15))]
    assert only(specimens(*sent)).ki67_text == {"a": "2 %", "b": "15 %"}[later]


def test_statement_sent_twice_is_one_and_both_are_evidence():
    twice = [index(id_, 15, specimen=ref("Specimen/s")) for id_ in ("a", "b")]
    found = only(specimens(specimen(), *twice))
    assert found.ki67_text == "15 %"
    assert [e.resource for e in sources(found, "ki67_text")] == ["Observation/a", "Observation/b"]


def test_statement_of_a_period_has_the_span_of_its_days():
    period = {"effectivePeriod": {"start": "2026-05-12", "end": "2026-05-14"}}
    event = only(
        profile(NET, observation("ln 97509-4", **coded("sct 271299001"), **period)).response_events
    )
    assert str(event.date) == "2026-05-12/2026-05-14"


# --- patient --------------------------------------------------------------------------------------


def test_patient_unnamed_by_a_statement_leaves_it_unused():
    nobody = {key: value for key, value in index("x", 30).items() if key != "subject"}
    read = line(NET, nobody)
    assert not read.profile.specimens
    assert [issue.kind for issue in read.origin.issues] == ["no-subject"]


def test_patient_that_nobody_refers_to_is_set_aside():
    assert issues(NET, {"resourceType": "Patient", "id": "q"}) == ["unreferenced-patient"]


def test_patient_without_resource_is_judged_and_of_unknown_age():
    sent = json.loads(data(NET))
    del sent["entry"][0]
    found = pipeline.read_one(json.dumps(sent).encode(), catalogue(), as_of=AS_OF)
    assert (found.origin.subject.reference, only(found.profile.primaries).site) == (
        "Patient/p",
        "ileum",
    )
    assert found.profile.patient.birth_date is None


def test_patient_one_of_several_has_to_be_named():
    other = condition(PANCREAS, id_="d", subject=ref("Patient/q"))
    sent = data(NET, {"resourceType": "Patient", "id": "q"}, other)
    with pytest.raises(SeveralPatients):
        pipeline.read_one(sent, catalogue(), as_of=AS_OF)
    named = pipeline.read_one(sent, catalogue(), as_of=AS_OF, subject="Patient/q")
    assert only(named.profile.primaries).site == "pancreas"
    with pytest.raises(NoPatient):
        pipeline.read_one(sent, catalogue(), as_of=AS_OF, subject="Patient/r")


def test_patient_who_died_is_an_issue_and_changes_no_verdict():
    dead, alive = (line(NET, patient=said) for said in ({"deceasedBoolean": True}, {}))
    assert [issue.kind for issue in dead.origin.issues] == ["death-recorded"]
    verdicts = [pipeline.judge(read, catalogue()).verdicts for read in (dead, alive)]
    assert verdicts[0] == verdicts[1]


# --- primary --------------------------------------------------------------------------------------


def test_primary_conditions_of_one_site_or_of_a_finer_one_are_one_tumor():
    assert sites(NET, condition(ILEUM, id_="again")) == ["ileum"]
    assert sites(NET, condition("cm C7A.019", id_="coarse")) == ["ileum"]
    assert sites(NET, OTHER) == ["ileum", "pancreas"]


def test_primary_without_site_joins_the_only_one_and_adds_nothing_beside_several():
    bare = condition(UNSAID, id_="bare")
    assert sites(NET, bare) == ["ileum"]
    assert sites(NET, OTHER, bare) == ["ileum", "pancreas"]
    assert issues(NET, OTHER, bare) == ["primary-not-placed"]


def test_primary_of_a_plain_site_code_needs_neuroendocrine_histology():
    plain = condition("cm C17.2", id_="plain")
    pointed = observation(
        "ln 59847-4", "h", focus=[ref("Condition/plain")], **coded("ico 8240/3"), **DAY
    )
    loose = {key: value for key, value in pointed.items() if key != "focus"}
    assert sites(plain, pointed) == ["ileum"] == sites(plain, loose)
    assert sites(plain) == []
    assert profile(plain).other_malignancy.present is True
    assert sites(plain, condition("cm C18.7", id_="too"), loose) == []
    assert sites(plain, condition("cm C18.7", id_="too"), pointed) == ["ileum"]
