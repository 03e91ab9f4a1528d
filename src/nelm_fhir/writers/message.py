"""One result as a message in plain text, for a Communication.

In: passages of plain words. Out: one text, a paragraph each, lists as lines with a dash.
Source: terminology 6.5.
"""

from collections.abc import Iterable, Iterator

from nelm_fhir.writers.datatypes import string
from nelm_fhir.writers.passages import Passage


def message(passages: Iterable[Passage]) -> str:
    """Return the passages as one text, in their order."""
    return string("\n\n".join("\n".join(_lines(passage)) for passage in passages))


def _lines(passage: Passage) -> Iterator[str]:
    yield string(passage.text)
    yield from (f"- {' '.join(string(line).split())}" for line in passage.lines)
