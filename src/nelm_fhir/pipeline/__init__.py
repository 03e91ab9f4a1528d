"""The straight line: bytes -> resources -> findings -> profile -> assessment -> FHIR.

Every step is a pure function; what differs between command line, library and services is where the
bytes come from and where the results go. Time is an argument: `as_of`, the day of judgment, and
`recorded`, the moment of writing.

    load                                knowledge, with the overlays of a hospital
    read_all, read_one, read_profile    bytes or a profile -> Read         reading.py
    judge                               Read -> Assessment                 judging.py
    to_fhir, risk_assessments           Assessment -> resources            writing.py
    scan, assess                        a line, a patient of a population  population.py
"""

from collections.abc import Sequence
from pathlib import Path

from nelm_fhir.evaluator.registry import SPECS
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.loader import load_catalogue
from nelm_fhir.pipeline.judging import judge, with_subject
from nelm_fhir.pipeline.population import Judged, assess, concerns, may_concern, scan
from nelm_fhir.pipeline.reading import Line, Read, given, line_of, read_all, read_one, read_profile
from nelm_fhir.pipeline.writing import risk_assessments, to_fhir, to_record

__all__ = [
    "Judged",
    "Line",
    "Read",
    "assess",
    "concerns",
    "given",
    "judge",
    "line_of",
    "load",
    "may_concern",
    "read_all",
    "read_one",
    "read_profile",
    "risk_assessments",
    "scan",
    "to_fhir",
    "to_record",
    "with_subject",
]


def load(overlays: Sequence[Path] = ()) -> Catalogue:
    """Return all knowledge, with the overlays of a hospital.

    Raises KnowledgeError, listing every fault with file and key.
    """
    return load_catalogue(SPECS, overlays)
