"""Mitotic count (terminology 3.2, rules 6.5; traps T8, T9).

In: an Observation or panel component with a mitosis question code. Out: `mitotic-count` as text
with its denominator. Where the code fixes the denominator a bare number takes it, and a unit that
says another one contradicts it; a code for a score is never a count. Both are handed on unreadable.
"""

from collections.abc import Iterator
from typing import Final

from nelm_fhir.core.unknown import Reason
from nelm_fhir.mappers.asked import Asked
from nelm_fhir.mappers.concepts import within
from nelm_fhir.mappers.ki67 import PERFORMED
from nelm_fhir.mappers.proliferation import MITOSES, MITOSES_PER_10_HPF, index_text, unreadable
from nelm_fhir.mappers.values import ASKED
from nelm_fhir.profile.findings import Finding

SCORE: Final = "mitotic-score"
PER_10_HPF: Final = "mitotic-count-per-10-hpf"


def mitoses(asked: Asked) -> Iterator[Finding]:
    """Yield the count as recorded; nothing where the test was only performed."""
    value = asked.value
    if value is None:
        if asked.is_absent:
            yield asked.finding("mitotic-count", ASKED)
        return
    if within(asked.meanings(), PERFORMED):
        return
    if asked.is_absent or asked.asks(SCORE):
        yield asked.finding("mitotic-count", unreadable(value.text, Reason.CONFLICTING))
        return
    kind = MITOSES_PER_10_HPF if asked.asks(PER_10_HPF) else MITOSES
    yield asked.finding("mitotic-count", index_text(value, kind, asked.source.resource, asked.ctx))
