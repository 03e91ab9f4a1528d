"""What `nelm ledger` tells as JSON: results, runs, alarms, and in what ledger and server differ."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson

from nelm_fhir.ledger.results import Result
from nelm_fhir.ledger.store import Ledger

if TYPE_CHECKING:
    from nelm_fhir.exchange.writing.compare import Finding
    from nelm_fhir.exchange.writing.mend import Mended

Json = dict[str, Any]
_COLUMNS = "id, kind, as_of, started, finished, state, counts"


def result_row(result: Result) -> Json:
    """Return a result without its resource."""
    return {
        "patient": result.patient,
        "set": result.set_id,
        "version": result.set_version,
        "as_of": result.as_of.isoformat(),
        "verdict": result.verdict,
        "state": str(result.state),
        "server": result.server,
        "strategy": result.strategy,
        "key": result.key,
        "server_id": result.server_id,
        "server_version": result.server_version,
        "changed": result.changed,
    }


def run_rows(ledger: Ledger) -> list[Json]:
    """Return the runs of a ledger, the newest first."""
    query = f"SELECT {_COLUMNS} FROM run ORDER BY id DESC"  # noqa: S608 - columns of this file
    rows = [dict(row) for row in ledger.rows(query)]
    return [row | {"counts": orjson.loads(row["counts"])} for row in rows]


def finding_row(finding: "Finding", done: "Mended | None" = None) -> Json:
    """Return in what ledger and server differ about a result, and what was done about it."""
    row, held = finding.row, finding.held
    told: Json = {
        "differs": str(finding.differs),
        "patient": row.patient if row else held[0].patient,
        "set": row.set_id if row else None,
        "as_of": row.as_of.isoformat() if row else None,
        "strategy": finding.place.strategy.name,
        "key": row.key if row else min(held[0].keys),
        "at_server": _at_server(finding),
    }
    return told | ({"done": str(done)} if done else {})


def _at_server(finding: "Finding") -> Sequence[str]:
    return [f"{finding.place.type}/{one.id}" for one in finding.held]
