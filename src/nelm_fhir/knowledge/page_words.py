"""The words of the pages that a service shows: buttons, headings, labels, help.

In: `mappings/pages/<language>.toml`. Out: PageWords by language, or KnowledgeError with every gap:
each language says everything that English says, with the same fields. They judge nothing, so they
are no part of the catalogue and its digest.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter
from types import MappingProxyType
from typing import Any, Final

from nelm_fhir.knowledge.faults import Faults
from nelm_fhir.knowledge.files import page_files
from nelm_fhir.knowledge.toml_reading import Section, read_toml

FIRST: Final = "en"
_SUFFIX: Final = ".toml"
_TRANSLATED: Final = frozenset({"asked", "answer", "option", "sample"})
"""Tables of what English takes from elsewhere: form, code systems, options, samples."""


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of one language by `table.key`."""

    language: str
    texts: Mapping[str, str]

    def say(self, key: str, /, **fields: object) -> str:
        """Return a text with its fields filled; KeyError for one that no language has."""
        text = self.texts[key]
        return text.format(**fields) if fields else text

    def translated(self, table: str, key: str, english: str) -> str:
        """Return what this language says in the place of an English text of the knowledge."""
        return self.texts.get(f"{table}.{key}", english)


@cache
def load_page_words() -> Mapping[str, PageWords]:
    """Return the words of every language, English first; read once per process."""
    return build_page_words(page_files())


def build_page_words(files: Mapping[str, bytes]) -> Mapping[str, PageWords]:
    """Return the words of these files; raises KnowledgeError with every fault."""
    faults = Faults()
    names = sorted(files, key=lambda name: (name != FIRST + _SUFFIX, name))
    read = {name: dict(_texts(read_toml(name, files[name], faults))) for name in names}
    english = read[FIRST + _SUFFIX]
    for name, texts in read.items():
        _check(name, texts, english, faults)
    faults.raise_if_any()
    found = {name.removesuffix(_SUFFIX): texts for name, texts in read.items()}
    return MappingProxyType(
        {name: PageWords(name, MappingProxyType(texts)) for name, texts in found.items()}
    )


def check_translated(english: Mapping[str, Collection[str]]) -> None:
    """Refuse a language that does not say what English takes from elsewhere, or says more.

    `english` holds the keys of each such table; raises KnowledgeError with every gap.
    """
    faults = Faults()
    for name, words in load_page_words().items():
        for table, keys in english.items():
            its = {key.partition(".")[2] for key in words.texts if key.startswith(f"{table}.")}
            for key in sorted(set(keys) - its) if name != FIRST else ():
                faults.add(f"pages/{name}{_SUFFIX}", f"{table}.{key}", "is missing")
            for key in sorted(its - set(keys)):
                faults.unknown(f"pages/{name}{_SUFFIX}", table, "key", key, keys)
    faults.raise_if_any()


def _texts(file: Section) -> Iterator[tuple[str, str]]:
    for table, entries in file.values.items():
        for key, text in _entries(entries):
            if isinstance(text, str) and text:
                yield f"{table}.{key}", text
            else:
                file.fault(f"{table}.{key}", "is no text")


def _entries(entries: Any) -> Iterator[tuple[str, Any]]:
    yield from entries.items() if isinstance(entries, Mapping) else [("", entries)]


def _check(name: str, texts: Mapping[str, str], english: Mapping[str, str], faults: Faults) -> None:
    own = {key for key in texts if key.partition(".")[0] not in _TRANSLATED}
    for key in sorted(english.keys() - own):
        faults.add(name, key, "is missing; English says it")
    for key in sorted(own - english.keys()):
        faults.add(name, key, "is said in no other language")
    for key in sorted(own & english.keys()):
        if _fields(texts[key]) != _fields(english[key]):
            faults.add(name, key, "has other fields than the English text")


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
