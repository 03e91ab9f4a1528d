"""Chromogranin A (terminology 3.17): display beside a recurrence, never a response.

In: an Observation with a chromogranin A code. Out: `chromogranin-a`, the amount as recorded with
its unit; values of different assays are never compared.
"""

from collections.abc import Iterator
from typing import Final

from nelm_fhir.mappers.asked import Asked
from nelm_fhir.mappers.values import ASKED, UNREADABLE
from nelm_fhir.profile.findings import Finding

MARKER: Final = "chromogranin-a"
_AS_RECORDED: Final = frozenset({"Quantity", "string", "Range"})


def chromogranin(asked: Asked) -> Iterator[Finding]:
    """Yield the amount as a person reads it."""
    value = asked.value
    if value is not None:
        readable = value.kind in _AS_RECORDED
        yield asked.finding(MARKER, value.text if readable else UNREADABLE)
    elif asked.is_absent:
        yield asked.finding(MARKER, ASKED)
