"""Birth date, sex and death (terminology 3.20).

In: Patient, and an Observation whose code states a death (oBDS). Out: `birth-date` as a span,
`sex`, `death`.
"""

from collections.abc import Iterator
from typing import Final

from nelm_fhir.mappers.asked import Asked
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.dates import read_date
from nelm_fhir.mappers.elements import extension, item, string
from nelm_fhir.mappers.places import DATA_ABSENT
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.values import ASKED, STATED, UNREADABLE
from nelm_fhir.profile.findings import Finding

SEXES: Final = frozenset({"female", "male", "other", "unknown"})


def patient(source: Source, ctx: Context) -> Iterator[Finding]:
    """Yield what the Patient resource says of the person."""
    yield from _birth(source, ctx)
    if sex := string(source.data, "gender"):
        yield source.finding("sex", sex if sex in SEXES else UNREADABLE, "gender", sex)
    yield from _death(source, ctx)


def _birth(source: Source, ctx: Context) -> Iterator[Finding]:
    if text := string(source.data, "birthDate"):
        day = read_date(text, source.resource, "birthDate", ctx)
        yield source.finding("birth-date", day or UNREADABLE, "birthDate", text)
    elif extension(item(source.data, "_birthDate"), DATA_ABSENT):
        yield source.finding("birth-date", ASKED, "birthDate")


def _death(source: Source, ctx: Context) -> Iterator[Finding]:
    died = string(source.data, "deceasedDateTime")
    if died:
        read_date(died, source.resource, "deceasedDateTime", ctx)
        yield source.finding("death", STATED, "deceasedDateTime", died)
    elif source.data.get("deceasedBoolean") is True:
        yield source.finding("death", STATED, "deceasedBoolean", "true")


def death(asked: Asked) -> Iterator[Finding]:
    """Yield a death that an Observation states by its cause."""
    yield asked.finding("death", STATED)
