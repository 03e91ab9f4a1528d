"""Whom a service trusts: issuers of tokens and where their keys are, proxies, pages of others.

All of it is settings; nothing here opens a file or a connection. `check` refuses what would trust
more than anybody meant. Source: interop 4 (Trust) and 11, threats 16, 17, 24.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Final

ALGORITHMS: Final = ("ES384", "RS384")
"""What CDS Hooks 2.0 recommends and SMART servers have to know; the default of an issuer."""
SAFE_ALGORITHMS: Final = frozenset(
    {"ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA"}
)
"""Signatures by a private key. `none` and HMAC are no proof of who signed (CDS Hooks 2.0)."""
_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+")
Network = IPv4Network | IPv6Network


class Realm(StrEnum):
    """Which doors a token opens."""

    CDS = "cds"
    API = "api"


class Anonymous(StrEnum):
    """Who may ask without saying who they are."""

    LOOPBACK = "loopback"
    """This machine, as long as no issuer and no proxy is configured."""
    ALLOWED = "allowed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Issuer:
    """One issuer of tokens (`iss`), by its exact name.

    Its keys come from `keys_file`, from `keys_url`, or from one of the addresses in `jku`, which a
    token then has to name exactly. `audiences` are names of this service beside the addresses of
    its endpoints. `subjects` may use it, everybody if empty. `scope` is a word its tokens have to
    carry. `once`: a token is good for one request (`jti`). `longest` is the life of a token in
    seconds beyond which it is refused.
    """

    name: str
    keys_file: Path | None = None
    keys_url: str | None = None
    jku: frozenset[str] = frozenset()
    audiences: tuple[str, ...] = ()
    algorithms: tuple[str, ...] = ALGORITHMS
    subjects: frozenset[str] = frozenset()
    scope: str | None = None
    realms: frozenset[Realm] = frozenset({Realm.API})
    once: bool = True
    longest: int = 3600


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom one service trusts.

    `proxies` are addresses whose `user_header` names the signed-in person. `origins` are pages of
    others whose scripts may ask (CORS). `networks` are private networks where keys may be fetched.
    `open_discovery`: an EHR may read which CDS services there are without a token. `leeway` is how
    many seconds clocks may differ, `keys_seconds` how long fetched keys hold.
    """

    issuers: tuple[Issuer, ...] = ()
    anonymous: Anonymous = Anonymous.LOOPBACK
    proxies: tuple[Network, ...] = ()
    user_header: str = "X-Remote-User"
    origins: tuple[str, ...] = ()
    networks: tuple[Network, ...] = ()
    open_discovery: bool = True
    leeway: int = 60
    keys_seconds: int = 600

    @property
    def knows_nobody(self) -> bool:
        """Whether there is nobody who could say who they are."""
        return not self.issuers and not self.proxies


NO_ONE: Final = Trust()


@dataclass(frozen=True, slots=True)
class Fault:
    """One setting that cannot be meant so."""

    where: str
    what: str = field(default="")


def faults(trust: Trust) -> Iterator[Fault]:
    """Yield what is wrong with the settings."""
    names = [issuer.name for issuer in trust.issuers]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Fault(name, "is named twice; give one issuer both realms instead")
    for issuer in trust.issuers:
        yield from _of_issuer(issuer)
    for origin in trust.origins:
        if not _ORIGIN.fullmatch(origin):
            yield Fault(origin, "is no origin; write scheme, host and port of the page")


def _of_issuer(issuer: Issuer) -> Iterator[Fault]:
    if not issuer.name:
        yield Fault("issuer", "has no name")
    unsafe = sorted(set(issuer.algorithms) - SAFE_ALGORITHMS)
    if unsafe or not issuer.algorithms:
        yield Fault(issuer.name, f"may not sign with {', '.join(unsafe) or 'nothing'}")
    ways = [issuer.keys_file is not None, issuer.keys_url is not None, bool(issuer.jku)]
    if sum(ways) != 1:
        yield Fault(
            issuer.name, "needs one place of its keys: a file, an address, or a list of jku"
        )
