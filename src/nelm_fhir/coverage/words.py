"""Words of the field as patterns, and texts folded so that they can be compared.

In: a word of `words.toml` ("mitos*", "ki 67"), or a display, text or code of a record. Folded are
case, accents and every sign that is no letter or digit; "*" stands for the rest of a word.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

Phrase = re.Pattern[str]

_SIGNS: Final = re.compile(r"[\W_]+")
_REST: Final = r"\w*"


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return the text in small letters without accents, one blank between its words."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _SIGNS.sub(" ", letters).strip()


def any_of(words: Iterable[str]) -> Phrase:
    """Return the pattern of words, each of them one word or several in a row."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(_pattern(word) for word in words)})(?!\w)")


def _pattern(word: str) -> str:
    parts = [_REST.join(fold(piece) for piece in part.split("*")) for part in word.split()]
    return " ".join(parts)
