"""How the service answers EHRs: whose servers may be asked, what they do not have, what is kept."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cds:
    """Settings of the CDS Hooks doors.

    `servers` are the FHIR bases that may be asked with the token an EHR lends; no other ever is.
    `without` are resource types that the EHR does not have: nobody waits for them. `feedback` is
    the file that keeps what became of cards; without it there is no such endpoint. `report` is an
    address with `{patient}` that a card links to, none if empty. `language` is that of cards and
    discovery. `at_once` records are fetched at
    a time, `seconds` is how long a server may take for one answer.
    """

    servers: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    feedback: Path | None = None
    report: str = ""
    language: str = "en"
    at_once: int = 4
    waiting: int = 32
    seconds: float = 10.0
