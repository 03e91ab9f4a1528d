"""Ids of the record from keys of resources: letters, digits and hyphens (rules 15.1).

In: the keys that need an id within one object. Out: one readable id each, the last part of the key
where that is unique, else the whole key. The order of the keys never matters (I1).
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from nelm_fhir.profile.findings import Finding

_SEPARATORS: Final = re.compile(r"[/|:]")
_OTHERS: Final = re.compile(r"[^A-Za-z0-9]+")


def readable_ids(keys: Iterable[str]) -> dict[str, str]:
    """Return an id for every key, unique among them."""
    ordered = sorted(set(keys))
    shorts = {key: _slug(_SEPARATORS.split(key)[-1]) for key in ordered}
    count = Counter(shorts.values())
    ids = {key: short for key, short in shorts.items() if count[short] == 1}
    taken = set(ids.values())
    for key in ordered:
        if key not in ids:
            ids[key] = _free(_slug(key), taken)
            taken.add(ids[key])
    return ids


def named(groups: Sequence[tuple[Finding, ...]]) -> list[tuple[str, tuple[Finding, ...]]]:
    """Return an id for each statement; several of one resource are told apart by their place."""
    count = Counter(group[0].key for group in groups)
    keys = []
    for group in groups:
        key, path = group[0].key, group[0].evidence.path
        keys.append(key if count[key] == 1 else f"{key} {path}")
    repeated = Counter(keys)
    keys = [key if repeated[key] == 1 else f"{key} {at}" for at, key in enumerate(keys, 1)]
    ids = readable_ids(keys)
    return [(ids[key], group) for key, group in zip(keys, groups, strict=True)]


def _slug(text: str) -> str:
    return _OTHERS.sub("-", text).strip("-") or "entry"


def _free(wanted: str, taken: set[str]) -> str:
    number, candidate = 1, wanted
    while candidate in taken:
        number += 1
        candidate = f"{wanted}-{number}"
    return candidate
