"""The section of the timeline: the drawing, and the same in words for who does not see it.

In: the matter of the page. Out: Markup. Events bear numbers in the order of their days; what has no
date stands below, never drawn.
"""

from nelm_fhir.report.about import About
from nelm_fhir.report.markup import Markup, element, joined
from nelm_fhir.report.timeline.clocks import Clock, clocks_of
from nelm_fhir.report.timeline.drawing import drawing
from nelm_fhir.report.timeline.events import Event, events_of


def timeline_part(about: About) -> Markup:
    """Return the section; without any dated event it says so."""
    events, heading = events_of(about), element("h2", about.word("timeline"))
    dated = [event for event in events if event.days is not None]
    undated = [event for event in events if event.days is None]
    numbered = list(enumerate(dated, start=1))
    clocks = list(enumerate(clocks_of(about), start=len(dated) + 1))
    if not dated and not clocks:
        nothing = element("p", about.word("timeline-none"))
        return element("section", heading, nothing, _undated(undated, about), id="timeline")
    figure = element("figure", drawing(numbered, clocks, about))
    rows = [
        *(_row(number, _dated(event, about), _cited(event, about)) for number, event in numbered),
        *(_row(number, _of_clock(clock, about), None) for number, clock in clocks),
    ]
    listed = element("ol", *rows, class_="events", aria_label=about.word("timeline-list"))
    return element("section", heading, figure, listed, _undated(undated, about), id="timeline")


def _row(number: int, told: str, cited: Markup | None) -> Markup:
    return element("li", element("span", f"{number} ", class_="number"), told, " ", cited)


def _dated(event: Event, about: About) -> str:
    """Return day and event in words; one after the as-of date says so."""
    later = event.days is not None and event.days.earliest > about.assessment.as_of
    more = f" ({about.word('later')})" if later else ""
    return f"{about.voice.say(event.days)}: {event.told}{more}"


def _of_clock(clock: Clock, about: About) -> str:
    return clock.told(about)


def _cited(event: Event, about: About) -> Markup:
    number = about.facts.numbers.get(event.fact)
    link = element("a", f"[{number}]", href=f"#fact-{number}", class_="cite") if number else None
    return joined((link,))


def _undated(events: list[Event], about: About) -> Markup | None:
    if not events:
        return None
    rows = [element("li", event.told, " ", _cited(event, about)) for event in events]
    return joined((element("h3", about.word("undated")), element("ul", *rows)))
