"""One question of an Observation with its answer: the Observation itself, or one component."""

from typing import Any

from msgspec import Struct

from nelm_fhir.core.unknown import Unknown
from nelm_fhir.mappers.concepts import Matched, matched, within
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import Json, item
from nelm_fhir.mappers.source import Source
from nelm_fhir.mappers.values import Recorded, is_absent, recorded
from nelm_fhir.profile.findings import Finding, Value


class Asked(Struct, frozen=True):
    """What a mapper of an Observation gets.

    `part` carries code and value[x], `path` leads to it ("" or "component[2]."), `question` is the
    code that the mapper listens to.
    """

    source: Source
    part: Json
    path: str
    question: Matched
    ctx: Context

    @property
    def value(self) -> Recorded | None:
        """The value as sent; None if there is none."""
        return recorded(self.part)

    @property
    def is_absent(self) -> bool:
        """Whether it was asked and is not known."""
        return is_absent(self.part)

    def asks(self, group: str) -> bool:
        """Whether some coding of the question is of that group."""
        return bool(within(matched(item(self.part, "code"), self.ctx.codes), group))

    def meanings(self) -> tuple[Matched, ...]:
        """Return what the coded value means, in every group."""
        value = self.value
        return matched(value.json, self.ctx.codes) if value else ()

    def unread(self) -> None:
        """Note that there is an answer and nothing in it is known here."""
        sent = self.value
        if sent is not None:
            self.ctx.note("answer-unknown", self.source.resource, f"{self.path}{sent.element}")

    def finding(
        self,
        element: str,
        value: Value | Unknown,
        match: Matched | None = None,
        **more: Any,
    ) -> Finding:
        """Return a finding that rests on this value; `match` is the code of the answer."""
        sent = self.value
        return self.source.finding(
            element,
            value,
            f"{self.path}{sent.element if sent else ''}".rstrip("."),
            sent.text if sent else None,
            match,
            question=self.question,
            **more,
        )
