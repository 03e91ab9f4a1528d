"""What a batch was asked for, and the line that tells it: `run.json`.

In: the settings of a run. Out: how the ledger notes it, and one JSON object with everything that a
repetition needs and what was counted. It holds no clock, so a repeated or interrupted run gives the
same bytes; the moments stand in the ledger.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec
from msgspec import Struct

from nelm_fhir.batch.outcome import Counts
from nelm_fhir.core.program import PROGRAM
from nelm_fhir.ledger.runs import BATCH, Asked, Run

Json = dict[str, Any]
KIND: Final = BATCH


class Overlay(Struct, frozen=True):
    """An overlay that was given: where it lay, and what it calls itself."""

    folder: str
    name: str
    version: str


class Request(Struct, frozen=True):
    """What a batch is asked for.

    `source` is what was named, `fingerprint` what it held; `catalogue` the digest of all knowledge,
    `overlays` those that are part of it; `sets` those that are judged; `options` the switches that
    are on; `keep_input`: raw lines of failed patients stand in the dead letters; `strategy`: how
    results are written back, if they are, under which `site_codes`. `is_live`: what the source
    holds is known only when all of it was read; until then `fingerprint` tells only what was asked
    for.
    """

    source: str
    fingerprint: str
    as_of: date
    catalogue: str
    sets: tuple[str, ...]
    overlays: tuple[Overlay, ...] = ()
    options: tuple[str, ...] = ()
    engine: str = "embedded"
    keep_input: bool = False
    strategy: str | None = None
    site_codes: tuple[str, ...] = ()
    is_live: bool = False

    def asked(self) -> Asked:
        """Return the request as the ledger notes it; the engine changes no result."""
        return Asked(
            kind=KIND,
            as_of=self.as_of,
            catalogue=self.catalogue,
            source=self.fingerprint,
            program=PROGRAM,
            options={
                "sets": list(self.sets),
                "options": sorted(set(self.options)),
                "keep_input": self.keep_input,
            },
            about={
                "source": self.source,
                "overlays": [msgspec.to_builtins(one) for one in self.overlays],
                "engine": self.engine,
                "strategy": self.strategy,
                "site_codes": list(self.site_codes),
            },
        )


def run_line(
    run: Run,
    before: Run | None,
    counts: Counts,
    patients: Mapping[str, int],
    outputs: Mapping[str, str],
) -> Json:
    """Return the run as JSON.

    `before` is the run that changes are told from; `patients` how many are in each state; `outputs`
    the SHA-256 of every other file.
    """
    asked = run.asked
    return {
        "source": asked.about["source"],
        "fingerprint": asked.source,
        "as_of": asked.as_of.isoformat(),
        "sets": asked.options["sets"],
        "options": asked.options["options"],
        "overlays": asked.about["overlays"],
        "catalogue_digest": asked.catalogue,
        "program": asked.program,
        "engine": asked.about["engine"],
        "keep_input": asked.options["keep_input"],
        "written_back": asked.about.get("strategy"),
        "site_codes": asked.about.get("site_codes", []),
        "compared_with": None if before is None else _compared(before),
        "counts": {
            "judged": patients.get("judged", 0),
            "failed": patients.get("failed", 0),
            "deceased": patients.get("deceased", 0),
            "passed_over": counts.passed_over,
            "files": counts.files,
            "lines": counts.lines,
            "bytes": counts.bytes,
            "deleted": counts.deleted,
            "outcomes": counts.outcomes,
            "lost": counts.lost,
            "incomplete": list(counts.incomplete),
        },
        "outputs": dict(sorted(outputs.items())),
    }


def _compared(before: Run) -> Json:
    return {
        "as_of": before.asked.as_of.isoformat(),
        "fingerprint": before.asked.source,
        "catalogue_digest": before.asked.catalogue,
        "program": before.asked.program,
    }
