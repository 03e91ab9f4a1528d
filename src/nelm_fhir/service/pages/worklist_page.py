"""The worklist as a page: what can be chosen, and the table that it leaves.

In: the lines that are shown and what was chosen. Out: markup. Every verdict keeps its column, so
that a coordinator can go down one set; verdicts are said by mark and word, never by color alone.
"""

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlencode

from nelm_fhir.assessment.result import Verdict
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.report.marks import MARKS
from nelm_fhir.report.markup import Markup, element, joined
from nelm_fhir.report.worklist_line import Place, SetLine, WorklistLine
from nelm_fhir.service.pages.addresses import WORKLIST, report_address
from nelm_fhir.service.pages.frame import kept
from nelm_fhir.service.pages.listed import ORDERS, Choice, Listed
from nelm_fhir.service.pages.population import Population
from nelm_fhir.service.pages.speech import LANGUAGE, Speech
from nelm_fhir.service.pages.try_page import hidden, labelled

_PATIENT: Final = "Patient/"
_DATUM: Final = "datum"


def worklist_page(
    shown: Listed, choice: Choice, whom: Population, catalogue: Catalogue, speech: Speech
) -> Markup:
    """Return the content of the page."""
    return joined(
        (
            element("p", _lead(whom, speech), class_="lead"),
            element("ul", *_counts(shown, speech), class_="counts"),
            _choosing(choice, whom, catalogue, speech),
            element("div", *_table(shown, choice, whom, speech), id="list", aria_live="polite"),
        )
    )


def _lead(whom: Population, speech: Speech) -> str:
    if whom.as_of is None:
        return speech.words.say("list.lead_own")
    return speech.words.say("list.lead", as_of=speech.voice.say(whom.as_of))


def _counts(shown: Listed, speech: Speech) -> Iterator[Markup]:
    for place in Place:
        number = element("b", str(shown.places.get(place, 0)))
        yield element("li", number, speech.words.say(f"place.{place}"))


# --- choosing -------------------------------------------------------------------------------------


def _choosing(choice: Choice, whom: Population, catalogue: Catalogue, speech: Speech) -> Markup:
    words = speech.words
    judged = [catalogue.sets[name] for name in whom.sets if name in catalogue.sets]
    sets = [("", words.say("list.any_set")), *((one.id, one.title) for one in judged)]
    verdicts = [("", words.say("list.any_verdict"))]
    verdicts += [(str(one), words.say(f"verdict.{one}")) for one in Verdict]
    orders = [("", words.say("list.usual"))]
    orders += [(name, words.say(f"list.by_{name}")) for name in ORDERS]
    text = element("input", type="search", id="text", name="text", value=choice.text)
    return element(
        "form",
        hidden(LANGUAGE, speech.language) if speech.chosen else None,
        labelled("set", words.say("list.set"), _select("set", sets, choice.set)),
        labelled(
            "verdict", words.say("list.verdict"), _select("verdict", verdicts, choice.verdict)
        ),
        labelled("text", words.say("list.text"), text),
        labelled("order", words.say("list.order"), _select("order", orders, choice.order)),
        element("p", element("button", words.say("list.show"), class_="main"), class_="field"),
        class_="choosing",
        action=WORKLIST,
        method="get",
        role="search",
        data_swaps="list",
    )


def _select(name: str, options: Sequence[tuple[str, str]], chosen: str) -> Markup:
    made = [
        element("option", text, value=value, selected="" if value == chosen else None)
        for value, text in options
    ]
    return element("select", *made, id=name, name=name)


# --- the table ------------------------------------------------------------------------------------


def _table(shown: Listed, choice: Choice, whom: Population, speech: Speech) -> Iterator[Markup]:
    words = speech.words
    told = words.say("list.found", found=shown.found, every=shown.every)
    yield element("p", told, role="status")
    if not shown.lines:
        return
    columns = _columns(shown.lines, whom)
    head = [
        _heading(words.say("list.patient"), "patient", choice, speech),
        _heading(words.say("list.earliest"), "earliest", choice, speech),
        _heading(words.say("list.missing"), "missing", choice, speech),
        *(_set_heading(one, choice) for one in columns),
    ]
    table = element(
        "table",
        element("caption", words.say("list.caption"), class_="unseen"),
        element("thead", element("tr", *head)),
        element("tbody", *(_row(line, columns, choice, whom, speech) for line in shown.lines)),
        class_="worklist",
    )
    yield element(
        "div",
        table,
        class_="scroll",
        tabindex="0",
        role="region",
        aria_label=words.say("list.caption"),
    )
    yield from _pages(shown, choice, speech)


