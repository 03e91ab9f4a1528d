"""How things of the record are named, and what each of their elements says.

In: a Fact and the wording. Out: a noun phrase for sentences ("the liver biopsy of 2 March 2026"),
one for headings, and the claims of single elements ("Ki-67 6 %").
"""

from collections.abc import Callable, Mapping
from typing import Final

from nelm_fhir.assessment import said
from nelm_fhir.assessment.told import Element, Fact, Value
from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.unknown import Reason
from nelm_fhir.knowledge.wording import Wording

IN_SENTENCES: Final = "fact"
AS_HEADING: Final = "head"
_PLACE: Final = "focus.organ"
_SITE: Final = "primary.site"
NONE: Final = "none"
"""The word of an empty list: it is documented that there is nothing."""
_IN_HEADING: Final[Mapping[str, frozenset[str]]] = {
    "primary": frozenset({"site"}),
    "specimen": frozenset({"origin", "material", "date"}),
    "scan": frozenset({"modality", "tracer", "technique", "date"}),
    "focus": frozenset({"class", "organ"}),
    "involvement": frozenset({"method", "date"}),
    "response": frozenset({"category", "modality", "date"}),
    "treatment": frozenset({"type"}),
}
SUSPECTED: Final = "suspected"
Named = tuple[str, Mapping[str, str]]
"""Key of the phrase, and the words of its fields other than the date."""


def named(wording: Wording, fact: Fact, table: str = IN_SENTENCES) -> str:
    """Return what a thing is called."""
    key, words = _NAMED.get(fact.kind, _plainly)(wording, fact)
    day = fact.value("end_date" if fact.kind == "treatment" else "date")
    when = day if isinstance(day, DaySpan) else None

    def say(name: str, form: str) -> str:
        return said.day(wording, when, form) if name == "date" else words[name]

    return wording.phrase(table, key).filled(say)


def in_heading(fact: Fact) -> frozenset[str]:
    """Return the elements that the heading of a fact says already."""
    names = _IN_HEADING.get(fact.kind, frozenset())
    return names | {"status"} if fact.value("status") == SUSPECTED else names


def claim(wording: Wording, fact: Fact, element: Element) -> str:
    """Return what one element says, or why it says nothing."""
    name = f"{fact.kind}.{element.name}"
    if element.value is None:
        subject = said.word(wording, "element", name)
        text = "" if element.text is None else said.quoted(wording, element.text)
        why = said.word(wording, "reasons", element.reason or str(Reason.NO_RECORD))
        key = "unread" if text else "unknown"
        return said.phrase(wording, "no-claim", key, subject=subject, text=text, why=why)

    def say(_name: str, form: str) -> str:
        return value_words(wording, name, element.value, form)

    return wording.phrase("claim", name).filled(say)


def value_words(wording: Wording, table: str, value: Value | None, form: str = "") -> str:
    """Return the value of an element; a word that its table does not have stands as recorded."""
    if isinstance(value, Amount):
        return said.amount(wording, value)
    if value is None or isinstance(value, DaySpan):
        return said.day(wording, value, form)
    if isinstance(value, tuple):
        return said.listed(wording, [said.word(wording, table, item) for item in value or (NONE,)])
    if table == _PLACE:
        return _places(wording, str(value))
    key = str(value).lower() if isinstance(value, bool) else str(value)
    return wording.word(table, key) or key


def _places(wording: Wording, recorded: str) -> str:
    """Return a place of disease; the coded ones of several are those of primary tumors or nodes."""
    names = recorded.split(", ")
    return ", ".join(wording.word(_PLACE, n) or wording.word(_SITE, n) or n for n in names)


def _word(wording: Wording, fact: Fact, name: str) -> str:
    return value_words(wording, f"{fact.kind}.{name}", fact.value(name) or "")


def _plainly(_wording: Wording, fact: Fact) -> Named:
    return fact.kind, {}


def _primary(wording: Wording, fact: Fact) -> Named:
    if fact.value("site") is None:
        return "primary-unknown", {}
    return "primary", {"site": said.word(wording, _SITE, str(fact.value("site")))}


def _specimen(wording: Wording, fact: Fact) -> Named:
    kinds = f"{fact.value('origin') or ''}.{fact.value('material') or ''}"
    return "specimen", {"noun": said.word(wording, "specimen.noun", kinds)}


def _scan(wording: Wording, fact: Fact) -> Named:
    words = {name: _word(wording, fact, name) for name in ("tracer", "modality")}
    technique = str(fact.value("technique") or "")
    if words["tracer"]:
        key = "tracer" if words["modality"] else "only-tracer"
    elif not words["modality"]:
        key = "unknown"
    else:
        key = technique or "plain"
    return "scan", {"noun": said.phrase(wording, "scan", key, **words)}


def _focus(wording: Wording, fact: Fact) -> Named:
    known = wording.word("focus.class", str(fact.value("class") or ""))
    noun = known or said.word(wording, "focus.noun", "unknown")
    place = fact.value("organ") or ("" if known else fact.value("class"))
    organ = _places(wording, str(place or ""))
    if organ and organ not in noun:
        noun = said.phrase(wording, "focus", "organ", noun=noun, organ=organ)
    suspected = fact.value("status") == SUSPECTED
    return "focus-suspected" if suspected else "focus", {"noun": noun}


def _involvement(wording: Wording, fact: Fact) -> Named:
    method = _word(wording, fact, "method")
    return ("involvement", {"method": method}) if method else ("involvement-any", {})


def _response(wording: Wording, fact: Fact) -> Named:
    words = {name: _word(wording, fact, name) for name in ("category", "modality")}
    return ("response" if words["modality"] else "response-any"), words


def _treatment(wording: Wording, fact: Fact) -> Named:
    return "treatment", {"type": _word(wording, fact, "type")}


def _judgment(_wording: Wording, fact: Fact) -> Named:
    return f"judgment-{fact.id.partition('.')[2]}", {}


_NAMED: Final[Mapping[str, Callable[[Wording, Fact], Named]]] = {
    "primary": _primary,
    "specimen": _specimen,
    "scan": _scan,
    "focus": _focus,
    "involvement": _involvement,
    "response": _response,
    "treatment": _treatment,
    "judgment": _judgment,
}
