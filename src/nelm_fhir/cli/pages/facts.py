"""The facts of one candidate on the page of `nelm explain`: each once, with all it rests on.

In: an Assessment and a voice. Out: numbered facts by topic. Below what a fact says stand resource,
version, element, date, the text as recorded and how its code matched; then what was set aside.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nelm_fhir.assessment.naming import AS_HEADING, claim, in_heading, named
from nelm_fhir.assessment.result import Assessment
from nelm_fhir.assessment.told import Element, Fact
from nelm_fhir.assessment.voice import Voice, capitalized
from nelm_fhir.cli.page import DIM, HEADING, Line, Page
from nelm_fhir.core.evidence import Evidence, SetAside
from nelm_fhir.core.unknown import Reason
from nelm_fhir.knowledge.code_systems import Systems


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of an assessment, numbered in the order of the page."""

    numbers: Mapping[str, int]
    by_topic: Mapping[str, tuple[Fact, ...]]

    def cited(self, facts: Iterable[Fact]) -> str:
        """Return the numbers of facts as the sentences cite them: [2] [5]."""
        known = sorted({self.numbers[fact.id] for fact in facts if fact.id in self.numbers})
        return " ".join(f"[{number}]" for number in known)


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


def write_facts(page: Page, facts: Facts, voice: Voice, systems: Systems) -> None:
    """Write the facts, each behind its number."""
    page.heading("The facts, and where each was read")
    column = len(f"[{len(facts.numbers)}] ")
    for position, (topic, several) in enumerate(facts.by_topic.items()):
        if position:
            page.space()
        page.line((topic, HEADING))
        for fact in several:
            number = f"[{facts.numbers[fact.id]}]"
            page.block(number, list(_lines(fact, voice, systems)), column)


def _lines(fact: Fact, voice: Voice, systems: Systems) -> Iterator[Line]:
    """Yield what the fact is, and for each statement it rests on what that one says."""
    head = capitalized(named(voice.wording, fact, AS_HEADING))
    said = _said(fact, voice)
    bare = "; ".join(told for told, evidence in said.items() if not evidence)
    with_source = {told: evidence for told, evidence in said.items() if evidence}
    if not bare and len(with_source) == 1:
        bare = next(iter(with_source))
        with_source = {"": with_source[bare]}
    yield 0, [f"{head}: {bare}" if bare else head]
    for told, evidence in with_source.items():
        yield from [(0, [f"· {told}"])] if told else []
        for item in evidence:
            yield 4 if told else 2, [(source_words(item, voice, systems), DIM)]
    for element in fact.elements:
        yield from _aside(fact, element, voice, systems)


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


def _aside(fact: Fact, element: Element, voice: Voice, systems: Systems) -> Iterator[Line]:
    """Yield what else was stated of an element, and why it was not used."""
    subject = voice.word("element", f"{fact.kind}.{element.name}")
    for item in _set_aside(element):
        yield 0, [f"· {subject}, set aside: {voice.aside(item.reason)}"]
        yield 4, [(source_words(item.evidence, voice, systems), DIM)]


def _set_aside(element: Element) -> list[SetAside]:
    return [item for item in element.set_aside if item.reason != Reason.NO_RECORD]


def source_words(item: Evidence, voice: Voice, systems: Systems) -> str:
    """Return text as recorded, resource version, element, date, and how the code matched."""
    kind, _, _ = item.resource.partition("/")
    element = item.path.removeprefix(f"{kind}.") if item.path != kind else ""
    text = f"“{item.text}”" if item.text else ""
    where = ", ".join(part for part in (reference_words(item), element, item.recorded) if part)
    code = f"({_code_words(item, voice, systems)})" if item.code else ""
    return " ".join(part for part in (f"{where}:" if text else where, text, code) if part)


def reference_words(item: Evidence) -> str:
    """Return a resource and its version."""
    return f"{item.resource} version {item.version}" if item.version else item.resource


def _code_words(item: Evidence, voice: Voice, systems: Systems) -> str:
    """Return the code that matched, its system by name (a local one by its last part), and how."""
    system, _, code = (item.code or "").rpartition("|")
    title = systems.title(system) or system.rpartition("/")[2]
    return f"{title} {code}, {voice.word('match', str(item.match))}"
