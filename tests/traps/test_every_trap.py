"""Every row of terminology section 4 has a test that carries its number."""

import re
from pathlib import Path

HERE = Path(__file__).parent
TERMINOLOGY = HERE.parents[1] / "mappings/rules/terminology.md"


def test_every_trap_has_a_test_of_its_number():
    section = TERMINOLOGY.read_text(encoding="utf-8").partition("## 4. Traps")[2]
    rows = re.findall(r"^\| T(\d+) \|", section.partition("\n## ")[0], re.MULTILINE)
    tests = "".join(path.read_text(encoding="utf-8") for path in HERE.glob("test_traps_*.py"))
    named = set(re.findall(r"^def test_t(\d\d)_", tests, re.MULTILINE))
    assert len(rows) == 41
    assert named == {f"{int(row):02}" for row in rows}
