"""The facts of one candidate, each once with all it rests on, as documents show them.

In: an Assessment and a voice. Out: numbered facts by topic; of each what its statements say, what
else was stated and set aside, and a statement in words: resource, version, element, date, the text
as recorded, how its code matched.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from msgspec import Struct

from nelm_fhir.assessment.naming import AS_HEADING, claim, in_heading, named
from nelm_fhir.assessment.result import Assessment
from nelm_fhir.assessment.told import Element, Fact
from nelm_fhir.assessment.voice import Voice, capitalized
from nelm_fhir.core.evidence import Evidence, SetAside
from nelm_fhir.core.unknown import Reason
from nelm_fhir.knowledge.code_systems import Systems


class Shown(Struct, frozen=True):
    """A fact in words: its heading, each statement with what it rests on, what was set aside.

    A statement without words says what stands in the heading.
    """

    head: str
    statements: tuple[tuple[str, tuple[Evidence, ...]], ...]
    aside: tuple[tuple[str, Evidence], ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of an assessment, numbered in the order of the page."""

    numbers: Mapping[str, int]
    by_topic: Mapping[str, tuple[Fact, ...]]

    def numbers_of(self, facts: Iterable[Fact]) -> list[int]:
        """Return the numbers of facts in their order, each once."""
        return sorted({self.numbers[fact.id] for fact in facts if fact.id in self.numbers})

    def cited(self, facts: Iterable[Fact]) -> str:
        """Return the numbers of facts as the sentences cite them: [2] [5]."""
        return " ".join(f"[{number}]" for number in self.numbers_of(facts))


def facts_of(assessment: Assessment, voice: Voice) -> Facts:
    """Return everything that criteria looked at, by topic."""
    topics: dict[str, list[Fact]] = {topic: [] for topic in voice.wording.words["topic"].values()}
    for fact in assessment.facts.values():
        topics[voice.word("topic", fact.kind)].append(fact)
    by_topic = {topic: tuple(_ordered(facts)) for topic, facts in topics.items() if facts}
    everything = [fact for facts in by_topic.values() for fact in facts]
    return Facts({fact.id: number for number, fact in enumerate(everything, start=1)}, by_topic)


def _ordered(facts: Iterable[Fact]) -> list[Fact]:
    """Return facts of one kind together, in the order they were met."""
    kinds = list(dict.fromkeys(fact.kind for fact in facts))
    return sorted(facts, key=lambda fact: kinds.index(fact.kind))


def shown(fact: Fact, voice: Voice) -> Shown:
    """Return what a fact is and says; the only statement of a fact stands in its heading."""
    head = capitalized(named(voice.wording, fact, AS_HEADING))
    said = _said(fact, voice)
    bare = "; ".join(told for told, evidence in said.items() if not evidence)
    sourced = {told: evidence for told, evidence in said.items() if evidence}
    if not bare and len(sourced) == 1:
        bare, only = next(iter(sourced.items()))
        sourced = {"": only}
    return Shown(
        f"{head}: {bare}" if bare else head,
        tuple((told, tuple(evidence)) for told, evidence in sourced.items()),
        tuple(_aside(fact, voice)),
    )


def _said(fact: Fact, voice: Voice) -> dict[str, list[Evidence]]:
    """Return what statements say of the fact; those that say the same stand together.

    What the heading says is repeated only where several statements have to be told apart; an
    element of which all was set aside is told by that.
    """
    by_item: dict[Evidence | None, list[str]] = {}
    known = in_heading(fact)
    apart = len({element.evidence for element in fact.elements if element.evidence}) > 1
    for element in fact.elements:
        if element.value is None and _set_aside(element):
            continue
        said = element.value is not None and element.name in known
        told = claim(voice.wording, fact, element)
        for item in element.evidence or (None,):
            claims = by_item.setdefault(item, [])
            claims += [] if said and not (apart and item) else [told]
    found: dict[str, list[Evidence]] = {}
    for item, claims in by_item.items():
        several = found.setdefault("; ".join(dict.fromkeys(claims)), [])
        several += [] if item is None else [item]
    return found


def _aside(fact: Fact, voice: Voice) -> Iterator[tuple[str, Evidence]]:
    """Yield what else was stated of an element and not used, with the reason."""
    for element in fact.elements:
        subject = voice.word("element", f"{fact.kind}.{element.name}")
        for item in _set_aside(element):
            why = voice.aside(item.reason)
            yield voice.phrase("page", "set-aside", subject=subject, why=why), item.evidence


def _set_aside(element: Element) -> list[SetAside]:
    return [item for item in element.set_aside if item.reason != Reason.NO_RECORD]


def source_words(item: Evidence, voice: Voice, systems: Systems) -> str:
    """Return resource version, element, date, text as recorded, and how the code matched."""
    kind, _, _ = item.resource.partition("/")
    element = item.path.removeprefix(f"{kind}.") if item.path != kind else ""
    text = voice.phrase("quote", "text", text=item.text) if item.text else ""
    reference = reference_words(item, voice)
    where = ", ".join(part for part in (reference, element, item.recorded) if part)
    code = f"({_code_words(item, voice, systems)})" if item.code else ""
    return " ".join(part for part in (f"{where}:" if text else where, text, code) if part)


def reference_words(item: Evidence, voice: Voice) -> str:
    """Return a resource and its version."""
    if not item.version:
        return item.resource
    return voice.phrase("page", "version", name=item.resource, version=item.version)


def _code_words(item: Evidence, voice: Voice, systems: Systems) -> str:
    """Return the code that matched, its system by name (a local one by its last part), and how."""
    system, _, code = (item.code or "").rpartition("|")
    title = systems.title(system) or system.rpartition("/")[2]
    return f"{title} {code}, {voice.word('match', str(item.match))}"
