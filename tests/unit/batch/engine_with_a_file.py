"""The engine with the simplest sink that survives a kill: SQLite, one transaction per portion.

Run as a program: source, work folder, database. Prints the counts when it is done.
"""

import sqlite3
import sys
from pathlib import Path

import msgspec

from nelm_fhir.batch.embedded.engine import run
from nelm_fhir.batch.settings import Settings


class Sink:
    """Keeps outcomes with the portion they belong to."""

    def __init__(self, path):
        self.base = sqlite3.connect(path)
        self.base.execute("CREATE TABLE IF NOT EXISTS done (portion TEXT PRIMARY KEY)")
        self.base.execute(
            "CREATE TABLE IF NOT EXISTS outcomes"
            " (patient TEXT PRIMARY KEY, portion TEXT, state TEXT, content BLOB)"
        )

    def __call__(self, outcomes, portion):
        rows = [(one.patient, portion, one.state, msgspec.json.encode(one)) for one in outcomes]
        with self.base:
            self.base.execute("INSERT INTO done VALUES (?)", [portion])
            self.base.executemany("INSERT INTO outcomes VALUES (?, ?, ?, ?)", rows)

    def finished(self):
        tallies = self.base.execute(
            "SELECT done.portion, coalesce(sum(state = 'judged'), 0),"
            " coalesce(sum(state = 'failed'), 0)"
            " FROM done LEFT JOIN outcomes USING (portion) GROUP BY done.portion"
        )
        return {portion: (judged, failed) for portion, judged, failed in tallies}

    def outcomes(self):
        return dict(self.base.execute("SELECT patient, content FROM outcomes"))


def main(source, work, base):
    from tests.unit.batch.populations import AS_OF

    sink = Sink(base)
    settings = Settings(as_of=AS_OF, work=Path(work), workers=2)
    counts = run(Path(source), settings, sink, finished=sink.finished())
    print(msgspec.json.encode(counts).decode())  # noqa: T201 - what the test reads


if __name__ == "__main__":
    main(*sys.argv[1:])
