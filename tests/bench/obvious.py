"""The program one would write first: the whole Bundle through fhir.resources, then look at it.

In: a record as bytes. Out: all codes with their values, picked by plain attribute access. It maps
nothing, settles no conflict and knows no unknown: it does the least that any program on these
models must do, so its time is a lower bound. Where it is compared to the end, the evaluator and
the writer of this project run on the finished profile, which is given to it.
"""

from collections.abc import Callable, Iterator
from typing import Any

Picked = list[tuple[str, str | None, object]]


def obvious() -> Callable[[bytes], Picked]:
    """Return the program; importing the models is not part of its time."""
    from fhir.resources.R4B.bundle import Bundle

    def run(data: bytes) -> Picked:
        bundle = Bundle.model_validate_json(data)
        return [one for entry in bundle.entry or () for one in _picked(entry.resource)]

    return run


def _picked(resource: Any) -> Iterator[tuple[str, str | None, object]]:
    """Yield what a resource says: each of its codes with its value or status."""
    concept = getattr(resource, "code", None)
    for coding in getattr(concept, "coding", None) or ():
        yield coding.system, coding.code, _value(resource)


def _value(resource: Any) -> object:
    for name in ("valueQuantity", "valueCodeableConcept", "valueString", "status"):
        value = getattr(resource, name, None)
        if value is not None:
            return value
    return None
