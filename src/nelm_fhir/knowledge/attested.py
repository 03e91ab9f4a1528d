"""The attested entry as a table: which codes, what value each takes, which components and links.

In: the parsed `mappings/definitions/attested.toml`. Out: an AttestedTable, or every fault at once.
Source: attested-entry.md sections 1 and 2; words of rules 15.2.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec import Struct

from nelm_fhir.errors import KnowledgeError

FILE: Final = "definitions/attested.toml"
_KINDS: Final = frozenset(
    {"CodeableConcept", "Quantity", "Range", "boolean", "dateTime", "integer", "string"}
)
_TABLES: Final = frozenset({"element", "component", "modality", "treatment", "carrier", "episode"})
_KEYS: Final = frozenset(
    {"values", "words", "open", "unit", "reads", "components", "focus", "neuroendocrine"}
    | {"repeats", "alone", "feeds"}
)


class AttestedRow(Struct, frozen=True):
    """One code of the attested entry: an element, or a component of elements.

    `values` are types of value[x]; `words` the coded answers, `open` admits others as text; `unit`
    is the kind of units that a quantity is of; `as_text` hands the value on for a grammar (rules
    6.4, 6.5). `focus`: the entry names exactly one Condition. `neuroendocrine`: whoever states it
    speaks of such a tumor. `repeats` and `alone` are of components: several may stand, it may stand
    by itself. `feeds` are the paths of the record format that it fills, its own value first.
    """

    code: str
    values: frozenset[str]
    words: frozenset[str] = frozenset()
    open: bool = False
    unit: str | None = None
    as_text: bool = False
    components: frozenset[str] = frozenset()
    focus: bool = False
    neuroendocrine: bool = False
    repeats: bool = False
    alone: bool = False
    feeds: tuple[str, ...] = ()


class ModalityRow(Struct, frozen=True):
    """The word of a study whose series have all of `present`, none of `without` (DICOM codes)."""

    word: str
    present: frozenset[str]
    without: frozenset[str]


class Carrier(Struct, frozen=True):
    """Where else than in an Observation a site's codes may answer: elements, by type and path."""

    resource: str
    path: str
    elements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttestedTable:
    """All codes of the attested entry, the words of study modalities, and how acts count.

    `treatments` maps words of the code lists to words of a focus treatment (rules 15.2);
    `episodes` maps the status of an episode of listing to the listing status.
    """

    elements: Mapping[str, AttestedRow]
    components: Mapping[str, AttestedRow]
    modalities: tuple[ModalityRow, ...]
    treatments: Mapping[str, str] = field(default_factory=dict)
    carriers: tuple[Carrier, ...] = ()
    episodes: Mapping[str, str] = field(default_factory=dict)

    def row(self, code: str) -> AttestedRow | None:
        """Return the row of an element or component code."""
        return self.elements.get(code) or self.components.get(code)

    def modality(self, dicom: Iterable[str]) -> str | None:
        """Return the word for a study with those DICOM modalities; None if the table has none."""
        seen = frozenset(dicom)
        rows = (r for r in self.modalities if r.present <= seen and not r.without & seen)
        return next((row.word for row in rows), None)


def attested_table(parsed: Mapping[str, Any]) -> AttestedTable:
    """Return the table; KnowledgeError lists every fault of the file."""
    faults: list[str] = []
    elements = _rows(parsed, "element", faults)
    components = _rows(parsed, "component", faults)
    named = {code for row in elements.values() for code in row.components}
    faults += [
        f"{FILE}: component {code} is named but not described"
        for code in sorted(named - components.keys())
    ]
    faults += [
        f"{FILE}: component.{code} belongs to no element"
        for code in sorted(components.keys() - named)
    ]
    faults += [f"{FILE}: unknown table {key}" for key in sorted(parsed.keys() - _TABLES)]
    modalities = tuple(_modality(row, faults) for row in parsed.get("modality", ()))
    carriers = tuple(_carrier(row, elements, faults) for row in parsed.get("carrier", ()))
    if faults:
        raise KnowledgeError(
            "The table of the attested entry is wrong.", "Correct the file.", tuple(faults)
        )
    treatments, episodes = (dict(parsed.get(key, {})) for key in ("treatment", "episode"))
    return AttestedTable(elements, components, modalities, treatments, carriers, episodes)


def _rows(parsed: Mapping[str, Any], kind: str, faults: list[str]) -> dict[str, AttestedRow]:
    return {code: _row(kind, code, row, faults) for code, row in parsed.get(kind, {}).items()}


def _row(kind: str, code: str, row: Mapping[str, Any], faults: list[str]) -> AttestedRow:
    faults += [f"{FILE}: {kind}.{code}: {fault}" for fault in _faults(row)]
    return AttestedRow(
        code=code,
        values=frozenset(row.get("values", ())),
        words=frozenset(row.get("words", ())),
        open=row.get("open", False),
        unit=row.get("unit"),
        as_text=row.get("reads") == "text",
        components=frozenset(row.get("components", ())),
        focus=row.get("focus", False),
        neuroendocrine=row.get("neuroendocrine", False),
        repeats=row.get("repeats", False),
        alone=row.get("alone", False),
        feeds=tuple(row.get("feeds", ())),
    )


def _faults(row: Mapping[str, Any]) -> Iterable[str]:
    values = set(row.get("values", ()))
    yield from (f"unknown key {key}" for key in sorted(row.keys() - _KEYS))
    yield from (f"unknown type {value}" for value in sorted(values - _KINDS))
    if not values:
        yield "values is missing"
    if ("CodeableConcept" in values) != bool(row.get("words")):
        yield "words go with a CodeableConcept"
    if bool(values & {"Quantity", "Range"}) != ("unit" in row):
        yield "unit goes with a Quantity"
    if row.get("reads", "text") != "text":
        yield "reads can only be text"


def _modality(row: Mapping[str, Any], faults: list[str]) -> ModalityRow:
    if not row.get("word") or not row.get("all"):
        faults.append(f"{FILE}: modality: word and all are needed")
    return ModalityRow(
        row.get("word", ""), frozenset(row.get("all", ())), frozenset(row.get("without", ()))
    )


def _carrier(
    row: Mapping[str, Any], elements: Mapping[str, AttestedRow], faults: list[str]
) -> Carrier:
    named = tuple(row.get("elements", ()))
    if not row.get("resource") or not row.get("path") or not named:
        faults.append(f"{FILE}: carrier: resource, path and elements are needed")
    faults += [f"{FILE}: carrier: unknown element {code}" for code in named if code not in elements]
    return Carrier(row.get("resource", ""), row.get("path", ""), named)


def fold_answer(text: str) -> str:
    """Return the form in which two spellings of a fixed answer string are equal (section 4)."""
    return text.strip().casefold()
