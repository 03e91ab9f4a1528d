"""The public keys of issuers: read from a file or fetched, kept for a while, fetched anew.

In: an issuer, and the name of a key (`kid`). Out: the key, or None. A set is fetched again when it
is old, and once more when a token names a key that is not in it: that is how keys are rotated. An
address is not asked more often than every few seconds, so that invented names of keys do not make
us hammer anybody; a set that can no longer be had is no longer trusted.
Source: RFC 7517; interop 4.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

import jwt

from nelm_fhir.errors import ExchangeError
from nelm_fhir.events import Event, event
from nelm_fhir.exchange.key_sets import MOST_BYTES, Networks, fetched_keys

PAUSE: Final = 10.0
"""Seconds between two looks at one set for the sake of a name that is not in it."""
_SHORTEST_RSA: Final = 2048
_TYPES: Final[Mapping[str, str]] = {"ES": "EC", "RS": "RSA", "PS": "RSA", "Ed": "OKP"}
_CURVES: Final[Mapping[str, str]] = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_LONGEST_NAME: Final = 500


class NoKeys(Exception):
    """The keys of an issuer cannot be had now; nobody can say whether its tokens are genuine."""


@dataclass(frozen=True, slots=True)
class _Set:
    keys: Mapping[str, Mapping[str, Any]]
    fetched: float


Place = Path | str


class KeyRing:
    """The key sets of all issuers by their place; safe for several threads.

    `seconds` is how long a set holds, `clock` gives seconds that only grow.
    """

    def __init__(self, seconds: float, networks: Networks, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._networks = networks
        self._clock = clock
        self._sets: dict[Place, _Set] = {}
        self._tried: dict[Place, float] = {}
        self._locks: dict[Place, Lock] = {}

    def key(self, place: Place, name: str, algorithm: str) -> Any | None:
        """Return the public key of that name, if it may verify that algorithm.

        Raises NoKeys where the set cannot be had.
        """
        with self._locks.setdefault(place, Lock()):
            found = self._sets.get(place)
            lacks = found is None or name not in found.keys or self._is_old(found)
            if lacks and self._may_look(place):
                found = self._looked_up(place)
        if found is None or self._is_old(found):
            raise NoKeys
        jwk = found.keys.get(name)
        return None if jwk is None else _usable(jwk, algorithm)

    def _is_old(self, found: _Set) -> bool:
        return self._clock() - found.fetched > self._seconds

    def _may_look(self, place: Place) -> bool:
        return self._clock() - self._tried.get(place, -PAUSE) >= PAUSE

    def _looked_up(self, place: Place) -> _Set | None:
        """Return the set as it is now; what was known before where it cannot be had."""
        self._tried[place] = self._clock()
        try:
            text = _of_file(place) if isinstance(place, Path) else self._of_address(place)
            keys = dict(_named(json.loads(text)))
        except (OSError, ValueError, RecursionError, ExchangeError):
            event(Event.KEYS_NOT_FETCHED)
            return self._sets.get(place)
        event(Event.KEYS_FETCHED, keys=len(keys))
        self._sets[place] = _Set(keys, self._clock())
        return self._sets[place]

    def _of_address(self, place: str) -> bytes:
        return fetched_keys(place, self._networks)


def _of_file(place: Path) -> bytes:
    with place.open("rb") as file:
        return file.read(MOST_BYTES)


def _named(found: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the keys of a set by name; a name that stands twice names nothing."""
    listed = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        raise ValueError("no key set")  # noqa: TRY004 - told like any other text that is none
    keys = [one for one in listed if isinstance(one, dict) and isinstance(one.get("kid"), str)]
    names = [one["kid"] for one in keys]
    for one in keys:
        if names.count(one["kid"]) == 1 and len(one["kid"]) <= _LONGEST_NAME:
            yield one["kid"], one


def _usable(jwk: Mapping[str, Any], algorithm: str) -> Any | None:
    """Return the key, if its own description allows it to verify signatures of this algorithm."""
    fits = (
        jwk.get("kty") == _TYPES.get(algorithm[:2])
        and jwk.get("use", "sig") == "sig"
        and jwk.get("alg", algorithm) == algorithm
        and "verify" in jwk.get("key_ops", ["verify"])
        and jwk.get("crv") == _CURVES.get(algorithm, jwk.get("crv"))
    )
    if not fits:
        return None
    public = {name: value for name, value in jwk.items() if name != "d"}
    try:
        key = jwt.PyJWK.from_dict(public, algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    return None if getattr(key, "key_size", _SHORTEST_RSA) < _shortest(jwk) else key


def _shortest(jwk: Mapping[str, Any]) -> int:
    return _SHORTEST_RSA if jwk.get("kty") == "RSA" else 0
