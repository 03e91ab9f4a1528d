"""The form of the worked cases: every file parses, names what exists, covers the rule book.

What the cases expect is tested where the evaluator is tested; here only the files are read.
Source: rules 1.1 (words), 3 (criteria), 1.6 (flags), 15.2 and 15.3 (record and keys).
"""

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "mappings" / "cases"
FILES = {
    path.stem: tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    for path in sorted(FOLDER.glob("*.toml"))
}
CASES = [(stem, case) for stem, content in FILES.items() for case in content["case"]]
VIGNETTES = json.loads((FOLDER / "vignettes.json").read_text("utf-8"))
BASELINE = VIGNETTES["baseline"]
SET_NAMES = "milan-2007 milan-net-2016 enets-2016 optn esmo-2020 la-fe-2026 citterio-2023"
SETS = set(SET_NAMES.split())
KEYS = """
id title note remove changes expected deciding earliest criteria flags flags_absent
references reference_notes surveillance
"""
VERDICTS = {"criteria-met", "criteria-not-met", "deferred", "indeterminate", "not-applicable"}
UNKNOWN = """
no-record recorded-as-unknown too-old conflicting unit-not-convertible code-not-mapped map-not-exact
date-too-vague text-only unreadable straddles-limit equivocal test-not-accepted no-source-text
other-grading-scale site-not-classified awaiting-judgment
"""
MOOT = "no-such-event not-listed nothing-adverse covered-by-another-criterion outside-scope"
REASONS = {"unknown": UNKNOWN, "not-applicable": MOOT}
# Statuses that the text of each criterion allows: m met, n not met, u unknown, a not applicable.
STATUSES = """
M07: HIST mnu, HIGH mnu, DRAIN mnu, PRIM mnu, EHD ua, BURD mnu, STAB mnu, AGE mnu, COM mnu
M16: GRADE mnu, DRAIN mnu, PRIM mnu, BURD mnu, STAB mnu, EHD mnu, AGE mnu, KI67 mnu
E16: FUNC mnu, EXT mnu, REFR mnua, HIST nua, PRIM ua, EHD ua
OPTN: RES6 mnu, LIVER mnu, GEP mnu, SITEX mnu, GRADE mnu, MIT mnu, KI67 mnu, BURD mnu, WORK mnu
OPTN: IMG mnu, UPD mua, LPROG mnua, NODE mnua, SOLID nua
ESMO: SCOPE mnu, UNRES mnu, EHD mnu, KI67 mnu, PRIM mnu, BURD mnu, STAB mnu, AGE mnu
B: SITE mnu, SITEX mnu, PRIM mnu, GRADE mnu, KI67 mnu, MIT mnu, UNRES mnu, BURD mnu, STAB mnu
B: UPD mua, LPROG mnua, NODE mnua, SOLID nua, EHD mnu, PET mu, IMG mnu, AGE mnu
C: PRIM mnu, SIM na, DRAIN mnu, EHD mnu, PET mu, GRADE mnu, UNRES mnu, OBS mnua, STAB mnua
C: BURD mnu, AGE mnu, PROG mnu, KI67 mnu, PANC mnu, DEP nua
"""
FLAGS = """
M07-G2 M07-AGE55 M07-UNRES M16-UNRES M16-AGE M16-KI67 M16-RECTUM EHD-HISTORY E16-DEFAULT OPTN-D2
OPTN-TEST OPTN-PROG OPTN-MARGIN ESMO-MARGIN C-MARGIN ESMO-SITE B-AGE C-AGE C-KI67 C-OBS-SHORT
C-STAB-SHORT C-DEP C-PANC AGE-SOON GRADE-NO-MITOSES GRADE-RANGE GRADE-CONFLICT UNREADABLE-VALUE
KI67-APPROX KI67-LOW-COUNT UNIT-HPF WHO-EDITION EHD-FALSE-POSITIVE EHD-DISCORDANT BURDEN-CONFLICT
NON-IMAGING-RESPONSE OTHER-MALIGNANCY CARCINOID-HEART LISTING-UNKNOWN SCOPE-OPEN FUTURE-DATED
"""


def declared_statuses() -> dict[str, str]:
    lines = (line.split(": ") for line in STATUSES.strip().splitlines())
    pairs = ((prefix, pair.split()) for prefix, items in lines for pair in items.split(", "))
    return {f"{prefix}-{name}": letters for prefix, (name, letters) in pairs}


def exists(path: str) -> bool:
    node = BASELINE
    for key in path.split("."):
        if not isinstance(node, dict) or key not in node:
            return False
        node = node[key]
    return True


@pytest.mark.parametrize("stem", FILES)
def test_a_file_names_its_set_or_is_shared(stem: str) -> None:
    named = FILES[stem].get("set")
    assert named == stem if named else stem.startswith("shared-")


def test_every_set_has_its_file_and_every_case_expects_something() -> None:
    assert not SETS - FILES.keys()
    assert all(case["expected"] for _, case in CASES)


def test_ids_are_unique_across_all_files() -> None:
    ids = [case["id"] for _, case in CASES] + [case["id"] for case in VIGNETTES["cases"]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("stem", "case"), CASES, ids=[case["id"] for _, case in CASES])
def test_a_case_uses_known_keys_paths_and_words(stem: str, case: dict[str, Any]) -> None:
    assert {"title"} <= case.keys() <= set(KEYS.split())
    assert all(exists(path) for path in case.get("remove", []))
    assert case.get("changes", {}).keys() <= BASELINE.keys() | {"damaged"}
    assert case["expected"].keys() <= ({stem} if stem in SETS else SETS)
    assert set(case["expected"].values()) <= VERDICTS
    running = {name for name, verdict in case["expected"].items() if verdict == "deferred"}
    assert case.get("earliest", {}).keys() == running
    assert {*case.get("flags", {}), *case.get("flags_absent", {})} <= SETS | {"patient"}
    for text in case.get("criteria", {}).values():
        status, _, reason = text.partition(": ")
        assert status in {"met", "not-met", *REASONS}
        assert not reason or reason in REASONS[status].split()


def test_every_criterion_has_a_case_for_each_status_it_can_give() -> None:
    seen: dict[str, set[str]] = {}
    for _, case in CASES:
        for name, text in case.get("criteria", {}).items():
            status = text.partition(":")[0]
            seen.setdefault(name, set()).add("a" if status == "not-applicable" else status[0])
    expected = {name: set(letters) for name, letters in declared_statuses().items()}
    assert seen == expected | {"RECORD": {"u"}}


@pytest.mark.parametrize("key", ["flags", "flags_absent"])
def test_every_flag_is_raised_once_and_absent_once(key: str) -> None:
    seen = {flag for _, case in CASES for flags in case.get(key, {}).values() for flag in flags}
    assert seen == set(FLAGS.split())
