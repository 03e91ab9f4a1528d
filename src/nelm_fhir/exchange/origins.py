"""Where requests may go: links of a server, held to the origins that were configured.

An origin is scheme, host and port (RFC 6454). Of a link only path and query are taken; the origin
that is asked is always one of ours as it was written, so no spelling of an address (numbers, other
names of this machine, credentials in front of an @) reaches another host. Nothing is resolved here.
In: addresses as text. Out: addresses to ask, or ServerRefused.
Source: interop 5 (search, manifest) and 11, threats 15 and 16.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from nelm_fhir.errors import ServerRefused

_PORTS: Final = {"http": 80, "https": 443}
_AUTHORITY: Final = re.compile(
    r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?", re.ASCII
)
_TYPE_FIRST: Final = re.compile(r"/(?:[A-Z][A-Za-z]+(?:[/?]|$)|\?)")
"""A path that begins where the base ends: with a resource type, or with nothing but a query."""


class NotAnAddress(ValueError):
    """No http or https address, or one with credentials, a doubled port or another oddity."""


@dataclass(frozen=True, slots=True)
class Address:
    """An http or https address, taken apart; the origin in one spelling, default ports left out."""

    origin: str
    path: str
    query: str

    @classmethod
    def of(cls, text: str) -> "Address":
        """Take an absolute address apart; raises NotAnAddress."""
        parts = _split(text)
        found = _AUTHORITY.fullmatch(parts.netloc)
        if parts.scheme not in _PORTS or found is None:
            raise NotAnAddress
        port = int(found["port"] or _PORTS[parts.scheme])
        shown = "" if port == _PORTS[parts.scheme] else f":{port}"
        return cls(f"{parts.scheme}://{found['host'].lower()}{shown}", parts.path, parts.query)

    def __str__(self) -> str:
        return f"{self.origin}{self.path}{'?' if self.query else ''}{self.query}"


@dataclass(frozen=True, slots=True)
class Pin:
    """The base of a server and the origins that may be asked beside it.

    `trusted` may see the token and our headers, as the origin of the base does; `open` may be asked
    for files without either.
    """

    base: Address
    trusted: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()

    def url(self, link: str) -> Address:
        """Return what a link or a path stands for.

        Absolute links, links relative to the host (`/fhir/Patient?..`) and links relative to the
        base (`Patient?..`, `/Patient?..`, `?..`) are understood. Raises ServerRefused.
        """
        try:
            return _plain(Address.of(self._absolute(link)))
        except ValueError:
            raise ServerRefused(
                "A link of the server is no usable address.",
                "Ask whoever runs the server which address it puts into links.",
            ) from None

    def _absolute(self, link: str) -> str:
        base = self.base
        if urlsplit(link).scheme:
            return link
        if link.startswith("//"):
            return f"{urlsplit(base.origin).scheme}:{link}"
        within = link.startswith((f"{base.path}/", f"{base.path}?")) or link == base.path
        if link.startswith("/") and (within or not _TYPE_FIRST.match(link)):
            return f"{base.origin}{link}"
        between = "" if link.startswith(("/", "?")) else "/"
        return f"{base.origin}{base.path}{between}{link}"

    def is_trusted(self, address: Address) -> bool:
        """Whether the token and our headers may go there."""
        return address.origin == self.base.origin or address.origin in self.trusted

    def check(self, address: Address, what: str, *, token: bool = True) -> Address:
        """Return an address that may be asked; raises ServerRefused for every other."""
        if self.is_trusted(address) or (not token and address.origin in self.open):
            return address
        allowing = "--origin" if token else "--file-origin"
        raise ServerRefused(
            f"{what} leads to another origin than the configured one; it was not followed.",
            "Write --server with the scheme, host and port that the server itself puts into its "
            f"links, or allow the other origin with {allowing}.",
        )


def _plain(address: Address) -> Address:
    if any(unquote(part) == ".." for part in address.path.split("/")):
        raise NotAnAddress
    return address


def _split(text: str) -> SplitResult:
    if "\\" in text.partition("?")[0]:
        raise NotAnAddress
    return urlsplit(text)
