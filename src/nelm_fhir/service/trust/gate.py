"""The gate: who sends a request, found out once, before any door sees it.

In: a request and the settings. Out: the Caller, also in `request.state.caller`; HttpFault 401 or
403. The secret of a subscription is asked first, then tokens, then the user that a listed proxy
names, then whether the anonymous are let in. Which token opens a door depends on its path:
`/cds-services` is for the calling EHR. Source: interop 4 and 11 (threats 17, 24).
"""

import time
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from nelm_fhir.exchange.origins import Address
from nelm_fhir.service.subscriptions.proof import proven_sender
from nelm_fhir.service.subscriptions.settings import Hooks
from nelm_fhir.service.trust.caller import ANONYMOUS, Caller
from nelm_fhir.service.trust.forms import SAFE, Seals, check_site
from nelm_fhir.service.trust.keys import KeyRing
from nelm_fhir.service.trust.refusals import Reason, unauthorized
from nelm_fhir.service.trust.replay import Used
from nelm_fhir.service.trust.settings import Anonymous, Network, Realm, Trust
from nelm_fhir.service.trust.tokens import Tokens

if TYPE_CHECKING:
    from nelm_fhir.service.site import Site

CDS: Final = "/cds-services"
_FEEDBACK: Final = "/feedback"
_OPEN: Final = frozenset(
    {"/healthz", "/readyz", "/metrics", "/version", "/openapi.json", "/fhir/metadata"}
    | {"/fhir/OperationDefinition/nelm-evaluate"}
)
"""What operators and developers ask; nothing of a patient stands there."""
_NOTIFIED: Final = "/hooks/"
"""Notifications of subscriptions carry a secret of their own, which their door asks for."""
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_LONGEST_NAME: Final = 200
NO_HOOKS: Final = Hooks()


class Gate:
    """Finds out who asks one service. `base` is the address under which others know it."""

    def __init__(
        self,
        trust: Trust,
        base: str = "",
        clock: Callable[[], float] = time.time,
        hooks: Hooks = NO_HOOKS,
    ) -> None:
        ring = KeyRing(trust.keys_seconds, trust.networks, clock)
        self._trust = trust
        self._base = base.rstrip("/")
        self._hooks = hooks
        self._tokens = Tokens(trust, ring, Used(), clock)
        self.forms = Seals(clock)

    async def caller_of(self, request: Request) -> Caller:
        """Return who sends a request; raises HttpFault."""
        caller = await self._found(request)
        if caller.kind in ("anonymous", "proxy-user"):
            check_site(request.method, request.headers, self._own_origins(request))
        return caller

    async def _found(self, request: Request) -> Caller:
        path = request.url.path
        if path in _OPEN or path.startswith(_NOTIFIED):
            return ANONYMOUS
        hook = proven_sender(self._hooks, path, request.headers)
        if hook is not None:
            return Caller("bearer", "subscription", hook)
        presented = request.headers.get("authorization")
        if presented is not None:
            return await self._by_token(presented, path)
        user = self._named_by_proxy(request)
        if user is not None and not _is_cds(path):
            return user
        if self._lets_in(request):
            return ANONYMOUS
        raise unauthorized(
            Reason.NOBODY,
            "This service answers only to those who say who they are.",
            f"Send 'Authorization: Bearer' with a token; expected aud is {self.audiences(path)[0]}",
        )

    def audiences(self, path: str) -> tuple[str, ...]:
        """Return what a token for this path names as `aud`; the first one is told to callers."""
        endpoint = f"{self._base}{path.rstrip('/')}"
        if not _is_cds(path):
            return (self._base, endpoint)
        return (
            (endpoint, endpoint.removesuffix(_FEEDBACK))
            if path.endswith(_FEEDBACK)
            else (endpoint,)
        )

    async def _by_token(self, presented: str, path: str) -> Caller:
        scheme, _, token = presented.partition(" ")
        if scheme.lower() != "bearer":
            raise unauthorized(
                Reason.UNREADABLE, "Only bearer tokens are understood.", "Send 'Bearer' and a JWT."
            )
        realm = Realm.CDS if _is_cds(path) else Realm.API
        found = await run_in_threadpool(
            self._tokens.believed, token.strip(), realm, self.audiences(path)
        )
        of_ehr = realm is Realm.CDS
        return Caller("cds" if of_ehr else "bearer", found.issuer.name, found.subject)

    def _named_by_proxy(self, request: Request) -> Caller | None:
        """Return the user that a listed proxy names; what others write there is not read."""
        peer = request.client.host if request.client else ""
        names = request.headers.getlist(self._trust.user_header)
        if not names or not _is_within(peer, self._trust.proxies):
            return None
        name = names[0].strip()
        if len(names) > 1 or not name or len(name) > _LONGEST_NAME or not name.isprintable():
            raise unauthorized(Reason.CLAIMS, "The proxy names no single user.")
        return Caller("proxy-user", peer, name)

    def _lets_in(self, request: Request) -> bool:
        trust, path = self._trust, request.url.path
        if path.rstrip("/") == CDS and trust.open_discovery and request.method in SAFE:
            return True
        if trust.anonymous is Anonymous.LOOPBACK:
            return trust.knows_nobody and _is_local(request, self._base)
        return trust.anonymous is Anonymous.ALLOWED

    def _own_origins(self, request: Request) -> frozenset[str]:
        own = {self._base_origin(), *self._trust.origins}
        if _is_local(request, self._base):
            own.add(f"{request.url.scheme}://{request.headers.get('host', '')}")
        return frozenset(own)

    def _base_origin(self) -> str:
        try:
            return Address.of(self._base).origin
        except ValueError:
            return ""


async def caller_of(request: Request, site: "Site") -> Caller:
    """Return who sends a request, found out once; raises HttpFault 401 or 403."""
    known = getattr(request.state, "caller", None)
    if isinstance(known, Caller):
        return known
    caller = await site.gate.caller_of(request)
    request.state.caller = caller
    return caller


def _is_cds(path: str) -> bool:
    return path == CDS or path.startswith(f"{CDS}/")


def _is_local(request: Request, base: str) -> bool:
    """Whether both ends are this machine, by every sign there is.

    A proxy on this machine forwards strangers, and a name that resolves to this machine brings in
    the pages of others: so the name asked for has to be ours, too, and nothing may be forwarded.
    """
    peer = request.client.host if request.client else ""
    server: tuple[str, int | None] = request.scope.get("server") or ("", None)
    ends = all(_is_loopback(one) for one in (peer, server[0]))
    return ends and _asks_us(request.headers, base) and not _is_forwarded(request.headers)


def _asks_us(headers: Mapping[str, str], base: str) -> bool:
    host = headers.get("host", "").lower()
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    try:
        own = Address.of(base).origin.rpartition("//")[2]
    except ValueError:
        own = ""
    return name in _LOCAL or (bool(own) and host == own)


def _is_forwarded(headers: Mapping[str, str]) -> bool:
    return any(name in headers for name in _FORWARDED)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _is_within(peer: str, networks: tuple[Network, ...]) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in networks)
