"""The fact sheet: plain text to paste into an exception request or a referral letter.

In: a record as read, its assessment, the catalogue, a voice. Out: documented facts with dates and
sources, every set criterion by criterion, what is missing; no recommendation, no score. Lines have
at most 80 columns; marks of typography are written in ASCII, letters of the record as they are.
"""

import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from nelm_fhir.assessment.criterion_sentences import criterion_sentence, deciding
from nelm_fhir.assessment.missing_data import missing_data
from nelm_fhir.assessment.result import Assessment, CriterionResult, SetVerdict, Verdict
from nelm_fhir.assessment.told import Fact
from nelm_fhir.assessment.voice import Voice, capitalized
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.pipeline import Read
from nelm_fhir.report.about import About
from nelm_fhir.report.evidence import shown, source_words
from nelm_fhir.report.matrix import outcome
from nelm_fhir.report.one_line import one_line

WIDTH: Final = 80
_ASCII: Final = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»", '"'),
        **dict.fromkeys("‘’‚", "'"),
        **dict.fromkeys("–—−‐‑", "-"),
        "…": "...",
        "≤": "<=",
        "≥": ">=",
        "≠": "/=",
        "²": "2",
        "×": "x",
        "•": "*",
        "·": "-",
    }
)


def fact_sheet(read: Read, assessment: Assessment, catalogue: Catalogue, voice: Voice) -> str:
    """Return the sheet, the same for the same input."""
    about = About.of(read, assessment, catalogue, voice)
    lines = [
        *_head(about),
        *_section(about.word("documented"), _facts(about)),
        *_section(about.word("by-criterion"), _sets(about)),
        *_section(about.word("missing"), _missing(about)),
        "",
        *_wrapped(about.notice),
    ]
    return "\n".join(lines) + "\n"


def _head(about: About) -> Iterator[str]:
    its = about.assessment
    yield from _wrapped(about.word("title"))
    yield "=" * WIDTH
    subject = its.subject.reference or about.word("not-named")
    yield from _wrapped(f"{about.word('patient')}: {subject}")
    yield from _wrapped(f"{about.word('as-of')}: {its.as_of}")
    yield from _wrapped(f"{about.word('program')}: {its.program}, {its.catalogue_digest}")
    if about.read.test_data:
        yield from _wrapped(about.word("test-data"))
    if not its.neuroendocrine:
        yield from _wrapped(about.word("nothing-neuroendocrine"))


def _section(heading: str, lines: Iterable[str]) -> Iterator[str]:
    yield ""
    yield from _wrapped(heading.upper())
    yield "-" * WIDTH
    yield from lines


def _facts(about: About) -> Iterator[str]:
    """Yield every fact behind its number, with each statement that it rests on."""
    if not about.facts.numbers:
        yield from _wrapped(about.word("no-facts"))
    for topic, facts in about.facts.by_topic.items():
        yield from _wrapped(topic)
        for fact in facts:
            yield from _fact(fact, about)


def _fact(fact: Fact, about: About) -> Iterator[str]:
    its, systems = shown(fact, about.voice), about.catalogue.codes.systems
    yield from _wrapped(f"[{about.facts.numbers[fact.id]}] {its.head}", "  ", "      ")
    for told, evidence in its.statements:
        yield from _wrapped(f"- {told}", "      ", "        ") if told else ()
        for item in evidence:
            yield from _wrapped(source_words(item, about.voice, systems), " " * 8, " " * 10)
    for told, item in its.aside:
        yield from _wrapped(f"- {told}", "      ", "        ")
        yield from _wrapped(source_words(item, about.voice, systems), " " * 8, " " * 10)


def _sets(about: About) -> Iterator[str]:
    for position, verdict in enumerate(about.assessment.verdicts):
        if position:
            yield ""
        yield from _set(verdict, about)


def _set(verdict: SetVerdict, about: About) -> Iterator[str]:
    """Yield a set with its version and source, its verdict, and every criterion that counts."""
    words = about.catalogue.texts.languages[about.language].verdicts[str(verdict.verdict)]
    yield from _wrapped(f"{verdict.title}, {about.word('version')} {verdict.version}: {words}")
    yield from _wrapped(verdict.citation, "  ", "  ")
    if verdict.earliest is not None:
        day = about.voice.say(verdict.earliest)
        yield from _wrapped(about.voice.phrase("outlook", "deferred", earliest=day), "  ", "  ")
    if verdict.verdict is Verdict.NOT_APPLICABLE:
        for name in verdict.deciding:
            yield from _wrapped(f"{name}: {about.text(name).text}", "  ", "    ")
        return
    for result in verdict.criteria:
        yield from _criterion(result, about)
    for flag in verdict.flags:
        yield from _wrapped(f"{flag}: {about.text(flag).text}", "  ", "    ")


def _criterion(result: CriterionResult, about: About) -> Iterator[str]:
    status = about.voice.word("status" if result.running else "statuses", outcome(result))
    beside = "" if result.counts else f" ({about.word('beside')})"
    label = about.label(result.id, result.label)
    used = about.facts.cited(fact for answer in deciding(result) for fact in answer.used)
    sentence = criterion_sentence(result, about.voice)
    told = f"{result.id} {label}: {status}{beside}. {sentence} {used}".rstrip()
    yield from _wrapped(told, "  ", "    ")


def _missing(about: About) -> Iterator[str]:
    families = about.catalogue.definitions.staging.families
    data = missing_data(about.assessment, about.voice, families)
    if not data:
        yield from _wrapped(about.word("nothing-missing"))
    for datum in data:
        for settling in datum.settlings:
            told = f"{datum.name}: {capitalized(settling.settle)}."
            yield from _wrapped(told, "  ", "    ")


def _wrapped(text: str, first: str = "", more: str = "") -> list[str]:
    """Return the text in lines of the width, without characters that command instead of show."""
    plain = one_line(text).translate(_ASCII)
    return textwrap.wrap(
        plain, WIDTH, initial_indent=first, subsequent_indent=more, break_on_hyphens=False
    )
