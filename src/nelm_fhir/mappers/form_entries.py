"""The answered groups of the tumor-board form, each as the Observation that it stands for.

In: a QuestionnaireResponse as read, the table of the attested entry. Out: entries whose `data` has
the elements of attested-entry.md section 1, so that one set of rules reads both carriers and the
writer of Observations sends the same. Answers outside their group, below another answer or given
twice are found and handed on; what is no question of the form is told, not guessed.
Source: attested-entry.md section 3.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec import Struct

from nelm_fhir.core.canonical import BASE
from nelm_fhir.knowledge.attested import AttestedRow, AttestedTable
from nelm_fhir.mappers.attested_values import ELEMENT
from nelm_fhir.mappers.elements import Json, item, items, string
from nelm_fhir.mappers.form_answers import NOT_KNOWN, answers_of, between, spoken, together

ENTRY: Final = ".entry"
_SYSTEM: Final = f"{BASE}/CodeSystem/{ELEMENT}"
_STATUS: Final = {"completed": "final", "amended": "amended"}
_NOT_FIRM: Final = "unknown"
_VALUE: Final = ""
_DATE: Final = "date"
_LINKS: Final[Mapping[str, str]] = {"focus": "focus", "specimen": "specimen", "study": "partOf"}
"""Questions that are answered by a Reference, and the element of the Observation it stands in."""
_BOUNDS: Final = ("low", "high")
_SEVERAL: Final = "several"


class Entry(Struct, frozen=True):
    """One answered group: its Observation, and where in the response each part of it stands.

    `name` is unique within the response (no id of FHIR holds its `_`) and the same each time;
    `places` maps an element of `data`
    ("", "value", "component[2]", "effectiveDateTime") to a path below the response; `inside` names
    the scan that the group stands in.
    """

    name: str
    element: str
    data: Json
    places: Mapping[str, str]
    inside: str | None = None

    def place(self, path: str) -> str:
        """Return where in the response an element of the Observation comes from."""
        step = path.lstrip(".").partition(".")[0]
        key = "value" if step.startswith("value") else step
        return self.places.get(key, self.places[""])


class Answers(Struct, frozen=True):
    """Everything a response says: entries, and places of answers to no question of the form."""

    entries: tuple[Entry, ...]
    strangers: tuple[str, ...]


def answers(response: Json, table: AttestedTable) -> Answers:
    """Return the entries of a response, in the order of their groups."""
    reader = _Reader(table)
    reader.walk(response, "", None)
    entries = [entry for group in reader.groups for entry in _entries(group, response, table)]
    return Answers(tuple(entries), tuple(reader.strangers))


# --- the groups -----------------------------------------------------------------------------------

_Told = tuple[Json, str]
"""One answer and its place."""


@dataclass(slots=True)
class _Group:
    """The answers of one group by question: "" is the value, else a component or link."""

    row: AttestedRow
    name: str
    place: str
    around: "_Group | None" = None
    inner: list["_Group"] = field(default_factory=list)
    told: dict[str, list[_Told]] = field(default_factory=dict)

    @property
    def is_stated(self) -> bool:
        """Whether anything is answered beside links, which may have been filled in beforehand."""
        own = bool(self.told.keys() - _LINKS.keys())
        return own or any(group.is_stated for group in self.inner)


class _Reader:
    """Walks through the items of a response and sorts the answers into groups."""

    def __init__(self, table: AttestedTable) -> None:
        self._table = table
        self._loose: dict[tuple[str, str], _Group] = {}
        self._count: dict[str, int] = {}
        self.groups: list[_Group] = []
        self.strangers: list[str] = []

    def walk(self, parent: Json, path: str, group: _Group | None) -> None:
        """Read the items below an item, an answer or the response itself."""
        for at, one in enumerate(items(parent, "item")):
            place = f"{path}item[{at}]"
            name = string(one, "linkId") or ""
            element = name.removesuffix(ENTRY)
            if name.endswith(ENTRY) and element in self._table.elements:
                self.walk(one, f"{place}.", self._opened(element, place, group))
            else:
                self._take(one, name, place, group)
                self.walk(one, f"{place}.", group)

    def _opened(self, element: str, place: str, around: _Group | None) -> _Group:
        number = self._count[element] = self._count.get(element, 0) + 1
        row = self._table.elements[element]
        group = _Group(row, f"{element}_{number}", place, around)
        self.groups.append(group)
        if around is not None:
            around.inner.append(group)
        return group

    def _take(self, one: Json, name: str, place: str, group: _Group | None) -> None:
        """Sort the answers of one item in, and read what stands below them."""
        question = _question(name, self._table)
        for at, answer in enumerate(answers_of(one)):
            where = f"{place}.answer[{at}]"
            if question is not None:
                self._home(question[0], group, place).told.setdefault(question[1], []).append(
                    ({key: said for key, said in answer.items() if key != "item"}, where)
                )
            elif answer.keys() - {"item"}:
                self.strangers.append(where)
            self.walk(answer, f"{where}.", group)

    def _home(self, element: str, group: _Group | None, place: str) -> _Group:
        """Return the group of an answer; one outside its group is of an entry of its own."""
        around = group
        while around is not None:
            if around.row.code == element:
                return around
            around = around.around
        key = (element, group.place if group is not None else "")
        if key not in self._loose:
            self._loose[key] = self._opened(element, place, group)
        return self._loose[key]


def _question(name: str, table: AttestedTable) -> tuple[str, str] | None:
    """Return element and question of a linkId; None for one that the form does not have."""
    element, _, part = name.partition(".")
    row = table.elements.get(element)
    if row is None:
        return None
    bounds = _BOUNDS if "Range" in row.values else ()
    known = {_VALUE, _DATE, *_LINKS, *row.components, *bounds}
    return (element, part) if part in known else None


# --- the Observations -----------------------------------------------------------------------------


def _entries(group: _Group, response: Json, table: AttestedTable) -> Iterator[Entry]:
    """Yield an entry per value of the group: each further value is a statement of its own."""
    if not group.is_stated:
        return
    values = list(_values(group))
    for number, (value, place) in enumerate(values or [({}, group.place)]):
        name = group.name if number == 0 else f"{group.name}_{number + 1}"
        parts, places = _components(group, table)
        data = _observation(group, response) | value | ({"component": parts} if parts else {})
        if not value and not parts:
            data |= NOT_KNOWN
        inside = group.around.name if group.around is not None else None
        if inside is not None:
            data["derivedFrom"] = [{"reference": f"#{inside}"}]
        yield Entry(name, group.row.code, data, {**_places(group, place), **places}, inside)


def _values(group: _Group) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield what the group says: each single value, or the Range of its bounds."""
    row, told = group.row, group.told.get(_VALUE, [])
    low, high = (group.told.get(name, []) for name in _BOUNDS)
    single = [(spoken(row, answer), place) for answer, place in told]
    if not low and not high:
        yield from ((value, place) for value, place in single if value)
        return
    span = between(row, [answer for answer, _ in low], [answer for answer, _ in high])
    said = [value for value, _ in single if value]
    yield (together(row, [*said, span]) if said else span), (*low, *high)[0][1]


