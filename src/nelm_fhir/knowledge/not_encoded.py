"""What must never be loaded, because no source text was available (rules section 17).

An id in this list is refused wherever it is met, in shipped files and in overlays.
"""

from typing import Final

_NO_TEXT: Final = "no source text was available"

NOT_ENCODED: Final = {
    "enets-2012": _NO_TEXT,
    "enets-2023": _NO_TEXT,
    "enets-2024": _NO_TEXT,
    "enets-2025": _NO_TEXT,
    "M07-KI67": "the text available gives no Ki-67 number",
    "E16-BURD": "the figures cannot be separated from other sources (E3)",
    "E16-NUM": _NO_TEXT,
    "OPTN-AGE": _NO_TEXT,
    "OPTN-3M": _NO_TEXT,
    "OPTN-LAP": _NO_TEXT,
    "OPTN-SCORE": _NO_TEXT,
    "UK-TAB": _NO_TEXT,
    "P2": "points and survival were not available",
    "P6": "no recurrence score after transplantation was available",
}
"""Id of a criteria set, criterion or model, and why it is not encoded."""
