"""The worklist as one page of HTML: for a coordinator's screen, for the printer, for the meeting.

In: the lines of the worklist in their order, the changes since the last run, the counts. Out: the
page, piece by piece, so that no more than one patient is held. It has no script and asks no
network. A browser shows some thousand patients; of a longer list the first are shown, and the page
says where the others stand.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby, islice
from typing import Final

from msgspec import Struct

from nelm_fhir.assessment.result import Verdict
from nelm_fhir.assessment.sentences import counted
from nelm_fhir.batch.outputs.changed_page import changes_section
from nelm_fhir.batch.outputs.changes import Change
from nelm_fhir.batch.outputs.files import WORKLIST_ROWS
from nelm_fhir.batch.outputs.page_style import STYLE
from nelm_fhir.batch.outputs.worklist_entry import entry, verdict_words
from nelm_fhir.report.markup import Markup, begin, begun_page, element, end, ended_page, joined
from nelm_fhir.report.worklist_line import Place, SetLine, WorklistLine

TITLE: Final = "Worklist: liver transplantation for neuroendocrine liver metastases"
SUBTITLE: Final = (
    "The documented data of each record, compared with published criteria. No verdicts are"
    " combined, and the order is no ranking of patients."
)
MORE: Final = "Evidence and quotes of one record: nelm explain. Every field: worklist.ndjson."
SHOWN: Final = 2000
"""Patients on the page; a browser stays quick with as many."""
HEADINGS: Final[Mapping[Place, tuple[str, str]]] = {
    Place.MET: ("Meets a set", "Patients whose documented data meet at least one set."),
    Place.INDETERMINATE: (
        "Cannot be judged yet",
        "Data are missing; whoever lacks the fewest comes first.",
    ),
    Place.DEFERRED: (
        "Waiting",
        "Only a waiting time is running; whoever waits the shortest comes first.",
    ),
    Place.OTHER: ("No set is met or open", "Every set is not met or not applicable."),
}


class Facts(Struct, frozen=True):
    """What stands above the list: the day, the program, the words of the catalogue, the counts.

    `before` is the as-of date of the run that changes are told from, None where there is none.
    """

    as_of: str
    program: str
    catalogue: str
    overlays: Sequence[str]
    options: Sequence[str]
    notice: str
    verdicts: Mapping[str, str]
    statuses: Mapping[str, str]
    reasons: Mapping[str, str]
    places: Mapping[Place, int]
    deceased: int
    failed: int
    passed_over: int
    before: str | None


def page(
    lines: Iterable[WorklistLine], changes: Iterable[Change], facts: Facts
) -> Iterator[Markup]:
    """Yield the page."""
    yield begun_page(f"{TITLE}, {facts.as_of}", STYLE)
    yield _head(facts)
    if facts.before is not None:
        yield changes_section(changes, facts.before, {**facts.statuses, **facts.reasons})
    flags: dict[str, str] = {}
    number = 0
    for place, some in groupby(islice(lines, SHOWN), key=lambda line: line.place):
        first = next(some)
        yield _section_begin(place, facts.places[place], first.verdicts)
        for line in chain((first,), some):
            number += 1
            flags.update((flag.id, flag.text) for flag in line.flags)
            yield entry(number, line)
        yield end("table")
    yield _rest(number, sum(facts.places.values()))
    yield _key(facts, flags)
    yield _foot(facts)
    yield ended_page()


def _head(facts: Facts) -> Markup:
    named = [
        ("As of", facts.as_of),
        *(("Options", ", ".join(facts.options)) for _ in facts.options[:1]),
        *(("Overlays", ", ".join(facts.overlays)) for _ in facts.overlays[:1]),
        ("Program", f"{facts.program}, {facts.catalogue}"),
    ]
    pairs = (joined((element("dt", name), element("dd", words))) for name, words in named)
    return joined(
        (
            element("h1", TITLE),
            element("p", SUBTITLE, class_="dim"),
            element("dl", *pairs, class_="key"),
            element("p", facts.notice, class_="notice"),
            element("ul", *_counts(facts), class_="counts"),
        )
    )


def _counts(facts: Facts) -> Iterator[Markup]:
    for place, (heading, _) in HEADINGS.items():
        yield _count(facts.places.get(place, 0), heading)
    yield _count(facts.deceased, "deceased, only counted")
    yield _count(facts.failed, "not assessed")
    yield _count(facts.passed_over, "without neuroendocrine finding")


def _count(number: int, words: str) -> Markup:
    return element("li", element("b", str(number)), words)


def _section_begin(place: Place, patients: int, verdicts: Iterable[SetLine]) -> Markup:
    heading, told = HEADINGS[place]
    columns = [
        element("th", one.title, element("span", f"version {one.version}"), scope="col")
        for one in verdicts
    ]
    head = element("tr", element("th", "#"), element("th", "Patient", scope="col"), *columns)
    return joined(
        (
            element("h2", f"{heading} ({patients})"),
            element("p", told, class_="dim"),
            begin("table"),
            element("thead", head),
        )
    )


def _rest(shown: int, every: int) -> Markup:
    if not every:
        return element("p", "No patient stands in this list.")
    if shown == every:
        return Markup()
    told = f"The first {shown} of {every} patients are shown. All of them stand in {WORKLIST_ROWS}."
    return element("p", element("b", told), class_="notice")


def _key(facts: Facts, flags: Mapping[str, str]) -> Markup:
    verdicts = [
        joined((element("dt", verdict_words(str(one))), element("dd", facts.verdicts[str(one)])))
        for one in Verdict
    ]
    raised = [
        joined((element("dt", name), element("dd", text))) for name, text in sorted(flags.items())
    ]
    parts = [element("h2", "What the marks mean"), element("dl", *verdicts, class_="key")]
    if raised:
        parts += [element("h2", f"{counted(len(raised), 'flag')} of this list")]
        parts += [element("p", "A flag never changes a verdict.", class_="dim")]
        parts += [element("dl", *raised, class_="key")]
    return joined(parts)


def _foot(facts: Facts) -> Markup:
    return element("footer", element("p", MORE), element("p", facts.notice))
