"""A hospital's overlay: options, codes, answers, stricter freshness, criteria sets of its own.

In: the files of one folder. Out: Overlay. It never changes a limit of a published set: a hospital
with other limits writes its own set with its own id and `derived_from`. Source: architecture
section 3, attested-entry section 4.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson
from msgspec import Struct

from nelm_fhir.knowledge.attested import AttestedRow, AttestedTable, fold_answer
from nelm_fhir.knowledge.check import LoadedSet
from nelm_fhir.knowledge.code_shapes import shape_fault
from nelm_fhir.knowledge.criteria_reading import read_set
from nelm_fhir.knowledge.faults import Faults
from nelm_fhir.knowledge.question_reading import Definitions
from nelm_fhir.knowledge.toml_reading import Section, read_toml

MAIN: Final = "overlay.toml"
ANSWERS: Final = "answers.toml"
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_BOOLEAN_WORDS: Final = frozenset({"true", "false"})

Answers = Mapping[str, Mapping[str, str]]
"""Fixed local answer strings: element, folded string, word (attested-entry section 4)."""


class Overlay(Struct, frozen=True):
    """One overlay as read; `imaging_months` None leaves freshness as it is.

    `codes` are its parsed ConceptMaps and ValueSets, `content` the bytes of all its files.
    """

    name: str
    version: str
    options: Mapping[str, bool]
    switched_off: tuple[str, ...]
    imaging_months: int | None
    sets: tuple[LoadedSet, ...]
    answers: Answers
    codes: Mapping[str, Any]
    content: Mapping[str, bytes]


class Shipped(Struct, frozen=True):
    """What an overlay may refer to; `imaging_months` is how long imaging is fresh."""

    options: frozenset[str]
    definitions: Definitions
    attested: AttestedTable
    imaging_months: int


def read_overlay(
    folder: str, content: Mapping[str, bytes], shipped: Shipped, faults: Faults
) -> Overlay:
    """Return one overlay; `folder` is its name in faults until overlay.toml gives one."""
    for file in content:
        if _kind(file) is None:
            faults.add(f"{folder}/{file}", "", "is not part of an overlay")
    main = _read_main(folder, content, faults)
    overlay = Overlay(
        name=_read_name(main),
        version=main.text("version"),
        options=_read_options(main, shipped.options),
        switched_off=main.texts("weak_codes_off", optional=True),
        imaging_months=_read_freshness(main, shipped.imaging_months),
        sets=_read_sets(folder, content, shipped.definitions, faults),
        answers=_read_answers(folder, content, shipped.attested, faults),
        codes=_read_codes(folder, content, faults),
        content=content,
    )
    main.close()
    return overlay


def _read_main(folder: str, content: Mapping[str, bytes], faults: Faults) -> Section:
    file = f"{folder}/{MAIN}"
    if MAIN in content:
        return read_toml(file, content[MAIN], faults)
    faults.add(file, "", "is missing; it gives name and version")
    return Section({}, file, "", Faults())


def _kind(file: str) -> str | None:
    """Return what a file of an overlay is for; None if it has no place in one."""
    folder, _, name = file.rpartition("/")
    if file in {MAIN, ANSWERS}:
        return name
    if folder == "criteria" and name.endswith(".toml"):
        return "criteria"
    return "codes" if folder in {"", "codes"} and name.endswith(".json") else None


def _read_name(main: Section) -> str:
    name = main.text("name")
    if name and not NAME.fullmatch(name):
        main.fault("name", "may hold letters, digits and hyphens only")
    return name


def _read_options(main: Section, known: frozenset[str]) -> Mapping[str, bool]:
    if not main.has("options"):
        return {}
    options = main.section("options")
    for name in options.values:
        if name not in known:
            options.unknown(name, "option", name, known)
    return {name: options.boolean(name) for name in options.values}


def _read_freshness(main: Section, ours: int) -> int | None:
    """Return a stricter number of months; a laxer one is refused (rules 8.2, POL-07)."""
    if not main.has("freshness"):
        return None
    freshness = main.section("freshness")
    months = freshness.integer("imaging_months")
    if not 0 < months <= ours:
        freshness.fault("imaging_months", f"must be 1 to {ours}: freshness may only be stricter")
    freshness.close()
    return months


def _read_sets(
    folder: str, content: Mapping[str, bytes], definitions: Definitions, faults: Faults
) -> tuple[LoadedSet, ...]:
    found = []
    for file in sorted(content):
        if _kind(file) == "criteria":
            section = read_toml(f"{folder}/{file}", content[file], faults)
            found.append(LoadedSet(section.file, read_set(section, definitions), folder))
    return tuple(found)


def _read_answers(
    folder: str, content: Mapping[str, bytes], attested: AttestedTable, faults: Faults
) -> Answers:
    if ANSWERS not in content:
        return {}
    file = read_toml(f"{folder}/{ANSWERS}", content[ANSWERS], faults)
    answers = {}
    for element in file.values:
        row = attested.row(element)
        if row is None:
            file.unknown("", "element", element, {*attested.elements, *attested.components})
            continue
        answers[element] = _read_strings(file, element, row)
    return answers


def _read_strings(file: Section, element: str, row: AttestedRow) -> Mapping[str, str]:
    words = row.words or (_BOOLEAN_WORDS if row.values == {"boolean"} else frozenset())
    strings: dict[str, str] = {}
    for string, word in file.mapping(element).items():
        if word not in words:
            file.unknown(f"{element}.{string}", "answer", word, words)
        if strings.setdefault(fold_answer(string), word) != word:
            file.fault(f"{element}.{string}", "stands for two answers")
    return strings


def _read_codes(folder: str, content: Mapping[str, bytes], faults: Faults) -> Mapping[str, Any]:
    files = {name: body for name, body in content.items() if _kind(name) == "codes"}
    parsed = read_json(files, faults, folder)
    wrong = {name: shape_fault(resource) for name, resource in parsed.items()}
    for name, fault in wrong.items():
        if fault is not None:
            faults.add(f"{folder}/{name}", "", fault)
    return {name: resource for name, resource in parsed.items() if wrong[name] is None}


def read_json(files: Mapping[str, bytes], faults: Faults, folder: str = "") -> dict[str, Any]:
    """Return the parsed FHIR resources; one that is no JSON object is a fault."""
    parsed = {}
    for name, body in files.items():
        try:
            resource = orjson.loads(body)
        except orjson.JSONDecodeError:
            resource = None
        if isinstance(resource, dict):
            parsed[name] = resource
        else:
            faults.add(f"{folder}/{name}" if folder else name, "", "is not a JSON object")
    return parsed
