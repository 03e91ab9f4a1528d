"""The subscriptions of a service: how far each was heard, so that a gap shows after a restart, too.

Moments are ISO texts in UTC, empty where there was none yet.
"""

from collections.abc import Iterator

from msgspec import Struct

from nelm_fhir.ledger.store import Ledger


class Hook(Struct, frozen=True):
    """How one subscription stands.

    `epoch` names the time since its events were last numbered from the beginning, `last` is the
    number up to which they were taken; `heard` is when anything came, `asked` up to when we asked
    by ourselves, `missed` since when it is silent.
    """

    name: str
    epoch: str = ""
    last: int = 0
    heard: str = ""
    asked: str = ""
    missed: str = ""


_NAMES = Hook.__struct_fields__


def of_name(ledger: Ledger, name: str) -> Hook:
    """Return how a subscription stands; one that was never heard stands at its beginning."""
    row = ledger.first("SELECT * FROM hook WHERE name = ?", (name,))
    return Hook(name) if row is None else Hook(**{one: row[one] for one in _NAMES})


def every(ledger: Ledger) -> Iterator[Hook]:
    """Yield every subscription that was ever heard, by name."""
    for row in ledger.listed("SELECT * FROM hook ORDER BY name"):
        yield Hook(**{one: row[one] for one in _NAMES})


def heard(ledger: Ledger, name: str, moment: str) -> None:
    """Note that something came."""
    ledger.execute(
        "INSERT INTO hook (name, heard) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET heard = excluded.heard, missed = ''",
        (name, moment),
    )


def begin(ledger: Ledger, name: str, epoch: str, last: int) -> None:
    """Note that events are numbered from the beginning; `last` is the number before the next."""
    ledger.execute(
        "INSERT INTO hook (name, epoch, last) VALUES (?, ?, ?)"
        " ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch, last = excluded.last",
        (name, epoch, last),
    )


def advance(ledger: Ledger, name: str, last: int) -> None:
    """Note that all events up to a number were taken, or are asked for."""
    ledger.execute("UPDATE hook SET last = max(last, ?) WHERE name = ?", (last, name))


def asked(ledger: Ledger, name: str, moment: str) -> None:
    """Note up to which moment we asked by ourselves what changed."""
    ledger.execute("UPDATE hook SET asked = max(asked, ?) WHERE name = ?", (moment, name))


def silent(ledger: Ledger, name: str, moment: str) -> None:
    """Note that a sign of life did not come."""
    ledger.execute(
        "INSERT INTO hook (name, missed) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET missed = excluded.missed",
        (name, moment),
    )
