"""The canonical base of everything this project names itself (architecture decision 10).

A reserved domain is honest until somebody owns one. A publisher replaces this constant and the
shipped JSON in one step.
"""

from typing import Final

BASE: Final = "https://nelm-fhir.example/fhir"
