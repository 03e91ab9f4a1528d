"""All rows of the benchmark, section by section, as RESULTS.md shows them."""

from typing import Final

from tests.bench import population_rows, rows
from tests.bench.figures import ITSELF, Measured, Row
from tests.bench.setting import Setting


def _per_second(setting: Setting) -> Measured:
    return setting.served.per_second()


def _share(setting: Setting) -> Measured:
    return setting.served.share()


SERVERS: Final = (
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
