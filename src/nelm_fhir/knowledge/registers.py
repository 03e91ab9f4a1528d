"""What other files refer to by key: sources (rules 2), policies (18), options (15.2).

In: `mappings/sources.toml`, `policies.toml`, `options.toml`. Out: Registers.
"""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from nelm_fhir.knowledge.criteria import Source
from nelm_fhir.knowledge.toml_reading import Section


class Registers(Struct, frozen=True):
    """Sources and policies by key, and the text of every option by name."""

    sources: Mapping[str, Source]
    policies: Mapping[str, str]
    options: Mapping[str, str]

    @property
    def citable(self) -> frozenset[str]:
        """Every key that a text may name as its source."""
        return frozenset(self.sources) | frozenset(self.policies)


def read_registers(sources: Section, policies: Section, options: Section) -> Registers:
    """Return the three registers."""
    return Registers(
        MappingProxyType({key: _read_source(key, entry) for key, entry in sources.entries()}),
        MappingProxyType({key: policies.text(key) for key in policies.values}),
        MappingProxyType(dict(_read_options(options, frozenset(policies.values)))),
    )


def _read_source(key: str, section: Section) -> Source:
    source = Source(key, section.text("citation"), section.text("available"))
    section.close()
    return source


def _read_options(file: Section, policies: frozenset[str]) -> list[tuple[str, str]]:
    found = []
    for name, entry in file.entries():
        found.append((name, entry.text("text")))
        if not entry.words("policy", policies, "policy"):
            entry.fault("policy", "is missing; an option is project policy")
        entry.close()
    return found
