"""All tellers by the name of the definition whose answers they tell."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from nelm_fhir.evaluator.account import Teller
from nelm_fhir.evaluator.accounts import (
    course,
    function,
    grade,
    listed,
    liver,
    person,
    proliferation,
    removal,
    scans,
    site,
    staging,
    waiting,
)

_MODULES: Final = (
    grade,
    proliferation,
    site,
    removal,
    staging,
    scans,
    course,
    waiting,
    listed,
    liver,
    function,
    person,
)

TELLERS: Final[Mapping[str, Teller]] = MappingProxyType(
    {
        name: found
        for module in _MODULES
        for found in vars(module).values()
        if isinstance(found, Teller)
        for name in found.names
    }
)
