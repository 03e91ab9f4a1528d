"""Whether a style says an element in text alone, in this record.

In: the carriers of a style, the record of rules section 15. Out: yes or no. Source:
`mappings/styles/*.toml`, table `carries`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from nelm_fhir.knowledge.styles import Style
from nelm_fhir.profile.record_format import ENTRIES

Record = Mapping[str, Any]
_ONE: Final = 1


def in_text(style: Style, record: Record, element: str) -> bool:
    """Return whether the style leaves the element in text in a record with these values."""
    carrier = style.carrier(element)
    if carrier.lost is None:
        return False
    steps = carrier.element.split(".") + ([carrier.leaf] if carrier.leaf else [])
    if carrier.alone and len(record.get(steps[0], {})) > _ONE:
        return False
    if any(any(values(record, other.split("."))) for other in carrier.without):
        return False
    return not carrier.words or all(value in carrier.words for value in values(record, steps))


def values(record: Record, steps: list[str]) -> Iterator[object]:
    """Yield every value that stands at the path; the entries of an object are walked through."""
    name, *rest = steps
    part = record.get(name)
    entries = part.values() if name in ENTRIES and isinstance(part, Mapping) else [part]
    for entry in entries:
        if rest and isinstance(entry, Mapping):
            yield from values(entry, rest)
        elif not rest and entry is not None:
            yield entry
