"""HTML that is escaped by construction: plain text can only become text, never markup.

In: names of tags written in the program, and words of any origin. Out: Markup. Whatever is no
Markup is escaped when it is put into an element, and put on one line without control characters, so
that forgetting is not possible; Markup is made here and nowhere else.
"""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from html import escape
from typing import Final

from nelm_fhir.report.one_line import one_line

_EMPTY: Final = frozenset({"meta", "br", "col", "link", "input", "hr"})
_DOCTYPE: Final = "<!DOCTYPE html>\n"


class Markup(str):
    """HTML that can be shown as it stands."""

    __slots__ = ()


Content = Markup | str | None


def element(name: str, /, *content: Content, **attributes: str | None) -> Markup:
    """Return an element; text in it and in its attributes is escaped, None left out.

    An attribute that is a word of Python ends with `_` (`class_`).
    """
    if name in _EMPTY:
        return begin(name, **attributes)
    return joined((begin(name, **attributes), *content, end(name)))


def begin(name: str, /, **attributes: str | None) -> Markup:
    """Return the start of an element, for one that is too long to be held."""
    told = (
        f' {key.rstrip("_").replace("_", "-")}="{escape(one_line(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{''.join(told)}>")


def end(name: str) -> Markup:
    """Return the end of an element."""
    return Markup(f"</{name}>")


def joined(content: Iterable[Content], between: Content = None) -> Markup:
    """Return pieces one after another, text escaped."""
    return Markup(_safe(between).join(_safe(one) for one in content if one is not None))


def document(language: str, head: Markup, body: Markup) -> Markup:
    """Return a whole page; its policy stands in the headers that it is sent with."""
    return joined((Markup(_DOCTYPE), element("html", head, body, lang=language), Markup("\n")))


def begun_page(title: str, style: str, language: str = "en") -> Markup:
    """Return a page as far as the start of its body.

    Its own policy forbids whatever is not in it: no script, no network, no style but its own.
    """
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = joined(
        (
            element("meta", charset="utf-8"),
            element("meta", http_equiv="Content-Security-Policy", content=policy),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("meta", name="referrer", content="no-referrer"),
            element("title", title),
            Markup(f"<style>{style}</style>"),
        ),
        Markup("\n"),
    )
    return joined(
        (Markup(_DOCTYPE), begin("html", lang=language), element("head", head), begin("body"))
    )


def ended_page() -> Markup:
    """Return the end of a page."""
    return joined((end("body"), end("html"), Markup("\n")))


def _safe(content: Content) -> str:
    if content is None:
        return ""
    return content if isinstance(content, Markup) else escape(one_line(content))
