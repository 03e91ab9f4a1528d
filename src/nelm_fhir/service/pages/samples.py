"""The shipped samples: fictional patients, each with the day to judge it for."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from nelm_fhir.knowledge.files import samples

_ABOUT: Final = "sample.toml"
_BUNDLE: Final = "bundle.json"


class Sample(Struct, frozen=True):
    """One sample: its name, what it shows, its as-of date, its record."""

    name: str
    title: str
    as_of: date
    bundle: bytes


@cache
def shipped() -> Mapping[str, Sample]:
    """Return the samples by name; read once per process."""
    found: dict[str, Sample] = {}
    for name, folder in samples().items():
        about = tomllib.loads((folder / _ABOUT).read_text("utf-8"))
        day = date.fromisoformat(about["as_of"])
        found[name] = Sample(name, about["title"], day, (folder / _BUNDLE).read_bytes())
    return MappingProxyType(found)
