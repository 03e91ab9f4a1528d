"""The shipped code lists say what terminology section 3 says, code by code, and nothing else."""

from collections.abc import Iterator

import pytest
from fhir.resources.R4B.codesystem import CodeSystem
from fhir.resources.R4B.conceptmap import ConceptMap
from fhir.resources.R4B.structuredefinition import StructureDefinition
from fhir.resources.R4B.valueset import ValueSet
from tests.unit.shipped_codes import MAPPINGS, SYSTEMS, code, hits, resources, shipped, words
from tests.unit.terminology_codes import SECTION_3, UNVERIFIED, WRONG_SYSTEMS

from nelm_fhir.core.codes import Code
from nelm_fhir.core.evidence import Match

MODELS = {
    "ValueSet": ValueSet,
    "ConceptMap": ConceptMap,
    "CodeSystem": CodeSystem,
    "StructureDefinition": StructureDefinition,
}
LISTS = {name: r for name, r in resources().items() if name.startswith("codes/")}


def codes(text: str) -> Iterator[str]:
    for part in text.split(";"):
        system, _, values = part.strip().partition(": ")
        for value in values.split():
            yield f"{system} {value}"


def expected() -> Iterator[tuple[str, str, frozenset[str], str]]:
    for line in SECTION_3.strip().splitlines():
        if line.startswith("#"):
            continue
        left, certainty, listed = (part.strip() for part in line.split("|"))
        groups, _, meant = left.partition(" = ")
        for short in codes(listed):
            for group in groups.split(","):
                said = frozenset(w.strip() for w in meant.split(",") if w.strip())
                yield short, group.strip(), said, certainty


EXPECTED = sorted(set(expected()), key=str)


@pytest.mark.parametrize(("short", "group", "said", "certainty"), EXPECTED)
def test_each_verified_and_weak_code_has_its_group_its_words_and_its_match(
    short: str, group: str, said: frozenset[str], certainty: str
) -> None:
    found = hits(short, group)
    assert found, "not in its group"
    said_here = {f"{hit.word}{'' if hit.exact else '?'}" for hit in found if hit.word}
    assert said_here == (said if said_here else frozenset())
    matches = {hit.match for hit in found}
    verified = {Match.EXACT, Match.MAPPED}
    assert matches <= (verified if certainty == "V" else {Match.WEAK})
    assert shipped().knows(code(short))


def test_no_group_has_a_code_or_a_word_that_section_3_does_not_give_it() -> None:
    """The other direction; families of codes that the document writes with an x are named here."""
    listed = {(short, group) for short, group, _, _ in EXPECTED}
    short_of = {uri: short for short, uri in SYSTEMS.items()}
    beyond = {
        (f"{short_of[m.code.system]} {m.code.code}", m.group)
        for m in shipped().listed
        if m.hit and m.code.system in short_of
    } - listed
    expanded = {  # C16.x, C17.x, C18.x, C25.x, C77-C79 of WHO and GM, C78.8x, C79.6x, C79.7x ...
        "body-site", "primary-site", "primary-site-plain", "metastasis-organ",
        "metastasis-organ-name", "drug", "modality", "sex", "unknown-primary", "neuroendocrine",
        "functional-syndrome", "distant-metastasis-answer", "no-history-of-metastasis",
        "tnm-m-answer", "histology", "tnm-n-answer", "tnm-n-pathologic", "tnm-prefix",
        "other-cancer", "specimen-method",
    }  # fmt: skip
    assert {group for _, group in beyond} <= expanded


@pytest.mark.parametrize("line", UNVERIFIED.strip().splitlines())
def test_no_unverified_code_matches_anything(line: str) -> None:
    for short in codes(line):
        assert hits(short) == []


@pytest.mark.parametrize("uri", WRONG_SYSTEMS)
def test_no_unverified_system_is_folded_into_one_of_ours(uri: str) -> None:
    assert shipped().normalize(uri, "x") == Code(uri, "x")


