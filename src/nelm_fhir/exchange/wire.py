"""One request over the network and its answer, capped; the only module that knows `requests`.

Its defaults are not ours: it would follow redirects with our headers, take passwords from ~/.netrc,
keep cookies, and read an answer of any size. Proxies and certificate authorities of the environment
(HTTPS_PROXY, REQUESTS_CA_BUNDLE) hold as everywhere. Errors of the library name addresses with ids,
so they are replaced.
In: a request with an address that may be asked. Out: the answer; NoAnswer where there was none.
Source: interop 7 and 11, threats 15, 16 and 20.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError, NewConnectionError

from nelm_fhir.core.program import NAME, VERSION
from nelm_fhir.errors import ServerRefused
from nelm_fhir.exchange.answer import Answer
from nelm_fhir.exchange.asking import NoAnswer, Opened, Request
from nelm_fhir.exchange.body import contents
from nelm_fhir.exchange.secret_files import check_secret
from nelm_fhir.exchange.server import Server

_SAME_AGAIN: Final = frozenset({HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT})
_MOVED: Final = _SAME_AGAIN | {
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
}
_SPARE: Final = 8
"""Connections kept for as many threads."""

# Its debug lines hold whole addresses, ids of patients among them.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


class Wire:
    """The connections of one job. A few threads may share it: it keeps no state of a request."""

    def __init__(self, server: Server) -> None:
        self._limits = server.limits
        self._pin = server.pin
        self._own = dict(server.headers)
        self._verify = _authorities(server)
        self._cert = _certificate(server)
        self._session = _session()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def ask(self, request: Request) -> Answer:
        """Send a request, follow redirects within its origins, and return the whole answer."""
        with self._arrived(request) as response:
            return self._whole(response)

    def open(self, request: Request) -> Answer:
        """Send a request; an accepted answer is Opened, any other read as `ask` does."""
        response = self._arrived(request)
        if response.status_code in request.accept:
            pieces = self._pieces(response)
            return Opened(response.status_code, response.headers, b"", pieces)
        with response:
            return self._whole(response)

    def _arrived(self, request: Request) -> requests.Response:
        """Return the answer behind all redirects; its body is not read yet."""
        for _ in range(self._limits.redirects + 1):
            response = self._sent(request)
            if not _redirects(request, response):
                return response
            with response:
                request = self._further(request, response.headers["location"])
        raise ServerRefused(
            "The server redirects over and over.",
            "Write --server with the address that the server really has.",
        )

    def _sent(self, request: Request) -> requests.Response:
        try:
            return self._session.request(
                request.method,
                str(request.url),
                data=request.body,
                headers={**(self._own if request.trusted else {}), **request.headers},
                timeout=(self._limits.connect, self._limits.idle),
                allow_redirects=False,
                stream=True,
                verify=self._verify,
                cert=self._cert if request.trusted else None,
            )
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise _failure(error) from None

    def _further(self, request: Request, to: str) -> Request:
        url = self._pin.url(urljoin(str(request.url), to))
        self._pin.check(url, "A redirect of the server", token=request.trusted)
        return replace(request, url=url)

    def _whole(self, response: requests.Response) -> Answer:
        limits = self._limits
        pieces = contents(response, most=limits.answer_bytes, seconds=limits.answer)
        return Answer(response.status_code, response.headers, b"".join(_safely(pieces)))

    def _pieces(self, response: requests.Response) -> Iterator[bytes]:
        limits = self._limits
        with response:
            yield from _safely(contents(response, most=limits.file_bytes, seconds=limits.file))


def _redirects(request: Request, response: requests.Response) -> bool:
    """Whether the answer is a redirect to follow: never one that would turn a write into a read."""
    status = response.status_code
    if status in request.accept or "location" not in response.headers:
        return False
    if request.method == "GET":
        return status in _MOVED
    return request.repeatable and status in _SAME_AGAIN


def _safely(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Pass the pieces of a body on, and replace errors of the library."""
    try:
        yield from pieces
    except (requests.RequestException, HTTPError, OSError) as error:
        raise _failure(error) from None


def _session() -> requests.Session:
    session = requests.Session()
    session.headers.clear()
    session.headers.update(
        {"User-Agent": f"{NAME}/{VERSION}", "Accept-Encoding": "gzip", "Connection": "keep-alive"}
    )
    session.auth = _nobody
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        session.mount(scheme, requests.adapters.HTTPAdapter(pool_maxsize=_SPARE))
    return session


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave the request as it is: without this, ~/.netrc would put a password over our token."""
    return request


def _authorities(server: Server) -> str | None:
    if server.ca_file is None:
        return None
    if not server.ca_file.is_file():
        raise ServerRefused(f"There is no file {server.ca_file}.", "Check --ca-file.")
    return str(server.ca_file)


def _certificate(server: Server) -> str | tuple[str, str] | None:
    if server.client_cert is None:
        return None
    check_secret(server.client_key or server.client_cert, "The key of the client certificate")
    cert = str(server.client_cert)
    return (cert, str(server.client_key)) if server.client_key else cert


def _failure(error: Exception) -> NoAnswer | ServerRefused:
    if isinstance(error, requests.exceptions.SSLError):
        return ServerRefused(
            "No trusted connection: the certificates of server and client do not fit.",
            "Give the authority that signed the server's certificate with --ca-file, and with "
            "--client-cert and --client-key the certificate that the server asks for.",
        )
    if isinstance(error, requests.exceptions.ProxyError):
        return NoAnswer("The proxy of the environment gave no way to the server.", sent=False)
    if isinstance(error, requests.exceptions.Timeout):
        never = isinstance(error, requests.exceptions.ConnectTimeout)
        return NoAnswer("The server did not answer in time.", "Try again later.", sent=not never)
    if isinstance(error, ValueError):
        return ServerRefused("The request cannot be written as HTTP.", "Check the --header given.")
    return NoAnswer(
        "The connection to the server failed.",
        "Check its address, and whether this computer reaches it.",
        sent=not _never_connected(error),
    )


def _never_connected(error: Exception) -> bool:
    reason: Any = error.args[0] if error.args else None
    return isinstance(getattr(reason, "reason", None), NewConnectionError)
