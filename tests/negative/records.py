"""The negative files, the table of what must come out of each, and the record around them.

A file is a whole input (`whole`), or the text of one resource that stands in `base.json`, beside
its entries or in the place of one (`instead_of`). The base meets the criteria set `SET`. All of it
is written for this project and about nobody.
"""

import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
BASE = FOLDER / "base.json"
TABLE = FOLDER / "table.toml"
SET = "esmo-2020"
AS_OF = "2026-06-01"
KINDS = (
    "bundle",
    "dates",
    "depth",
    "duplicates",
    "formulas",
    "html",
    "json5",
    "not-json",
    "numbers",
    "patients",
    "references",
    "units",
    "void",
    "xhtml",
)


@dataclass(frozen=True, eq=False)
class Case:
    """What must come out of one file.

    `refused` is the class of the error and `says` what its message must name. Of a record that is
    read: `verdict` of the set, `open` its deciding criteria with the reason, `kinds` of all issues,
    `unusable` the counts of what was left out, `passed_over` how many entries nobody reads.
    """

    file: str
    whole: bool = False
    instead_of: str | None = None
    refused: str | None = None
    says: str = ""
    verdict: str | None = None
    open: dict[str, str] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    unusable: dict[str, int] = field(default_factory=dict)
    passed_over: int = 0

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return FOLDER / self.file


def cases() -> list[Case]:
    """Return the whole table."""
    table: dict[str, dict[str, Any]] = tomllib.loads(TABLE.read_text("utf-8"))
    return [
        Case(f"{kind}/{name}", **row) for kind, rows in table.items() for name, row in rows.items()
    ]


def sent(case: Case) -> bytes:
    """Return the bytes that the reader is given."""
    text = case.path.read_bytes()
    if case.whole:
        return text
    kept = [json.dumps(e) for e in _entries() if _name(e["resource"]) != case.instead_of]
    around = ",".join([*kept, '{"resource":HERE}'])
    return f'{{"resourceType":"Bundle","type":"collection","entry":[{around}]}}'.encode().replace(
        b"HERE", text.strip()
    )


def _entries() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(BASE.read_bytes())["entry"]
    return found


def _name(resource: dict[str, Any]) -> str:
    return f"{resource['resourceType']}/{resource['id']}"
