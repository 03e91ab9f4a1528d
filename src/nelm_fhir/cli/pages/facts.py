"""The facts of one candidate on the page of `nelm explain`: each once, with all it rests on.

In: an Assessment and a voice. Out: numbered facts by topic. Below what a fact says stand resource,
version, element, date, the text as recorded and how its code matched; then what was set aside.
"""

from collections.abc import Iterator

from nelm_fhir.assessment.told import Fact
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.cli.page import DIM, HEADING, Line, Page
from nelm_fhir.knowledge.code_systems import Systems
from nelm_fhir.report.evidence import Facts, shown, source_words


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
    its = shown(fact, voice)
    yield 0, [its.head]
    for told, evidence in its.statements:
        yield from [(0, [f"· {told}"])] if told else []
        for item in evidence:
            yield 4 if told else 2, [(source_words(item, voice, systems), DIM)]
    for told, item in its.aside:
        yield 0, [f"· {told}"]
        yield 4, [(source_words(item, voice, systems), DIM)]
