"""What came out, the list of explained survivors, and the score per room."""

import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tests.mutation.mutants import ROOMS

LIST: Final = Path(__file__).parent / "survivors.toml"
LEAST: Final = 90
SURVIVED: Final = "survived"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one mutant: by which test it was noticed, or what it withstood."""

    name: str
    digest: str
    status: str
    by: str
    tests: str
    budget: float

    @property
    def survived(self) -> bool:
        return self.status == SURVIVED

    def holds(self, digest: str, tests: str, budget: float) -> bool:
        """Whether the outcome still holds: a survivor must face new tests and a larger budget."""
        if self.digest != digest:
            return False
        return not self.survived or (self.tests == tests and self.budget >= budget)


class Ledger:
    """Outcomes in a file, one line each, so that a run can be stopped and taken up again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self.outcomes = {
            outcome.name: outcome for outcome in (Outcome(**json.loads(line)) for line in lines)
        }

    def add(self, outcome: Outcome) -> None:
        self.outcomes[outcome.name] = outcome
        with self.path.open("a") as file:
            file.write(json.dumps(asdict(outcome)) + "\n")


def explained(path: Path = LIST) -> dict[str, str]:
    """Return the reason of every listed survivor by name."""
    groups = tomllib.loads(path.read_text()).get("group", [])
    return {name: group["reason"] for group in groups for name in group["mutants"]}


def room_of(name: str) -> str:
    return next(room for room in ROOMS if name.startswith(f"{room}/"))


def part_of(name: str) -> str:
    """Return file or folder under which a mutant is counted."""
    return name.partition("::")[0].removeprefix("src/nelm_fhir/")


def percent(killed: int, of: int) -> float:
    return 100.0 * killed / of if of else 100.0


def table(outcomes: Iterable[Outcome], reasons: Mapping[str, str]) -> list[str]:
    """Return the lines of the report: by file, then by room."""
    total, killed, told = Counter[str](), Counter[str](), Counter[str]()
    for outcome in outcomes:
        for part in (part_of(outcome.name), room_of(outcome.name)):
            total[part] += 1
            killed[part] += not outcome.survived
            told[part] += outcome.survived and outcome.name in reasons
    lines = [f"{'':50}{'mutants':>8}{'killed':>8}{'explained':>10}{'score':>9}"]
    for part in sorted(total):
        score = percent(killed[part], total[part])
        lines.append(f"{part:50}{total[part]:8}{killed[part]:8}{told[part]:10}{score:8.1f} %")
    return lines


def verdict(outcomes: Mapping[str, Outcome], reasons: Mapping[str, str]) -> list[str]:
    """Return what is wrong: a room below the least score, a survivor that nobody explained."""
    wrong = []
    for room in ROOMS:
        those = [one for name, one in outcomes.items() if name.startswith(f"{room}/")]
        score = percent(sum(not one.survived for one in those), len(those))
        if score < LEAST:
            wrong.append(f"{room}: {score:.1f} % of the mutants are killed, {LEAST} % are needed")
    wrong += [
        f"survived and not explained: {name}"
        for name, one in sorted(outcomes.items())
        if one.survived and name not in reasons
    ]
    wrong += [
        f"explained but killed (by {outcomes[name].by}): {name}"
        for name in sorted(reasons)
        if name in outcomes and not outcomes[name].survived
    ]
    return wrong
