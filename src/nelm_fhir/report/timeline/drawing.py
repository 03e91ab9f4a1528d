"""The timeline as SVG: lanes of marks, spans for partial dates, bars for clocks, the as-of line.

In: events with their numbers, clocks, the as-of date. Out: Markup. Shapes and words say everything;
no color is needed. A mark that would hide another one moves a line down.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Final

from msgspec import Struct

from nelm_fhir.report.about import About
from nelm_fhir.report.markup import Markup, element, joined
from nelm_fhir.report.timeline.clocks import Clock
from nelm_fhir.report.timeline.events import Event
from nelm_fhir.report.timeline.scale import LEFT, Scale, scale_of

WIDTH: Final = 1000
TOP: Final = 34
LINE: Final = 15
GAP: Final = 5
LETTER: Final = 6.1
"""Units that a letter takes on average, for keeping words apart."""
HALF: Final = 30
"""Half of what the name of a month takes."""
INK: Final = "#1c242b"
PALE: Final = "#d5dbe1"
_SMALL: Final = 4.5


class Mark(Struct, frozen=True):
    """One thing to draw: from where to where, what is written beside it, its shape."""

    left: float
    right: float
    label: str
    lane: str
    clock: bool = False

    @property
    def end(self) -> float:
        """Where the words beside it end."""
        return self.words + len(self.label) * LETTER

    @property
    def words(self) -> float:
        """Where the words begin: behind the mark, or before it where no place is left."""
        behind = self.right + 8
        width = len(self.label) * LETTER
        return behind if behind + width <= WIDTH else max(self.left - 8 - width, LEFT)


def drawing(
    events: Sequence[tuple[int, Event]], clocks: Sequence[tuple[int, Clock]], about: About
) -> Markup:
    """Return the drawing; every event has its number in the list of words."""
    as_of = about.assessment.as_of
    scale = scale_of([as_of, *_all_days(events, clocks)])
    lanes = {lane: _stacked(marks) for lane, marks in _lanes(events, clocks, as_of, scale).items()}
    height = TOP + sum(_height(rows) for rows in lanes.values()) + 4
    day = about.voice.say
    title = about.phrase("drawing", first=day(scale.first), last=day(scale.last), day=day(as_of))
    names = ", ".join(about.voice.word("lane", lane) for lane in lanes)
    more = about.phrase("drawing-more", number=str(len(events) + len(clocks)), lanes=names)
    return element(
        "svg",
        element("title", title, id="timeline-title"),
        element("desc", more, id="timeline-desc"),
        *_marks_of_time(scale, height),
        *_as_of(scale.place(as_of), height, about),
        *_drawn_lanes(lanes, about),
        role="img",
        viewBox=f"0 0 {WIDTH} {height}",
        aria_labelledby="timeline-title timeline-desc",
    )


def _all_days(
    events: Sequence[tuple[int, Event]], clocks: Sequence[tuple[int, Clock]]
) -> Iterator[date]:
    for _, event in events:
        if event.days is not None:
            yield from (event.days.earliest, event.days.latest)
    for _, clock in clocks:
        yield clock.until
        if clock.since is not None:
            yield clock.since.earliest


def _lanes(
    events: Sequence[tuple[int, Event]],
    clocks: Sequence[tuple[int, Clock]],
    as_of: date,
    scale: Scale,
) -> dict[str, list[Mark]]:
    """Return the marks by lane."""
    lanes: dict[str, list[Mark]] = {}
    for number, event in events:
        if event.days is not None:
            left, right = (scale.place(d) for d in (event.days.earliest, event.days.latest))
            mark = Mark(left, right, f"{number} {event.short}", event.lane)
            lanes.setdefault(event.lane, []).append(mark)
    for number, clock in clocks:
        since = as_of if clock.since is None else clock.since.earliest
        label = f"{number} {clock.until.isoformat()}"
        mark = Mark(scale.place(since), scale.place(clock.until), label, "clock", clock=True)
        lanes.setdefault("clock", []).append(mark)
    return lanes


def _stacked(marks: Sequence[Mark]) -> list[list[Mark]]:
    """Return the marks in lines, none over another one or its words."""
    lines: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda one: (one.left, one.right)):
        for line in lines:
            if all(_apart(mark, other) for other in line):
                line.append(mark)
                break
        else:
            lines.append([mark])
    return lines


def _apart(one: Mark, other: Mark) -> bool:
    first, last = min(one.left, one.words), max(one.right, one.end)
    return last + GAP < min(other.left, other.words) - GAP or first - GAP > (
        max(other.right, other.end) + GAP
    )


def _height(rows: Sequence[Sequence[Mark]]) -> int:
    return len(rows) * LINE + GAP


def _marks_of_time(scale: Scale, height: int) -> Iterator[Markup]:
    for day, name in scale.marks():
        x = str(scale.place(day))
        yield _line(x, str(TOP - 8), x, str(height), PALE)
        place = str(min(float(x), WIDTH - HALF))
        yield element("text", name, x=place, y=str(TOP - 14), text_anchor="middle", class_="soft")


def _as_of(x: float, height: int, about: About) -> Iterator[Markup]:
    words = about.phrase("as-of", day=about.assessment.as_of.isoformat())
    yield _line(str(x), "13", str(x), str(height), INK, stroke_width="1.5", stroke_dasharray="5 3")
    place = min(max(x, LEFT + 40), WIDTH - 70)
    yield element("text", words, x=str(place), y="10", text_anchor="middle", class_="strong")


def _drawn_lanes(lanes: dict[str, list[list[Mark]]], about: About) -> Iterator[Markup]:
    """Yield the lanes in the order of the words, each under its name."""
    top = TOP
    for lane in about.voice.wording.words["lane"]:
        rows = lanes.get(lane)
        if rows is None:
            continue
        yield _line("0", str(top), str(WIDTH), str(top), PALE)
        name = about.voice.word("lane", lane)
        yield element("text", name, x="2", y=str(top + LINE - 3), class_="strong")
        for row, marks in enumerate(rows):
            middle = top + row * LINE + LINE / 2 + GAP / 2
            yield from (_mark(mark, middle) for mark in marks)
        top += _height(rows)


def _mark(mark: Mark, y: float) -> Markup:
    """Return one mark with its words on a ground that keeps them readable."""
    width = str(round(len(mark.label) * LETTER, 1))
    ground = element("rect", x=str(round(mark.words - 2, 1)), y=str(y - 6.5), width=width,
                     height="13", fill="#fff", fill_opacity="0.85")  # fmt: skip
    text = element("text", mark.label, x=str(round(mark.words, 1)), y=str(y + 4))
    shape = _bar(mark, y) if mark.clock else _of_days(mark, y)
    return element("g", ground, shape, text)


def _of_days(mark: Mark, y: float) -> Markup:
    """Return the shape of the lane; of a partial date the span of all its days."""
    if mark.right - mark.left <= _SMALL:
        return _SHAPES[mark.lane]((mark.left + mark.right) / 2, y)
    width = str(round(mark.right - mark.left, 1))
    return element("rect", x=str(mark.left), y=str(y - 4), width=width, height="8", fill="#fff",
                   stroke=INK, stroke_dasharray="3 2")  # fmt: skip


def _bar(mark: Mark, y: float) -> Markup:
    """Return a waiting time: a bar to its earliest end, closed by a stroke."""
    end = str(mark.right)
    return joined(
        (
            _line(str(mark.left), str(y), end, str(y), INK, stroke_width="3"),
            _line(end, str(y - 6), end, str(y + 6), INK, stroke_width="2"),
        )
    )


def _line(x1: str, y1: str, x2: str, y2: str, stroke: str, **more: str) -> Markup:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, **more)


def _circle(x: float, y: float, fill: str) -> Markup:
    return element("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r="4", fill=fill, stroke=INK)


def _polygon(x: float, y: float, fill: str, corners: Sequence[tuple[float, float]]) -> Markup:
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
    return element("polygon", points=points, fill=fill, stroke=INK)


_DIAMOND: Final = ((0.0, -5.0), (5.0, 0.0), (0.0, 5.0), (-5.0, 0.0))
_SQUARE: Final = ((-4.0, -4.0), (4.0, -4.0), (4.0, 4.0), (-4.0, 4.0))
_UP: Final = ((0.0, -5.0), (5.0, 4.0), (-5.0, 4.0))
_DOWN: Final = ((0.0, 5.0), (5.0, -4.0), (-5.0, -4.0))
Shape = Callable[[float, float], Markup]
_SHAPES: Final[dict[str, Shape]] = {
    "diagnosis": lambda x, y: _polygon(x, y, INK, _DIAMOND),
    "pathology": lambda x, y: _polygon(x, y, "#fff", _SQUARE),
    "operation": lambda x, y: _polygon(x, y, INK, _UP),
    "therapy": lambda x, y: _polygon(x, y, INK, _SQUARE),
    "response": lambda x, y: _circle(x, y, INK),
    "scan": lambda x, y: _circle(x, y, "#fff"),
    "outside": lambda x, y: _polygon(x, y, "#fff", _DIAMOND),
    "judgment": lambda x, y: _polygon(x, y, "#fff", _UP),
    "listing": lambda x, y: _polygon(x, y, INK, _DOWN),
}
