"""The frame of every page: head, navigation, notice, and the headers it is sent with.

In: title and content of a page. Out: the Response. A page asks nobody but this server, runs no
script but ours, stands in no frame, and is kept by nobody.
"""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from nelm_fhir.core.program import PROGRAM
from nelm_fhir.knowledge.page_words import load_page_words
from nelm_fhir.report.markup import Content, Markup, document, element, joined
from nelm_fhir.service.pages.speech import LANGUAGE, Speech
from nelm_fhir.service.site import Site

STYLE: Final = "/assets/nelm.css"
SCRIPT: Final = "/assets/nelm.js"
CLOSED: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # with none, browsers send our forms from `Origin: null`
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Headers of whatever shows anything of a patient."""
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ALONE: Final = (
    "default-src 'none'; style-src 'sha256-{digest}'; form-action 'none'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_STYLE_BEGIN, _STYLE_END = "<style>", "</style>"


def page(
    request: Request, site: Site, speech: Speech, title: str, *content: Content, status: int = 200
) -> Response:
    """Return a page of the service."""
    words = speech.words
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{title} · {words.say('page.title')}"),
        element("link", rel="stylesheet", href=STYLE),
        element("script", src=SCRIPT, defer=""),
    )
    body = element(
        "body",
        element("a", words.say("page.skip"), href="#content", class_="skip"),
        _header(request, site, speech),
        element("main", element("h1", title), *content, id="content"),
        _footer(site, speech),
    )
    policy = {"Content-Security-Policy": _POLICY}
    shown = document(speech.language, head, body)
    return HTMLResponse(shown, status, {**CLOSED, **policy, "Content-Language": speech.language})


def alone(whole: Markup, speech: Speech) -> Response:
    """Return a page that holds all it needs: no script, no style but its own, no form."""
    style = whole.partition(_STYLE_BEGIN)[2].partition(_STYLE_END)[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = {"Content-Security-Policy": _ALONE.format(digest=digest)}
    return HTMLResponse(whole, 200, {**CLOSED, **policy, "Content-Language": speech.language})


def notice(site: Site, speech: Speech) -> Markup:
    """Return the standard notice (rules 13)."""
    spoken = speech.voice.wording.language
    told = site.catalogue.texts.languages[spoken].notice
    return element("p", told, class_="notice", role="note", lang=spoken)


def _header(request: Request, site: Site, speech: Speech) -> Markup:
    words = speech.words
    places = [("/", words.say("page.try"))]
    if site.settings.worklist is not None or site.ledger is not None:
        places.append(("/worklist", words.say("page.worklist")))
    links = [_link(request, speech, address, text) for address, text in places]
    return element(
        "header",
        element("nav", element("ul", *(element("li", one) for one in links))),
        _languages(request, speech),
        class_="top",
    )


def _link(request: Request, speech: Speech, address: str, text: str) -> Markup:
    here = "page" if request.url.path == address else None
    return element("a", text, href=kept(speech, address), aria_current=here)


def kept(speech: Speech, address: str) -> str:
    """Return an address in the language that was chosen for this page."""
    if not speech.chosen:
        return address
    mark = "&" if "?" in address else "?"
    return f"{address}{mark}{LANGUAGE}={speech.language}"


def _languages(request: Request, speech: Speech) -> Markup | None:
    """Return the links to this page in every language; none where it answers a form."""
    if request.method != "GET":
        return None
    links = []
    for language, words in load_page_words().items():
        here = "true" if language == speech.language else None
        address = request.url.include_query_params(language=language)
        relative = f"?{address.query}"
        name = words.say("language.name")
        link = element("a", name, href=relative, lang=language, hreflang=language,
                       aria_current=here)  # fmt: skip
        links.append(element("li", link))
    return element("nav", element("ul", *links), aria_label=speech.words.say("page.in"))


def _footer(site: Site, speech: Speech) -> Markup:
    program = speech.words.say("page.program", program=PROGRAM, digest=site.catalogue.digest[:19])
    return element("footer", joined((notice(site, speech), element("p", program, class_="dim"))))
