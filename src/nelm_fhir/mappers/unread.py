"""Lines of a population that no mapper reads, told from their heads.

In: the head of a line. Out: whether nobody would read it, so that nothing in it can concern us.
Most of an export are measurements of other things; their codes repeat, so each is asked about once.
Source: performance.md 5; the choice is that of the reader (`Wanted`).
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import UNSET, Struct

from nelm_fhir.fhir_r4.head import Concept, Head
from nelm_fhir.fhir_r4.line_head import LineHead
from nelm_fhir.fhir_r4.wanted import Wanted
from nelm_fhir.knowledge.codes import CodeTables
from nelm_fhir.mappers import registry

_OBSERVATION: Final = "Observation"
_CONCEPT: Final = msgspec.json.Decoder(Concept)
_KEPT: Final = 10_000
"""How many codes are kept, so that no input can fill the memory."""


class Unread(Struct):
    """Asks of lines whether some mapper reads them; remembers codes of Observations."""

    wanted: Wanted
    codes: set[bytes] = msgspec.field(default_factory=set)
    """Codes, as they were written, of Observations that nobody reads."""

    def read(self, heads: Sequence[LineHead]) -> list[int]:
        """Return the numbers of those that somebody may read."""
        codes, is_unread = self.codes, self.is_unread
        return [
            n
            for n, head in enumerate(heads)
            if not (
                head.resource_type == _OBSERVATION  # as most are; asked here it costs no call
                and head.code is not UNSET
                and head.component is UNSET
                and head.contained is UNSET
                and head.extension is UNSET
                and bytes(head.code) in codes
            )
            and not is_unread(head)
        ]

    def is_unread(self, head: LineHead) -> bool:
        """Whether nobody reads the line, whatever else stands in it."""
        if head.contained is not UNSET or head.resource_type is None:
            return False
        if head.resource_type != _OBSERVATION:
            return head.resource_type not in self.wanted.types
        if head.component is not UNSET or head.extension is not UNSET or head.code is UNSET:
            return False
        written = bytes(head.code)
        return written in self.codes or self._is_other(written)

    def _is_other(self, written: bytes) -> bool:
        """Whether the code is well written and of something that nobody reads."""
        try:
            code = _CONCEPT.decode(written)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return False
        head = Head(resource_type=_OBSERVATION, code=code)
        is_other = bool(head.codes) and not self.wanted(_OBSERVATION, head.codes)
        if is_other and len(self.codes) < _KEPT:
            self.codes.add(written)
        return is_other


@lru_cache(maxsize=4)
def unread(codes: CodeTables) -> Unread:
    """Return the question for these code tables; it keeps what it learns."""
    return Unread(registry.Wanted(codes))
