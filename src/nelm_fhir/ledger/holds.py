"""Patients for whom nobody else may write now: one writer at a time, and none after an alarm.

A claim of a writer that was killed is worth nothing: whoever opens the ledger to write is the only
one, and gives up what is left of it. An alarm stays until the doubles behind it are gone.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from nelm_fhir.errors import WriteRefused
from nelm_fhir.ledger.store import Ledger

_INSERT = "INSERT OR IGNORE INTO hold (server, patient, kind, since) VALUES (?, ?, ?, ?)"
_DELETE = "DELETE FROM hold WHERE server = ? AND patient = ? AND kind = ?"


@contextmanager
def one_writer(ledger: Ledger, server: str, patient: str, moment: datetime) -> Iterator[None]:
    """Be the only one who writes for the patient; raises WriteRefused where somebody else does."""
    if not ledger.execute(_INSERT, (server, patient, "writing", moment.isoformat())):
        raise WriteRefused(
            "Somebody else writes results of this patient at this moment.",
            "Give each patient once in a run.",
        )
    try:
        yield
    finally:
        ledger.execute(_DELETE, (server, patient, "writing"))


def give_up_claims(ledger: Ledger) -> int:
    """Give up the claims that a killed writer left; returns how many there were."""
    return ledger.execute("DELETE FROM hold WHERE kind = 'writing'")


def raise_alarm(ledger: Ledger, server: str, patient: str, moment: datetime) -> None:
    """Note that nothing may be written for the patient until somebody has looked."""
    ledger.execute(_INSERT, (server, patient, "alarm", moment.isoformat()))


def end_alarm(ledger: Ledger, server: str, patient: str) -> None:
    """Note that what the alarm was about is gone."""
    ledger.execute(_DELETE, (server, patient, "alarm"))


def alarmed(ledger: Ledger, server: str, patient: str) -> bool:
    """Whether an alarm stands for the patient."""
    query = "SELECT 1 FROM hold WHERE server = ? AND patient = ? AND kind = 'alarm'"
    return ledger.first(query, (server, patient)) is not None


def alarms(ledger: Ledger) -> list[sqlite3.Row]:
    """Return server, patient and moment of every alarm that stands."""
    query = "SELECT server, patient, since FROM hold WHERE kind = 'alarm' ORDER BY server, patient"
    return list(ledger.rows(query))
