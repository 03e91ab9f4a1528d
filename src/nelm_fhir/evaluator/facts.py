"""Facts: the things of the profile as an assessment shows them, with what each element rests on.

In: the profile as recorded, so that what is dated after the evaluation date can be shown as set
aside. Out: Facts, each made once per view. Nothing is judged here.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final

from msgspec.structs import replace

from nelm_fhir.assessment.told import Element, Fact, Value
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.unknown import Reason
from nelm_fhir.evaluator.definitions.liver import estimate
from nelm_fhir.evaluator.definitions.proliferation_text import read_ki67, read_mitoses
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.tables import TextGrammar
from nelm_fhir.profile.candidate import Focus, Part, Profile
from nelm_fhir.profile.provenance import reason, set_aside, sources

_BOUNDS: Final = ("low", "high")
_JUDGED_ON: Final = "judged_on"
_OF_JUDGMENTS: Final = (_JUDGED_ON, "judged_by")
_READERS: Final = {"ki67_text": read_ki67, "mitoses_text": read_mitoses}
Entries = Mapping[str, Part]


def primary(view: View, key: str) -> Fact:
    """Return one primary tumor: its site, and its resection."""
    return view.shared(_primary, key)


def specimen(view: View, key: str) -> Fact:
    """Return one specimen, its Ki-67 and mitoses as amounts where they could be read."""
    return view.shared(_specimen, key)


def involvement(view: View, key: str) -> Fact:
    """Return one estimate of the liver involvement, its bounds as one amount."""
    return view.shared(_involvement, key)


def judgment(view: View, key: str) -> Fact:
    """Return one judgment of the liver by a clinician: distribution, resectability or extent."""
    return view.shared(_judgment, key)


def response(view: View, key: str) -> Fact:
    """Return one assessment of the course of the disease."""
    return view.shared(_entry, "response", "response_events", key)


def treatment(view: View, key: str) -> Fact:
    """Return one treatment of liver progression."""
    return view.shared(_entry, "treatment", "progression_treatments", key)


def scan(view: View, key: str) -> Fact:
    """Return one scan."""
    return view.shared(_scan, key)


def focus(view: View, key: str) -> Fact:
    """Return one focus outside the liver; one known from scans alone has no elements."""
    return view.shared(_focus, key)


def person(view: View) -> Fact:
    """Return the candidate as a person."""
    return view.shared(_whole, "person", "patient", ("birth_date",))


def metastases(view: View) -> Fact:
    """Return whether liver metastases are present."""
    return view.shared(_whole, "metastases", "liver", ("metastases_present",))


def syndrome(view: View) -> Fact:
    """Return the functional syndrome."""
    return view.shared(_whole, "syndrome", "functional_syndrome", ())


def listing(view: View) -> Fact:
    """Return the place on the waiting list."""
    return view.shared(_whole, "listing", "listing", ())


def transplantation(view: View) -> Fact:
    """Return the liver transplantation."""
    return view.shared(_whole, "transplantation", "liver_transplant", ("performed", "date"))


def comorbidity(view: View) -> Fact:
    """Return the judgment whether a comorbidity contraindicates transplantation."""
    key = "comorbidity_contraindication"
    return Fact(key, "comorbidity", _elements(view.recorded, (key,)))


def later(view: View, name: str) -> list[str]:
    """Return the keys of entries that are dated after the evaluation date."""
    return sorted(_entries(view.recorded, name).keys() - _entries(view.profile, name).keys())


def _entries(profile: Profile, name: str) -> Entries:
    entries: Entries = getattr(profile, name)
    return entries


def _entry(view: View, kind: str, name: str, key: str) -> Fact:
    return Fact(f"{name}.{key}", kind, _elements(_entries(view.recorded, name)[key]))


def _whole(view: View, kind: str, name: str, names: tuple[str, ...]) -> Fact:
    return Fact(name, kind, _elements(getattr(view.recorded, name), names))


def _primary(view: View, key: str) -> Fact:
    found = view.recorded.primaries[key]
    return Fact(f"primaries.{key}", "primary", (*_elements(found), *_elements(found.resection)))


def _focus(view: View, key: str) -> Fact:
    found = view.recorded.extrahepatic.get(key)
    if found is None:
        return Fact(f"extrahepatic.{key}", "focus")
    return Fact(f"extrahepatic.{key}", "focus", (*_elements(found), *_adjudicated(found)))


def _adjudicated(found: Focus) -> Iterator[Element]:
    """Yield the adjudication; signature and author are those of the statement of its verdict."""
    elements = _elements(found.adjudication)
    read_from = next((one.evidence for one in elements if one.name == "verdict"), ())
    for one in elements:
        yield one if one.evidence or one.set_aside else replace(one, evidence=read_from)


def _scan(view: View, key: str) -> Fact:
    found = view.recorded.scans[key]
    elements = _elements(found)
    if named := sources(found, "foci"):
        elements = (*elements, Element("foci", value=True, evidence=named))
    return Fact(f"scans.{key}", "scan", elements)


def _specimen(view: View, key: str) -> Fact:
    grammar = view.tables.grammar
    found = _elements(view.recorded.specimens[key])
    return Fact(f"specimens.{key}", "specimen", tuple(_as_read(one, grammar) for one in found))


def _as_read(element: Element, grammar: TextGrammar) -> Element:
    """Return the element of a text with the amount that was read in it; a blank text says none."""
    reader = _READERS.get(element.name)
    text = element.value
    if reader is None or not isinstance(text, str):
        return element
    if not text.strip():
        return replace(element, value=None, reason=str(Reason.NO_RECORD))
    amount = reader(text, grammar).amount
    why = str(Reason.UNREADABLE) if amount is None else None
    return replace(element, value=amount, text=text, reason=why)


def _involvement(view: View, key: str) -> Fact:
    found = view.recorded.liver.involvement[key]
    estimated = estimate(view, key, found)
    told = _elements(found, _BOUNDS)
    stated = [str(one.value) for one in told if one.value is not None]
    readable = estimated.readable and bool(stated)
    bounds = Element(
        "extent",
        estimated.amount if readable else None,
        None if readable else "-".join(stated) or None,
        None if readable else str(Reason.UNREADABLE),
        tuple(dict.fromkeys(item for one in told for item in one.evidence)),
        tuple(dict.fromkeys(item for one in told for item in one.set_aside)),
    )
    rest = _elements(found, ("method", "date"))
    return Fact(f"liver.involvement.{key}", "involvement", (bounds, *rest))


def _judgment(view: View, key: str) -> Fact:
    """Return a judgment with its date and author, as far as they are known to be its own.

    The record has one date and one author for all judgments: those of the latest. Without evidence
    they stand for each; with evidence only where they were read from the same statement, and the
    date that this statement bears is its own.
    """
    liver = view.recorded.liver
    own = _elements(liver, (key,))
    if not own:
        return Fact(f"liver.{key}", "judgment")
    read_from = own[0].evidence
    shared = [
        replace(one, evidence=tuple(item for item in one.evidence if item in read_from))
        for one in _elements(liver, _OF_JUDGMENTS)
    ]
    its = [one for one in shared if one.evidence or not read_from]
    dated = (item.recorded for item in read_from if item.recorded)
    day = next((day for recorded in dated if (day := _day(recorded))), None)
    if day is not None:
        others = [one for one in its if one.name != _JUDGED_ON]
        its = [Element(_JUDGED_ON, day, evidence=read_from), *others]
    return Fact(f"liver.{key}", "judgment", (*own, *its))


def _day(recorded: str) -> DaySpan | None:
    """Return the day of a clinical date as recorded; None for what is no date."""
    try:
        return DaySpan.parse(recorded.partition("T")[0])
    except ValueError:
        return None


def _elements(part: Part, names: Iterable[str] = ()) -> tuple[Element, ...]:
    """Return the elements of those names, all plain ones if none are named; absent ones left out.

    One that is unknown for a recorded reason, or of which something was set aside, is not absent.
    """
    wanted = frozenset(names)
    values = (
        (name, getattr(part, field))
        for field, name in _names(type(part))
        if not wanted or name in wanted
    )
    found = (
        _element(part, name, value) for name, value in values if not isinstance(value, Part | dict)
    )
    return tuple(one for one in found if one is not None)


@cache
def _names(model: type[Part]) -> tuple[tuple[str, str], ...]:
    """Return the fields of a model with their names in the record format."""
    fields = model.model_fields.items()
    return tuple((field, info.alias or field) for field, info in fields)


def _element(part: Part, name: str, value: Value | None) -> Element | None:
    if not part.evidence:
        return None if value is None else Element(name, value)
    aside = set_aside(part, name)
    if value is not None:
        return Element(name, value, evidence=sources(part, name), set_aside=aside)
    why = reason(part, name)
    if why is Reason.NO_RECORD and not aside:
        return None
    return Element(name, None, reason=str(why), set_aside=aside)
