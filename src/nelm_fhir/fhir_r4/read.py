"""The reader: bytes in, one Record per patient's record out.

In: a Bundle of any R4 type, a list of resources, one resource, or NDJSON (lines that are Bundles
are one record each, bare resources one record together), as bytes, text or parsed JSON; what the
mappers want; and, for a record about several patients, whom. Out: Records, or the error that makes
a record unusable. One bad entry never costs the record; it can cost `criteria-met` (rules 1.7).

The order is: split, read heads, keep the newest version of each resource, settle whose record it
is, choose, read the chosen strictly, ask the gate, follow references both ways.
Source: issue 3 section 5; performance.md; architecture 1 (read).
"""

from collections.abc import Iterator

from nelm_fhir.errors import InputError, NotABundle, NotJson, TooLarge
from nelm_fhir.fhir_r4 import lines
from nelm_fhir.fhir_r4.bundle import add_bundle, add_resource
from nelm_fhir.fhir_r4.intake import Data, text_of
from nelm_fhir.fhir_r4.limits import check_bytes, check_entries
from nelm_fhir.fhir_r4.part import Part
from nelm_fhir.fhir_r4.reading import read_part
from nelm_fhir.fhir_r4.record import Record
from nelm_fhir.fhir_r4.split import items, split
from nelm_fhir.fhir_r4.wanted import Wanted


def records(
    data: Data, *, wanted: Wanted, subject: str | None = None
) -> Iterator[Record | InputError]:
    """Yield every record of the input in its order; an error stands in the place of its record.

    `subject` names the patient of a record about several: a reference, an id, a fullUrl or
    `system|value`.
    """
    for part in parts(data):
        yield part if isinstance(part, InputError) else _outcome(part, wanted, subject)


def record(data: Data, *, wanted: Wanted, subject: str | None = None) -> Record:
    """Return the one record of the input; raises InputError, also if there are several."""
    found = list(parts(data))
    if len(found) > 1:
        raise NotABundle(
            f"The input holds {len(found)} records where one is expected.",
            "Give each Bundle by itself, or ask for one result per line.",
        )
    if isinstance(found[0], InputError):
        raise found[0]
    return read_part(found[0], wanted, subject)


def parts(data: Data) -> Iterator[Part | InputError]:
    """Yield the records of the input as entries that are not read yet."""
    try:
        text = text_of(data)
    except InputError as error:
        yield error
        return
    try:
        yield _one(text)
    except (NotJson, TooLarge) as error:
        if not lines.are_lines(text):
            yield error
            return
        yield from lines.parts(text)
    except InputError as error:
        yield error


def _one(text: bytes) -> Part:
    """Return the record of a text that is one JSON value."""
    check_bytes(len(text))
    part = Part()
    if text.startswith(b"{"):
        _add_object(part, text)
    elif text.startswith(b"["):
        _add_list(part, text)
    else:
        raise NotJson("The input is no JSON object.", "Send a FHIR R4 Bundle.")
    return part


def _add_object(part: Part, text: bytes) -> None:
    bundle = split(text)
    if bundle is not None:
        add_bundle(part, bundle)
        return
    add_resource(part, text, "resource")
    if not part.entries:
        raise NotABundle("The input is JSON but no FHIR resource.", "Send a FHIR R4 Bundle.")


def _add_list(part: Part, text: bytes) -> None:
    found = items(text)
    check_entries(len(found))
    for number, item in enumerate(found):
        add_resource(part, item, f"resource[{number}]")
    if not part.entries:
        raise NotABundle("The list holds no FHIR resource.", "Send a FHIR R4 Bundle.")


def _outcome(part: Part, wanted: Wanted, subject: str | None) -> Record | InputError:
    try:
        return read_part(part, wanted, subject)
    except InputError as error:
        return error
