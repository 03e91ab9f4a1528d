"""The narrative of a resource: what a person sees where a system shows no structured data.

In: passages of plain words. Out: XHTML as FHIR allows it: paragraphs and lists, no link, no script,
no attribute but the namespace; every text is escaped. Source: terminology 6.2 (`text`), FHIR R4
Narrative.
"""

from collections.abc import Iterable, Iterator

from nelm_fhir.writers.canonicals import XHTML
from nelm_fhir.writers.datatypes import Json, string
from nelm_fhir.writers.passages import Passage


def narrative(passages: Iterable[Passage]) -> Json:
    """Return the passages as a generated narrative, in their order."""
    body = "".join(part for passage in passages for part in _parts(passage))
    return {"status": "generated", "div": f'<div xmlns="{XHTML}">{body}</div>'}


def _parts(passage: Passage) -> Iterator[str]:
    yield f"<p>{escaped(passage.text)}</p>"
    if passage.lines:
        lines = "".join(f"<li>{escaped(line)}</li>" for line in passage.lines)
        yield f"<ul>{lines}</ul>"


def escaped(text: str) -> str:
    """Return the text as XHTML character data."""
    return string(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
