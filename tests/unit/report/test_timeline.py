"""The timeline: partial dates as spans, unknown ones beside, clocks to their earliest end."""

import re

from tests.unit.report.made import Seen, about, of_profile, page, sample

from nelm_fhir.report.timeline.clocks import clocks_of
from nelm_fhir.report.timeline.events import events_of

PARTIAL = {
    "primaries": {
        "ileum": {"site": "ileum", "resection": {"performed": True, "date": "2024", "margin": "R0"}}
    },
    "response_events": {
        "first": {"date": "2025-03", "category": "SD", "modality": "CT"},
        "never": {"category": "PD", "modality": "CT"},
        "later": {"date": "2026-07-01", "category": "PD", "modality": "MRI"},
    },
    "scans": {"pet": {"date": "2026-04-01/2026-04-20", "modality": "PET/CT"}},
}


def section(html: str) -> str:
    return html[html.index('id="timeline"') : html.index("</section>", html.index('id="timeline"'))]


def test_a_partial_date_is_drawn_over_all_its_days_and_a_full_one_as_a_mark() -> None:
    drawn = section(page(*of_profile(**PARTIAL)))
    widths = [float(w) for w in re.findall(r'width="([\d.]+)" height="8"', drawn)]
    assert len(widths) == 3  # a year, a month, a period
    assert max(widths) > 300
    assert "2024: Resection" in Seen(drawn).text


def test_what_has_no_date_is_told_and_not_drawn() -> None:
    given = about(*of_profile(**PARTIAL))
    undated = [event.told for event in events_of(given) if event.days is None]
    assert undated == ["Progression (CT)"]
    assert "Without a date" in section(page(*of_profile(**PARTIAL)))


def test_what_is_dated_after_the_as_of_date_says_that_it_is_not_used() -> None:
    told = Seen(section(page(*of_profile(**PARTIAL)))).text
    assert "1 July 2026: Progression (MRI) (after the as-of date, not used)" in told


def test_events_stand_in_the_order_of_their_first_possible_day() -> None:
    days = [event.days.earliest for event in events_of(about(*of_profile(**PARTIAL))) if event.days]
    assert days == sorted(days)


def test_a_clock_runs_to_its_earliest_date_and_names_the_sets_that_wait() -> None:
    clocks = clocks_of(about(*sample("deferred-by-a-clock")))
    assert [(str(one.until), len(one.sets)) for one in clocks] == [
        ("2026-07-08", 1),
        ("2026-08-10", 4),
    ]
    assert "Waiting times" in section(page(*sample("deferred-by-a-clock")))


def test_the_drawing_has_a_title_a_description_and_the_same_in_words() -> None:
    drawn = section(page(*sample("deferred-by-a-clock")))
    assert 'role="img"' in drawn
    assert 'aria-labelledby="timeline-title timeline-desc"' in drawn
    numbers = re.findall(r'class="number">(\d+) <', drawn)
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    for number in numbers:
        assert re.search(rf"<text [^>]*>{number} ", drawn), f"{number} is not drawn"


def test_a_record_without_a_dated_event_says_so() -> None:
    assert "No dated event is documented." in page(*of_profile())
