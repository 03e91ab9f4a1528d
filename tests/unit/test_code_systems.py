"""Systems are folded as terminology 2.2 says, ICD-O codes read in all their forms, nothing else."""

import pytest
from tests.unit.shipped_codes import SYSTEMS, shipped, systems

from nelm_fhir.core.codes import Code
from nelm_fhir.knowledge.code_systems import read_systems


@pytest.mark.parametrize(
    ("recorded", "system"),
    [
        ("http://snomed.info/sct/", "sct"),
        ("https://snomed.info/sct", "sct"),
        ("http://SNOMED.info/sct", "sct"),
        ("urn:oid:2.16.840.1.113883.6.96", "sct"),
        ("2.16.840.1.113883.6.96", "sct"),
        ("http://browser.ihtsdotools.org/", "sct"),
        ("http://browser.ihtsdotools.org", "sct"),
        ("urn:oid:2.16.840.1.113883.6.1", "ln"),
        ("https://loinc.org/", "ln"),
        ("2.16.840.1.113883.6.90", "cm"),
        ("http://ncimeta.nci.nih.gov", "ncit"),
        (SYSTEMS["metastases"].replace("https", "http"), "metastases"),
        (SYSTEMS["metastases"].replace("mii-cs-onko-", "mii-cs-"), "metastases"),
    ],
)
def test_a_spelling_of_a_system_is_folded_into_it(recorded: str, system: str) -> None:
    assert shipped().normalize(recorded, "x") == Code(SYSTEMS[system], "x")


@pytest.mark.parametrize(
    "recorded",
    [
        "http://snomed.info/SCT",
        "http://snomed.info/sct/900000000000207008",
        " http://snomed.info/sct",
        "urn:oid:2.16.840.1.113883.6.9",
        "http://palga.nl/snomed",
        "http://hl7.org/fhir/sid/icd-10-ca",
    ],
)
def test_what_only_resembles_a_system_is_another_one(recorded: str) -> None:
    assert shipped().normalize(recorded, "x") == Code(recorded, "x")


@pytest.mark.parametrize(
    "recorded",
    ["8240/3", "M8240/3", "M-8240/3", "M-82403", "ICDO3:8240/3", "8240/3-C17.2", "8240/3-C17"],
)
def test_an_icd_o_morphology_is_read_in_every_form(recorded: str) -> None:
    assert shipped().normalize(SYSTEMS["ico"], recorded) == Code(SYSTEMS["ico"], "8240/3")


@pytest.mark.parametrize("recorded", ["82403", "8240", "C17.2", "8240/33", "x8240/3", "8240/3 "])
def test_another_icd_o_code_is_left_as_it_is(recorded: str) -> None:
    assert shipped().normalize(SYSTEMS["ico"], recorded) == Code(SYSTEMS["ico"], recorded)


def test_the_forms_of_icd_o_hold_for_no_other_system() -> None:
    assert shipped().normalize(SYSTEMS["sct"], "M-82403") == Code(SYSTEMS["sct"], "M-82403")


def test_the_shipped_systems_have_no_faults() -> None:
    faults: list[str] = []
    read_systems(systems(), "systems.toml", faults)
    assert faults == []


def test_every_fault_of_the_systems_is_reported_at_once() -> None:
    rows = [
        {"id": "a", "uri": "http://a.org", "certainty": "V", "source": "R4"},
        {"id": "b", "uri": "https://A.org/", "certainty": "N", "source": "R4"},
        {"id": "c", "certainty": "V", "source": "", "colour": "red"},
        {
            "id": "d",
            "uri": "http://d.org",
            "certainty": "W",
            "source": "X",
            "form": [{"pattern": "("}],
        },
    ]
    faults: list[str] = []
    read_systems({"system": rows}, "systems.toml", faults)
    assert faults == [
        "systems.toml: system[1] b: certainty: must be V or W",
        "systems.toml: system[1] b: https://A.org/ already names another system",
        "systems.toml: system[2] c: colour: unknown key",
        "systems.toml: system[2] c: uri: missing",
        "systems.toml: system[2] c: source: missing",
        "systems.toml: system[3] d: form: needs a valid pattern and reads",
    ]


@pytest.mark.parametrize("system", [row["uri"] for row in systems()["system"]])
def test_every_spelling_that_is_told_of_a_system_is_folded_into_it(system: str) -> None:
    found = shipped().systems.spellings(system)
    assert found[0] == system
    assert len(found) == len(set(found))
    assert {shipped().normalize(uri, "x") for uri in found} == {Code(system, "x")}
    aliases = [a["uri"] for row in systems()["system"] if row["uri"] == system
               for a in row.get("alias", ())]  # fmt: skip
    assert set(aliases) <= set(found)


def test_a_system_that_nobody_knows_is_spelled_as_it_is() -> None:
    assert shipped().systems.spellings("urn:x") == ("urn:x",)
