"""The shipped CodeSystems that repeat the criteria, as the catalogue makes them.

In: the catalogue. Out: the concepts of criteria-set, outcome and criterion, as
`writers/conformance.py` makes them. The shipped JSON must equal them (test_conformance_resources.py
and writers/test_conformance.py); `python -m tests.unit.criteria_codes` rewrites it.
"""

import json
from pathlib import Path

from nelm_fhir.evaluator.registry import SPECS
from nelm_fhir.knowledge.loader import load_catalogue
from nelm_fhir.writers.conformance import code_system, concepts
from nelm_fhir.writers.datatypes import Json

MAPPINGS = Path(__file__).resolve().parents[2] / "mappings"


def derived() -> dict[str, list[Json]]:
    """The concepts of each CodeSystem that repeats the criteria."""
    return concepts(load_catalogue(SPECS))


def shipped(name: str) -> Path:
    return MAPPINGS / "fhir" / f"CodeSystem-{name}.json"


def text_of(resource: Json) -> str:
    """The resource in the form in which it is shipped."""
    return json.dumps(resource, indent=2, ensure_ascii=False) + "\n"


def regenerated(name: str) -> str:
    """The text that the file of one CodeSystem must have."""
    resource = json.loads(shipped(name).read_text(encoding="utf-8"))
    return text_of(code_system(resource, derived()[name]))


def rewrite() -> None:
    """Write the derived concepts into the shipped CodeSystems."""
    for name in derived():
        shipped(name).write_text(regenerated(name), encoding="utf-8")


if __name__ == "__main__":
    rewrite()
