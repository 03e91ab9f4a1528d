"""The addresses of the pages, in one place: no page spells another one's."""

from typing import Final
from urllib.parse import quote

TRY: Final = "/try"
ASK: Final = "/try/form"
ANSWERED: Final = "/try/answers"
ANSWERS_FILE: Final = "/try/answers/file"
WORKLIST: Final = "/worklist"
_PATIENT: Final = "Patient/"


def report_address(patient: str) -> str:
    """Return the address of the report of a patient of the ledger."""
    return f"/patients/{_named(patient)}/report"


def form_address(patient: str) -> str:
    """Return the address of the form about a patient of the ledger."""
    return f"/patients/{_named(patient)}/form"


def facts_address(patient: str) -> str:
    """Return the address of the fact sheet of a patient of the ledger."""
    return f"/patients/{_named(patient)}/facts"


def store_address(patient: str) -> str:
    """Return the address that takes answers about a patient for the FHIR server."""
    return f"/patients/{_named(patient)}/answers"


def _named(patient: str) -> str:
    return quote(patient.removeprefix(_PATIENT), safe="")