def test_unverified_codes_are_listed_for_a_site_to_confirm() -> None:
    listed = [m for m in shipped().members("primary-resection") if m.certainty == "N"]
    assert {m.code.code for m in listed} == {"44120", "5-45x", "5-524", "5-525"}
    assert all(m.hit is None and m.note for m in listed)


@pytest.mark.parametrize("name", sorted(LISTS))
def test_each_file_is_valid_fhir(name: str) -> None:
    resource = LISTS[name]
    MODELS[resource["resourceType"]].model_validate(resource)


@pytest.mark.parametrize("name", sorted(LISTS))
def test_each_file_is_named_by_its_group_and_carries_the_texts_its_codes_need(name: str) -> None:
    resource = LISTS[name]
    kind, group = resource["resourceType"], resource["id"]
    if kind in {"CodeSystem", "StructureDefinition"}:
        assert name == f"codes/{kind}-{group}.json"
        return
    assert name == f"codes/{group}.json"
    assert resource["url"] == f"https://nelm-fhir.example/fhir/{kind}/{group}"
    licensed = {
        "http://snomed.info/sct": "SNOMED",
        "http://loinc.org": "LOINC",
        SYSTEMS["cpt"]: "CPT",
    }
    used = {m.code.system for m in shipped().members(group) if m.hit or m.certainty != "N"}
    assert all(
        text in resource.get("copyright", "") for uri, text in licensed.items() if uri in used
    )


def test_cpt_codes_have_no_descriptors() -> None:
    cpt = [m for m in shipped().listed if m.code.system == SYSTEMS["cpt"] and m.certainty != "N"]
    assert cpt
    assert all(m.display is None for m in cpt)


def test_every_group_stands_in_the_table_of_the_readme() -> None:
    readme = (MAPPINGS / "codes/README.md").read_text()
    groups = [r["id"] for r in LISTS.values() if r["resourceType"] in {"ValueSet", "ConceptMap"}]
    assert [g for g in groups if f"| `{g}` |" not in readme] == []


def test_every_source_key_is_explained_in_the_readme() -> None:
    readme = (MAPPINGS / "codes/README.md").read_text()
    keys = {key for m in shipped().listed for key in m.source.split(", ") if key}
    assert (
        sorted(key for key in keys if f"| {key}" not in readme and f", {key}" not in readme) == []
    )


def test_every_word_of_the_mapping_words_is_used() -> None:
    defined = {c["code"] for c in LISTS["codes/CodeSystem-mapping-word.json"]["concept"]}
    used = {m.word for m in shipped().listed if m.group != "mapping-word"}
    assert sorted(defined - used) == []


def test_site_words_of_the_rules_are_words_of_the_record() -> None:
    answers = {m.word for m in shipped().members("attested-answer")}
    record_words = {
        "R0",
        "R1",
        "R2",
        "RX",
        "G1",
        "G2",
        "G3",
        "SD",
        "PR",
        "CR",
        "PD",
        "well",
        "poor",
    }
    assert record_words <= answers
    assert set(words("sct 359571009", "primary-resection")) <= answers


def test_the_origin_of_a_code_names_every_list_and_a_family_too() -> None:
    tables = shipped()
    seen = {m.group for m in tables.origin(Code(SYSTEMS["sct"], "1286770005"))}
    assert seen == {"grade-answer", "differentiation-answer", "histology", "neuroendocrine"}
    of_family = list(tables.origin(Code(SYSTEMS["ops"], "5-406.9")))
    assert [(m.group, m.code.code, m.source) for m in of_family] == [
        ("lymphadenectomy", "5-406", "PG")
    ]


def test_our_own_terms_are_groups_as_well() -> None:
    base = "https://nelm-fhir.example/fhir/CodeSystem"
    found = shipped().hits(Code(f"{base}/attested-element", "scan"))
    assert [(h.group, h.word, h.match) for h in found] == [
        ("attested-element", "scan", Match.EXACT)
    ]
