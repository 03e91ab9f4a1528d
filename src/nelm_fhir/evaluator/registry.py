"""All definitions by name, collected from the modules that hold them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from nelm_fhir.evaluator.definition import Definition
from nelm_fhir.evaluator.definitions import (
    clocks,
    extrahepatic,
    function,
    grade,
    listed,
    liver,
    person,
    primary,
    proliferation,
    responses,
    stability,
)
from nelm_fhir.evaluator.tellers import TELLERS
from nelm_fhir.knowledge.criteria import DefinitionSpec

_MODULES: Final = (
    grade,
    proliferation,
    primary,
    extrahepatic,
    responses,
    stability,
    clocks,
    listed,
    liver,
    function,
    person,
)

DEFINITIONS: Final[Mapping[str, Definition]] = MappingProxyType(
    {
        found.spec.name: found
        for module in _MODULES
        for found in vars(module).values()
        if isinstance(found, Definition)
    }
)

SPECS: Final[Mapping[str, DefinitionSpec]] = MappingProxyType(
    {name: replace(found.spec, cases=TELLERS[name].cases) for name, found in DEFINITIONS.items()}
)
"""What the loader may accept for each definition, and the cases that need their words."""
