"""The residual tumor status of one operation from statements and single margins (trap T20).

R0 is a statement about the whole operation: one free margin shows nothing, one involved margin
shows R1 at least, and one that may be involved leaves R0 open. Statements that differ conflict.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from msgspec.structs import replace

from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.profile.assemble.statements import (
    Settled,
    Statement,
    agreed,
    beside,
    latest,
    statement,
)
from nelm_fhir.profile.findings import Finding

_INVOLVED: Final = "R1"
_WORSE: Final = "R2"


def margin(findings: Iterable[Finding], stated: Iterable[Statement], as_of: date) -> Settled:
    """Return the status that all statements about one operation allow."""
    everything = list(findings)
    status = [statement(f) for f in everything if f.element == "residual-tumor"]
    single = [statement(f) for f in everything if f.element == "margin-involved"]
    whole = beside([*status, *stated], as_of)
    if whole.value == _WORSE or (whole.value is None and whole.reason is Reason.CONFLICTING):
        return whole
    involved = latest([i for i in single if i.value is True], as_of)
    if involved.value is True:
        return agreed([*whole.used, *(replace(item, value=_INVOLVED) for item in involved.used)])
    doubtful = [i for i in single if isinstance(i.value, Unknown) and i.speaks]
    return agreed([*whole.used, *doubtful]) if doubtful else whole
