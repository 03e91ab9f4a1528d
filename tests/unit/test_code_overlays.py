"""A site's own codes mean what its maps say; contradictions are faults, all reported at once."""

from typing import Any

from tests.unit.shipped_codes import SYSTEMS, build, shipped

from nelm_fhir.core.canonical import BASE
from nelm_fhir.core.codes import Code
from nelm_fhir.core.evidence import Match
from nelm_fhir.knowledge.code_overlays import OverlayCodes
from nelm_fhir.knowledge.codes import CodeTables

LOCAL = "urn:local:net"
ELEMENT = f"{BASE}/CodeSystem/attested-element"
ANSWER = f"{BASE}/CodeSystem/attested-answer"
ATTESTED = f"{BASE}/ValueSet/attested-"


def concept_map(
    local: str, target: str, word: str, equivalence: str = "equivalent", limit: str | None = None
) -> dict[str, Any]:
    mapped = {"code": local, "target": [{"code": word, "equivalence": equivalence}]}
    resource: dict[str, Any] = {
        "resourceType": "ConceptMap",
        "status": "active",
        "group": [{"source": LOCAL, "target": target, "element": [mapped]}],
    }
    return resource | ({"targetCanonical": f"{ATTESTED}{limit}"} if limit else {})


def value_set(*groups: str, system: str = LOCAL, codes: tuple[str, ...] = ()) -> dict[str, Any]:
    ours = {"valueSet": [f"{BASE}/ValueSet/{group}" for group in groups]}
    own = {"system": system, "concept": [{"code": code} for code in codes]}
    return {"resourceType": "ValueSet", "compose": {"include": [ours, own]}}


def overlay(name: str = "hospital", off: tuple[str, ...] = (), **files: Any) -> OverlayCodes:
    return OverlayCodes(name, files, off)


def tables(*overlays: OverlayCodes) -> CodeTables:
    built, faults = build(overlays=overlays)
    assert faults == ()
    return built


def meanings(built: CodeTables, local: str, element: str | None = None) -> list[tuple[Any, ...]]:
    code = built.normalize(LOCAL, local)
    assert code is not None
    return [(h.group, h.word, h.match, h.exact) for h in built.hits(code, element)]


def test_a_local_question_stands_for_an_attested_element() -> None:
    built = tables(overlay(a=concept_map("BURDEN", ELEMENT, "liver-involvement")))
    assert meanings(built, "BURDEN") == [
        ("attested-element", "liver-involvement", Match.SITE, True)
    ]
    assert built.knows(Code(LOCAL, "BURDEN"))
    assert built.local_systems == {LOCAL}


def test_a_local_code_means_everything_its_standard_code_means() -> None:
    built = tables(overlay(a=concept_map("HEMI", SYSTEMS["sct"], "359571009")))
    assert {word for _, word, _, _ in meanings(built, "HEMI")} == {
        "ileum", "cecum", "appendix", "colon-ascending"
    }  # fmt: skip
    assert {match for _, _, match, _ in meanings(built, "HEMI")} == {Match.SITE}


def test_a_local_answer_counts_only_under_its_element() -> None:
    one = concept_map("U", ANSWER, "unresectable", limit="liver-resectability")
    two = concept_map("U", ANSWER, "unilobar", limit="liver-distribution")
    built = tables(overlay(a=one, b=two))
    assert meanings(built, "U") == []
    assert meanings(built, "U", "liver-resectability") == [
        ("attested-answer", "unresectable", Match.SITE, True)
    ]
    assert meanings(built, "U", "liver-distribution")[0][1] == "unilobar"
    assert meanings(built, "U", "response") == []
    assert built.knows(Code(LOCAL, "U"))


def test_a_loose_map_is_not_exact() -> None:
    for loose in ("narrower", "specializes", "inexact", "relatedto"):
        built = tables(overlay(a=concept_map("K", SYSTEMS["ln"], "29593-1", loose)))
        assert meanings(built, "K") == [("ki67", None, Match.SITE, False)]
    for keeping in ("equal", "equivalent", "wider", "subsumes"):
        built = tables(overlay(a=concept_map("K", SYSTEMS["ln"], "29593-1", keeping)))
        assert meanings(built, "K") == [("ki67", None, Match.SITE, True)]
    for none in ("unmatched", "disjoint"):
        assert meanings(tables(overlay(a=concept_map("K", SYSTEMS["ln"], "1", none))), "K") == []


