"""Exports of three sizes, and what every program needs for each, in alternation.

In: how many patients size 1 has. Out: per program and size the Usage of every round. In a round all
programs run once, one after the other, so that whatever else the machine does hits all of them.
Everything is made in the folder that is given, when it is first asked for.
"""

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import file_digest
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from tests.bench import contestant
from tests.bench.export_data import Export, write_export
from tests.bench.figures import NotHere
from tests.bench.process_tree import Usage, used

from nelm_fhir.batch.outputs.files import NAMES, RUN
from nelm_fhir.cli.engines import SPARK
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.mappers import concerns

ROOT: Final = Path(__file__).parents[2]
QUARTER, ONE, FOUR = SIZES = (0.25, 1.0, 4.0)
ROUNDS: Final = {QUARTER: 3, ONE: 5, FOUR: 3}
DUCKDB, ORJSON = "duckdb", "orjson"
BATCH: Final = "batch"
"""`nelm batch` on the core install alone."""
PARQUET: Final = "parquet"
"""The same where pyarrow is installed, which it writes Parquet with."""
_CORE: Final = "import sys; sys.modules['pyarrow'] = None; "
_CLI: Final = "from nelm_fhir.cli.main import main; main()"

SPARK_ROUNDS: Final = {QUARTER: 1, ONE: 2}

Rounds = Sequence[Usage]
Digests = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Both:
    """What both engines used for the same export, and the names of files that differ."""

    embedded: Usage
    spark: Usage
    differing: Sequence[str]


@dataclass
class Populations:
    """The exports and the runs over them; `rounds` per size, how often each program runs."""

    catalogue: Catalogue
    folder: Path
    patients: int
    rounds: Mapping[float, int] = field(default_factory=lambda: ROUNDS)
    _runs: dict[float, Mapping[str, Rounds]] = field(default_factory=dict)
    _exports: dict[float, Export] = field(default_factory=dict)
    _both: dict[float, Sequence[Both]] = field(default_factory=dict)

    def export(self, size: float) -> Export:
        """Return the export of so many times the patients."""
        if size not in self._exports:
            folder = self.folder / f"export-{size:g}"
            folder.mkdir()
            made = write_export(folder, self.catalogue, round(self.patients * size))
            (self.folder / contestant.CODES).write_text(json.dumps(_telling(self.catalogue)))
            self._exports[size] = made
        return self._exports[size]

    def runs(self, size: float) -> Mapping[str, Rounds]:
        """Return what every program used in every round."""
        if size not in self._runs:
            self.run(ORJSON, size)  # what was just written is in the memory of the system by now
            rounds = [
                {name: self.run(name, size) for name in _programs()}
                for _ in range(self.rounds[size])
            ]
            self._runs[size] = {name: [one[name] for one in rounds] for name in _programs()}
        return self._runs[size]

    def of(self, program: str, size: float) -> Rounds:
        """Return the rounds of one program; raises NotHere for one that is not installed."""
        if program == DUCKDB and DUCKDB not in self.runs(size):
            raise NotHere("DuckDB is not installed (dependency group `bench`)")
        return self.runs(size)[program]

    def run(self, name: str, size: float) -> Usage:
        """Run one program once, in an empty folder."""
        work = self.folder / "work"
        try:
            return used(self._command(name, self.export(size).folder, work), _PATHS)
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def outputs(self, name: str, size: float) -> tuple[Usage, Digests]:
        """Run `nelm batch`; return the digest of each of its files but the account of the run."""
        work = self.folder / f"outputs-{name}"
        try:
            usage = used(self._command(name, self.export(size).folder, work), _PATHS)
            there = [one for one in NAMES if one != RUN and (work / one).exists()]
            return usage, {one: _digest(work / one) for one in there}
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def both(self, size: float) -> Sequence[Both]:
        """Return the rounds of both engines in alternation; raises NotHere without Spark."""
        _spark_is_here()
        if size not in self._both:
            rounds = min(SPARK_ROUNDS[size], self.rounds[size])
            self._both[size] = [self._round_of_both(size) for _ in range(rounds)]
        return self._both[size]

    def _round_of_both(self, size: float) -> Both:
        (ours, our_files), (theirs, their_files) = (
            self.outputs(name, size) for name in (PARQUET, SPARK)
        )
        names = sorted(our_files | their_files)
        differing = [one for one in names if our_files.get(one) != their_files.get(one)]
        return Both(ours, theirs, differing)

    def _command(self, name: str, source: Path, work: Path) -> Sequence[str]:
        if name in contestant.PROGRAMS:
            return [sys.executable, contestant.__file__, name, str(source), str(work)]
        code = _CORE + _CLI if name == BATCH else _CLI
        engine = ["--engine", SPARK] if name == SPARK else []
        day = ["--as-of", contestant.AS_OF.isoformat()]
        files = ["batch", str(source), "--output", str(work)]
        return [sys.executable, "-c", code, *files, *day, *engine]


_PATHS: Final = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}


def _programs() -> list[str]:
    """Return those that take part: floors, steps of the engine, the engine, the peer."""
    here = [name for name in contestant.PROGRAMS if name != DUCKDB or find_spec(DUCKDB)]
    return [*here, BATCH]


def _telling(catalogue: Catalogue) -> list[str]:
    """Return every code that tells of a neuroendocrine tumor, as the mappers say."""
    tables = catalogue.codes
    systems = concerns._systems(tables)
    every = (*tables.by_code, *tables.by_family, *tables.limited)
    return sorted(
        {c.code for c in every if c.system in systems and concerns._is_telling(tables, c)}
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _spark_is_here() -> None:
    """Raise NotHere where Spark cannot be run."""
    if not find_spec("pyspark") or shutil.which("java") is None:
        raise NotHere("PySpark or Java is not installed (extra `spark`)")
