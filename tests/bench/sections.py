"""All rows of the benchmark, section by section, as RESULTS.md shows them."""

from typing import Final

from tests.bench import population_rows, rows
from tests.bench.figures import ITSELF, Goal, Measured, Row
from tests.bench.setting import Setting


def _per_second(setting: Setting) -> Measured:
    return setting.served.per_second()


def _share(setting: Setting) -> Measured:
    return setting.served.share()


def _cards(setting: Setting) -> Measured:
    return setting.cards.waiting()


SERVERS: Final = (
    Row(
        "cds",
        "an EHR waits for a card: 95th percentile, a prefetch of 500 resources, 20 a second",
        "a bare echo of Starlette",
        _cards,
        Goal(300, " ms"),
        " ms",
        reason="one process judges on one core, some 27 ms of it for each call; on a machine that "
        "does other things beside, calls wait for each other",
    ),
    Row(
        "server",
        "patients per second, `nelm batch --server` on HAPI: found, read whole, judged",
        "a server in memory",
        _per_second,
        unit="/s",
    ),
    Row(
        "server-ours",
        "how much of that time is CPU of our process",
        ITSELF,
        _share,
        unit=" %",
    ),
)
GOALS: Final = (*rows.GOALS, *population_rows.GOALS)
SECTIONS: Final = {
    "Goals": GOALS,
    "Where the time goes": rows.STEPS,
    "Peers of the floor": rows.PEERS,
    "Populations": population_rows.STEPS,
    "Servers": SERVERS,
}
EVERY: Final = tuple(row for some in SECTIONS.values() for row in some)
