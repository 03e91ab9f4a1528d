"""Whether an entry that would be passed over says twice what it is passed over for.

In: an entry that is not read, with its head. Out: whether its text has to be looked at. Parsers
keep the last of two equal keys, so a second type, code, form or subject could hide a statement that
matters. A count or one look at the codes settles almost every entry; codes repeat themselves within
a record, so the answer about a code's text is kept.
Source: interop 11 row 5; rules 1.7.
"""

import re
from typing import Final

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from nelm_fhir.fhir_r4 import strict
from nelm_fhir.fhir_r4.head import Concept
from nelm_fhir.fhir_r4.part import Entry

_CONCEPTS: Final = re.compile(rb'"code": ?\{')
_ESCAPED_LETTER: Final = re.compile(rb"\\u00[4-7]")
"""A name may be written with escapes, which no count finds; nobody escapes letters of ASCII."""


class _Part(Struct, gc=False):
    code: Raw | UnsetType = UNSET


class _ChosenBy(Struct, gc=False, rename="camel"):
    """The elements by which Observations, orders and medications are chosen, as text."""

    code: Raw | UnsetType = UNSET
    component: tuple[_Part, ...] | None = None
    medication_codeable_concept: Raw | UnsetType = UNSET
    reason_code: Raw | UnsetType = UNSET


_DECODER: Final = msgspec.json.Decoder(_ChosenBy)


class Suspicion:
    """Asks of entries whether they may hide what they are; remembers the texts of codes."""

    def __init__(self) -> None:
        self._whole: dict[bytes, bool] = {}
        self._texts: dict[Concept, bytes] = {}

    def of_type(self, raw: bytes) -> bool:
        """Whether a text may show another resource type than its own."""
        return raw.count(b'"resourceType"') != 1 or _is_escaped(raw)

    def of_code(self, entry: Entry) -> bool:
        """Whether a text may show another code, component or form than its own."""
        raw, head = entry.raw, entry.head
        if entry.type == "QuestionnaireResponse" and raw.count(b'"questionnaire"') > 1:
            return True
        known = (head.code is not None) + len(head.component or ())
        if len(_CONCEPTS.findall(raw)) != known:
            return True
        others = head.component or head.medication_codeable_concept or head.reason_code
        if head.code is None or others:
            return not all(map(self._is_whole, _codes(raw)))
        return self._hides(head.code, raw)

    def _hides(self, code: Concept, raw: bytes) -> bool:
        """Ask about the only code of an entry; a text that showed it before needs no parser."""
        text = self._texts.get(code)
        if text is not None and text in raw:
            return False
        texts = _codes(raw)
        if not all(map(self._is_whole, texts)):
            return True
        self._texts[code] = b'"code":' + texts[0]
        return False

    def _is_whole(self, text: bytes) -> bool:
        whole = self._whole.get(text)
        if whole is None:
            whole = self._whole[text] = not repeats_a_key(text)
        return whole


def of_subject(raw: bytes) -> bool:
    """Whether a text may name another subject than its own."""
    return any(raw.count(name) > 1 for name in (b'"subject"', b'"patient"')) or _is_escaped(raw)


def repeats_a_key(raw: bytes) -> bool:
    """Whether a text really repeats a key; then the last one won."""
    return damage_of(raw) == "repeated-key"


def damage_of(raw: bytes) -> str | None:
    """Return why a text cannot be read; None if it can."""
    try:
        strict.read(raw)
    except strict.Damaged as damaged:
        return damaged.kind
    return None


def _is_escaped(raw: bytes) -> bool:
    return _ESCAPED_LETTER.search(raw) is not None


def _codes(raw: bytes) -> list[bytes]:
    try:
        by = _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return [raw]  # of a wrong type: the whole text is looked at
    parts = (by.code, by.medication_codeable_concept, by.reason_code)
    found = (*parts, *(part.code for part in by.component or ()))
    return [bytes(text) for text in found if not isinstance(text, UnsetType)]
