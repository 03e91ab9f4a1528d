"""What stands in every record around the disease: vitals, routine labs, visits, other diagnoses.

In: `mappings/styles/noise.toml`. Out: one row per thing. None of the codes may be one that a mapper
reads; a test holds that.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from msgspec import Struct

from nelm_fhir.knowledge.styles import Codings
from nelm_fhir.knowledge.toml_reading import Section

_IN_WORDS: Final = ("appointment", "immunization", "allergy")
"""Kinds that no mapper reads, whatever their codes: they have none."""
KINDS: Final = ("vital", "lab", "condition", "medication", "procedure", "encounter", *_IN_WORDS)
_MEASURED: Final = ("vital", "lab")
ReadCodes = Callable[[Section, str], Codings]


class NoiseRow(Struct, frozen=True):
    """One thing of other content.

    `texts` names it by language; a measured one has a value between `low` and `high`, with `digits`
    behind the point, in a UCUM `unit`.
    """

    kind: str
    codings: Codings
    texts: Mapping[str, str]
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)
    digits: int = 0
    unit: str = ""


def read_noise(file: Section, read_codes: ReadCodes) -> tuple[NoiseRow, ...]:
    """Return the rows of the file."""
    rows = tuple(_row(section, read_codes) for section in file.sections("row"))
    file.text("source")
    file.close()
    return rows


def _row(section: Section, read_codes: ReadCodes) -> NoiseRow:
    kind = section.word("kind", KINDS, "kind")
    codings = () if kind in _IN_WORDS else read_codes(section, "codes")
    texts = section.mapping("text")
    if kind in _MEASURED:
        row = NoiseRow(
            kind,
            codings,
            texts,
            section.number("low"),
            section.number("high"),
            section.integer("digits"),
            section.text("unit"),
        )
    else:
        row = NoiseRow(kind, codings, texts)
    section.close()
    return row
