"""Who is read at all, dates as spans, the person, and shapes that no mapper may fall over."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.mappers.mapping import (
    LOCAL,
    coded,
    concept,
    condition,
    kinds,
    mapped,
    observation,
    of,
    one,
    procedure,
    quantity,
    question_map,
    read_one,
    reason,
    resource,
)
from tests.unit.shipped_codes import SYSTEMS, build, shipped

from nelm_fhir.knowledge.code_overlays import OverlayCodes
from nelm_fhir.mappers.observations import QUESTIONS
from nelm_fhir.mappers.registry import READERS, Mapped, Wanted

# --- what the reader must choose ------------------------------------------------------------------

WANTED = Wanted(shipped())
BY_TYPE = ["Condition", "DiagnosticReport", "ImagingStudy", "Patient", "Procedure", "Specimen"]


def codes(*shorts: str) -> tuple[tuple[str, str], ...]:
    pairs = (short.partition(" ") for short in shorts)
    return tuple((SYSTEMS[system], code) for system, _, code in pairs)


@pytest.mark.parametrize("type_", BY_TYPE)
def test_some_types_are_wanted_whatever_their_code(type_: str) -> None:
    assert WANTED(type_, ())
    assert WANTED(type_, (("urn:local", "x"),))


def test_every_type_with_a_mapper_is_named() -> None:
    assert {*READERS, "Observation", "Medication"} == WANTED.types


def test_an_observation_is_wanted_by_a_code_that_some_mapper_reads() -> None:
    assert WANTED("Observation", codes("ln 29593-1"))
    assert WANTED("Observation", (("urn:local", "x"), *codes("sct 406094009")))
    assert not WANTED("Observation", codes("ln 2160-0"))
    assert not WANTED("Observation", (("urn:local", "x"),))
    assert not WANTED("Observation", ())


def test_an_alias_of_a_system_is_folded_before_asking() -> None:
    assert WANTED("Observation", (("urn:oid:2.16.840.1.113883.6.1", "29593-1"),))


def test_a_local_code_is_wanted_once_a_site_maps_it() -> None:
    overlay = OverlayCodes("site", {"q.json": question_map({"Q1": "liver-resectability"})})
    tables = build(None, [overlay])[0]
    assert Wanted(tables)("Observation", ((LOCAL, "Q1"),))


def test_a_drug_is_wanted_by_code_and_one_named_by_reference_always() -> None:
    assert WANTED("MedicationRequest", codes("rx 68092"))
    assert WANTED("MedicationAdministration", codes("ndc 69488-001"))
    assert WANTED("MedicationStatement", ())
    assert not WANTED("MedicationRequest", codes("rx 10582"))


def test_other_types_are_not_wanted() -> None:
    assert not WANTED("Encounter", ())
    assert not WANTED("QuestionnaireResponse", ())


def test_every_group_that_a_mapper_listens_to_is_a_list_of_codes() -> None:
    assert set(QUESTIONS) <= set(shipped().groups)


class Everything(Wanted):
    """The slow path: every resource of a mapped type is read."""

    def __call__(self, type: str, codes: Any) -> bool:  # noqa: A002 - FHIR's word
        return type in self.types


def test_choosing_by_code_loses_nothing_that_reading_everything_finds() -> None:
    sent = [
        observation("ln 29593-1", "a", **quantity(3, "%")),
        observation("ln 2160-0", "b", **quantity(1, "mg/dL")),
        observation(concept(text="Ki-67"), "c", valueString="80 %"),
        condition("cm C7A.012"),
        procedure("sct 359571009"),
    ]
    assert mapped(*sent) == mapped(*sent, wanted=Everything)


def test_the_same_record_gives_the_same_findings() -> None:
    sent = [
        condition("cm C7A.012", "sct 737313007"),
        observation("el scan", **coded("an negative")),
    ]
    assert mapped(*sent) == mapped(*sent)


# --- dates ----------------------------------------------------------------------------------------


def day_of(**date: Any) -> tuple[str, list[str]]:
    result = mapped(observation("ln 29593-1", **date, **quantity(3, "%")))
    return str(one(result, "ki67").day), kinds(result)


@pytest.mark.parametrize(
    ("sent", "day", "issues"),
    [
        ({"effectiveDateTime": "2026"}, "2026", []),
        ({"effectiveDateTime": "2026-05"}, "2026-05", []),
        ({"effectiveDateTime": "2026-05-11"}, "2026-05-11", []),
        ({"effectiveDateTime": "2026-05-11T23:30:00-08:00"}, "2026-05-11", []),
        ({"effectiveInstant": "2026-05-11T00:30:00.123+02:00"}, "2026-05-11", []),
        ({"effectiveDateTime": "2026-05-11T10:00:00"}, "2026-05-11", ["date-without-zone"]),
        ({"effectiveDateTime": "2026-05-11T24:00:00Z"}, "2026-05-11", ["date-hour-24"]),
        ({"effectiveDateTime": "2026-02-30"}, "None", ["date-unreadable"]),
        ({"effectiveDateTime": "11.05.2026"}, "None", ["date-unreadable"]),
        ({"effectivePeriod": {"start": "2026-05-01", "end": "2026-05-11"}},
         "2026-05-01/2026-05-11", []),
        ({"effectivePeriod": {"start": "2026-05"}}, "2026-05", []),
        ({"effectivePeriod": {"end": "2026-05-11"}}, "None", ["period-without-start"]),
        ({"effectivePeriod": {"start": "2026-06-01", "end": "2026-05-11"}}, "None",
         ["period-reversed"]),
        ({"issued": "2026-05-11T10:00:00Z"}, "None", []),
        ({}, "None", []),
    ],
)  # fmt: skip
def test_the_clinical_date_is_a_span_kept_as_written(
    sent: dict[str, Any], day: str, issues: list[str]
) -> None:
    assert day_of(**sent) == (day, issues)


def test_an_issue_says_where_and_holds_no_value() -> None:
    result = mapped(observation("ln 29593-1", effectiveDateTime="2026-02-30", **quantity(3, "%")))
    (issue,) = result.issues
    assert issue.location == "Bundle.entry[1].resource.effectiveDateTime"
    assert "2026" not in issue.text


def test_recorded_and_asserted_dates_are_never_the_onset() -> None:
    sent = condition("sct 94222008", recordedDate="2026-01-01")
    assert read_one("metastasis", sent).day is None


def test_a_specimen_is_dated_by_its_collection_and_sited_by_its_body_site() -> None:
    collection = {"collectedDateTime": "2026-03-02", "bodySite": concept("sct 10200004")}
    found = read_one(
        "specimen", resource("Specimen", "s", collection=collection, receivedTime="2026-03-03")
    )
    assert (str(found.day), found.body_site) == ("2026-03-02", "liver")


def test_a_site_maps_the_type_of_a_specimen_to_its_material() -> None:
    overlay = {"m.json": question_map({"PE": "biopsy"}, "an")}
    sent = resource("Specimen", "s", type=concept("local PE", text="Probeexzision"))
    found = one(mapped(sent, overlay=overlay), "specimen")
    assert (found.components, found.evidence.text) == (
        {"specimen-material": "biopsy"},
        "Probeexzision",
    )


# --- the person -----------------------------------------------------------------------------------


def person(**more: Any) -> Mapped:
    """What a Patient with these elements, and one Observation, state."""
    return mapped(observation("ln 29593-1", **quantity(3, "%")), patient=more)


def test_birth_date_and_sex_come_from_the_patient() -> None:
    result = person(birthDate="1966-08", gender="female")
    assert str(one(result, "birth-date").value) == "1966-08"
    assert one(result, "sex").value == "female"


def test_a_masked_birth_date_is_recorded_as_unknown() -> None:
    masked = {
        "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
        "valueCode": "masked",
    }
    result = person(_birthDate={"extension": [masked]})
    assert reason(one(result, "birth-date").value) == "recorded-as-unknown"


def test_a_birth_date_that_no_calendar_has_is_unreadable() -> None:
    assert reason(one(person(birthDate="1966-02-31"), "birth-date").value) == "unreadable"


@pytest.mark.parametrize("died", [{"deceasedBoolean": True}, {"deceasedDateTime": "2026-04-01"}])
def test_a_death_is_told(died: dict[str, Any]) -> None:
    assert one(person(**died), "death").value is True


def test_a_living_patient_has_no_death() -> None:
    assert not of(person(deceasedBoolean=False), "death")


def test_the_cause_of_death_as_observation_is_a_death() -> None:
    assert read_one("death", observation("sct 184305005", **coded("gm C17.2"))).value is True


# --- odd shapes -----------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("2026-05-11"),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["coding", "system", "code", "text", "value", "unit", "low", "reference"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
OF_OBSERVATIONS = """
    valueQuantity valueRange valueCodeableConcept valueString component focus specimen method
    performer bodySite effectiveDateTime effectivePeriod extension hasMember partOf dataAbsentReason
"""
OF_OTHERS = """
    bodySite extension onsetPeriod performedPeriod outcome usedCode reasonReference modality series
    collection type code
"""


def odd_elements(names: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(names.split()), JSON, max_size=4)


@given(odd_elements(OF_OBSERVATIONS))
def test_no_shape_of_an_element_makes_a_mapper_fall(odd: dict[str, Any]) -> None:
    for code in ("ln 29593-1", "el scan", "sct 385421009", "ln 33732-9", "ln 97509-4"):
        mapped(observation(code) | odd)


@given(odd_elements(OF_OTHERS))
def test_no_shape_of_another_resource_makes_a_mapper_fall(odd: dict[str, Any]) -> None:
    mapped(condition("cm C7B.02") | odd)
    mapped(procedure("sct 359571009") | odd)
    mapped(resource("ImagingStudy", "i", status="available") | odd)
    mapped(resource("Specimen", "s") | odd)