def test_a_map_to_a_code_that_is_not_exact_itself_stays_so() -> None:
    built = tables(overlay(a=concept_map("BETTER", SYSTEMS["sct"], "268910001")))
    assert [exact for _, _, _, exact in meanings(built, "BETTER")] == [False]


def test_a_value_set_that_includes_ours_adds_its_codes() -> None:
    added = value_set("lymphadenectomy", system=SYSTEMS["ops"], codes=("5-590",))
    built = tables(overlay(a=added))
    found = built.hits(Code(SYSTEMS["ops"], "5-590"))
    assert [(h.group, h.match) for h in found] == [("lymphadenectomy", Match.SITE)]
    assert built.local_systems == frozenset()


def test_a_site_can_confirm_an_unverified_code() -> None:
    ops = Code(SYSTEMS["ops"], "5-455")
    assert shipped().hits(ops) == ()
    resource = concept_map("5-455", SYSTEMS["sct"], "359571009")
    resource["group"][0]["source"] = SYSTEMS["ops"]
    assert {h.match for h in tables(overlay(a=resource)).hits(ops)} == {Match.SITE}


def test_spellings_of_a_local_system_are_one_system() -> None:
    resource = concept_map("X", ELEMENT, "scan")
    resource["group"][0]["source"] = "https://Lab.example.org/codes/"
    built = tables(overlay(a=resource))
    code = built.normalize("http://lab.example.org/codes", "X")
    assert code is not None
    assert [h.word for h in built.hits(code)] == ["scan"]


def test_one_weak_code_can_be_switched_off() -> None:
    weak = Code(SYSTEMS["sct"], "1255078008")
    built = tables(overlay(off=(str(weak),)))
    assert shipped().hits(weak)
    assert built.hits(weak) == ()
    assert not built.knows(weak)
    assert [m.hit for m in built.origin(weak)] == [None]
    assert built.hits(Code(SYSTEMS["sct"], "406094009"))


def test_all_weak_codes_can_be_switched_off() -> None:
    built = tables(overlay(off=("*",)))
    assert not [h for hits in built.by_code.values() for h in hits if h.match is Match.WEAK]
    assert built.hits(Code(SYSTEMS["ops"], "5-406.9")) == ()
    assert built.hits(Code(SYSTEMS["ln"], "29593-1"))


def test_a_code_that_is_not_weak_cannot_be_switched_off() -> None:
    _, faults = build(overlays=[overlay(off=("http://loinc.org|29593-1",))])
    assert faults == ("hospital: switched off: http://loinc.org|29593-1: not weak",)


def test_two_overlays_that_agree_are_no_fault() -> None:
    same = concept_map("K", SYSTEMS["ln"], "29593-1")
    assert meanings(tables(overlay("one", a=same), overlay("two", b=same)), "K")


def test_two_overlays_that_give_one_code_two_meanings_are_a_fault() -> None:
    one = overlay("one", a=concept_map("K", SYSTEMS["ln"], "29593-1"))
    two = overlay("two", a=concept_map("K", ELEMENT, "scan"))
    _, faults = build(overlays=[one, two])
    assert faults == ("one, two: one code with two meanings: urn:local:net|K",)


def test_one_overlay_that_contradicts_itself_is_a_fault() -> None:
    first = concept_map("A", ANSWER, "R0")
    second = concept_map("A", ANSWER, "R1")
    _, faults = build(overlays=[overlay(a=first, b=second)])
    assert faults == ("hospital: one code with two meanings: urn:local:net|A",)


def test_an_overlay_cannot_change_what_a_shipped_code_means() -> None:
    resource = concept_map("R0", SYSTEMS["dk"], "r1")
    resource["group"][0]["source"] = SYSTEMS["residual"]
    _, faults = build(overlays=[overlay(a=resource)])
    assert faults == (f"hospital: has another meaning in our lists: {SYSTEMS['residual']}|R0",)


def test_an_overlay_cannot_give_a_meaning_to_a_code_that_must_never_match() -> None:
    her2 = value_set("ki67", system=SYSTEMS["ln"], codes=("85319-2",))
    _, faults = build(overlays=[overlay(a=her2)])
    assert faults == (
        "hospital: a code of the group never cannot have a meaning: http://loinc.org|85319-2",
    )


