"""The value of an Observation or component as it was sent (terminology 2.4).

`recorded` says which value[x] is there and how it reads for a person; what it means is decided by
whoever asks for it. A blank string is no value (rules 15.2).
"""

from typing import Any, Final, NamedTuple

from nelm_fhir.core.amounts import plain
from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.mappers.concepts import recorded_text
from nelm_fhir.mappers.elements import Json, extension, item, number, string
from nelm_fhir.mappers.places import DATA_ABSENT

_PREFIX: Final = "value"
SEVERAL: Final = "several"

STATED: Final = True
"""Value of a finding that is the statement itself: the resource says that this is there."""

NOT_STATED: Final = Unknown(Reason.NO_RECORD)
ASKED: Final = Unknown(Reason.RECORDED_AS_UNKNOWN)
UNREADABLE: Final = Unknown(Reason.UNREADABLE)
CONFLICTING: Final = Unknown(Reason.CONFLICTING)
EQUIVOCAL: Final = Unknown(Reason.EQUIVOCAL)
TEXT_ONLY: Final = Unknown(Reason.TEXT_ONLY)
NOT_EXACT: Final = Unknown(Reason.MAP_NOT_EXACT)
NOT_MAPPED: Final = Unknown(Reason.CODE_NOT_MAPPED)


class Recorded(NamedTuple):
    """A value as sent: FHIR type ("Quantity"), content, element name, and as a person reads it.

    `kind` is "several" where more than one value[x] stands, which FHIR does not allow.
    """

    kind: str
    content: Any
    element: str
    text: str

    @property
    def json(self) -> Json:
        """The content of a value that is an object; empty for a primitive one."""
        return item({"value": self.content}, "value")


def recorded(part: Json) -> Recorded | None:
    """Return the value of an Observation or component; None if it has none."""
    names = [n for n, v in part.items() if n.startswith(_PREFIX) and not _is_blank(v)]
    if not names:
        return None
    if len(names) > 1:
        text = " | ".join(sorted(_text(n.removeprefix(_PREFIX), part[n]) for n in names))
        return Recorded(SEVERAL, None, _PREFIX, text)
    kind, content = names[0].removeprefix(_PREFIX), part[names[0]]
    kind = kind if isinstance(content, dict) else kind[:1].lower() + kind[1:]
    return Recorded(kind, content, names[0], _text(kind, content))


def is_absent(part: Json) -> bool:
    """Whether it was asked and is not known: dataAbsentReason, also that of a primitive value."""
    if item(part, "dataAbsentReason"):
        return True
    return any(
        extension(value, DATA_ABSENT)
        for name, value in part.items()
        if name.startswith(f"_{_PREFIX}") and isinstance(value, dict)
    )


def quantity_text(quantity: Json) -> str:
    """Return a Quantity as a person reads it: comparator, number, unit."""
    value = number(quantity, "value")
    shown = plain(value) if value is not None else quantity.get("value")
    unit = string(quantity, "unit") or string(quantity, "code")
    sign = string(quantity, "comparator") or ""
    return " ".join(
        f"{part}" for part in (f"{sign}{'?' if shown is None else shown}", unit) if part
    )


def _is_blank(value: object) -> bool:
    return value is None or value == {} or (isinstance(value, str) and not value.strip())


def _text(kind: str, content: Any) -> str:
    if not isinstance(content, dict):
        return str(content).lower() if isinstance(content, bool) else str(content)
    if kind == "Quantity":
        return quantity_text(content)
    if kind in {"Range", "Ratio"}:
        names, mark = (
            (("low", "high"), "-") if kind == "Range" else (("numerator", "denominator"), "/")
        )
        return f" {mark} ".join(quantity_text(item(content, name)) for name in names)
    if kind == "CodeableConcept":
        return recorded_text(content) or ""
    return kind
