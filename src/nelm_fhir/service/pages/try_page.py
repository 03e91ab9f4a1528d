"""The start page: samples to look at, and a form for a record of one's own.

In: the catalogue, the words of one language. Out: the content of the page.
"""

from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.report.markup import Content, Markup, element, joined
from nelm_fhir.service.pages.addresses import ASK, TRY
from nelm_fhir.service.pages.frame import kept
from nelm_fhir.service.pages.samples import Sample, shipped
from nelm_fhir.service.pages.speech import LANGUAGE, Speech
from nelm_fhir.service.pages.wanted import AS_OF, FILE, OPTION, PASTED, SAMPLE, SET


def try_page(catalogue: Catalogue, speech: Speech) -> Markup:
    """Return the content of the start page."""
    words = speech.words
    return joined(
        (
            element("p", words.say("try.lead", sets=len(catalogue.sets)), class_="lead"),
            element(
                "div",
                element("section", *_own(catalogue, speech), class_="card", aria_labelledby="own"),
                element("section", *_samples(speech), aria_labelledby="samples"),
                class_="two",
            ),
        )
    )


def _samples(speech: Speech) -> Iterator[Markup]:
    words = speech.words
    yield element("h2", words.say("try.samples"), id="samples")
    yield element("p", words.say("try.fictional"), class_="dim")
    yield element("ul", *(_sample(one, speech) for one in shipped().values()), class_="samples")


def _sample(sample: Sample, speech: Speech) -> Markup:
    words = speech.words
    day = sample.as_of.isoformat()
    query = urlencode({SAMPLE: sample.name, AS_OF: day})
    title = words.translated("sample", sample.name, sample.title)
    report = element("a", title, href=kept(speech, f"{TRY}?{query}"))
    name = words.say("try.ask")
    ask = element("a", name, href=kept(speech, f"{ASK}?{query}"), aria_label=f"{name}: {title}")
    below = element("span", f"{words.say('try.as_of')} {day} · ", ask, class_="dim small")
    return element("li", report, below)


def _own(catalogue: Catalogue, speech: Speech) -> Iterator[Markup]:
    words = speech.words
    yield element("h2", words.say("try.own"), id="own")
    chosen = speech.language if speech.chosen else None
    yield element(
        "form",
        hidden(LANGUAGE, chosen) if chosen else None,
        labelled(
            "file",
            words.say("try.file"),
            element(
                "input",
                type="file",
                id="file",
                name=FILE,
                accept=".json,.ndjson,.gz,application/json",
            ),
        ),
        labelled(
            "pasted",
            words.say("try.paste"),
            element("textarea", id="pasted", name=PASTED, rows="4", spellcheck="false"),
        ),
        labelled(
            "as_of",
            words.say("try.as_of"),
            element("input", type="date", id="as_of", name=AS_OF),
            words.say("try.as_of_help"),
        ),
        _choices(
            words.say("try.sets"),
            words.say("try.sets_help"),
            SET,
            ((one.id, one.title) for one in catalogue.sets.values()),
        ),
        _choices(
            words.say("try.options"),
            "",
            OPTION,
            (
                (name, words.translated("option", name, text))
                for name, text in sorted(catalogue.known_options.items())
            ),
        ),
        element(
            "p",
            element("button", words.say("try.report"), class_="main"),
            element("button", words.say("try.form"), formaction=ASK),
            class_="buttons",
        ),
        element("p", words.say("try.kept"), class_="dim small"),
        action=TRY,
        method="post",
        enctype="multipart/form-data",
    )


def _choices(title: str, told: str, name: str, choices: Iterable[tuple[str, str]]) -> Markup | None:
    boxes = [
        element(
            "label",
            element("input", type="checkbox", name=name, value=value),
            element("span", text),
            class_="box",
        )
        for value, text in choices
    ]
    if not boxes:
        return None
    inside = [element("legend", title), element("p", told, class_="dim small") if told else None]
    return element("fieldset", *inside, *boxes)


def hidden(name: str, value: str) -> Markup:
    """Return a field that nobody sees."""
    return element("input", type="hidden", name=name, value=value)


def labelled(name: str, text: str, control: Content, told: str = "") -> Markup:
    """Return a control with its label and what helps to fill it in."""
    helps = element("span", told, class_="dim small") if told else None
    return element("p", element("label", text, for_=name), control, helps, class_="field")
