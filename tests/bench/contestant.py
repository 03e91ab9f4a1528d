"""One program that goes through an export, in a process of its own: `contestant NAME FOLDER WORK`.

In: a folder of NDJSON files, a folder to work in that is not there yet. Out: on stdout what was
seen, so that a program that did less shows it. Each imports only what it needs. Those of the engine
call what `nelm batch` calls and stop where the name says, so that the steps are told apart.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

AS_OF: Final = date(2026, 6, 2)
CODES: Final = "codes.json"
"""Beside the folder: the codes that tell of a neuroendocrine tumor, for those who ask for them."""
_BLOCK: Final = 1 << 20
_QUERY: Final = """
WITH lines AS (
  SELECT json AS line,
         coalesce(json->>'$.subject.reference', json->>'$.patient.reference',
                  'Patient/' || (json->>'$.id')) AS patient,
         list_concat(json->>'$.code.coding[*].code',
                     json->>'$.valueCodeableConcept.coding[*].code') AS codes
  FROM read_ndjson_objects($files)
), cohort AS (SELECT DISTINCT patient FROM lines WHERE list_has_any(codes, $codes))
SELECT patient, list(CAST(line AS VARCHAR)) FROM lines SEMI JOIN cohort USING (patient)
GROUP BY patient
"""


class _Enough(Exception):
    """What was to be measured is done."""


def main() -> None:
    """Run one program and say what it saw."""
    name, folder, work = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    print(PROGRAMS[name](folder, work))  # noqa: T201 - its answer


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.ndjson"))


def read_bytes(folder: Path, _work: Path) -> int:
    """Read everything, block by block; return the bytes."""
    seen, buffer = 0, memoryview(bytearray(_BLOCK))
    for path in _files(folder):
        with path.open("rb", buffering=0) as file:
            while count := file.readinto(buffer):
                seen += count
    return seen


def split_lines(folder: Path, _work: Path) -> int:
    """Go through all lines; return how many."""
    return sum(1 for _ in _lines(folder))


def orjson_loads(folder: Path, _work: Path) -> int:
    """Parse all lines, one after the other; return how many."""
    import orjson

    return sum(1 for line in _lines(folder) if orjson.loads(line))


def _lines(folder: Path) -> Iterator[bytes]:
    for path in _files(folder):
        with path.open("rb", buffering=_BLOCK) as file:
            yield from file


def start(_folder: Path, work: Path) -> int:
    """Load what the engine loads, start its processes, give them nothing to do."""
    from nelm_fhir.batch.embedded.workers import Workers

    settings = _settings(work)
    with Workers(settings) as workers:
        return len(list(workers.results(abs, range(settings.workers))))


def scan(folder: Path, work: Path) -> int:
    """Find who may have a tumor and bring their lines together; return from how many files."""
    from nelm_fhir.batch.embedded.engine import run

    def stop(_outcomes: list[Any], _portion: str) -> None:
        raise _Enough  # the first outcomes are those of files, before anybody is judged

    try:
        run(folder, _settings(work), stop)
    except _Enough:
        return len(list(work.glob("*.scan")))
    raise AssertionError("the engine handed nothing to its sink")


def judge(folder: Path, work: Path) -> int:
    """The whole engine with a sink that keeps nothing; return how many were judged."""
    from nelm_fhir.batch.embedded.engine import run

    return run(folder, _settings(work), lambda _outcomes, _portion: None).judged


def _settings(work: Path) -> Any:
    from nelm_fhir.batch.settings import Settings

    return Settings(as_of=AS_OF, work=work)


def duckdb(folder: Path, _work: Path) -> int:
    """Return how many have a tumor by DuckDB, which brought their lines together."""
    return len(gathered_by_duckdb(folder))


def gathered_by_duckdb(folder: Path) -> Mapping[str, list[str]]:
    """Find who has a tumor, and bring their lines together, in one query on two threads."""
    import duckdb

    with duckdb.connect(config={"threads": 2}) as connection:
        given = {
            "files": list(map(str, _files(folder))),
            "codes": json.loads((folder.parent / CODES).read_bytes()),
        }
        return dict(connection.execute(_QUERY, given).fetchall())


PROGRAMS: Final[Mapping[str, Callable[[Path, Path], int]]] = {
    "read": read_bytes,
    "lines": split_lines,
    "orjson": orjson_loads,
    "start": start,
    "scan": scan,
    "judge": judge,
    "duckdb": duckdb,
}

if __name__ == "__main__":
    main()
