"""In which language a page speaks, and who asks for it.

In: a request. Out: the words of the pages and the voice of the judgment in one language: that of
`?language=`, else the first that the browser asks for and we have, else English.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import Request

from nelm_fhir.assessment.voice import Voice, voice_of
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.page_words import FIRST, PageWords, load_page_words

LANGUAGE: Final = "language"


@dataclass(frozen=True, slots=True)
class Speech:
    """The words of the pages, and the voice that says what was judged, in one language.

    `chosen` tells that the request named the language, so that links keep it; `data` are the
    English names of data, by key: the ledger holds those.
    """

    words: PageWords
    voice: Voice
    chosen: bool = False
    data: Mapping[str, str] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The language as its code."""
        return self.words.language


def speech(request: Request, catalogue: Catalogue, named: str = "") -> Speech:
    """Return the speech of a request; `named` is the language that a form hands on."""
    known = load_page_words()
    wanted = named or request.query_params.get(LANGUAGE, "")
    if wanted in known:
        return _speech(catalogue, known[wanted], chosen=True)
    language = next((one for one in _accepted(request) if one in known), FIRST)
    return _speech(catalogue, known[language], chosen=False)


def _speech(catalogue: Catalogue, words: PageWords, *, chosen: bool) -> Speech:
    data = catalogue.texts.wording.words.get("datum", {})
    language = words.language if words.language in catalogue.texts.languages else FIRST
    return Speech(words, voice_of(catalogue, language), chosen, data)


def _accepted(request: Request) -> Iterator[str]:
    """Yield the languages that the browser asks for, in its order."""
    for one in request.headers.get("accept-language", "").split(","):
        yield one.partition(";")[0].strip().partition("-")[0].lower()
