"""The valid records that are damaged: samples, stored records in styles, records made with noise.

In: a name. Out: a Base, read once. Names say where a record comes from: `sample:meets-all`,
`styled:V07-nl`, `made:V07:mii` (the vignette as that style of hospital sends it, with noise),
`adverse:bone in SNOMED` (a record that meets six sets, and one statement that speaks against it).
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from tests.property.fhir_parts import AS_OF, with_added
from tests.property.test_adverse_facts import MUST_BE_UNKNOWN, NO_LONGER_MET

from nelm_fhir import pipeline
from nelm_fhir.knowledge.cases import worked_cases
from nelm_fhir.knowledge.style_reading import load_styles
from nelm_fhir.writers.fhir_json import fhir_json

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_bundles"
STYLED = ROOT / "tests" / "golden" / "styled_records"
VIGNETTES = {case.id: case for case in worked_cases() if case.file == "vignettes.json"}
STYLES = sorted(load_styles())
NOISE = 30
CATALOGUE = pipeline.load()

Json = dict[str, Any]


@dataclass(frozen=True)
class Base:
    """One valid record: the Bundle without its entries, the entries, and how it is judged."""

    name: str
    head: Json
    entries: tuple[Json, ...]
    as_of: date
    options: Mapping[str, bool] = field(default_factory=dict)
    against: frozenset[int] = frozenset()
    """Entries that are known to speak against the patient; they are damaged more often."""


def samples() -> tuple[str, ...]:
    """Return the names of the sample records."""
    return tuple(f"sample:{path.parent.name}" for path in sorted(SAMPLES.glob("*/sample.toml")))


def everything() -> tuple[str, ...]:
    """Return the names of all records, in a fixed order."""
    styled = tuple(f"styled:{path.stem}" for path in sorted(STYLED.glob("*.json")))
    made = tuple(f"made:{case}:{style}" for case in sorted(VIGNETTES) for style in STYLES)
    return samples() + styled + made + adverse() * 2


def adverse() -> tuple[str, ...]:
    """Return the names of the records with one adverse statement."""
    return tuple(f"adverse:{row}" for row in {**NO_LONGER_MET, **MUST_BE_UNKNOWN})


POOLS = {"adverse": adverse, "all": everything, "samples": samples}


@cache
def base(name: str) -> Base:
    """Return the record of that name."""
    kind, _, rest = name.partition(":")
    return _KINDS[kind](name, rest)


def _sample(name: str, folder: str) -> Base:
    about = tomllib.loads((SAMPLES / folder / "sample.toml").read_text())
    return _base(name, (SAMPLES / folder / "bundle.json").read_text(), str(about["as_of"]), {})


def _styled(name: str, stem: str) -> Base:
    record = VIGNETTES[stem.partition("-")[0]].record
    text = (STYLED / f"{stem}.json").read_text()
    return _base(name, text, record["as_of"], record.get("options", {}))


def _made(name: str, which: str) -> Base:
    case, style = which.split(":")
    record = VIGNETTES[case].record
    profile = pipeline.read_profile(record).profile
    seed = sorted(VIGNETTES).index(case)
    built = pipeline.to_record(
        profile, CATALOGUE, style=style, noise=NOISE, seed=seed, validated=False
    )
    return _base(name, fhir_json(built).decode(), record["as_of"], record.get("options", {}))


def _adverse(name: str, row: str) -> Base:
    _, *added = {**NO_LONGER_MET, **MUST_BE_UNKNOWN}[row]
    text = json.dumps(with_added(added))
    for number, one in enumerate(added):  # ids are counted over all tests that ran before
        text = text.replace(f'{one["id"]}"', f'added-{number}"') if _is_counted(one) else text
    whole = _base(name, text, AS_OF, {})
    last = len(whole.entries)
    return replace(whole, against=frozenset(range(last - len(added), last)))


def _is_counted(resource: Json) -> bool:
    return str(resource["id"]).startswith("added-")


_KINDS = {"adverse": _adverse, "made": _made, "sample": _sample, "styled": _styled}


def _base(name: str, text: str, as_of: str, options: Mapping[str, bool]) -> Base:
    bundle = json.loads(text, parse_float=Decimal)
    entries = tuple(bundle.pop("entry"))
    return Base(name, bundle, entries, date.fromisoformat(as_of), options)
