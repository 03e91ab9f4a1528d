"""What a judgment on grade rests on, and what is lacking on the liver specimens."""

from nelm_fhir.core.evidence import Evidence
from nelm_fhir.core.unknown import Reason
from nelm_fhir.evaluator.definitions.grading import (
    LIVER,
    GradedSpecimen,
    specimens,
)
from nelm_fhir.evaluator.judgment import unique
from nelm_fhir.evaluator.view import View
from nelm_fhir.profile.provenance import reason, sources


def evidence_of(view: View, *keys: str) -> tuple[Evidence, ...]:
    """Return what these elements of all specimens rest on."""
    return unique(
        item for s in specimens(view) for key in keys for item in sources(s.specimen, key)
    )


def why_absent(liver: list[GradedSpecimen], *keys: str) -> Reason:
    """Return why no liver specimen has any of the keys; a recorded reason beats no record."""
    given = [reason(s.specimen, key) for s in liver for key in keys]
    return next((r for r in given if r is not Reason.NO_RECORD), Reason.NO_RECORD)


def liver_paths(liver: list[GradedSpecimen], *keys: str) -> tuple[str, ...]:
    """Return the paths of these elements of the liver specimens, a placeholder without any."""
    owners = [s.key for s in liver] or [f"<{LIVER}>"]
    return tuple(f"specimens.{owner}.{key}" for owner in owners for key in keys)
