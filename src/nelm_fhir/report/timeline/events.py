"""The dated events of a profile, in lanes.

In: a profile as facts, a voice. Out: Events with all days that their date can denote; None where
nothing dates them. What is dated after the as-of date is marked: no criterion reads it. The first
day on which a tumor was documented is not the day of its diagnosis, and is not called so.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from nelm_fhir.assessment.naming import AS_HEADING, claim, named
from nelm_fhir.assessment.told import Fact
from nelm_fhir.assessment.voice import capitalized
from nelm_fhir.core.dates import DaySpan, first_of
from nelm_fhir.core.evidence import Evidence
from nelm_fhir.evaluator import facts
from nelm_fhir.evaluator.view import View
from nelm_fhir.report.about import About

RESECTION = "resection"
JUDGMENTS = ("distribution", "resectability", "extent_judgment")


class Event(Struct, frozen=True):
    """One event: the lane it stands in, its days, a short word for the drawing, its sentence.

    `fact` is the id of the fact that it comes from.
    """

    lane: str
    days: DaySpan | None
    short: str
    told: str
    fact: str


def events_of(about: About) -> tuple[Event, ...]:
    """Return all events, dated ones in the order of their first possible day, then the others."""
    view = View(about.read.profile, about.catalogue.definitions)
    found = [
        *_tumors(view, about),
        *_specimens(view, about),
        *_responses(view, about),
        *_treatments(view, about),
        *_scans(view, about),
        *_foci(view, about),
        *_judgments(view, about),
        *_waiting(view, about),
    ]
    order = list(about.voice.wording.words["lane"])
    dated = [event for event in found if event.days is not None]
    dated.sort(key=lambda event: (_days(event), order.index(event.lane), event.told))
    return (*dated, *(event for event in found if event.days is None))


def _days(event: Event) -> tuple[str, str]:
    days = event.days
    return ("", "") if days is None else (days.earliest.isoformat(), days.latest.isoformat())


def _day(fact: Fact, name: str) -> DaySpan | None:
    value = fact.value(name)
    return value if isinstance(value, DaySpan) else None


def _head(fact: Fact, about: About) -> str:
    """Return what a fact is called, without its date: the day stands before every event."""
    head = capitalized(named(about.voice.wording, fact, AS_HEADING))
    day = _day(fact, "end_date" if fact.kind == "treatment" else "date")
    return head.replace(about.voice.say(day, "of"), "")


def _claims(fact: Fact, names: Sequence[str], about: About) -> list[str]:
    """Return what known elements of a fact say."""
    elements = (fact.element(name) for name in names)
    return [claim(about.voice.wording, fact, e) for e in elements if e and e.value is not None]


def _told(fact: Fact, names: Sequence[str], about: About) -> str:
    claims = "; ".join(_claims(fact, names, about))
    return f"{_head(fact, about)}: {claims}" if claims else _head(fact, about)


def _tumors(view: View, about: About) -> Iterator[Event]:
    """Yield the first statements of the tumors, and the resections of primaries."""
    for key in view.recorded.primaries:
        fact = facts.primary(view, key)
        yield from _first(fact, "site", "primary", about)
        if fact.value("performed") is True:
            told = about.phrase("resected", what=_told(fact, ("margin", "lymphadenectomy"), about))
            short = str(fact.value("margin") or about.voice.word("tick", "primary"))
            yield Event("operation", _day(fact, "date"), short, told, fact.id)
    yield from _first(facts.metastases(view), "metastases_present", "metastases", about)


def _first(fact: Fact, name: str, tick: str, about: About) -> Iterator[Event]:
    """Yield when something was first documented, if a statement of it is dated."""
    element = fact.element(name)
    if element is None or element.value in (None, False):
        return
    dated = [day for day in map(_recorded, element.evidence) if day is not None]
    if dated:
        told = about.phrase("first-stated", what=_head(fact, about))
        short = about.voice.word("tick", tick)
        yield Event("diagnosis", first_of(dated), short, told, fact.id)


def _recorded(item: Evidence) -> DaySpan | None:
    """Return the day of a clinical date as recorded; None for what is no date."""
    try:
        return DaySpan.parse((item.recorded or "").partition("T")[0])
    except ValueError:
        return None


def _specimens(view: View, about: About) -> Iterator[Event]:
    names = ("histology", "reported_grade", "ki67_text", "mitoses_text")
    for key in view.recorded.specimens:
        fact = facts.specimen(view, key)
        proliferation = _claims(fact, ("ki67_text",), about) or _claims(fact, names, about)
        short = (proliferation or [_head(fact, about)])[0]
        yield Event("pathology", _day(fact, "date"), short, _told(fact, names, about), fact.id)


def _responses(view: View, about: About) -> Iterator[Event]:
    for key in view.recorded.response_events:
        fact = facts.response(view, key)
        category = str(fact.value("category") or "?")
        short = about.voice.wording.word("tick", category) or category
        yield Event("response", _day(fact, "date"), short, _head(fact, about), fact.id)


def _treatments(view: View, about: About) -> Iterator[Event]:
    for key in view.recorded.progression_treatments:
        fact = facts.treatment(view, key)
        lane = "operation" if fact.value("type") == RESECTION else "therapy"
        short = "; ".join(_claims(fact, ("type",), about)) or "?"
        told = about.phrase("ended", what=_head(fact, about))
        yield Event(lane, _day(fact, "end_date"), short, told, fact.id)


def _scans(view: View, about: About) -> Iterator[Event]:
    names = ("extrahepatic_result", "liver_lesions_typical")
    for key in view.recorded.scans:
        fact = facts.scan(view, key)
        short = (_claims(fact, ("modality",), about) or _claims(fact, ("tracer",), about) or ["?"])[
            0
        ]
        yield Event("scan", _day(fact, "date"), short, _told(fact, names, about), fact.id)


def _foci(view: View, about: About) -> Iterator[Event]:
    """Yield when foci outside the liver were seen, treated and judged."""
    for key in view.recorded.extrahepatic:
        fact, tick = facts.focus(view, key), about.voice.word("tick", "focus")
        head = _head(fact, about)
        yield Event(
            "outside", _day(fact, "first_seen"), tick, about.phrase("seen", what=head), fact.id
        )
        if fact.value("treatment") is not None:
            how = capitalized("; ".join(_claims(fact, ("treatment",), about)))
            lane = "operation" if fact.value("treatment") == RESECTION else "therapy"
            told = about.phrase("treated", how=how, what=head)
            yield Event(lane, _day(fact, "treatment_end"), how, told, fact.id)
        if fact.value("verdict") is not None:
            told = _told(fact, ("verdict", "signed", "by"), about)
            yield Event("judgment", _day(fact, "date"), tick, told, fact.id)


def _judgments(view: View, about: About) -> Iterator[Event]:
    """Yield estimates of the involvement, and what clinicians judged of the liver."""
    for key in view.recorded.liver.involvement:
        fact = facts.involvement(view, key)
        extent = fact.value("extent")
        short = "?" if extent is None or isinstance(extent, str) else about.voice.say(extent)  # type: ignore[arg-type]
        yield Event("judgment", _day(fact, "date"), short, _told(fact, ("extent",), about), fact.id)
    for key in JUDGMENTS:
        fact = facts.judgment(view, key)
        if fact.value(key) is not None:
            claims = _claims(fact, (key,), about)
            told = _told(fact, (key, "judged_by"), about)
            yield Event("judgment", _day(fact, "judged_on"), claims[0], told, fact.id)


def _waiting(view: View, about: About) -> Iterator[Event]:
    """Yield what the waiting list and a transplantation give, as far as it is dated."""
    listing, transplant, recurrence = (
        view.recorded.listing,
        view.recorded.liver_transplant,
        view.recorded.recurrence,
    )
    rows: Iterable[tuple[DaySpan | None, str, str, str]] = (
        (listing.listing_date, "listed", "listed", "listing"),
        (listing.last_update_date, "update", "updated", "listing"),
        (transplant.date, "transplantation", "transplanted", "liver_transplant"),
        (transplant.planned_date, "transplantation", "planned", "liver_transplant"),
        (recurrence.date, "recurrence", "recurrence", "recurrence"),
    )
    for days, tick, told, fact in rows:
        if days is not None:
            yield Event("listing", days, about.voice.word("tick", tick), about.phrase(told), fact)