def test_an_overlay_cannot_extend_the_codes_that_never_match() -> None:
    _, faults = build(overlays=[overlay(a=value_set("never", codes=("X",)))])
    assert faults[0] == f"hospital/a: compose: {BASE}/ValueSet/never is none of our value sets"


def test_every_fault_of_an_overlay_is_reported_at_once() -> None:
    _, faults = build(
        overlays=[
            overlay(
                a=concept_map("A", SYSTEMS["ln"], "1-1"),
                b=concept_map("B", SYSTEMS["ln"], "29593-1", "roughly"),
                c=concept_map("C", ANSWER, "R0", limit="liver-resectability"),
                d=concept_map("D", ANSWER, "R0", limit="no-such-element"),
                e=value_set("no-such-group", codes=("E",)),
                f=value_set(codes=("F",)),
                g={"resourceType": "ConceptMap", "group": [{"target": ANSWER, "element": [{}]}]},
                h={"resourceType": "ConceptMap", "group": "not a list"},
                i=value_set("primary-resection", codes=("I",)),
            )
        ]
    )
    assert faults == (
        "hospital/a: urn:local:net|A: target http://loinc.org|1-1: none of our codes",
        "hospital/b: urn:local:net|B: equivalence: unknown",
        f"hospital/c: urn:local:net|C: target {ANSWER}|R0: no answer to liver-resectability",
        f"hospital/d: targetCanonical: {ATTESTED}no-such-element is none of our value sets",
        f"hospital/e: compose: {BASE}/ValueSet/no-such-group is none of our value sets",
        "hospital/e: compose: includes none of our value sets",
        "hospital/f: compose: includes none of our value sets",
        "hospital/g: group: needs a source system, each element a code",
        f"hospital/i: compose: {BASE}/ValueSet/primary-resection is none of our value sets",
        "hospital/i: compose: includes none of our value sets",
    )


def test_every_fault_of_a_shipped_list_is_reported_at_once() -> None:
    said = [
        {"url": f"{BASE}/StructureDefinition/certainty", "valueCode": "V"},
        {"url": f"{BASE}/StructureDefinition/code-source", "valueString": "R4"},
    ]
    word = f"{BASE}/CodeSystem/attested-answer"

    def element(code: str, target: str, equivalence: str, **more: Any) -> dict[str, Any]:
        targets = [{"code": target, "equivalence": equivalence}]
        return {"code": code, "extension": said, "target": targets} | more

    unknown = [element("x", "R0", "equal")]
    misspelt = [element("M-82403", "NET", "equal")]
    broken = {
        "resourceType": "ConceptMap",
        "id": "broken",
        "url": f"{BASE}/ConceptMap/broken",
        "version": "1",
        "status": "draft",
        "title": "Broken",
        "group": [
            {
                "source": "http://loinc.org",
                "target": word,
                "element": [
                    element("1-1", "R0", "equal"),
                    element("1-1", "R1", "equal"),
                    element("1-2", "R7", "equal"),
                    element("1-3", "R0", "alike"),
                    element("1-6", "R0", "inexact"),
                    element("1-4", "R0", "equal", extension=said[:1]),
                    element("1-5", "R0", "equal", extension=said[1:]),
                ],
            },
            {"source": "http://no.such.org", "target": word, "element": unknown},
            {"source": SYSTEMS["ico"], "target": word, "element": misspelt},
        ],
    }
    _, faults = build({"codes/broken.json": broken})
    where = "codes/broken.json: broken"
    assert faults == (
        f"{where}: description: missing",
        f"{where}: http://loinc.org|1-2: R7: not a word of {word}",
        f"{where}: http://loinc.org|1-3: equivalence: unknown",
        f"{where}: http://loinc.org|1-6: inexact: needs a comment (cmd-1)",
        f"{where}: 1-4: source: missing",
        f"{where}: 1-5: certainty: must be V or W",
        f"{where}: x: system: http://no.such.org is not a canonical URI of systems.toml",
        f"{where}: M-82403: code: not in its normal form",
        f"{where}: http://loinc.org|1-1: has two meanings",
    )
