"""Who asks: what the gate found out about the sender of a request."""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["anonymous", "bearer", "cds", "proxy-user"]


@dataclass(frozen=True, slots=True)
class Caller:
    """The sender of a request.

    `issuer` is who vouches for the name: the issuer of the token, the address of the proxy, nobody
    for the anonymous. `name` is the subject of the token, or the user.
    """

    kind: Kind
    issuer: str = ""
    name: str = ""


ANONYMOUS: Final = Caller("anonymous")
