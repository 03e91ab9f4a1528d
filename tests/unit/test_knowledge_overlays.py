"""Overlays: local codes, answers, options, stricter freshness and own sets; nothing laxer."""

from pathlib import Path

import pytest
from tests.unit.knowledge_copies import ESMO, OVERLAY_HEAD, overlay, overlay_faults, shipped

from nelm_fhir.core.evidence import Match
from nelm_fhir.errors import KnowledgeError
from nelm_fhir.evaluator.registry import SPECS
from nelm_fhir.knowledge.files import example_overlays, mapping_files
from nelm_fhir.knowledge.loader import load_catalogue

EXAMPLE = Path(str(example_overlays()["example-hospital"]))
LOCAL = "https://example-hospital.example/fhir/CodeSystem/tumor-board"
QUESTION_MAP = """{{"resourceType":"ConceptMap","id":"m","url":"https://x.example/m","status":"draft",
"group":[{{"source":"{local}","target":"https://nelm-fhir.example/fhir/CodeSystem/attested-element",
"element":[{{"code":"Q1","target":[{{"code":"{word}","equivalence":"equivalent"}}]}}]}}]}}"""


def own_set(**replaced: str) -> str:
    """ESMO's file as a hospital's own set: own ids, own limit."""
    text = mapping_files()[ESMO].decode()
    text = text.replace('id       = "esmo-2020"', 'id = "ward-7-esmo"\nderived_from = "esmo-2020"')
    text = text.replace('id        = "ESMO-', 'id = "W7-').replace("order    = 5\n", "")
    text = text.replace("limit     = 50", "limit = 40")
    text = text.replace('title    = "ESMO 2020"', 'title = "Ward 7, after ESMO 2020"')
    for old, new in replaced.items():
        text = text.replace(old, new)
    return text


def test_the_example_hospital_loads() -> None:
    catalogue = load_catalogue(SPECS, [EXAMPLE])
    assert [(o.name, o.version) for o in catalogue.overlays] == [("example-hospital", "2026.2")]
    assert catalogue.options == {"la_fe_ki67_up_to_20": False}
    assert catalogue.answers["liver-resectability"]["inoperabel"] == "unresectable"
    assert catalogue.sets == shipped().sets


def test_a_local_question_code_is_found_and_marked_as_of_the_site() -> None:
    codes = load_catalogue(SPECS, [EXAMPLE]).codes
    code = codes.normalize(LOCAL, "RESEKT")
    assert code is not None
    (hit,) = codes.hits(code)
    assert (hit.group, hit.word, hit.match) == (
        "attested-element",
        "liver-resectability",
        Match.SITE,
    )


def test_a_local_answer_holds_for_its_element_only() -> None:
    codes = load_catalogue(SPECS, [EXAMPLE]).codes
    code = codes.normalize(f"{LOCAL}-answer", "U")
    assert code is not None
    assert [hit.word for hit in codes.hits(code, "liver-resectability")] == ["unresectable"]
    assert codes.hits(code) == ()
    assert codes.hits(code, "liver-distribution") == ()


def test_an_inexact_local_answer_stays_inexact() -> None:
    codes = load_catalogue(SPECS, [EXAMPLE]).codes
    code = codes.normalize(f"{LOCAL}-answer", "G")
    assert code is not None
    assert [hit.exact for hit in codes.hits(code, "liver-resectability")] == [False]


def test_an_overlay_may_turn_an_option_on(tmp_path: Path) -> None:
    head = OVERLAY_HEAD + "[options]\nla_fe_ki67_up_to_20 = true\n"
    catalogue = load_catalogue(SPECS, [overlay(tmp_path, overlay_toml=head)])
    assert catalogue.options == {"la_fe_ki67_up_to_20": True}
    assert shipped().options == {}


def test_stricter_freshness_is_taken_and_the_shipped_one_stays(tmp_path: Path) -> None:
    head = OVERLAY_HEAD + "[freshness]\nimaging_months = 2\n"
    catalogue = load_catalogue(SPECS, [overlay(tmp_path, overlay_toml=head)])
    assert catalogue.definitions.freshness.imaging_months == 2
    assert shipped().definitions.freshness.imaging_months == 3


@pytest.mark.parametrize("months", ["4", "0", "-1"])
def test_laxer_or_impossible_freshness_is_refused(tmp_path: Path, months: str) -> None:
    head = OVERLAY_HEAD + f"[freshness]\nimaging_months = {months}\n"
    (fault,) = overlay_faults(overlay(tmp_path / "o", overlay_toml=head))
    assert fault.startswith("o/overlay.toml: freshness.imaging_months: must be 1 to 3")
    assert fault.endswith("freshness may only be stricter")


def test_of_two_overlays_the_strictest_freshness_counts(tmp_path: Path) -> None:
    one = overlay(tmp_path / "a", overlay_toml=OVERLAY_HEAD + "[freshness]\nimaging_months = 2\n")
    head = 'name = "ward-8"\nversion = "1"\n[freshness]\nimaging_months = 1\n'
    catalogue = load_catalogue(SPECS, [one, overlay(tmp_path / "b", overlay_toml=head)])
    assert catalogue.definitions.freshness.imaging_months == 1


