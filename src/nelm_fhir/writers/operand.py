"""The operand extension: what one criterion compared, so that programs need not read sentences.

In: a CriterionResult. Out: one complex extension, None where there is nothing to say. An open end
cannot be said by a FHIR Range: a one-sided amount becomes a Quantity with comparator, any other
open interval a string. Source: terminology 6.2.
"""

from collections.abc import Iterator
from decimal import Decimal

from nelm_fhir.assessment.result import CriterionResult, Observed
from nelm_fhir.assessment.sentences import only_possible
from nelm_fhir.assessment.told import Limit
from nelm_fhir.core.amounts import TESTS, Amount, Test
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.writers.canonicals import OPERAND
from nelm_fhir.writers.datatypes import (
    Json,
    day_span,
    extension,
    extensions,
    quantity,
    string,
    value_range,
)
from nelm_fhir.writers.rationale import citation
from nelm_fhir.writers.references import sources


def operand(result: CriterionResult) -> Json | None:
    """Return the extension of one criterion's prediction."""
    parts = list(_parts(result))
    return extensions(OPERAND, parts) if parts else None


def _parts(result: CriterionResult) -> Iterator[Json]:
    seen = _seen(result)
    if seen is not None and seen != "":
        yield extension("observed", *observed(seen))
    if result.limits:
        yield extension("threshold", *_threshold(result.limits))
    if result.reason is not None:
        yield extension("reason", "Code", result.reason)
    if result.earliest is not None:
        yield extension("earliest", "Date", result.earliest.isoformat())
    if cited := citation(result):
        yield extension("citation", "String", string(cited))
    for source in sources(result.evidence):
        yield extension("source", "Reference", source)


def _seen(result: CriterionResult) -> Observed | None:
    """Return the value considered, in words where it is no amount, date or single word.

    An amount that only says what is possible without any record was not observed.
    """
    if only_possible(result):
        return None
    return result.value if result.observed is None else result.observed


def observed(value: Observed) -> tuple[str, object]:
    """Return type and value of `observed[x]`."""
    if isinstance(value, Amount):
        return _amount(value)
    if isinstance(value, DaySpan):
        kind, day = day_span(value)
        return kind.capitalize(), day
    if isinstance(value, bool):
        return "Boolean", value
    return "String", string(value)


def _amount(amount: Amount) -> tuple[str, object]:
    if amount.high is None:
        return "Quantity", quantity(amount.low, amount.unit, ">" if amount.low_open else ">=")
    if amount.is_point:
        return "Quantity", quantity(amount.low, amount.unit)
    if not amount.low_open and not amount.high_open:
        return "Range", value_range(amount.low, amount.high, amount.unit)
    if amount.low == 0 and not amount.low_open:  # nothing clinical here lies below nought
        return "Quantity", quantity(amount.high, amount.unit, "<")
    return "String", str(amount)


def _threshold(limits: tuple[Limit, ...]) -> tuple[str, object]:
    """Return the limit; several, which no Quantity can say, as text (`threshold` stands once)."""
    if len(limits) > 1:
        return "String", string(", ".join(map(str, limits)))
    (limit,) = limits
    return "Quantity", quantity(Decimal(limit.value), limit.unit, _comparator(limit.test))


def _comparator(test: str) -> Test:
    return next(known for known in TESTS if known == test)
