"""Mark and short word of every verdict, the same on every page; they say it without color."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from nelm_fhir.assessment.result import Verdict

MARKS: Final[Mapping[Verdict, tuple[str, str]]] = MappingProxyType(
    {
        Verdict.CRITERIA_MET: ("✓", "met"),
        Verdict.CRITERIA_NOT_MET: ("✗", "not met"),
        Verdict.DEFERRED: ("…", "deferred"),
        Verdict.INDETERMINATE: ("?", "indeterminate"),
        Verdict.NOT_APPLICABLE: ("–", "not applicable"),
    }
)
