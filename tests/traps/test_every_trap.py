"""Every row of terminology section 4 and of the table *Assembly* has a test that bears its name."""

import re
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def rows(path: str, heading: str, pattern: str) -> list[str]:
    """The first cells of the table under that heading."""
    section = (ROOT / path).read_text(encoding="utf-8").partition(heading)[2]
    return re.findall(rf"^\| ({pattern}) \|", section.partition("\n## ")[0], re.MULTILINE)


def named(files: str) -> list[str]:
    text = "".join(path.read_text(encoding="utf-8") for path in HERE.glob(files))
    return re.findall(r"^def test_(\w+)\(", text, re.MULTILINE)


def test_every_trap_has_a_test_of_its_number():
    numbers = [
        int(row[1:]) for row in rows("mappings/rules/terminology.md", "## 4. Traps", r"T\d+")
    ]
    assert numbers == list(range(1, 42))
    assert {name[:3] for name in named("test_traps_*.py") if re.match(r"t\d\d_", name)} == {
        f"t{n:02}" for n in numbers
    }


def test_every_row_of_the_table_assembly_has_a_test_of_its_name():
    things = rows("ARCHITECTURE.md", "### Assembly", r"[\w ]+")[1:]
    names = named("test_assembly_*.py")
    starts = [f"{thing.lower().replace(' ', '_')}_" for thing in things]
    assert len(starts) == 13
    assert [start for start in starts if not any(name.startswith(start) for name in names)] == []
    assert [name for name in names if not name.startswith(tuple(starts))] == []
