"""Functional syndrome (terminology 3.8).

In: a Condition whose code names a syndrome or its heart disease. Out: `syndrome-present` with the
component `syndrome-type`. A syndrome of the past shows neither that it is there nor that it is not.
Control and failed therapies have no code: they are attested.
"""

from collections.abc import Iterator
from typing import Final

from nelm_fhir.core.reading import Reading
from nelm_fhir.mappers.concepts import Matched, recorded_text, within
from nelm_fhir.mappers.elements import item
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.values import STATED
from nelm_fhir.profile.findings import NOTHING, Finding

PRESENT: Final = "syndrome-present"
TYPE: Final = "syndrome-type"
_GROUP: Final = "functional-syndrome"


def functional_syndrome(source: Source, found: tuple[Matched, ...]) -> Iterator[Finding]:
    """Yield the syndrome that a Condition states."""
    for match in within(found, _GROUP)[:1]:
        past = source.resource.reading is Reading.PAST
        yield source.finding(
            PRESENT,
            STATED,
            "code",
            recorded_text(item(source.data, "code")),
            match,
            components=NOTHING if match.word is None else {TYPE: match.word},
            reading=Reading.UNKNOWN if past else None,
        )
