"""After each storm: nothing lost, nothing doubled, ledger and server agree.

Real sockets, a real server, and the fault proxy between. A run in a storm may fail loudly; the same
run again, in calm, ends right.
"""

from collections import Counter
from contextlib import suppress
from datetime import date

import pytest
from tests.servers.fault_proxy import FAULTS, Once, Storm, is_write
from tests.unit.exchange.writing_site import SETS, WAYS, Site, ends, through

from nelm_fhir.errors import ExchangeError

pytestmark = pytest.mark.usefixtures("loopback")

VOID = frozenset({"Observation/liver-involvement-2026-05"})
OPEN = {"unknown", "contested"}


def persistently(site, storm, **arguments):
    """Run as a site would: three times in the storm, then in calm."""
    for attempt in range(4):
        storm.calm = attempt == 3
        with suppress(ExchangeError):
            done = site.run(**arguments)
            if not OPEN & set(ends(done)):
                break
    storm.calm = False
    return done


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("way", WAYS)
def test_after_a_storm_ledger_and_server_agree(tmp_path, way, seed):
    storm = Storm(seed, FAULTS)
    with (
        Site.opened(tmp_path, offers=WAYS[way]) as site,
        through(site, storm),
    ):
        persistently(site, storm)
        persistently(site, storm)
        site.agrees()
        site.record.burden(80)
        persistently(site, storm)
        site.agrees()
        site.record.change("liver-involvement-2026-05", hours=1, status="entered-in-error")
        persistently(site, storm, as_of=date(2026, 6, 2), void=VOID)
        storm.calm = True
        assert set(ends(site.run(date(2026, 6, 2), void=VOID))) == {"unchanged"}
        site.agrees()
    assert sum(storm.met.values()) > 3, "the storm was none"
    there = Counter(one["status"] for one in site.results())
    assert there == {"preliminary": len(SETS), "entered-in-error": len(SETS)}


ALONE = {name: fault for name, fault in FAULTS.items() if name not in {"delayed", "cut"}}


@pytest.mark.parametrize("fault", ALONE)
@pytest.mark.parametrize("way", WAYS)
def test_every_fault_of_a_write_alone_leaves_one_result(tmp_path, way, fault):
    once = Once(FAULTS[fault], only=is_write)
    with Site.opened(tmp_path, offers=WAYS[way]) as site, through(site, once):
        done = site.run()
        assert set(ends(done)) <= {"created", "unchanged"}
        site.agrees()
    assert once.met == 1
    assert len(site.results()) == len(SETS)
