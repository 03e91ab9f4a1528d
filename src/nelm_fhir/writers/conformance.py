"""Our CodeSystems that repeat the criteria: their concepts, made from the catalogue.

In: a Catalogue. Out: the concepts of `criteria-set`, `outcome` and `criterion`, and the shipped
resource with them in place. A test holds the shipped files equal to this. Source: terminology 6.2.
"""

from collections.abc import Mapping
from typing import Final

from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.criteria import CriteriaSet, Criterion
from nelm_fhir.writers.datatypes import Json

# what a table calls the ids of scope; their sentences are data (definitions/scope.toml)
SCOPE_LABELS: Final[Mapping[str, str]] = {
    "SCOPE-ADULT": "Scope: adult",
    "SCOPE-POST-LT": "Scope: no liver transplantation yet",
    "SCOPE-PRIMARY-LIVER": "Scope: no primary of the liver",
    "SCOPE-HISTOLOGY": "Scope: neuroendocrine histology",
    "SCOPE-NO-LIVER-METASTASES": "Scope: liver metastases",
}


def concepts(catalogue: Catalogue) -> dict[str, list[Json]]:
    """Return the concepts of each CodeSystem that repeats the criteria, sets in their order."""
    sets = list(catalogue.sets.values())
    texts = catalogue.definitions.scope.texts
    return {
        "criteria-set": [_criteria_set(one) for one in sets],
        "outcome": [_outcome(one) for one in sets],
        "criterion": [
            *(_criterion(item, set=one.id) for one in sets for item in one.criteria),
            *(_scope(code, label, texts[code]) for code, label in SCOPE_LABELS.items()),
            _criterion(catalogue.record),
        ],
    }


def code_system(shipped: Json, listed: list[Json]) -> Json:
    """Return the CodeSystem with these concepts in place of its own."""
    return shipped | {"count": len(listed), "concept": listed}


def _concept(code: str, display: str, definition: str, **properties: str) -> Json:
    coded = [{"code": name, "valueCode": value} for name, value in properties.items()]
    return {"code": code, "display": display, "definition": definition, "property": coded}


def _criteria_set(one: CriteriaSet) -> Json:
    return _concept(one.id, one.title, one.citation.rstrip(".") + ".", version=one.version)


def _outcome(one: CriteriaSet) -> Json:
    definition = f"The documented data meet the criteria set {one.title}."
    return _concept(f"meets-{one.id}", f"Meets {one.title}", definition, set=one.id)


def _criterion(item: Criterion, **of: str) -> Json:
    return _concept(item.id, item.label, item.statement, **of, kind=str(item.kind))


def _scope(code: str, label: str, text: str) -> Json:
    """Return the concept of an id of scope that stands for all sets."""
    return _concept(code, label, f"Outside scope: {text}", kind="scope")
