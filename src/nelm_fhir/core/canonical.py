"""The canonical base of everything this project names itself (architecture decision 10).

A reserved domain is honest until somebody owns one. A publisher replaces this constant and the
shipped JSON in one step.
"""

from typing import Final

BASE: Final = "https://nelm-fhir.example/fhir"
FORM: Final = f"{BASE}/Questionnaire/nelm-tumor-board"
"""The form of the tumor board (attested-entry.md section 3)."""


def without_version(canonical: str) -> str:
    """Return a canonical without the version behind its bar."""
    return canonical.partition("|")[0]
