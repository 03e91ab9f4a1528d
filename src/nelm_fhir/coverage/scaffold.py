"""The scaffold of an overlay, made from a coverage report: it loads, and maps nothing yet.

In: a report, a name, the catalogue. Out: the files of the folder as text. Every code that has a
suggestion stands in a ConceptMap under `unmatched`, the suggestion in its comment: a person decides
what it means and writes it down. Codes of drugs alone, without system or without suggestion are
told in the README only.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from nelm_fhir.core.canonical import BASE
from nelm_fhir.coverage.known import answer_words
from nelm_fhir.coverage.scaffold_texts import MapFile, answers_toml, comment, overlay_toml, readme
from nelm_fhir.coverage.stored import Stored, StoredGap
from nelm_fhir.coverage.tables import Aim, Kind
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.code_overlays import ATTESTED
from nelm_fhir.mappers.attested_values import ANSWER, ELEMENT

QUESTIONS: Final = "questions"
UNMATCHED: Final = "unmatched"
_SYSTEM: Final = f"{BASE}/CodeSystem/"
_VALUE: Final = ".value"
_LONGEST_ID: Final = 64
"""So long an id may be in FHIR."""


def scaffold(report: Stored, name: str, catalogue: Catalogue) -> dict[str, str]:
    """Return the files of the overlay by name."""
    maps = list(map_files(report, catalogue))
    told = {id(gap) for file in maps for gap in file.gaps}
    left = [gap for gap in report.gaps if id(gap) not in told]
    words = answer_words(catalogue.attested)
    named = [file.limit for file in maps if file.limit is not None]
    asked = [aim.name for gap in report.gaps for aim in _aims(gap) if aim.name in words]
    files = {
        f"ConceptMap-{file.name}.json": _json(_concept_map(file, name, catalogue)) for file in maps
    }
    answered = {element: words[element] for element in sorted({*named, *asked})}
    return {
        "README.md": readme(name, maps, left),
        "answers.toml": answers_toml(answered),
        "overlay.toml": overlay_toml(name, catalogue),
        **files,
    }


def map_files(report: Stored, catalogue: Catalogue) -> Iterator[MapFile]:
    """Yield the maps: the questions, then one per element that is answered, then one per list."""
    by_aim: dict[Aim, list[StoredGap]] = {}
    for gap in report.gaps:
        for aim in _chosen(gap):
            by_aim.setdefault(aim, []).append(gap)
    questions = [gap for aim, gaps in by_aim.items() if aim.kind is Kind.ELEMENT for gap in gaps]
    if questions:
        title = "Local questions, as attested elements"
        target = _SYSTEM + ELEMENT
        yield MapFile(QUESTIONS, Kind.ELEMENT, title, target, None, tuple(questions))
    for aim in sorted(by_aim):
        name, gaps = aim.name, tuple(by_aim[aim])
        if aim.kind is Kind.WORDS:
            title, target = f"Answers to {name}", _SYSTEM + ANSWER
            yield MapFile(name, aim.kind, title, target, name, gaps)
        elif aim.kind is Kind.LIST:
            title, target = f"Codes of the list {name}", _main_system(name, catalogue)
            yield MapFile(f"list-{name}", aim.kind, title, target, None, gaps)


def _chosen(gap: StoredGap) -> tuple[Aim, ...]:
    """Return the maps that a gap stands in; what no map can hold has none.

    An answer and a question have one meaning, the likeliest is taken. The code of a report, study
    or act may say several things at once.
    """
    aims = _aims(gap)
    if gap.system is None or not aims:
        return ()
    if aims[0].kind is not Kind.WORDS or gap.answers is not None or _VALUE in gap.at:
        return aims[:1]
    return tuple(aim for aim in aims if aim.kind is Kind.WORDS)


def _aims(gap: StoredGap) -> tuple[Aim, ...]:
    return tuple(Aim(Kind(one.map), one.name) for one in gap.suggestions)


def _main_system(group: str, catalogue: Catalogue) -> str:
    """Return the code system that most codes of a list are of."""
    counts: dict[str, int] = {}
    for member in catalogue.codes.members(group):
        counts[member.code.system] = counts.get(member.code.system, 0) + 1
    return max(sorted(counts), key=lambda system: counts[system])


def _concept_map(file: MapFile, overlay: str, catalogue: Catalogue) -> dict[str, Any]:
    by_system: dict[str, list[StoredGap]] = {}
    for gap in file.gaps:
        by_system.setdefault(gap.system or "", []).append(gap)
    limit = {"targetCanonical": f"{ATTESTED}{file.limit}"} if file.limit else {}
    return {
        "resourceType": "ConceptMap",
        "id": f"{overlay}-{file.name}"[:_LONGEST_ID],
        "status": "draft",
        "experimental": True,
        "title": file.title,
        **limit,
        "group": [
            {
                "source": system,
                "target": file.target,
                "element": [_element(gap, file, catalogue) for gap in _distinct(gaps)],
            }
            for system, gaps in sorted(by_system.items())
        ],
    }


def _distinct(gaps: list[StoredGap]) -> list[StoredGap]:
    """Return each code once: one that stands at two places has one meaning in a map."""
    return list({gap.code: gap for gap in reversed(gaps)}.values())[::-1]


def _element(gap: StoredGap, file: MapFile, catalogue: Catalogue) -> dict[str, Any]:
    display = {"display": gap.display} if gap.display else {}
    told = comment(gap, file, catalogue)
    target = {"equivalence": UNMATCHED, "comment": told}
    return {"code": gap.code, **display, "target": [target]}


def _json(resource: Mapping[str, Any]) -> str:
    return json.dumps(resource, indent=2, ensure_ascii=False) + "\n"
