"""How one service runs: its address, its limits, what it may keep."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nelm_fhir.service.cds.settings import Cds
from nelm_fhir.service.messages.settings import Messaging
from nelm_fhir.service.subscriptions.settings import Hooks
from nelm_fhir.service.trust.settings import Trust

if TYPE_CHECKING:
    from nelm_fhir.exchange.server import Server

MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may hold at most; more is refused before anything is parsed.

    `packed_bytes` are those that arrive, `bytes` those after unpacking, `held` those of all
    requests together; `seconds` the time in which a body has to arrive. `at_once` records are
    judged at a time, `waiting` further ones may wait. `grace` seconds are left to what has begun
    when the service is told to end.
    """

    bytes: int = 50 * MEGABYTE
    packed_bytes: int = 10 * MEGABYTE
    held: int = 500 * MEGABYTE
    seconds: float = 30.0
    at_once: int = 2
    waiting: int = 64
    grace: int = 30


@dataclass(frozen=True, slots=True)
class Settings:
    """How one service runs.

    `base` is the address under which others reach it, without a slash at the end; cards and status
    links are made from it. `sets` are the criteria sets judged where a request names none, all if
    empty; `options` the switches of the site that are on. `worklist` is the ledger of `nelm batch`
    whose newest run the pages show; `store_answers` lets signed-in people put answers to the form
    on the server. `server` is the FHIR server behind the service, where there is one; `trust` says
    who may ask, `messaging` how messages are taken, `cds` what EHRs are told, `hooks` which
    subscriptions are listened to.
    """

    base: str = "http://127.0.0.1:8080"
    sets: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    worklist: Path | None = None
    store_answers: bool = False
    limits: Limits = field(default_factory=Limits)
    server: "Server | None" = None
    trust: Trust = field(default_factory=Trust)
    cds: Cds = field(default_factory=Cds)
    messaging: Messaging = field(default_factory=Messaging)
    hooks: Hooks = field(default_factory=Hooks)
