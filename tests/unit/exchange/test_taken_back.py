"""What was taken back agrees with the ledger, by every strategy and whether or not it updates."""

from datetime import date

import pytest
from tests.servers.writable import ALL
from tests.unit.exchange.writing_site import SETS, Site, ends

from nelm_fhir.exchange.capability import Capability
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.server import Server
from nelm_fhir.exchange.writing.compare import Differs
from nelm_fhir.exchange.writing.place import place_of
from nelm_fhir.exchange.writing.review import compared
from nelm_fhir.ledger.store import Ledger
from nelm_fhir.writers.strategies import STRATEGIES

pytestmark = pytest.mark.usefixtures("loopback")
NAMES = [name for name, one in STRATEGIES.items() if one.sends]
VOID = frozenset({"Observation/liver-involvement-2026-05"})
OFFERS = {"updated": ALL, "created anew": ALL - {"update", "named"}}


def differences(site: Site) -> list[Differs]:
    with Client(Server(base=site.base)) as client, Ledger.open(site.path, exclusive=False) as there:
        place = place_of(client.base, Capability.ask(client), site.strategy)
        return [one.differs for one in compared(client, there, place)]


CASES = [
    (name, offers)
    for name in NAMES
    for offers in OFFERS
    if offers == "updated" or "update" not in STRATEGIES[name].needs
]


@pytest.mark.parametrize(("name", "offers"), CASES)
def test_what_was_taken_back_agrees_with_the_ledger(tmp_path, name, offers):
    with Site.opened(tmp_path, strategy=name, offers=OFFERS[offers]) as site:
        site.run()
        site.record.change("liver-involvement-2026-05", hours=1, status="entered-in-error")
        done = site.run(date(2026, 6, 2), void=VOID)
        assert ends(done) == ["created"] * len(SETS) + ["retracted"] * len(SETS)
        assert differences(site) == []
        assert set(ends(site.run(date(2026, 6, 2), void=VOID))) == {"unchanged"}
        site.withdraw()
        assert differences(site) == []


def test_a_withdrawal_that_is_gone_is_a_difference(tmp_path):
    with Site.opened(tmp_path, strategy="communication") as site:
        site.run()
        site.withdraw()
        assert differences(site) == []
        last = max(
            site.store.texts, key=lambda name: (name.startswith("Communication"), len(name), name)
        )
        del site.store.texts[last]
        assert differences(site) == [Differs.CHANGED]


@pytest.mark.parametrize("kind", ["transaction", "batch"])
def test_a_version_that_an_answer_does_not_tell_is_looked_up(tmp_path, kind):
    offers = ALL - ({"transaction", "batch"} - {kind})
    with Site.opened(tmp_path, offers=offers, silent=True) as site:
        site.run()
        assert differences(site) == []
        site.record.burden(80)
        assert set(ends(site.run())) == {"updated"}
        assert differences(site) == []
        site.withdraw()
        assert differences(site) == []
        assert {row.server_version for row in site.rows()} == {"3"}