def _components(group: _Group, table: AttestedTable) -> tuple[list[Json], dict[str, str]]:
    parts: list[Json] = []
    places: dict[str, str] = {}
    for code in sorted(group.row.components & group.told.keys()):
        for answer, place in group.told[code]:
            if value := spoken(table.components[code], answer):
                places[f"component[{len(parts)}]"] = place
                parts.append({"code": _coded(code)} | value)
    return parts, places


def _observation(group: _Group, response: Json) -> dict[str, Any]:
    """Return the Observation without its value."""
    data: dict[str, Any] = {
        "resourceType": "Observation",
        "status": _STATUS.get(string(response, "status") or "", _NOT_FIRM),
        "code": _coded(group.row.code),
        "subject": item(response, "subject"),
    }
    if dates := [_date(answer) for answer, _ in group.told.get(_DATE, [])]:
        data["effectiveDateTime"] = " | ".join(dates)
    if string(response, "authored") and item(response, "author"):
        data["performer"] = [item(response, "author")]
    for question, element in _LINKS.items():
        if named := [_reference(answer) for answer, _ in group.told.get(question, [])]:
            data[element] = _only(named) if element == "specimen" else named
    return data


def _coded(code: str) -> Json:
    return {"coding": [{"system": _SYSTEM, "code": code}]}


def _date(answer: Json) -> str:
    """Return the date that was answered; another type is handed on and read as no date."""
    for name in ("valueDate", "valueDateTime", "valueString"):
        if text := string(answer, name):
            return text
    return "?"


def _reference(answer: Json) -> Json:
    """Return what was named; a name that was typed is a reference that leads nowhere."""
    named = item(answer, "valueReference")
    return named or {"display": string(answer, "valueString") or "?"}


def _only(named: Sequence[Json]) -> Json:
    """Return the one specimen; several are a link that leads nowhere, as a lost one is."""
    return named[0] if len(named) == 1 else {"display": _SEVERAL}


def _places(group: _Group, value: str) -> dict[str, str]:
    found = {"": group.place, "value": value}
    told = {question: places[0][1] for question, places in group.told.items() if places}
    found |= {element: told[name] for name, element in _LINKS.items() if name in told}
    return found | ({"effectiveDateTime": told[_DATE]} if _DATE in told else {})
