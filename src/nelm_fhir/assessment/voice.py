"""The voice: what an assessment tells, said in one language by the words of `mappings/texts`.

In: a Told or a single typed value. Out: sentences and words. What the record says in its own words
is quoted; nothing is added.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from nelm_fhir.assessment import said
from nelm_fhir.assessment.naming import claim, named
from nelm_fhir.assessment.result import Text
from nelm_fhir.assessment.told import Claims, Fact, Limit, Months, Part, Recorded, Term, Told, Word
from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.wording import Template, Wording

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Voice:
    """Says what is told in the words of one language.

    Made for one document. It remembers what it said: seven sets ask for the same facts, so most
    sentences come several times.
    """

    wording: Wording
    _known: dict[tuple[str, int], tuple[object, str]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def once(self, kind: str, thing: T, say: Callable[[T], str]) -> str:
        """Return what is said of a thing; said once for this very thing, then remembered.

        `kind` tells apart what is said of one thing in several places.
        """
        key = (kind, id(thing))
        if key not in self._known:
            self._known[key] = (thing, say(thing))  # while it is held, nothing else has its id
        return self._known[key][1]

    def sentence(self, definition: str, told: Told) -> str:
        """Return the sentence of one case."""
        template = self.wording.sentence(definition, told.case)
        return self.once(definition, told, lambda one: capitalized(self._filled(template, one)))

    def need(self, definition: str, told: Told) -> str:
        """Return what would settle an unknown case, as a part of a sentence."""
        return self._filled(self.wording.need(definition, told.case), told)

    def change(self, definition: str, told: Told) -> str:
        """Return what a case that failed would need, as a part of a sentence."""
        return self._filled(self.wording.change(definition, told.case), told)

    def word(self, table: str, key: str) -> str:
        """Return a single word."""
        return said.word(self.wording, table, key)

    def told(self, name: str, text: Text) -> Text:
        """Return the text behind an id in this language; as it is where there is no other."""
        words = {key: self.wording.word(f"{key}s", name) for key in ("text", "population", "era")}
        return text._replace(**{key: word for key, word in words.items() if word})

    def label(self, name: str, label: str) -> str:
        """Return the label of a criterion in this language; as it is where there is no other."""
        return self.wording.word("labels", name) or label

    def aside(self, reason: str) -> str:
        """Return why something was set aside: by assembly, by a definition, or by rules 1.1."""
        return self.wording.word("asides", reason) or self.word("reasons", reason)

    def phrase(self, table: str, key: str, **words: str) -> str:
        """Return a phrase with its fields filled."""
        return said.phrase(self.wording, table, key, **words)

    def say(self, word: Word, form: str = "") -> str:
        """Return one value, or the values of a list, in the form that a field asks for."""
        if isinstance(word, tuple):
            return said.listed(self.wording, [self._part(part, form) for part in word])
        return self._part(word, form)

    def _filled(self, template: Template, told: Told) -> str:
        return template.filled(lambda name, form: self.say(told.words[name], form))

    def _part(self, part: Part | None, form: str) -> str:
        if part is None or isinstance(part, DaySpan | date):
            return said.day(self.wording, part, form)
        if isinstance(part, Fact):
            return self.once("name", part, lambda fact: named(self.wording, fact))
        if isinstance(part, Claims):
            return self._claims(part)
        if isinstance(part, Term):
            return self.word(part.table, part.word)
        return self._plain(part, form)

    def _plain(self, part: Amount | Limit | Months | Recorded | int, form: str) -> str:
        if isinstance(part, Amount):
            return said.amount(self.wording, part)
        if isinstance(part, Limit):
            return said.limit(self.wording, part, form)
        if isinstance(part, Months):
            return said.months(self.wording, part)
        return said.quoted(self.wording, part.text) if isinstance(part, Recorded) else str(part)

    def _claims(self, claims: Claims) -> str:
        elements = [claims.fact.element(name) for name in claims.names]
        told = [claim(self.wording, claims.fact, one) for one in elements if one is not None]
        return said.listed(self.wording, told)


def capitalized(text: str) -> str:
    """Return the text with a capital first letter, the others as they are."""
    return text[:1].upper() + text[1:]


def voice_of(catalogue: Catalogue, language: str = "en") -> Voice:
    """Return the voice of a language; KeyError for one that the catalogue does not have."""
    return Voice(catalogue.texts.languages[language].wording)


def uncapitalized(text: str) -> str:
    """Return an English sentence as it continues another one; what is written in capitals stays."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text
