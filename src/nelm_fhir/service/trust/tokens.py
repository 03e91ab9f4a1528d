"""One signed token (JWT), believed or refused.

In: the token, the issuers that may have signed it, and the audiences that name this endpoint. Out:
what it claims, or HttpFault. Nothing in a token is followed or believed before its signature holds:
its issuer only chooses among the settings, its `jku` only among listed addresses, its `kid` only
among the keys of that issuer; keys that a token brings along (`jwk`, `x5c`, `x5u`) are not looked
at. Which algorithms may have signed it stands in the settings, never in the token.
Source: RFC 7515, 7519, 8725; CDS Hooks 2.0 (Trusting CDS Clients); interop 4, threat 17.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import jwt

from nelm_fhir.service.statuses import HttpFault
from nelm_fhir.service.trust.keys import KeyRing, NoKeys, Place
from nelm_fhir.service.trust.refusals import Reason, forbidden, unauthorized, unready
from nelm_fhir.service.trust.replay import Used
from nelm_fhir.service.trust.settings import Issuer, Realm, Trust

MOST: Final = 16 * 1024
"""Characters of a token; with a dozen claims it has one thousand."""
_REQUIRED: Final = ("iss", "aud", "exp", "iat", "jti")
_TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})
_LONGEST: Final = 500
_CLAIMS: Final[Mapping[type[jwt.PyJWTError], tuple[Reason, str]]] = {
    jwt.ExpiredSignatureError: (Reason.EXPIRED, "The token has expired (exp)."),
    jwt.ImmatureSignatureError: (Reason.NOT_YET, "The token is not valid yet (iat, nbf)."),
    jwt.InvalidSignatureError: (Reason.SIGNATURE, "The signature of the token does not hold."),
}
_CLOCKS: Final = "Compare the clocks of both machines; a token is made anew for every request."


@dataclass(frozen=True, slots=True)
class Token:
    """A token that is believed: who issued it, whom it names, what it may."""

    issuer: Issuer
    subject: str
    claims: Mapping[str, Any]


class Tokens:
    """Verifies tokens for one service; safe for several threads. `clock` gives seconds of 1970."""

    def __init__(
        self, trust: Trust, ring: KeyRing, used: Used, clock: Callable[[], float] = time.time
    ) -> None:
        self._trust = trust
        self._issuers = {issuer.name: issuer for issuer in trust.issuers}
        self._ring = ring
        self._used = used
        self._clock = clock

    def believed(self, token: str, realm: Realm, audiences: Sequence[str]) -> Token:
        """Return what a token claims that was made for one of these audiences.

        Raises HttpFault: 401 for one that is not believed, 403 for a door that it does not open,
        503 where the keys of its issuer cannot be had.
        """
        header, issuer = self._claimed(token)
        allowed = (*audiences, *issuer.audiences)
        key = self._key(issuer, header)
        claims = self._signed(token, key, issuer, allowed)
        self._check_life(claims, issuer)
        subject = _subject(claims, issuer)
        _check_rights(issuer, claims, realm)
        if issuer.once and not self._is_new(claims):
            raise unauthorized(
                Reason.REPLAYED,
                "The token was used before (jti).",
                "Make a new token for every request.",
            )
        return Token(issuer, subject, claims)

    def _claimed(self, token: str) -> tuple[Mapping[str, Any], Issuer]:
        """Return the header, and which of our issuers the token says it is from."""
        if len(token) > MOST:
            raise _no_token()
        try:
            header = jwt.get_unverified_header(token)
            claims = jwt.decode(token, options={"verify_signature": False})
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            raise _no_token() from None
        issuer = self._issuers.get(str(claims.get("iss", "")))
        if issuer is None:
            raise unauthorized(
                Reason.ISSUER,
                "The issuer of the token (iss) is not one that this service trusts.",
                "Compare it letter by letter with the issuers in the settings.",
            )
        _check_header(header, issuer)
        return header, issuer

    def _key(self, issuer: Issuer, header: Mapping[str, Any]) -> Any:
        name = header.get("kid")
        place = _place(issuer, header)
        try:
            key = self._ring.key(place, str(name), header["alg"])
        except NoKeys:
            raise unready(
                "The keys of the issuer of the token cannot be had now.",
                "Look at the place of its keys in the settings.",
                self._trust.leeway,
            ) from None
        if not isinstance(name, str) or key is None:
            raise unauthorized(
                Reason.KEY,
                "The keys of the issuer hold none of the name in the token (kid) that may sign so.",
                "Publish the public key under that name, with the algorithm it signs with.",
            )
        return key

    def _signed(
        self, token: str, key: Any, issuer: Issuer, audiences: Collection[str]
    ) -> Mapping[str, Any]:
        expected = next(iter(audiences), "")
        try:
            return jwt.decode(
                token,
                key,
                algorithms=list(issuer.algorithms),
                audience=list(audiences),
                issuer=issuer.name,
                leeway=self._trust.leeway,
                options={"require": list(_REQUIRED), "strict_aud": False},
            )
        except jwt.MissingRequiredClaimError as error:
            named = error.claim if error.claim in _REQUIRED else "a claim"
            raise unauthorized(
                Reason.CLAIM_MISSING,
                f"The token has no {named}.",
                f"It needs {', '.join(_REQUIRED)}.",
            ) from None
        except jwt.InvalidAudienceError:
            raise unauthorized(
                Reason.AUDIENCE,
                f"The token is not for this endpoint: expected aud is {expected}",
                "Write exactly this into the settings of whoever makes the token.",
                expected=expected,
            ) from None
        except jwt.PyJWTError as error:
            reason, message = _CLAIMS.get(type(error), (Reason.CLAIMS, "The token is not valid."))
            raise unauthorized(reason, message, _CLOCKS) from None

    def _check_life(self, claims: Mapping[str, Any], issuer: Issuer) -> None:
        if float(claims["exp"]) - float(claims["iat"]) > issuer.longest + self._trust.leeway:
            raise unauthorized(
                Reason.TOO_LONG,
                f"The token lives longer than {issuer.longest} seconds.",
                "Let it end earlier (exp); it is made anew for every request.",
            )

    def _is_new(self, claims: Mapping[str, Any]) -> bool:
        until = float(claims["exp"]) + self._trust.leeway
        return self._used.is_new(str(claims["iss"]), str(claims["jti"]), until, self._clock())


def _check_header(header: Mapping[str, Any], issuer: Issuer) -> None:
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in _TYPES or "crit" in header:
        raise _no_token()
    if header.get("alg") not in issuer.algorithms:
        raise unauthorized(
            Reason.ALGORITHM,
            "The token is not signed with an algorithm that its issuer may use.",
            f"Sign with {' or '.join(issuer.algorithms)}.",
        )


def _place(issuer: Issuer, header: Mapping[str, Any]) -> Place:
    """Return where the keys are: where the settings say; what a token says only chooses."""
    if issuer.keys_file is not None:
        return issuer.keys_file
    if issuer.keys_url is not None:
        return issuer.keys_url
    named = header.get("jku")
    if isinstance(named, str) and named in issuer.jku:
        return named
    raise unauthorized(
        Reason.KEY_PLACE,
        "The address of the keys in the token (jku) is not one that is listed for its issuer.",
        "List it letter by letter, or give the keys by --keys-file or --keys-url.",
    )


def _subject(claims: Mapping[str, Any], issuer: Issuer) -> str:
    subject = claims.get("sub", "")
    if not isinstance(subject, str) or len(subject) > _LONGEST:
        raise unauthorized(Reason.CLAIMS, "The subject of the token (sub) is no short text.")
    if issuer.subjects and subject not in issuer.subjects:
        raise forbidden(
            Reason.SUBJECT,
            "The subject of the token (sub) may not use this service.",
            "Compare it letter by letter with the subjects in the settings.",
        )
    return subject


def _check_rights(issuer: Issuer, claims: Mapping[str, Any], realm: Realm) -> None:
    if realm not in issuer.realms:
        raise forbidden(Reason.REALM, f"Tokens of this issuer do not open the doors of {realm}.")
    scopes = claims.get("scope", "")
    granted = scopes.split() if isinstance(scopes, str) else []
    if issuer.scope is not None and issuer.scope not in granted:
        raise forbidden(
            Reason.SCOPE, "The token lacks the scope that this door asks for.", scope=issuer.scope
        )


def _no_token() -> HttpFault:
    return unauthorized(
        Reason.UNREADABLE,
        "The Authorization header holds no token that can be read.",
        "Send 'Bearer' and a signed JWT.",
    )
