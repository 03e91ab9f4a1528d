"""The concepts of our CodeSystems that repeat the criteria files, derived from those files.

In: mappings/criteria, scope.toml and record.toml. Out: the concepts of criteria-set, outcome and
criterion. The shipped JSON must equal them (test_conformance_resources.py);
`python -m tests.unit.criteria_codes` rewrites it.
"""

import json
import tomllib
from pathlib import Path
from typing import Any

MAPPINGS = Path(__file__).resolve().parents[2] / "mappings"
# the order of rules 0.2
ORDER = (
    "milan-2007",
    "milan-net-2016",
    "enets-2016",
    "optn",
    "esmo-2020",
    "la-fe-2026",
    "citterio-2023",
)

Concept = dict[str, Any]

SCOPE_LABELS = {
    "SCOPE-ADULT": "Scope: adult",
    "SCOPE-POST-LT": "Scope: no liver transplantation yet",
    "SCOPE-PRIMARY-LIVER": "Scope: no primary of the liver",
    "SCOPE-HISTOLOGY": "Scope: neuroendocrine histology",
    "SCOPE-NO-LIVER-METASTASES": "Scope: liver metastases",
}


def criteria_sets() -> list[dict[str, Any]]:
    """The criteria files, in the order of the rule book."""
    return [_read("criteria", set_id) for set_id in ORDER]


def _read(folder: str, name: str) -> dict[str, Any]:
    return tomllib.loads((MAPPINGS / folder / f"{name}.toml").read_text(encoding="utf-8"))


def derived() -> dict[str, list[Concept]]:
    """The concepts of each CodeSystem that repeats the criteria."""
    sets = criteria_sets()
    return {
        "criteria-set": [_criteria_set(one) for one in sets],
        "outcome": [_outcome(one) for one in sets],
        "criterion": [
            *[_criterion(one["id"], item) for one in sets for item in one["criterion"]],
            *_scopes(_read("definitions", "scope")["texts"]),
            _record(_read("definitions", "record")["criterion"]),
        ],
    }


def _concept(code: str, display: str, definition: str, properties: dict[str, str]) -> Concept:
    coded = [{"code": name, "valueCode": value} for name, value in properties.items()]
    return {"code": code, "display": display, "definition": definition, "property": coded}


def _criteria_set(one: dict[str, Any]) -> Concept:
    definition = one["citation"].rstrip(".") + "."
    return _concept(one["id"], one["title"], definition, {"version": one["version"]})


def _outcome(one: dict[str, Any]) -> Concept:
    definition = f"The documented data meet the criteria set {one['title']}."
    return _concept(f"meets-{one['id']}", f"Meets {one['title']}", definition, {"set": one["id"]})


def _criterion(set_id: str, item: dict[str, Any]) -> Concept:
    properties = {"set": set_id, "kind": item["kind"]}
    return _concept(item["id"], item["label"], item["statement"], properties)


def _scopes(texts: dict[str, str]) -> list[Concept]:
    """The ids of scope that stand for all sets; ESMO-SCOPE is a criterion of its set."""
    return [
        _concept(code, label, f"Outside scope: {texts[code]}", {"kind": "scope"})
        for code, label in SCOPE_LABELS.items()
    ]


def _record(item: dict[str, Any]) -> Concept:
    return _concept(item["id"], item["label"], item["statement"], {"kind": item["kind"]})


def rewrite() -> None:
    """Write the derived concepts into the shipped CodeSystems."""
    for name, concepts in derived().items():
        file = MAPPINGS / "fhir" / f"CodeSystem-{name}.json"
        resource = json.loads(file.read_text(encoding="utf-8"))
        resource |= {"count": len(concepts), "concept": concepts}
        text = json.dumps(resource, indent=2, ensure_ascii=False) + "\n"
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    rewrite()
