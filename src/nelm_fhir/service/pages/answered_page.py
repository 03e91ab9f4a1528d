"""The page after the form: the new verdicts beside the old, and the answers as FHIR.

In: two assessments of one record, without and with the answers. Out: markup. What changed is said
in words; nothing is stored, and what could store it says why it does not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nelm_fhir.assessment.result import Assessment, SetVerdict
from nelm_fhir.assessment.sentences import deciding_words
from nelm_fhir.report.marks import MARKS
from nelm_fhir.report.markup import Content, Markup, element, joined
from nelm_fhir.service.pages.speech import Speech
from nelm_fhir.service.pages.try_page import hidden

KIND = "kind"
RESPONSE = "response"
OBSERVATIONS = "observations"
ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the answers.

    `about` says whose record it is and as of when. `answers` are the hidden fields that hold the
    answers, sent to `download` for files; `carried` those that hold the record with them, sent to
    `report` and `again` (none where the record is not ours to carry). `store` takes the answers for
    the FHIR server; `why_not` is the word for why nothing does.
    """

    about: str
    before: Assessment
    after: Assessment
    answers: Sequence[tuple[str, str]]
    download: str
    carried: Sequence[tuple[str, str]] = ()
    report: str = ""
    again: str = ""
    store: str = ""
    why_not: str = ""


def answered_page(outcome: Outcome, author: str, speech: Speech) -> Markup:
    """Return the content of the page."""
    words = speech.words
    changed = sum(1 for one, other in _pairs(outcome) if one.verdict is not other.verdict)
    key = "changed" if changed else "unchanged"
    return joined(
        (
            element("p", outcome.about, class_="about"),
            element("p", words.say(f"answered.{key}", changed=changed), class_="lead"),
            element("p", words.say("answered.signed", name=author)),
            element("div", _table(outcome, speech), class_="scroll", tabindex="0", role="region",
                    aria_label=words.say("answered.caption")),
            _go_on(outcome, speech),
            element("h2", words.say("answered.keep")),
            element("p", words.say("answered.keep_help")),
            _files(outcome, speech),
        )
    )  # fmt: skip


def _pairs(outcome: Outcome) -> Iterator[tuple[SetVerdict, SetVerdict]]:
    return zip(outcome.before.verdicts, outcome.after.verdicts, strict=True)


def _table(outcome: Outcome, speech: Speech) -> Markup:
    words = speech.words
    names = ("set", "before", "after", "change")
    head = [element("th", words.say(f"answered.{name}"), scope="col") for name in names]
    rows = [_row(one, other, speech) for one, other in _pairs(outcome)]
    caption = element("caption", words.say("answered.caption"), class_="unseen")
    return element("table", caption, element("thead", element("tr", *head)),
                   element("tbody", *rows), class_="answered")  # fmt: skip


def _row(before: SetVerdict, after: SetVerdict, speech: Speech) -> Markup:
    changed = before.verdict is not after.verdict
    told = speech.words.say("answered.now" if changed else "answered.same")
    return element(
        "tr",
        element("th", before.title, scope="row"),
        _verdict(before, speech),
        _verdict(after, speech),
        element("td", element("b", told) if changed else element("span", told, class_="dim")),
    )


def _verdict(one: SetVerdict, speech: Speech) -> Markup:
    words = speech.words
    mark = element("span", MARKS[one.verdict][0], class_="mark", aria_hidden="true")
    parts: list[Content] = [element("b", mark, f" {words.say(f'verdict.{one.verdict}')}")]
    if one.earliest:
        parts.append(element("span", words.say("list.from", day=one.earliest)))
    if told := deciding_words(one, speech.voice):
        parts.append(element("span", told))
    return element("td", *parts, class_=f"verdict {one.verdict}")


def _go_on(outcome: Outcome, speech: Speech) -> Markup | None:
    if not outcome.carried:
        return None
    words = speech.words
    return element(
        "form",
        *(hidden(name, value) for name, value in outcome.carried),
        element(
            "p",
            element("button", words.say("answered.report"), class_="main"),
            element("button", words.say("answered.again"), formaction=outcome.again),
            class_="buttons",
        ),
        action=outcome.report,
        method="post",
        enctype="multipart/form-data",
    )


def _files(outcome: Outcome, speech: Speech) -> Markup:
    words = speech.words
    buttons = [
        element("button", words.say(f"answered.{kind}"), name=KIND, value=kind)
        for kind in (RESPONSE, OBSERVATIONS)
    ]
    return element(
        "form",
        *(hidden(name, value) for name, value in outcome.answers),
        element("p", *buttons, class_="buttons"),
        *_storing(outcome, speech),
        action=outcome.download,
        method="post",
        enctype="multipart/form-data",
    )


def _storing(outcome: Outcome, speech: Speech) -> Iterator[Markup]:
    """Yield what stores the answers at the server, or says why nothing does."""
    words = speech.words
    if outcome.why_not:
        button = element("button", words.say("answered.store"), disabled="", type="button",
                         aria_describedby="why-not")  # fmt: skip
        yield element("p", button, class_="buttons")
        yield element("p", words.say(f"answered.{outcome.why_not}"), id="why-not",
                      class_="dim small")  # fmt: skip
        return
    yield element("h2", words.say("answered.store"))
    yield element("p", words.say("answered.store_help"))
    buttons = [
        element("button", words.say(f"answered.store_{kind}"), name=KIND, value=kind,
                formaction=outcome.store)
        for kind in (RESPONSE, OBSERVATIONS)
    ]  # fmt: skip
    yield element("p", *buttons, class_="buttons")