def test_weak_codes_can_be_switched_off(tmp_path: Path) -> None:
    weak = [m for m in shipped().codes.listed if m.certainty == "W" and m.hit]
    assert weak, "the shipped lists hold weak codes"
    off = overlay(tmp_path, overlay_toml=OVERLAY_HEAD + 'weak_codes_off = ["*"]\n')
    codes = load_catalogue(SPECS, [off]).codes
    assert not [m for m in codes.listed if m.certainty == "W" and m.hit]


def test_one_weak_code_can_be_switched_off_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    weak = [m.code for m in shipped().codes.listed if m.certainty == "W" and m.hit]
    head = OVERLAY_HEAD + f'weak_codes_off = ["{weak[0]}"]\n'
    codes = load_catalogue(SPECS, [overlay(tmp_path / "one", overlay_toml=head)]).codes
    assert not [m for m in codes.listed if m.code == weak[0] and m.certainty == "W" and m.hit]
    head = OVERLAY_HEAD + 'weak_codes_off = ["http://nowhere.example|1"]\n'
    faults = overlay_faults(overlay(tmp_path / "two", overlay_toml=head))
    assert any("http://nowhere.example|1" in fault for fault in faults)


def test_a_changed_limit_of_a_published_set_is_refused(tmp_path: Path) -> None:
    text = mapping_files()[ESMO].decode().replace("limit     = 50", "limit = 60")
    folder = overlay(tmp_path / "o", overlay_toml=OVERLAY_HEAD, criteria__esmo_toml=text)
    faults = overlay_faults(folder)
    assert any(
        f.startswith("o/criteria/esmo.toml: id: a published set is never changed") for f in faults
    )
    assert any("derived_from: is missing" in fault for fault in faults)


def test_an_own_set_with_the_title_of_a_published_one_is_refused(tmp_path: Path) -> None:
    text = own_set(**{'title = "Ward 7, after ESMO 2020"': 'title = "ESMO 2020"'})
    folder = overlay(tmp_path, overlay_toml=OVERLAY_HEAD, criteria__own_toml=text)
    (fault,) = overlay_faults(folder)
    assert "title: is that of a published set" in fault


def test_an_own_set_with_own_ids_and_origin_is_accepted_and_comes_last(tmp_path: Path) -> None:
    folder = overlay(tmp_path, overlay_toml=OVERLAY_HEAD, criteria__own_toml=own_set())
    catalogue = load_catalogue(SPECS, [folder])
    assert list(catalogue.sets)[-1] == "ward-7-esmo"
    own = catalogue.sets["ward-7-esmo"]
    assert own.derived_from == "esmo-2020"
    limits = {c.id: getattr(c.question, "limit", None) for c in own.criteria}
    assert limits["W7-BURD"] == 40
    original = {c.id: c for c in catalogue.sets["esmo-2020"].criteria}
    assert getattr(original["ESMO-BURD"].question, "limit", None) == 50


def test_an_own_set_may_not_reuse_the_id_of_a_published_criterion(tmp_path: Path) -> None:
    text = own_set(**{'id = "W7-BURD"': 'id = "ESMO-BURD"'})
    folder = overlay(tmp_path / "o", overlay_toml=OVERLAY_HEAD, criteria__own_toml=text)
    assert "o/criteria/own.toml: ESMO-BURD: stands in criteria/esmo-2020.toml already" in (
        overlay_faults(folder)
    )


def test_an_own_set_must_come_from_a_published_one(tmp_path: Path) -> None:
    text = own_set(**{'derived_from = "esmo-2020"': 'derived_from = "esmo-2019"'})
    folder = overlay(tmp_path / "o", overlay_toml=OVERLAY_HEAD, criteria__own_toml=text)
    (fault,) = overlay_faults(folder)
    assert "derived_from: criteria set 'esmo-2019' is not known; nearest: 'esmo-2020'" in fault


def test_two_overlays_that_give_one_code_two_meanings_are_refused(tmp_path: Path) -> None:
    maps = [QUESTION_MAP.format(local="https://x.example/q", word=w) for w in ("scan", "listing")]
    one = overlay(tmp_path / "a", overlay_toml=OVERLAY_HEAD, map_json=maps[0])
    head = 'name = "ward-8"\nversion = "1"\n'
    two = overlay(tmp_path / "b", overlay_toml=head, codes__map_json=maps[1])
    assert any("two meanings" in fault for fault in overlay_faults(one, two))
    same = overlay(tmp_path / "c", overlay_toml=head, codes__map_json=maps[0])
    assert len(load_catalogue(SPECS, [one, same]).overlays) == 2


