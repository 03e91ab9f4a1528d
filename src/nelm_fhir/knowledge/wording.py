"""Wording: how typed values become sentences for people in one language.

`mappings/texts/<language>.toml` holds words, phrases and sentences; whatever speaks to people takes
them from here, so that a language is one file. A template is a text with fields, `{date:of}`: the
name of a value, and the form in which it is said.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from string import Formatter
from types import MappingProxyType
from typing import Final, Self

from msgspec import Struct

Words = Mapping[str, str]
NO_WORDS: Final[Words] = MappingProxyType({})
ANY_CASE: Final = "default"
"""The key of what is said in every case that has no text of its own."""


class Template(Struct, frozen=True):
    """A text with fields: `parts` are (text before, name, form), the last one without a name."""

    parts: tuple[tuple[str, str, str], ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a template; raises ValueError for braces that do not pair or an unnamed field."""
        found = list(Formatter().parse(text))
        if any(name is not None and (not name.isidentifier() or how) for _, name, _, how in found):
            raise ValueError("a field is a name, or a name and a form: {date:of}")
        return cls(tuple((before, name or "", form or "") for before, name, form, _ in found))

    @property
    def fields(self) -> frozenset[str]:
        """The names of the fields."""
        return frozenset(name for _, name, _ in self.parts if name)

    @property
    def forms(self) -> frozenset[str]:
        """The forms that fields are asked for in."""
        return frozenset(form for _, name, form in self.parts if name and form)

    def filled(self, say: Callable[[str, str], str]) -> str:
        """Return the text with every field said by `say(name, form)`."""
        said = [before + say(name, form) if name else before for before, name, form in self.parts]
        return "".join(said)


NO_TEXT: Final = Template(())
Cases = Mapping[str, Template]
NO_CASES: Final[Cases] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language.

    `words` are tables of single words by name; `phrases` small templates by table and key (dates,
    amounts, limits, nouns of facts, claims). By definition and case: `sentences` say what a
    definition answered, `needs` what would settle an unknown answer, `changes` what would change
    one that failed. `language` is its code (BCP 47).
    """

    words: Mapping[str, Words] = field(default_factory=dict)
    phrases: Mapping[str, Cases] = field(default_factory=dict)
    sentences: Mapping[str, Cases] = field(default_factory=dict)
    needs: Mapping[str, Cases] = field(default_factory=dict)
    changes: Mapping[str, Cases] = field(default_factory=dict)
    language: str = "en"

    def word(self, table: str, key: str) -> str | None:
        """Return the word for that key; None where the table has none."""
        return self.words.get(table, NO_WORDS).get(key)

    def phrase(self, table: str, key: str) -> Template:
        """Return a phrase; an empty one where the table has none."""
        return self.phrases.get(table, NO_CASES).get(key, NO_TEXT)

    def sentence(self, definition: str, case: str) -> Template:
        """Return the sentence of one case; an empty one where there is none."""
        return self.sentences.get(definition, NO_CASES).get(case, NO_TEXT)

    def need(self, definition: str, case: str) -> Template:
        """Return what would settle an unknown case."""
        return _or_default(self.needs.get(definition, NO_CASES), case)

    def change(self, definition: str, case: str) -> Template:
        """Return what would change a case that failed."""
        return _or_default(self.changes.get(definition, NO_CASES), case)


def _or_default(cases: Cases, case: str) -> Template:
    return cases.get(case) or cases.get(ANY_CASE, NO_TEXT)


NO_WORDING: Final = Wording()
