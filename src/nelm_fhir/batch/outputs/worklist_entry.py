"""One patient on the worklist page: the verdicts side by side, and below them why and what next.

In: a line of the worklist. Out: two rows of a table. What several criteria say in the same words is
said once, with all their ids; the ids lead to `nelm explain`.
"""

from collections.abc import Iterable, Iterator

from nelm_fhir.assessment.result import Verdict
from nelm_fhir.assessment.sentences import counted
from nelm_fhir.report.marks import MARKS
from nelm_fhir.report.markup import Content, Markup, element, joined
from nelm_fhir.report.worklist_line import Criterion, Lacking, SetLine, WorklistLine

_WHY = {
    Verdict.DEFERRED: "Waiting",
    Verdict.CRITERIA_NOT_MET: "Not met because",
    Verdict.NOT_APPLICABLE: "Outside of the sets",
}
"""Verdicts whose deciding criteria are told; of an open one it is told what is missing."""


def entry(number: int, line: WorklistLine) -> Markup:
    """Return the rows of a patient."""
    verdicts = [_verdict(one) for one in line.verdicts]
    first = element(
        "tr",
        element("td", str(number), class_="number"),
        element("th", line.patient, scope="row", class_="who"),
        *verdicts,
    )
    told = joined(_told(line))
    if not told:
        return element("tbody", first, class_="patient")
    below = element("td", element("dl", told), colspan=str(len(verdicts) + 1), class_="why")
    return element("tbody", first, element("tr", element("td"), below), class_="patient")


def verdict_words(verdict: str) -> Markup:
    """Return mark and word of a verdict."""
    mark, word = MARKS[Verdict(verdict)]
    return element("b", f"{mark} {word}")


def _verdict(one: SetLine) -> Markup:
    earliest = element("span", f"from {one.earliest}") if one.earliest else None
    named = [criterion.id for criterion in (*one.deciding, *one.missing)]
    ids = element("span", _ids(named)) if named else None
    return element("td", verdict_words(one.verdict), earliest, ids, class_=f"verdict {one.verdict}")


def _told(line: WorklistLine) -> Iterator[Markup]:
    if line.missing:
        yield _listed("Missing", [_lacking(one) for one in line.missing])
    for verdict, heading in _WHY.items():
        sets = [one for one in line.verdicts if one.verdict == verdict]
        if reasons := list(_reasons(sets)):
            yield _listed(heading, reasons)
    if line.flags:
        ids = ", ".join(flag.id for flag in line.flags)
        yield _pair("Flags", element("span", ids, class_="small dim"))
    if line.issues:
        notes = counted(line.issues, "note")
        yield _pair("Record", f"{notes} on data that could not be used as they stand")


def _lacking(one: Lacking) -> Markup:
    settles = _ids(named.criterion for named in one.settles)
    return joined((element("b", one.datum), f": {one.settle} ", settles))


def _reasons(sets: Iterable[SetLine]) -> Iterator[Markup]:
    """Yield each reason once, with the ids of the criteria that share it."""
    found: dict[str, dict[str, None]] = {}
    for one in (criterion for each in sets for criterion in each.deciding):
        found.setdefault(_why(one), {})[one.id] = None
    for why, ids in found.items():
        yield joined((f"{why} ", _ids(ids)))


def _ids(names: Iterable[str]) -> Markup:
    return joined((element("code", name) for name in dict.fromkeys(names)), " ")


def _why(one: Criterion) -> str:
    return one.why or one.label


def _listed(heading: str, items: Iterable[Content]) -> Markup:
    return _pair(heading, element("ul", *(element("li", item) for item in items)))


def _pair(heading: str, content: Content) -> Markup:
    return joined((element("dt", heading), element("dd", content)))
