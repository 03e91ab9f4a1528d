"""Single values in the JSON contract: amounts, dates, evidence, and their schemas.

Numbers stand as JSON numbers, dates as recorded: `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, two full dates
joined by `/`.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.evidence import Evidence, SetAside

Json = dict[str, Any]


def amount_json(amount: Amount) -> Json:
    """Return an amount with its open and closed ends."""
    return {
        "low": number_json(amount.low),
        "high": None if amount.high is None else number_json(amount.high),
        "low_open": amount.low_open,
        "high_open": amount.high_open,
        "approximate": amount.approximate,
        "unit": amount.unit,
    }


def number_json(number: Decimal) -> int | float:
    """Return a number as JSON holds it."""
    return int(number) if number == number.to_integral_value() else float(number)


def evidence_json(evidence: Evidence) -> Json:
    """Return one resource element."""
    return {
        "resource": evidence.resource,
        "version": evidence.version,
        "path": evidence.path,
        "recorded": evidence.recorded,
        "text": evidence.text,
        "code": evidence.code,
        "match": str(evidence.match),
    }


def set_aside_json(aside: SetAside) -> Json:
    """Return evidence that was not used, with the reason."""
    return {**evidence_json(aside.evidence), "reason": str(aside.reason)}


def day_json(day: date | None) -> str | None:
    """Return a day as ISO text."""
    return None if day is None else day.isoformat()