def _heading(text: str, order: str, choice: Choice, speech: Speech) -> Markup:
    sorted_ = choice.order == order
    address = _address(speech, choice.query(order="" if sorted_ else order))
    link = element("a", text, href=address, data_swaps="list")
    return element("th", link, scope="col", aria_sort="ascending" if sorted_ else None)


def _set_heading(one: SetLine, choice: Choice) -> Markup:
    version = element("span", one.version)
    chosen = "chosen" if one.set == choice.set else None
    return element("th", one.title, version, scope="col", class_=chosen)


def _columns(lines: Sequence[WorklistLine], whom: Population) -> list[SetLine]:
    """Return one verdict of every set that any of the lines has: sets may differ by line."""
    found = {one.set: one for line in reversed(lines) for one in line.verdicts}
    return [found[name] for name in whom.sets if name in found]


def _row(
    line: WorklistLine,
    columns: Sequence[SetLine],
    choice: Choice,
    whom: Population,
    speech: Speech,
) -> Markup:
    """Return the row of a patient, and below it what is missing, over the whole width."""
    verdicts = {one.set: one for one in line.verdicts}
    missing = list(dict.fromkeys(one.datum for one in line.missing))
    none = element("span", "–", class_="dim")
    first = element(
        "tr",
        element("th", *_patient(line, whom, speech), scope="row"),
        element("td", line.earliest or none, class_="day"),
        element("td", str(len(missing)) if missing else none),
        *(_verdict(verdicts.get(one.set), one, choice, speech) for one in columns),
    )
    if not missing:
        return first
    names = ", ".join(_datum(one, speech) for one in missing)
    told = element("td", f"{speech.words.say('list.missing')}: {names}",
                   colspan=str(len(columns) + 2))  # fmt: skip
    return joined((first, element("tr", element("td"), told, class_="why")))


def _patient(line: WorklistLine, whom: Population, speech: Speech) -> Iterator[Markup | str]:
    """Yield the name, with a link to the report if it names one person, and the day if needed."""
    words, name = speech.words, line.patient.removeprefix(_PATIENT)
    if line.patient in whom.ambiguous:
        yield name
        yield element("span", words.say("list.ambiguous"), class_="dim")
    else:
        yield element("a", name, href=kept(speech, report_address(line.patient)))
    if whom.as_of is None:
        yield element("span", words.say("list.as_of", day=line.as_of), class_="dim")


def _verdict(one: SetLine | None, column: SetLine, choice: Choice, speech: Speech) -> Markup:
    """Return a verdict; its version stands beside it where it is another one than the column's."""
    words = speech.words
    if one is None:
        return element("td", element("span", "–", class_="dim"))
    mark = element("span", MARKS[Verdict(one.verdict)][0], class_="mark", aria_hidden="true")
    told = element("b", mark, f" {words.say(f'verdict.{one.verdict}')}")
    day = words.say("list.from", day=one.earliest) if one.earliest else None
    other = one.version if one.version != column.version else None
    beside = [element("span", text) for text in (day, other) if text]
    chosen = " chosen" if one.set == choice.set else ""
    return element("td", told, *beside, class_=f"verdict {one.verdict}{chosen}")


def _datum(name: str, speech: Speech) -> str:
    """Return the name of a datum in this language; the ledger holds the English one."""
    key = next((key for key, english in speech.data.items() if english == name), None)
    return speech.voice.word(_DATUM, key) if key else name


def _pages(shown: Listed, choice: Choice, speech: Speech) -> Iterator[Markup]:
    if shown.pages == 1:
        return
    words = speech.words
    told = element("span", words.say("list.page", page=shown.page, pages=shown.pages))
    links = [
        element(
            "a",
            words.say(f"list.{name}"),
            rel=rel,
            data_swaps="list",
            href=_address(speech, choice.query(page=str(number))),
        )
        for name, rel, number in (
            ("before", "prev", shown.page - 1),
            ("after", "next", shown.page + 1),
        )
        if 1 <= number <= shown.pages
    ]
    yield element("nav", told, *links, class_="pages", aria_label=words.say("list.pages"))


def _address(speech: Speech, query: dict[str, str]) -> str:
    return kept(speech, f"{WORKLIST}?{urlencode(query)}" if query else WORKLIST)
