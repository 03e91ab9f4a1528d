"""nelm-fhir: published liver transplantation criteria for NELM, judged on FHIR R4 records.

    import nelm_fhir
    assessment = nelm_fhir.assess(bundle, as_of="2026-06-01")

The names below are all there is; they are imported when first used, so that importing the package
costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nelm_fhir.core import program

if TYPE_CHECKING:
    from nelm_fhir.api import assess, evaluate, load_catalogue, read_profile, to_fhir
    from nelm_fhir.assessment.result import Assessment
    from nelm_fhir.errors import NelmError
    from nelm_fhir.profile.record_format import CandidateProfile

__version__ = program.VERSION

__all__ = [
    "Assessment",
    "CandidateProfile",
    "NelmError",
    "__version__",
    "assess",
    "evaluate",
    "load_catalogue",
    "read_profile",
    "to_fhir",
]

_HOMES = {
    "Assessment": "nelm_fhir.assessment.result",
    "CandidateProfile": "nelm_fhir.profile.record_format",
    "NelmError": "nelm_fhir.errors",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'nelm_fhir' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "nelm_fhir.api")), name)


def __dir__() -> list[str]:
    return sorted(__all__)
