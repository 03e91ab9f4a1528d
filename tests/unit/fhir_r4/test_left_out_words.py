"""Every reason for which the reader leaves a resource out has its words for people."""

import ast
from importlib.resources import files

from tests.property.records import CATALOGUE

from nelm_fhir.core.issues import Severity
from nelm_fhir.fhir_r4 import notices
from nelm_fhir.fhir_r4.part import UNWANTED

GIVES = frozenset({"set_aside", "damage", "Drop", "Damaged", "_drop"})
OF_WHOLE_RECORD = frozenset({"partial-record"})


def called(call: ast.Call) -> str:
    """Return the name that is called."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def given() -> set[str]:
    """Return every reason that stands as a literal where a resource is left out."""
    reasons = {UNWANTED}
    for path in files("nelm_fhir.fhir_r4").iterdir():
        if path.name.endswith(".py"):
            calls = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
            literals = [a for c in calls if called(c) in GIVES for a in c.args]
            reasons |= {a.value for a in literals if isinstance(a, ast.Constant)}
    return {reason for reason in reasons if isinstance(reason, str)}


def damages() -> set[str]:
    kinds = notices._KINDS.items()
    return {kind for kind, (severity, *_) in kinds if severity is Severity.ERROR}


def test_every_reason_has_words() -> None:
    words = CATALOGUE.texts.wording.words["left-out"]
    assert {"entered-in-error", "revoked", "not-json", "too-deep"} <= given()
    assert given() | damages() - OF_WHOLE_RECORD <= words.keys()
