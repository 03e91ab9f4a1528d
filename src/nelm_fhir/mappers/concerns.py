"""Whether a record may speak of a neuroendocrine tumor at all, asked of its bytes.

In: the JSON text of a record or of one resource, not read. Out: False only where reading it could
give neither a neuroendocrine finding nor an attested entry; then it need not be read. True where it
could, or where the text might hide it. Of a hospital's patients nearly all end here, so it costs
less than parsing: every written code is looked up by its value, in whatever system it may stand;
our own codes, some of them everyday words, by the host of their systems as it is published.
Source: performance.md 4 (a patient without any neuroendocrine finding, passed over).
"""

import re
from functools import lru_cache
from typing import Final

from nelm_fhir.core.canonical import BASE
from nelm_fhir.core.codes import Code
from nelm_fhir.knowledge.codes import CodeTables
from nelm_fhir.mappers.attested_values import ANSWER, ELEMENT
from nelm_fhir.mappers.grade import ON_NET_SCALE, WHO_METHOD
from nelm_fhir.mappers.histology import NEUROENDOCRINE

_GROUPS: Final = frozenset({NEUROENDOCRINE, ON_NET_SCALE, WHO_METHOD, ELEMENT, ANSWER})
"""Every code by which a mapper calls a record neuroendocrine, or a finding attested."""

_WRITTEN: Final = re.compile(rb'"code"\s*+:\s*+"([^"]*+)"')
_PLACED: Final = re.compile(rb'"code"\s*+:\s*+"[^"]*+"')
"""The same with what stands before it: longer, and so found faster."""
_SPELLED: Final = re.compile(rb"\\u00(?:3[0-9]|[4-7])")
"""A letter or digit of ASCII as an escape: a key or a code may be spelled with it."""
_OURS: Final = BASE.split("/")[2].encode()
_KEPT: Final = 4096
"""How many codes are kept with their answer, so that no input can fill the memory."""


def can_concern(text: bytes, codes: CodeTables) -> bool:
    """Whether reading the text could give a neuroendocrine finding or an attested entry."""
    if _OURS in text or (b"\\" in text and _SPELLED.search(text)):
        return True
    return any(_tells(codes, code) for code in set(_WRITTEN.findall(text)))


def marks(text: bytes, codes: CodeTables) -> tuple[bytes, ...]:
    """Return what stands in each part of a text that can concern, so that it need not be asked.

    For many lines at once: only of those in which one of the marks stands `can_concern` can be
    true.
    """
    found = [place for place in set(_PLACED.findall(text)) if _is_marked(codes, place)]
    if _OURS in text:
        found.append(_OURS)
    return (*found, *set(_SPELLED.findall(text)))


@lru_cache(maxsize=_KEPT)
def _is_marked(codes: CodeTables, place: bytes) -> bool:
    return _tells(codes, _WRITTEN.findall(place)[0])


@lru_cache(maxsize=_KEPT)
def _tells(codes: CodeTables, written: bytes) -> bool:
    """Whether a code would tell something in one of the systems that have such codes."""
    value = written.replace(rb"\/", b"/").decode(errors="replace")  # as some write ICD-O
    recorded = (codes.normalize(system, value) for system in _systems(codes))
    return any(code is not None and _is_telling(codes, code) for code in recorded)


@lru_cache(maxsize=8)
def _systems(codes: CodeTables) -> frozenset[str]:
    listed = (*codes.by_code, *codes.by_family, *codes.limited)
    found = {code.system for code in listed if _is_telling(codes, code)}
    return frozenset(system for system in found if not system.startswith(BASE))


def _is_telling(codes: CodeTables, code: Code) -> bool:
    return code in codes.limited or any(hit.group in _GROUPS for hit in codes.hits(code))
