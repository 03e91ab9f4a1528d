"""Forms of our own pages, guarded against posts that another site makes a browser send.

Two guards: the headers by which a browser tells where a request comes from, asked of every request
that changes something and carries no token; and a sealed number that only our page shows, asked of
forms. In: headers, callers. Out: nothing, or HttpFault 403.
Source: Fetch Metadata (Sec-Fetch-Site), RFC 6454 (Origin).
"""

import hmac
import secrets
from collections.abc import Callable, Collection, Mapping
from hashlib import sha256
from typing import Final

from nelm_fhir.service.trust.caller import Caller
from nelm_fhir.service.trust.refusals import Reason, forbidden

FIELD: Final = "form_token"
"""The name of the hidden field that carries the sealed number."""
SECONDS: Final = 8 * 60 * 60
"""How long a page may lie open before it is sent: a working day."""
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN: Final = frozenset({"same-origin", "none"})


def check_site(method: str, headers: Mapping[str, str], origins: Collection[str]) -> None:
    """Refuse a request that a page of another site made a browser send.

    `origins` are our own and those that were listed. A program sends neither header and passes.
    """
    if method in SAFE:
        return
    origin = headers.get("origin")
    if origin is not None and origin in origins:
        return
    site = headers.get("sec-fetch-site")
    if origin is None and (site is None or site in _OWN):
        return
    raise forbidden(
        Reason.CROSS_SITE,
        "A page of another site sent this request.",
        "Open the page of this service itself, or list the other page with --cors-origin.",
    )


class Seals:
    """Numbers for the forms of one process. `clock` gives seconds of 1970."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._secret = secrets.token_bytes(32)

    def seal(self, caller: Caller) -> str:
        """Return the number that a form shown to this caller carries."""
        until = str(int(self._clock()) + SECONDS)
        return f"{until}.{self._signature(until, caller)}"

    def check(self, caller: Caller, number: str) -> None:
        """Refuse a form that was not shown to this caller, or too long ago."""
        until, _, signature = number.partition(".")
        expected = self._signature(until, caller)
        genuine = hmac.compare_digest(signature.encode(), expected.encode())
        if not genuine or int(until) < self._clock():
            raise forbidden(
                Reason.FORM,
                "The form was not opened here, or too long ago.",
                "Open the page again and send it once more.",
            )

    def _signature(self, until: str, caller: Caller) -> str:
        text = f"{until}\n{caller.kind}\n{caller.issuer}\n{caller.name}"
        return hmac.new(self._secret, text.encode(), sha256).hexdigest()
