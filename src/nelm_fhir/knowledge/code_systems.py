"""Code systems: their canonical URIs, the aliases folded into them, and the forms of their codes.

In: the parsed `mappings/codes/systems.toml`. Out: `Systems.normalize`. Folded are a trailing slash,
the case of the host, https for http and `urn:oid:` with and without prefix; nothing else
(terminology 2.2).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from nelm_fhir.core.codes import Code

CERTAINTIES: Final = frozenset({"V", "W"})
_OID: Final = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
_SYSTEM_KEYS: Final = frozenset(
    {"id", "uri", "title", "certainty", "source", "note", "alias", "form"}
)
_ALIAS_KEYS: Final = frozenset({"uri", "certainty", "source", "note"})


@lru_cache(maxsize=1024)
def fold(uri: str) -> str:
    """Return the form in which two spellings of one system URI are equal (terminology 2.2)."""
    bare = uri.removesuffix("/")
    if _OID.fullmatch(bare):
        return f"urn:oid:{bare}"
    scheme, mark, rest = bare.partition("://")
    if not mark or scheme.lower() not in {"http", "https"}:
        return bare
    host, slash, path = rest.partition("/")
    return f"http://{host.lower()}{slash}{path}"


class Form(Struct, frozen=True):
    """One way in which codes of a system are written, and how it reads: a pattern, a template."""

    pattern: re.Pattern[str]
    reads: str


class System(Struct, frozen=True):
    """One code system: canonical URI, and the forms its codes come in."""

    uri: str
    title: str
    forms: tuple[Form, ...] = ()

    def code(self, recorded: str) -> str:
        """Return the code in the form our lists use; as recorded where no form applies."""
        for form in self.forms:
            found = form.pattern.fullmatch(recorded)
            if found:
                return found.expand(form.reads)
        return recorded


@dataclass(frozen=True, slots=True)
class Systems:
    """All code systems; immutable."""

    by_name: Mapping[str, System] = field(default_factory=dict, repr=False)

    def find(self, uri: str) -> System | None:
        """Return the system that a recorded URI names."""
        return self.by_name.get(uri) or self.by_name.get(fold(uri))

    def spellings(self, uri: str) -> tuple[str, ...]:
        """Return every URI under which a system is recorded: its own, then what is folded in."""
        known = self.find(uri)
        if known is None:
            return (uri,)
        others = {name for name, system in self.by_name.items() if system is known}
        return (known.uri, *sorted(others - {known.uri}))

    def title(self, uri: str) -> str | None:
        """Return what people call the system of a URI; None where it is not known."""
        known = self.find(uri)
        return known.title if known is not None and known.title else None

    def normalize(self, system: str | None, code: str | None) -> Code | None:
        """Return the code within its canonical system; None without system or code."""
        if not system or not code:
            return None
        known = self.find(system)
        return Code(system, code) if known is None else Code(known.uri, known.code(code))

    def with_uris(self, uris: Mapping[str, str]) -> "Systems":
        """Return these systems and further ones, given as title by URI."""
        names = dict(self.by_name)
        for uri, title in uris.items():
            names.setdefault(fold(uri), System(uri, title))
        return Systems(MappingProxyType(names))


NO_SYSTEMS: Final = Systems()


def read_systems(parsed: Mapping[str, Any], file: str, faults: list[str]) -> Systems:
    """Read `systems.toml`; every fault is added as "file: key: what"."""
    names: dict[str, System] = {}
    for at, row in enumerate(parsed.get("system", ())):
        where = f"{file}: system[{at}] {row.get('id', '?')}"
        _check_row(row, _SYSTEM_KEYS, where, faults)
        if "uri" not in row:
            continue
        system = System(row["uri"], row.get("title", ""), tuple(_forms(row, where, faults)))
        _add_names(names, system, row, where, faults)
    return Systems(MappingProxyType(names))


def _add_names(
    names: dict[str, System], system: System, row: Mapping[str, Any], where: str, faults: list[str]
) -> None:
    for alias in row.get("alias", ()):
        _check_row(alias, _ALIAS_KEYS, f"{where}: alias", faults)
    for uri in [system.uri, *(a["uri"] for a in row.get("alias", ()) if "uri" in a)]:
        if names.setdefault(fold(uri), system) is not system:
            faults.append(f"{where}: {uri} already names another system")
        names[uri] = system


def _check_row(
    row: Mapping[str, Any], allowed: frozenset[str], where: str, faults: list[str]
) -> None:
    faults.extend(f"{where}: {key}: unknown key" for key in sorted(row.keys() - allowed))
    faults.extend(f"{where}: {key}: missing" for key in ("uri", "source") if not row.get(key))
    if row.get("certainty") not in CERTAINTIES:
        faults.append(f"{where}: certainty: must be V or W")


def _forms(row: Mapping[str, Any], where: str, faults: list[str]) -> Iterable[Form]:
    for form in row.get("form", ()):
        try:
            yield Form(re.compile(form["pattern"], re.ASCII), form["reads"])
        except (KeyError, re.error):
            faults.append(f"{where}: form: needs a valid pattern and reads")
