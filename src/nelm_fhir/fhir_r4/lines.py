"""NDJSON: lines that are Bundles are one record each, bare resources are one record together.

In: a text of several lines. Out: per record a Part or the error that made it unusable, in the order
of the lines; the bare resources stand where the first of them stood.

A line that is no JSON belongs to the bare resources, if there are any (their record is damaged,
rules 1.7); among Bundles alone it is a record of its own that cannot be used.
"""

from collections.abc import Iterator, Mapping

from nelm_fhir.errors import InputError, NotABundle
from nelm_fhir.fhir_r4.bundle import add_bundle, add_resource
from nelm_fhir.fhir_r4.limits import check_bytes, check_entries
from nelm_fhir.fhir_r4.part import Part
from nelm_fhir.fhir_r4.split import is_bundle, is_json, not_json, split


def are_lines(text: bytes) -> bool:
    """Whether a text is NDJSON, and not one JSON value.

    It is if its first line is a JSON object, or if every line at least starts like one: then some
    line was damaged on its way.
    """
    lines = [line for _, line in _numbered(text)]
    if len(lines) == 1 or not lines[0].startswith(b"{") or is_json(text):
        return False
    return is_json(lines[0]) or all(line.startswith(b"{") for line in lines)


def parts(text: bytes) -> Iterator[Part | InputError]:
    """Yield one Part or error per record."""
    lines = list(_numbered(text))
    bare = {number: line for number, line in lines if not is_bundle(line)}
    first = min(bare, default=0)
    together = any(map(is_json, bare.values()))
    for number, line in lines:
        if number not in bare:
            yield _bundle(number, line)
        elif not together:
            yield not_json()
        elif number == first:
            yield _resources(bare)


def _numbered(text: bytes) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(text.split(b"\n"), start=1):
        if stripped := line.strip():
            yield number, stripped


def _bundle(number: int, text: bytes) -> Part | InputError:
    part = Part()
    try:
        check_bytes(len(text))
        bundle = split(text)
        if bundle is not None:
            add_bundle(part, bundle, f"line[{number}].Bundle")
    except InputError as error:
        return error
    return part


def _resources(lines: Mapping[int, bytes]) -> Part | InputError:
    part = Part()
    try:
        check_bytes(sum(len(text) for text in lines.values()))
        check_entries(len(lines))
        for number, text in lines.items():
            add_resource(part, text, f"line[{number}]")
    except InputError as error:
        return error
    if part.entries:
        return part
    return NotABundle(
        "The lines are neither Bundles nor resources.", "Send one FHIR resource per line."
    )
