"""Checks that another language says all that English says, and nothing else.

In: the values of both files, and what stands in English in other files. Out: faults with file and
key: a key that is missing or that English does not have, a template with other fields. A language
may say a field in another form; it may never leave out or add one.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from nelm_fhir.knowledge.faults import Faults
from nelm_fhir.knowledge.wording import NO_WORDS, Template, Wording

Values = Mapping[str, Any]
_TEMPLATES: Final = ("phrases.", "sentences.", "needs.", "changes.")
OWN: Final = ("labels", "texts", "populations", "eras")
"""Tables of words by id that English does not have: those words stand beside what they name."""


class Named(Struct, frozen=True):
    """What stands in English in other files, by id: criteria, texts, figures."""

    criteria: frozenset[str]
    texts: frozenset[str]
    figures: frozenset[str]


def check_language(file: str, values: Values, english: Values, faults: Faults) -> None:
    """Note every key that one of two languages has alone, and every template that differs."""
    its, theirs = dict(_flat(values)), dict(_flat(english))
    own = tuple(f"words.{table}." for table in OWN)
    for key in theirs.keys() - its.keys():
        faults.add(file, key, "is missing")
    for key in its.keys() - theirs.keys():
        if not key.startswith(own):
            faults.add(file, key, "stands in this language only")
    for key in sorted(its.keys() & theirs.keys()):
        if key.startswith(_TEMPLATES) and _fields(its[key]) != _fields(theirs[key]):
            named = ", ".join(sorted(_fields(theirs[key]))) or "none"
            faults.add(file, key, f"has other fields than in English ({named})")


def check_named(file: str, wording: Wording, named: Named, faults: Faults) -> None:
    """Note every id of other files that has no words in a language, and words of no id."""
    needed = (named.criteria, named.texts, named.figures, named.figures)
    for table, ids in zip(OWN, needed, strict=True):
        words = wording.words.get(table, NO_WORDS)
        for name in sorted(ids - words.keys()):
            faults.add(file, f"words.{table}.{name}", "is missing")
        for name in sorted(words.keys() - ids):
            faults.unknown(file, f"words.{table}.{name}", "id", name, ids)


def _flat(values: Values, above: Iterable[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield every text by the path of its key."""
    for key, value in values.items():
        path = (*above, key)
        if isinstance(value, Mapping):
            yield from _flat(value, path)
        else:
            yield ".".join(path), str(value)


def _fields(text: str) -> frozenset[str]:
    """Return the fields of a template; what is no template is a fault of its own."""
    try:
        return Template.parse(text).fields
    except ValueError:
        return frozenset()
