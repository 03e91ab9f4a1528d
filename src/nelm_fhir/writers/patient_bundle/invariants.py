"""The last look at a record before it leaves: invariants that fhir.resources passes over.

In: a Bundle as built. Out: nothing, or NotValid that lists every fault by place and rule. Source:
FHIR R4 invariants (keys in brackets), terminology 6.6.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from nelm_fhir.errors import NotValid
from nelm_fhir.writers.checks import element_faults
from nelm_fhir.writers.datatypes import Json

Fault = str
_REFUTED: Final = "entered-in-error"


def check_record(bundle: Json) -> None:
    """Raise NotValid, listing every fault, if the record must not leave."""
    if found := list(faults(bundle)):
        raise NotValid(
            f"A record that was built is not valid FHIR R4: {'; '.join(found)}.",
            "This is a defect of the program; nothing was written. Please report it.",
        )


def faults(bundle: Json) -> Iterator[Fault]:
    """Yield the faults of the Bundle and of its entries."""
    entries = bundle["entry"]
    urls = [entry["fullUrl"] for entry in entries]
    if len(set(urls)) < len(urls):
        yield "Bundle.entry.fullUrl: not unique (bdl-7)"
    yield from _of_kind(bundle["type"], bundle, entries)
    for entry in entries:
        resource = entry["resource"]
        place = f"{resource['resourceType']}/{resource['id']}"
        yield from element_faults(resource, place)
        for rule in _RULES.get(resource["resourceType"], ()):
            yield from (f"{place}: {fault}" for fault in rule(resource))
    yield from _dangling(entries, urls)


def _of_kind(kind: str, bundle: Json, entries: list[Json]) -> Iterator[Fault]:
    if any(("request" in entry) is not (kind == "transaction") for entry in entries):
        yield "Bundle.entry.request: always and only in a transaction (bdl-3)"
    if ("total" in bundle) is not (kind == "searchset"):
        yield "Bundle.total: only of a search (bdl-1)"
    if any(("search" in entry) is not (kind == "searchset") for entry in entries):
        yield "Bundle.entry.search: only of a search (bdl-2)"


def _dangling(entries: list[Json], urls: list[str]) -> Iterator[Fault]:
    """Yield references that lead to no entry: a record of ours is whole."""
    there = {*urls, *("/".join(url.split("/")[-2:]) for url in urls)}  # `Type/id` of a server's url
    for entry in entries:
        for reference in _references(entry["resource"]):
            if reference not in there:
                yield f"{entry['fullUrl']}: refers to what is not there"


def _references(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from [value] if key == "reference" else _references(value)
    elif isinstance(tree, list):
        for one in tree:
            yield from _references(one)


def _absent(observation: Json) -> Iterator[Fault]:
    parts = [observation, *observation.get("component", ())]
    for part in parts:
        if "dataAbsentReason" in part and _has_value(part):
            yield "a reason for absence beside a value (obs-6)"


def _own_code(observation: Json) -> Iterator[Fault]:
    codes = _codes(observation)
    repeated = any(codes & _codes(part) for part in observation.get("component", ()))
    if repeated and _has_value(observation):
        yield "a value, and a component of the same code (obs-7)"


def _statuses(condition: Json) -> Iterator[Fault]:
    verified = _words(condition.get("verificationStatus", {}))
    if ("clinicalStatus" in condition) is (_REFUTED in verified):
        yield "clinical status, or entered in error (con-3, con-5)"
    abated = any(name.startswith("abatement") for name in condition)
    if abated and _words(condition["clinicalStatus"]) & {"active", "recurrence", "relapse"}:
        yield "abated and active (con-4)"


def _has_value(part: Json) -> bool:
    return any(name.startswith("value") for name in part)


def _codes(part: Json) -> set[tuple[str, str]]:
    return {(one["system"], one["code"]) for one in part["code"].get("coding", ())}


def _words(concept: Json) -> set[str]:
    return {one["code"] for one in concept.get("coding", ())}


_Rule = Callable[[Json], Iterator[Fault]]
_RULES: Final[Mapping[str, tuple[_Rule, ...]]] = {
    "Observation": (_absent, _own_code),
    "Condition": (_statuses,),
}
