"""What changed since the last run, as a section of the worklist page: the first a reader looks for.

In: the changes. Out: a table, by patient, with what is behind them. Of very many
changes the first are shown; all of them stand in `changes.ndjson`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Final

from nelm_fhir.batch.outputs.changes import KEPT, Behind, Change, Datum, Fate, Turned
from nelm_fhir.batch.outputs.files import CHANGES
from nelm_fhir.batch.outputs.worklist_entry import verdict_words
from nelm_fhir.report.markup import Content, Markup, element, joined

SHOWN: Final = KEPT - 1
WORDS: Final[Mapping[Behind, str]] = {
    Behind.NEW: "new in the list",
    Behind.GONE: "no longer in the input",
    Behind.DECEASED: "deceased",
    Behind.NOT_ASSESSED: "could not be assessed in this run",
    Behind.RULES: "other criteria, mappings or program",
    Behind.OPTIONS: "other options",
    Behind.TIME: "time has passed",
    Behind.DATA: "new data",
}
FATES: Final[Mapping[Fate, str]] = {
    Fate.APPEARED: "new",
    Fate.CHANGED: "changed",
    Fate.VANISHED: "no longer there",
}


Words = Mapping[str, str]


def changes_section(changes: Iterable[Change], before: str, words: Words) -> Markup:
    """Return the section.

    `before` is the as-of date of the last run, `words` say statuses and reasons.
    """
    every = iter(changes)
    shown = list(islice(every, SHOWN))
    parts = [element("h2", f"Changed since {before}")]
    if not shown:
        return joined((*parts, element("p", "No verdict differs from the last run.")))
    names = ("Patient", "Before", "Now", "Criteria sets", "Because")
    head = element("tr", *(element("th", name, scope="col") for name in names))
    bodies = [
        element("tbody", *_rows(patient, list(some), words))
        for patient, some in groupby(shown, key=lambda change: change.patient)
    ]
    parts.append(element("table", element("thead", head), *bodies, class_="changes"))
    if next(every, None) is not None:
        told = f"The first {SHOWN} changes are shown. All of them stand in {CHANGES}."
        parts.append(element("p", element("b", told), class_="notice"))
    return joined(parts)


def _rows(patient: str, changes: Sequence[Change], words: Words) -> Iterator[Markup]:
    """Yield the rows of a patient; sets that changed alike stand in one row."""
    alike: dict[object, list[Change]] = {}
    for one in changes:
        alike.setdefault((one.before, one.after, one.behind), []).append(one)
    for number, some in enumerate(alike.values()):
        who = element("th", "" if number else patient, scope="row", class_="who")
        sets = element("td", ", ".join(one.title for one in some))
        because = element("td", *_because(some, words))
        yield element("tr", who, _verdict(some[0].before), _verdict(some[0].after), sets, because)


def _verdict(verdict: str | None) -> Markup:
    words: Content = verdict_words(verdict) if verdict else "none"
    return element("td", words, class_=f"verdict {verdict}" if verdict else "dim")


def _because(changes: Sequence[Change], words: Words) -> Iterator[Content]:
    yield ", ".join(WORDS[one] for one in changes[0].behind)
    for datum in dict.fromkeys(_datum(one) for change in changes for one in change.data):
        yield element("span", datum, class_="line")
    answers: dict[str, dict[str, None]] = {}
    for one in (turned for change in changes for turned in change.criteria):
        answers.setdefault(_answer(one, words), {})[one.label] = None
    for answer, labels in answers.items():
        yield element("span", f"{'; '.join(labels)}: {answer}", class_="line dim")


def _datum(one: Datum) -> str:
    version = f" version {one.version}" if one.version else ""
    recorded = f", recorded {one.recorded}" if one.recorded else ""
    return f"{FATES[one.fate]}: {one.resource}{version}{recorded}"


def _answer(one: Turned, words: Words) -> str:
    """Return the new answer of a criterion, with its reason where it has one."""
    if one.reason:
        return f"{words.get(one.after, one.after)}, {words.get(one.reason, one.reason)}"
    return words.get(one.after, one.after)
