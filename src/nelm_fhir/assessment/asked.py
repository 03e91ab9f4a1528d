"""What a person is asked: the questions of the form whose answer would change a verdict.

Source: attested-entry.md section 3. The `form` room finds it, the writer of the form shows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import Struct


class AskedElement(Struct, frozen=True):
    """One element that is asked for.

    `codes` are the element itself, if its value is asked for, and the components that matter;
    `lacking_for` the unknown criteria that lack it, now or once something else is answered, each
    with the title of its set; `known` the one Condition of the record that it can be about, if
    there is just one.
    """

    codes: frozenset[str]
    lacking_for: tuple[tuple[str, str], ...] = ()
    known: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """All elements that are asked for, by code; none where no answer would change a verdict."""

    elements: Mapping[str, AskedElement] = field(default_factory=dict)
