"""The public keys of somebody who signs tokens, fetched from an address that was configured.

Whoever sends a token may suggest an address, but only one that stands letter by letter in the
settings is ever asked. It is asked once, without token, cookie or password, no redirect is
followed, and the answer has to be small and quick. A name that resolves into a private network is
not connected to, unless that network was listed: the addresses are looked at before the connection
is made, and the connection goes to one of them. Where the environment names a proxy (HTTPS_PROXY),
that one resolves names and decides which networks it reaches.
In: an address and the networks that are listed. Out: the bytes of the answer; ExchangeError.
Source: interop 4 and 11, threat 16; RFC 7517.
"""

import socket
from collections.abc import Collection
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, Final

import requests
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.poolmanager import PoolManager
from urllib3.util.connection import create_connection

from nelm_fhir.errors import ServerRefused, ServerUnavailable
from nelm_fhir.exchange.body import contents
from nelm_fhir.exchange.origins import Address

Networks = Collection[IPv4Network | IPv6Network]
MOST_BYTES: Final = 256 * 1024
"""A set of some hundred keys."""
SECONDS: Final = 5.0
_OK: Final = 200
_REMEDY: Final = "Look at the address of the keys in the settings, and at who answers there."


class _PrivateHost(OSError):
    """A name leads into a network that nobody listed."""


def fetched_keys(url: str, networks: Networks = ()) -> bytes:
    """Return what stands at the address of a key set; raises ExchangeError.

    Plain http is used only within the networks that are listed.
    """
    try:
        address = Address.of(url)
    except ValueError:
        raise ServerRefused("The address of a key set is no address.", _REMEDY) from None
    with requests.Session() as session:
        session.auth = _nobody
        session.mount(address.origin, _Pinned(networks, tls=address.origin.startswith("https:")))
        try:
            return _asked(session, str(address))
        except _PrivateHost:
            raise _private() from None
        except (requests.RequestException, HTTPError, OSError) as error:
            if _is_private(error):
                raise _private() from None
            raise ServerUnavailable("The keys of an issuer cannot be had.", _REMEDY) from None


def _asked(session: requests.Session, url: str) -> bytes:
    response = session.get(
        url,
        headers={"Accept": "application/jwk-set+json, application/json", "Accept-Encoding": "gzip"},
        timeout=(SECONDS, SECONDS),
        allow_redirects=False,
        stream=True,
    )
    with response:
        if response.status_code != _OK:
            raise ServerUnavailable(
                "The keys of an issuer cannot be had: the answer is no 200.",
                _REMEDY,
                response.status_code,
            )
        return b"".join(contents(response, most=MOST_BYTES, seconds=SECONDS))


class _Pinned(requests.adapters.HTTPAdapter):
    """Connects to nothing but public addresses and the networks that are listed."""

    def __init__(self, networks: Networks, *, tls: bool) -> None:
        self._networks = networks
        self._tls = tls
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, *_: Any, **more: Any) -> None:
        """Make the connections of this adapter ones that look where they lead."""
        manager = PoolManager(num_pools=connections, maxsize=maxsize, **more)
        looking = partial(_connected, networks=self._networks, tls=self._tls)
        manager.pool_classes_by_scheme = {
            scheme: type("Pool", (pool,), {"ConnectionCls": _looking(kind, looking)})
            for scheme, pool, kind in (
                ("http", manager.pool_classes_by_scheme["http"], HTTPConnection),
                ("https", manager.pool_classes_by_scheme["https"], HTTPSConnection),
            )
        }
        self.poolmanager = manager


def _looking(kind: type[HTTPConnection], connected: Any) -> type[HTTPConnection]:
    def _new_conn(self: HTTPConnection) -> socket.socket:
        made: socket.socket = connected(self.host, self.port, self.timeout)
        return made

    return type(kind.__name__, (kind,), {"_new_conn": _new_conn})


def _connected(
    host: str, port: int, timeout: float, *, networks: Networks, tls: bool
) -> socket.socket:
    """Connect to an address that a name resolves to, if all of them may be asked."""
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(one[4][0]).partition("%")[0] for one in found))
    if not addresses or not all(_may_be_asked(one, networks, tls=tls) for one in addresses):
        raise _PrivateHost
    return create_connection((addresses[0], port), timeout)


def _may_be_asked(written: str, networks: Networks, *, tls: bool) -> bool:
    address: IPv4Address | IPv6Address = ip_address(written)
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address.sixtofour or address
    if any(address in network for network in networks):
        return True
    return tls and address.is_global and not address.is_multicast


def _is_private(error: BaseException) -> bool:
    """Whether a library wrapped our own refusal."""
    seen: list[Any] = [error]
    while seen:
        one = seen.pop()
        if isinstance(one, _PrivateHost):
            return True
        if isinstance(one, BaseException):
            seen += [*one.args, getattr(one, "reason", None), one.__cause__]
    return False


def _private() -> ServerRefused:
    return ServerRefused(
        "The address of a key set leads into a private network, or is not https.",
        "List the network whose keys are to be trusted, or take the keys from a file.",
    )


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave the request as it is: without this, ~/.netrc would put a password into it."""
    return request
