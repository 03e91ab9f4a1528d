"""What decides per set: its verdict in words, the deciding criteria, and every criterion on demand.

In: the matter of the page. Out: Markup. Below each set a fold holds all its criteria: the sentence,
the facts it rests on, what was set aside, what would settle or change it, the published words.
"""

from collections.abc import Iterator, Sequence

from nelm_fhir.assessment.criterion_sentences import (
    changes_words,
    criterion_sentence,
    deciding,
    needs_words,
)
from nelm_fhir.assessment.result import CriterionResult, SetVerdict, Verdict
from nelm_fhir.assessment.told import Fact
from nelm_fhir.core.logic import Status
from nelm_fhir.report.about import About
from nelm_fhir.report.evidence_part import ENGLISH
from nelm_fhir.report.marks import MARKS
from nelm_fhir.report.markup import Markup, element, joined
from nelm_fhir.report.matrix import outcome
from nelm_fhir.report.matrix_table import STATUS_MARKS


def deciding_part(about: About) -> Markup:
    """Return the section, set by set."""
    sets = [_set(one, about) for one in about.assessment.verdicts]
    return element(
        "section",
        element("h2", about.word("deciding")),
        element("div", *sets, _open(about), class_="sets"),
        id="deciding",
    )


def _open(about: About) -> Markup | None:
    """Return why criteria are open, over all sets: most of them lack the same."""
    found = [
        result
        for verdict in about.assessment.verdicts
        for result in verdict.criteria
        if result.status is Status.UNKNOWN and result.id in _named(verdict)
    ]
    if not found:
        return None
    rows = element("ul", *_alike(found, about), class_="marked")
    return element("article", element("h3", about.word("why-open")), rows)


def _named(verdict: SetVerdict) -> frozenset[str]:
    """Return the criteria that a verdict rests on, and those that it lacks data for."""
    return frozenset({*verdict.deciding, *(one.criterion for one in verdict.missing)})


def _set(verdict: SetVerdict, about: About) -> Markup:
    mark, _ = MARKS[verdict.verdict]
    language = about.catalogue.texts.languages[about.language]
    said = f"{mark} {language.verdicts[str(verdict.verdict)]}"
    return element(
        "article",
        element(
            "h3",
            verdict.title,
            element("span", f", {about.word('version')} {verdict.version}", class_="screen"),
            ": ",
            element("span", said, class_="verdict"),
        ),
        _outlook(verdict, about),
        element("ul", *_reasons(verdict, about), class_="marked"),
        _everything(verdict, about),
    )


def _outlook(verdict: SetVerdict, about: About) -> Markup | None:
    """Return what would have to happen before the verdict could change."""
    said = []
    if verdict.verdict is Verdict.CRITERIA_NOT_MET:
        said.append(_counted("not-met", len(verdict.deciding), about))
    if verdict.earliest is not None:
        day = about.voice.say(verdict.earliest)
        said.append(about.voice.phrase("outlook", "deferred", earliest=day))
    if verdict.missing:
        said.append(_counted("open", len(verdict.missing), about))
    return element("p", " ".join(said), class_="dim screen") if said else None


def _counted(key: str, number: int, about: About) -> str:
    key = f"{key}-{'one' if number == 1 else 'more'}"
    return about.voice.phrase("outlook", key, number=str(number))


def _reasons(verdict: SetVerdict, about: About) -> Iterator[Markup]:
    """Yield what the verdict rests on, then the flags of the set."""
    if verdict.verdict is Verdict.NOT_APPLICABLE:
        yield from (_marked("–", name, about.text(name).text) for name in verdict.deciding)
    if verdict.verdict is Verdict.CRITERIA_MET:
        yield _marked("✓", "", about.word("all-met"))
    elif verdict.verdict is not Verdict.NOT_APPLICABLE:
        results = [one for one in verdict.criteria if one.id in _named(verdict)]
        yield from _alike([one for one in results if one.status is not Status.UNKNOWN], about)
        if names := ", ".join(one.id for one in results if one.status is Status.UNKNOWN):
            yield _marked("?", names, about.word("open"), class_="screen")
    yield from (_marked("!", flag, about.text(flag).text) for flag in verdict.flags)


def _alike(results: Sequence[CriterionResult], about: About) -> Iterator[Markup]:
    """Yield why criteria have their status; what is said of several is said once."""
    found: dict[tuple[str, str], list[CriterionResult]] = {}
    for one in results:
        found.setdefault((outcome(one), criterion_sentence(one, about.voice)), []).append(one)
    for (status, sentence), those in found.items():
        facts = about.cited(f for one in those for answer in deciding(one) for f in answer.used)
        names = ", ".join(one.id for one in those)
        yield _marked(STATUS_MARKS[status], names, sentence, " ", facts)


def _marked(mark: str, name: str, *content: str, class_: str | None = None) -> Markup:
    shown = element("span", mark, class_="mark", aria_hidden="true")
    named = joined((element("span", name, class_="id"), " ")) if name else None
    return element("li", shown, named, *content, class_=class_)


def _everything(verdict: SetVerdict, about: About) -> Markup:
    rows = [_criterion(result, about) for result in verdict.criteria]
    return element(
        "details",
        element("summary", f"{about.word('every-criterion')} ({len(rows)})"),
        element("ul", *rows, class_="criteria"),
    )


def _criterion(result: CriterionResult, about: About) -> Markup:
    table = "status" if result.running else "statuses"
    word = about.voice.word(table, outcome(result))
    beside = "" if result.counts else f", {about.word('beside')}"
    facts = about.cited(fact for answer in deciding(result) for fact in answer.used)
    return element(
        "li",
        element("span", result.id, class_="id"),
        f" {about.label(result.id, result.label)}: ",
        element("b", f"{STATUS_MARKS[outcome(result)]} {word}"),
        f"{beside}. {criterion_sentence(result, about.voice)} ",
        facts,
        *_more(result, about),
        id=result.id,
    )


def _more(result: CriterionResult, about: About) -> Iterator[Markup]:
    """Yield what was set aside, what would settle or change it, and the published words."""
    if aside := _aside(result, about):
        yield element("div", f"{about.word('aside')}: ", aside, class_="small")
    for line in (needs_words(result, about.voice), changes_words(result, about.voice)):
        if line:
            yield element("div", line, class_="small")
    basis = [about.voice.wording.word("basis", name) or name for name in result.basis]
    place = "; ".join(part for part in (result.source, *basis) if part)
    if result.quote:
        yield element(
            "blockquote", element("q", result.quote, lang=ENGLISH), f" ({place})", class_="small"
        )
    else:
        yield element("div", f"{about.word('basis')}: {place}", class_="small dim")


def _aside(result: CriterionResult, about: About) -> Markup | None:
    """Return what was seen and not used, by reason."""
    by_reason: dict[str, list[Fact]] = {}
    told = {fact.id for answer in deciding(result) for fact in answer.used}
    for answer in deciding(result):
        for one in answer.aside:
            if one.fact.id not in told:
                told.add(one.fact.id)
                by_reason.setdefault(one.reason, []).append(one.fact)
    return _by_reason(list(by_reason.items()), about) if by_reason else None


def _by_reason(found: Sequence[tuple[str, Sequence[Fact]]], about: About) -> Markup:
    told = [
        joined((f"{about.voice.aside(reason)} ", about.cited(facts))) for reason, facts in found
    ]
    return joined(told, "; ")
