"""Who is found on a server: each patient once, by the shipped codes and a hospital's own."""

import pytest
from tests.servers.fhir_store import FhirStore
from tests.servers.local import Asked, Reply, outcome
from tests.unit.exchange.records import (
    NET,
    ROOT,
    SAMPLES,
    catalogue,
    condition,
    patient,
    sample,
    served,
    store_of,
)
from tests.unit.shipped_codes import build

from nelm_fhir import pipeline
from nelm_fhir.errors import ServerRefused, ServerUnavailable
from nelm_fhir.exchange.candidates import Tally, asked, candidates
from nelm_fhir.knowledge.code_overlays import OverlayCodes
from nelm_fhir.mappers.histology import NEUROENDOCRINE

pytestmark = pytest.mark.usefixtures("loopback")
CODES = catalogue().codes
SHIPPED = sorted({m.code for m in CODES.members(NEUROENDOCRINE) if m.hit}, key=str)
STATUS = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
SNOMED_BY_OID = {"system": "urn:oid:2.16.840.1.113883.6.96", "code": NET["code"]}
COLON_CANCER = {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C18.9"}


def found(store: FhirStore, tally: Tally | None = None, known=None) -> list[str]:
    with served(store) as (client, _):
        return list(candidates(client, known or catalogue(), tally))


def verified(word: str) -> dict:
    return {"verificationStatus": {"coding": [{"system": STATUS, "code": word}]}}


def test_every_shipped_code_is_asked_for_in_every_spelling_of_its_system():
    tokens = asked(CODES)
    assert len(SHIPPED) > 100
    for code in SHIPPED:
        assert f"{code.system}|{code.code}" in tokens
    assert f"{SNOMED_BY_OID['system']}|{NET['code']}" in tokens
    assert len(tokens) == len(set(tokens))


def test_a_patient_is_found_by_every_shipped_code():
    each = {f"Patient/p{n:03}": code for n, code in enumerate(SHIPPED)}
    codings = [{"system": code.system, "code": code.code} for code in SHIPPED]
    store = store_of(*(condition(f"c{n}", name, codings[n]) for n, name in enumerate(each)))
    assert found(store) == list(each)


def test_a_code_of_another_cancer_finds_nobody():
    store = store_of(patient("anna"), condition("c", "Patient/anna", COLON_CANCER))
    assert found(store) == []


def test_a_patient_with_several_conditions_and_codes_is_named_once():
    store = store_of(
        patient("anna"),
        patient("bert"),
        condition("c1", "Patient/bert", NET, {"system": COLON_CANCER["system"], "code": "C7A.012"}),
        condition("c2", "Patient/bert", SNOMED_BY_OID),
        condition("c3", "Patient/anna"),
    )
    tally = Tally()
    assert found(store, tally) == ["Patient/anna", "Patient/bert"]
    assert tally == Tally(conditions=3)


@pytest.mark.threat(4)
@pytest.mark.parametrize("word", ["entered-in-error", "refuted"])
def test_what_is_void_or_refuted_makes_nobody_a_candidate(word):
    tally = Tally()
    store = store_of(patient("anna"), condition("c", "Patient/anna", **verified(word)))
    assert found(store, tally) == []
    assert tally == Tally(conditions=1, set_aside=1)


@pytest.mark.parametrize("word", ["confirmed", "provisional", "unconfirmed", "Confirmed!"])
def test_what_is_suspected_or_cannot_be_understood_is_looked_at(word):
    store = store_of(patient("anna"), condition("c", "Patient/anna", **verified(word)))
    assert found(store) == ["Patient/anna"]


def test_a_damaged_condition_is_looked_at_for_the_record_will_tell():
    store = store_of(patient("anna"), deaf=frozenset({"_elements"}))
    store.add(
        b'{"resourceType":"Condition","id":"c","id":"c","subject":{"reference":"Patient/anna"},'
        b'"code":{"coding":[{"system":"http://snomed.info/sct","code":"1288045008"}]}}'
    )
    assert found(store) == ["Patient/anna"]


def test_a_server_that_hears_no_code_makes_nobody_a_candidate():
    tally = Tally()
    store = store_of(
        patient("anna"),
        patient("bert"),
        condition("c1", "Patient/anna"),
        condition("c2", "Patient/bert", COLON_CANCER),
        deaf=frozenset({"code"}),
    )
    assert found(store, tally) == ["Patient/anna"]
    assert tally == Tally(conditions=2, set_aside=1)


@pytest.mark.parametrize("reference", [None, "Group/g", "https://other.example/fhir/Patient/x"])
def test_a_condition_without_a_patient_of_this_server_is_counted(reference):
    one = condition("c", reference or "")
    if reference is None:
        del one["subject"]
    tally = Tally()
    assert found(store_of(patient("anna"), one), tally) == []
    assert tally == Tally(conditions=1, without_patient=1)


def test_a_server_that_calls_itself_otherwise_is_understood():
    inside = "http://inside:8080/r4"
    store = store_of(
        patient("anna"),
        patient("bert"),
        condition("c1", f"{inside}/Patient/anna"),
        condition("c2", "Patient/bert"),
        base=inside,
    )
    assert found(store) == ["Patient/anna", "Patient/bert"]


def test_a_server_that_gives_no_parts_of_resources_is_asked_for_whole_ones():
    store = store_of(patient("anna"), condition("c", "Patient/anna"))
    store.refused = frozenset({"_elements"})
    assert found(store) == ["Patient/anna"]


def test_a_code_that_is_listed_and_never_matches_is_not_asked_for():
    for member in CODES.members(NEUROENDOCRINE):
        token = f"{member.code.system}|{member.code.code}"
        assert (token in asked(CODES)) == (member.code in SHIPPED)
    weak = {m.code for m in CODES.members(NEUROENDOCRINE) if m.certainty == "W"}
    without_weak, _ = build(overlays=[OverlayCodes("ours", switched_off=("*",))])
    assert weak
    assert not {f"{code.system}|{code.code}" for code in weak} & set(asked(without_weak))


def test_no_code_and_no_patient_stands_in_an_address():
    store = store_of(patient("anna"), condition("c", "Patient/anna"))
    with served(store) as (client, local):
        list(candidates(client, catalogue()))
    targets = {one.target for one in local.asked}
    assert targets == {"/fhir/Condition/_search", "/fhir/metadata", "/fhir/Patient/_search"}
    asked_for = [one.form["code"].split(",") for one in local.asked if "code" in one.form]
    assert [token for chunk in asked_for for token in chunk] == asked(CODES)
    assert max(map(len, asked_for)) <= 50


# --- merged patients, a hospital's codes, many pages, failures ------------------------------------


@pytest.mark.threat(3)
@pytest.mark.parametrize("kind", ["replaced-by", "replaces"])
def test_who_was_merged_is_named_as_who_they_are_today(kind):
    owner, other = ("old", "new") if kind == "replaced-by" else ("new", "old")
    link = {"link": [{"type": kind, "other": {"reference": f"Patient/{other}"}}]}
    store = store_of(patient(owner, **link), patient(other), condition("c", "Patient/old"))
    assert found(store) == ["Patient/new"]


def test_a_patient_who_is_not_there_is_named_all_the_same():
    assert found(store_of(condition("c", "Patient/lost"))) == ["Patient/lost"]


def test_codes_of_a_hospital_are_asked_for_too():
    known = pipeline.load((ROOT / "mappings" / "overlays" / "example-hospital",))
    own = {m.code for m in known.codes.members(NEUROENDOCRINE) if m.certainty == "site"}
    assert own
    for code in own:
        coding = {"system": code.system, "code": code.code}
        store = store_of(patient("anna"), condition("c", "Patient/anna", coding))
        assert found(store, known=known) == ["Patient/anna"]
        assert found(store) == []


def test_signs_that_separate_are_escaped():
    class Odd:
        systems = CODES.systems

        @staticmethod
        def members(_group: str):
            from nelm_fhir.core.codes import Code
            from nelm_fhir.core.evidence import Match
            from nelm_fhir.knowledge.codes import Hit, Member

            code = Code("urn:x", "a,b|c$d\\e")
            hit = Hit(NEUROENDOCRINE, None, Match.SITE, exact=True, source="x")
            yield Member(code, NEUROENDOCRINE, None, "site", "x", "x", hit)

    assert asked(Odd()) == ["urn:x|a\\,b\\|c\\$d\\\\e"]


def test_all_pages_are_read():
    many = [condition(f"c{n}", f"Patient/p{n:03}") for n in range(120)]
    store = store_of(*many, page=7)
    assert found(store) == [f"Patient/p{n:03}" for n in range(120)]


def test_a_failure_on_the_way_names_nobody():
    many = [condition(f"c{n}", f"Patient/p{n}") for n in range(30)]
    store = store_of(*many, page=7)

    def instead(asked: Asked) -> Reply | None:
        return outcome(500) if asked.query.get("_offset") == "14" else None

    store.instead = instead
    named: list[str] = []
    with served(store) as (client, _), pytest.raises(ServerUnavailable):
        named.extend(candidates(client, catalogue()))
    assert named == []


def test_a_server_that_refuses_the_question_is_told():
    store = store_of(condition("c", "Patient/anna"), refused=frozenset({"code"}))
    with pytest.raises(ServerRefused):
        found(store)


def test_of_the_samples_those_are_found_whose_conditions_say_it():
    """Four carry histology beside a plain site code (Germany): the docstring says so."""
    missed = {name for name in SAMPLES if not found(FhirStore.of(sample(name)))}
    assert missed == {
        "clock-of-observation", "fails-by-ki67-alone", "neuroendocrine-carcinoma", "upper-rectum",
    }  # fmt: skip
