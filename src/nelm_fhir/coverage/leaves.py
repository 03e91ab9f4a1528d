"""Every data element of one profile, with its evidence: a walk over the models of the profile.

In: a candidate profile. Out: leaves: path without ids, whether there is a value, what it rests on,
what was set aside and why there is none. Source: rules 15.2; `profile/provenance.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, get_origin

from nelm_fhir.core.evidence import Evidence, SetAside
from nelm_fhir.core.unknown import Reason
from nelm_fhir.profile.candidate import Part, Profile
from nelm_fhir.profile.provenance import reason, set_aside, sources

_EVIDENCE: Final = "evidence"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One element of the profile; `why` is the reason that stands in the place of a value."""

    path: str
    found: bool
    sources: tuple[Evidence, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    why: Reason | None = None


def leaves(part: Part, above: str = "") -> Iterator[Leaf]:
    """Yield every leaf of a part of the profile; an entry of a table is a leaf, too."""
    for name, field in type(part).model_fields.items():
        if name == _EVIDENCE:
            continue
        key = field.alias or name
        value = getattr(part, name)
        path = f"{above}{key}"
        if isinstance(value, Part):
            yield from leaves(value, f"{path}.")
        elif isinstance(value, dict) and any(isinstance(entry, Part) for entry in value.values()):
            yield Leaf(path, found=True)
            for entry in value.values():
                yield from leaves(entry, f"{path}.")
        else:
            yield _leaf(part, key, path, found=value not in (None, {}))


def _leaf(part: Part, key: str, path: str, *, found: bool) -> Leaf:
    """Return one leaf; a value beside a reason is only the widest that it can be (rules 10.1)."""
    why = reason(part, key)
    known = found and why is Reason.NO_RECORD
    return Leaf(path, known, sources(part, key), set_aside(part, key), None if known else why)


def without_ids(path: str) -> str:
    """Return a path of the record without the ids of its entries (`scans.pet.date`)."""
    kept: list[str] = []
    for step in path.split("."):
        if kept and ".".join(kept) in _TABLES and kept[-1] != _ID:
            kept.append(_ID)
        else:
            kept.append(step)
    return ".".join(step for step in kept if step != _ID)


def _tables(model: type[Part], above: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        path = f"{above}{field.alias or name}"
        kind = field.annotation
        if get_origin(kind) is dict:
            yield path
            inner = kind.__args__[1]  # type: ignore[union-attr]
            if isinstance(inner, type) and issubclass(inner, Part):
                yield from _tables(inner, f"{path}.{_ID}.")
        elif isinstance(kind, type) and issubclass(kind, Part):
            yield from _tables(kind, f"{path}.")


_ID: Final = "<id>"
_TABLES: Final = frozenset(_tables(Profile))