def test_two_overlays_that_give_one_answer_two_meanings_are_refused(tmp_path: Path) -> None:
    head = 'name = "ward-8"\nversion = "1"\n'
    one = overlay(tmp_path / "a", overlay_toml=OVERLAY_HEAD, answers_toml='[scan]\nfrei="negative"')
    two = overlay(tmp_path / "b", overlay_toml=head, answers_toml='[scan]\nFrei="positive"')
    (fault,) = overlay_faults(one, two)
    assert fault == "ward-8/answers.toml: scan.frei: another overlay gives it another meaning"


def test_two_overlays_that_disagree_on_an_option_are_refused(tmp_path: Path) -> None:
    heads = [
        f'name = "w{value}"\nversion = "1"\n[options]\nla_fe_ki67_up_to_20 = {value}\n'
        for value in ("true", "false")
    ]
    folders = [overlay(tmp_path / str(n), overlay_toml=h) for n, h in enumerate(heads)]
    (fault,) = overlay_faults(*folders)
    assert "another overlay sets it otherwise" in fault


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        ('[scann]\nfrei = "negative"', "element 'scann' is not known; nearest: 'scan'"),
        ('[scan]\nfrei = "negativ"', "scan.frei: answer 'negativ' is not known; nearest: 'negativ"),
        ('[scan]\nFrei = "negative"\nfrei = "positive"', "scan.frei: stands for two answers"),
        ('[syndrome-present]\nja = "yes"', "answer 'yes' is not known; known: false, true"),
        ("[scan]\nfrei = 1", "scan: must be a table of texts"),
        ("[scan", "is not valid TOML"),
    ],
)
def test_wrong_answers_are_refused(tmp_path: Path, answers: str, fault: str) -> None:
    folder = overlay(tmp_path / "o", overlay_toml=OVERLAY_HEAD, answers_toml=answers)
    (found,) = overlay_faults(folder)
    assert found.startswith("o/answers.toml")
    assert fault in found


@pytest.mark.parametrize(
    ("head", "fault"),
    [
        ('name = "ward-7"', "overlay.toml: version: is missing"),
        (
            'name = "../x"\nversion = "1"',
            "overlay.toml: name: may hold letters, digits and hyphens",
        ),
        (OVERLAY_HEAD + "limit = 3", "overlay.toml: key 'limit' is not known"),
        (OVERLAY_HEAD + "[options]\nki67 = true", "overlay.toml: options.ki67: option 'ki67'"),
        (
            OVERLAY_HEAD + '[options]\nla_fe_ki67_up_to_20 = "yes"',
            "options.la_fe_ki67_up_to_20: must be true or false",
        ),
    ],
)
def test_a_wrong_main_file_is_refused(tmp_path: Path, head: str, fault: str) -> None:
    (found,) = overlay_faults(overlay(tmp_path / "o", overlay_toml=head))
    assert fault in found


def test_a_file_without_a_place_in_an_overlay_is_refused(tmp_path: Path) -> None:
    folder = overlay(tmp_path / "o", overlay_toml=OVERLAY_HEAD, definitions__grading_toml="x = 1")
    assert overlay_faults(folder) == ("o/definitions/grading.toml: is not part of an overlay",)


def test_an_overlay_without_main_file_is_refused(tmp_path: Path) -> None:
    folder = overlay(tmp_path / "o", answers_toml='[scan]\nfrei = "negative"')
    assert overlay_faults(folder) == ("o/overlay.toml: is missing; it gives name and version",)


def test_two_overlays_of_one_name_are_refused(tmp_path: Path) -> None:
    folders = [overlay(tmp_path / name, overlay_toml=OVERLAY_HEAD) for name in ("a", "b")]
    assert overlay_faults(*folders) == ("overlays: name: two overlays are named 'ward-7'",)


def test_an_overlay_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="is not a folder"):
        load_catalogue(SPECS, [tmp_path / "nowhere"])


def test_a_broken_json_file_of_an_overlay_is_refused(tmp_path: Path) -> None:
    folder = overlay(tmp_path / "o", overlay_toml=OVERLAY_HEAD, codes__map_json="[1]")
    assert "o/codes/map.json: is not a JSON object" in overlay_faults(folder)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"resourceType":"ConceptMap","group":[{"source":1}]}', "$.group[0].source"),
        ('{"resourceType":"ConceptMap","group":{}}', "$.group"),
        (
            '{"resourceType":"ValueSet","compose":{"include":[{"valueSet":null}]}}',
            "$.compose.include[0].valueSet",
        ),
        ('{"resourceType":"CodeSystem"}', "is neither a ConceptMap nor a ValueSet"),
        ("{}", "is neither a ConceptMap nor a ValueSet"),
    ],
)
def test_a_resource_of_a_wrong_shape_is_a_fault_with_its_path(
    tmp_path: Path, text: str, fault: str
) -> None:
    (found,) = overlay_faults(overlay(tmp_path / "o", overlay_toml=OVERLAY_HEAD, map_json=text))
    assert found.startswith("o/map.json: ")
    assert fault in found
