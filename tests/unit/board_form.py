"""The shipped form of the tumor board, as the table and its texts make it.

`python -m tests.unit.board_form` rewrites it; test_conformance_resources.py holds it equal.
"""

from pathlib import Path

from tests.unit.criteria_codes import MAPPINGS, text_of

from nelm_fhir.evaluator.registry import SPECS
from nelm_fhir.knowledge.loader import load_catalogue
from nelm_fhir.writers.questionnaire import questionnaire

FILE: Path = MAPPINGS / "fhir" / "Questionnaire-nelm-tumor-board.json"


def derived() -> str:
    """The text that the file must have."""
    catalogue = load_catalogue(SPECS)
    return text_of(questionnaire(catalogue.form, catalogue.attested))


if __name__ == "__main__":
    FILE.write_text(derived(), encoding="utf-8")
