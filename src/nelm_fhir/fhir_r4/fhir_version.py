"""Refusing input that says itself that it is not FHIR R4.

Only where it is said: `fhirVersion`, or the Bundle's profile of another release. R4B (4.3) is read
as R4, of which it is a superset for everything used here (terminology 7, 8).
"""

import re
from typing import Any, Final

from nelm_fhir.errors import WrongFhirVersion

_OTHER_CORE: Final = re.compile(r"https?://hl7\.org/fhir/(?:[1-35-9]\.\d|R[5-9])/|.*\|[1-35-9]\.\d")


def check_version(version: Any, meta: Any) -> None:
    """Raise WrongFhirVersion for a declared version other than 4."""
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    declared = [item for item in profiles or () if isinstance(item, str) and _is_core(item)]
    if any(_OTHER_CORE.match(profile) for profile in declared) or _is_other(version):
        raise WrongFhirVersion(
            "The input declares another version of FHIR than R4.",
            "Ask the sending system for FHIR R4 (4.0.1).",
        )


def _is_core(profile: str) -> bool:
    return re.match(r"https?://hl7\.org/fhir/(?:[^/]+/)?StructureDefinition/", profile) is not None


def _is_other(version: Any) -> bool:
    return isinstance(version, str) and not version.startswith("4")
