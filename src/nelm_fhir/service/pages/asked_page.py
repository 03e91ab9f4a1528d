"""The form page: what is missing, asked of a person, and what carries the record on.

In: the Questionnaire with only what would change a verdict, hidden fields. Out: markup.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from nelm_fhir.report.markup import Markup, element, joined
from nelm_fhir.service.pages.form_fields import Asking, Item
from nelm_fhir.service.pages.speech import Speech
from nelm_fhir.service.pages.try_page import hidden, labelled
from nelm_fhir.writers.datatypes import Json

AUTHOR = "author"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a form page is made of.

    `action` is where the answers go, `carried` the hidden fields that go with them, `about` whose
    record it is and as of when, `back` the address of the report, `author` the name of the person
    who is signed in, `typed` what somebody wrote in its place; `wrong` says what cannot be read of
    a form that was sent.
    """

    questionnaire: Item
    action: str
    carried: Sequence[tuple[str, str]]
    about: str
    back: str = ""
    author: str = ""
    typed: str = ""
    wrong: Sequence[tuple[str, str]] = ()


def asked_page(sheet: Sheet, asking: Asking) -> Markup:
    """Return the content of the page."""
    words = asking.speech.words
    back = (
        element("p", element("a", words.say("form.back"), href=sheet.back)) if sheet.back else None
    )
    if not sheet.questionnaire.get("item"):
        nothing = element("p", words.say("form.nothing"), class_="lead")
        return joined((element("p", sheet.about, class_="about"), nothing, back))
    return joined(
        (
            element("p", sheet.about, class_="about"),
            element("p", words.say("form.lead"), class_="lead"),
            back,
            _wrong(sheet.wrong, asking.speech),
            element(
                "form",
                *(hidden(name, value) for name, value in sheet.carried),
                asking.form(sheet.questionnaire),
                _signature(sheet, asking.speech),
                element(
                    "p",
                    element("button", words.say("form.judge"), class_="main"),
                    class_="buttons",
                ),
                action=sheet.action,
                method="post",
                enctype="multipart/form-data",
            ),
        )
    )


def _wrong(wrong: Sequence[tuple[str, str]], speech: Speech) -> Markup | None:
    if not wrong:
        return None
    items = [element("li", f"{text}: {speech.words.say(f'form.{word}')}") for text, word in wrong]
    told = element("p", speech.words.say("form.wrong"))
    return element("div", told, element("ul", *items), class_="fault", role="alert")


def _signature(sheet: Sheet, speech: Speech) -> Markup:
    words = speech.words
    if sheet.author:
        return element("p", words.say("form.signed_in", name=sheet.author))
    field = element("input", id=AUTHOR, name=AUTHOR, required="", autocomplete="name",
                    value=sheet.typed or None)  # fmt: skip
    return labelled(AUTHOR, words.say("form.author"), field, words.say("form.author_help"))


def author_of(name: str, issuer: str = "") -> Json:
    """Return the author of answers: a name, and who vouches for it where somebody is signed in."""
    if not issuer:
        return {"display": name}
    return {"identifier": {"system": issuer, "value": name}, "display": name}
