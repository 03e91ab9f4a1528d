"""What is asked of a record: a Bundle alone, or FHIR Parameters around it.

In: the body, and what the address says beside it. Out: the record's bytes, and the wish. The record
is cut out as it stands, so that the reader sees what was sent: digits, repeated keys, damage.
Raises NotJson, TooLarge, HttpFault 400 for a parameter that is wrong, missing or not known.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType
from starlette.datastructures import QueryParams

from nelm_fhir.core.issues import Issue, Severity
from nelm_fhir.errors import NotJson
from nelm_fhir.fhir_r4 import strict
from nelm_fhir.fhir_r4.limits import too_deep
from nelm_fhir.fhir_r4.split import not_json
from nelm_fhir.service.evaluating import Wish
from nelm_fhir.service.preferring import Handling, Preference
from nelm_fhir.service.statuses import HttpFault

BUNDLE: Final = "bundle"
CRITERIA: Final = "criteria"
AS_OF: Final = "asOf"
SUBJECT: Final = "subject"
OPTION: Final = "option"
VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    CRITERIA: ("valueCode", "valueString", "valueId"),
    AS_OF: ("valueDate", "valueString"),
    SUBJECT: ("valueString", "valueReference", "valueUri", "valueId"),
    OPTION: ("valueCode", "valueString", "valueId"),
}
"""Under which names the value of each parameter may stand; the first is the one we declare."""
SEVERAL: Final = frozenset({CRITERIA, OPTION})
IN_ADDRESS: Final = frozenset({CRITERIA, AS_OF, OPTION})
"""What may stand in the address: a patient's name may not, addresses end up in logs."""
_KIND: Final = "Parameters"
_CUT: Final = b"0"
_BYTE_MARK: Final = b"\xef\xbb\xbf"
_PLACE: Final = "Parameters.parameter"

Words = dict[str, list[str]]


class _Named(Struct):
    name: Any = None
    resource: Raw | UnsetType = UNSET


class _Parameters(Struct, rename="camel"):
    resource_type: Any = None
    parameter: list[_Named] | UnsetType = UNSET


class _Kind(Struct, rename="camel"):
    resource_type: Any = None


_KINDS: Final = msgspec.json.Decoder(_Kind)
_PARAMETERS: Final = msgspec.json.Decoder(_Parameters)


@dataclass(frozen=True, slots=True)
class Asked:
    """The record, what is wished of it, and what was passed over on the way."""

    record: bytes
    wish: Wish
    issues: tuple[Issue, ...] = ()


def asked(body: bytes, address: QueryParams, preference: Preference) -> Asked:
    """Return what a request asks; `address` is what stands behind the question mark."""
    words = _of_address(address)
    issues: list[Issue] = []
    record = body
    if _is_parameters(body):
        record, rest = _cut_out(body.removeprefix(_BYTE_MARK))
        for number, one in enumerate(rest):
            issues.extend(_take(one, number, words, preference))
    return Asked(record, _wish(words, preference), tuple(issues))


def _of_address(address: QueryParams) -> Words:
    if SUBJECT in address:
        raise _wrong("A patient is not named in an address.", "Send Parameters.", "http.subject")
    return {name: address.getlist(name) for name in address if name in IN_ADDRESS}


def _is_parameters(body: bytes) -> bool:
    """Whether the body is Parameters; what cannot be read is for the reader to say."""
    try:
        return bool(_KINDS.decode(body.removeprefix(_BYTE_MARK)).resource_type == _KIND)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def _cut_out(body: bytes) -> tuple[bytes, list[Any]]:
    """Return the record as it was sent, and the parameters without it."""
    try:
        found = _PARAMETERS.decode(body)
    except RecursionError:
        raise too_deep() from None
    except msgspec.ValidationError:
        raise _wrong("A parameter is of a wrong JSON type.", place=_PLACE) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise not_json(error, len(body)) from None
    named = [] if found.parameter is UNSET else found.parameter
    records = list(_records(named))
    if len(records) != 1:
        raise _wrong(
            f"Of the parameter {BUNDLE} there are {len(records)}, and one is needed.",
            "Give the record of one patient as its resource.",
            _PLACE,
        )
    # what holds a quotation mark stands in no string of the rest as it is
    cut = body.replace(records[0], _CUT, 1) if b'"' in records[0] else body
    return records[0], _rest(cut)


def _records(named: Sequence[_Named]) -> Iterator[bytes]:
    for one in named:
        if one.name == BUNDLE and one.resource is not UNSET:
            yield bytes(one.resource)


def _rest(text: bytes) -> list[Any]:
    """Return the parameters, read strictly: two values under one key are not one answer."""
    try:
        return list(strict.parse(text)["parameter"])
    except strict.Damaged:
        raise NotJson(
            "A key is repeated in the Parameters, or they are nested too deeply.",
            "Write each key once.",
        ) from None


def _take(one: Any, number: int, words: Words, preference: Preference) -> Iterator[Issue]:
    """Take the word of one parameter; yield what is passed over because lenience is preferred."""
    name, place = one.get("name"), f"{_PLACE}[{number}]"
    if name == BUNDLE:
        return
    if name not in VALUES:
        if preference.handling is not Handling.LENIENT:
            raise _wrong(
                f"The parameter number {number + 1} is not known here.",
                f"There are: {', '.join((BUNDLE, *VALUES))}. Prefer: handling=lenient passes over.",
                place,
            )
        yield _passed_over(place)
        return
    words.setdefault(name, []).append(_value(one, name, place))


def _value(one: Mapping[str, Any], name: str, place: str) -> str:
    for key in VALUES[name]:
        value = one.get(key)
        if key == "valueReference" and isinstance(value, dict):
            value = value.get("reference")
        if isinstance(value, str) and value.strip():
            return value.strip()
    raise _wrong(f"The parameter {name} has no value.", f"Give {VALUES[name][0]}.", place)


def _wish(words: Words, preference: Preference) -> Wish:
    for name, values in words.items():
        if name not in SEVERAL and len(values) > 1:
            raise _wrong(f"The parameter {name} stands there more than once.")
    return Wish(
        sets=tuple(words.get(CRITERIA, ())),
        as_of=_day(words[AS_OF][0]) if AS_OF in words else None,
        subject=words[SUBJECT][0] if SUBJECT in words else None,
        options=tuple(words.get(OPTION, ())),
        strict=preference.handling is Handling.STRICT,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _wrong(f"{AS_OF} is no full date.", "Write YYYY-MM-DD.") from None


def _passed_over(place: str) -> Issue:
    return Issue(
        Severity.WARNING,
        "unknown-parameter",
        "not-supported",
        place,
        "A parameter is not known here and was passed over.",
    )


def _wrong(message: str, remedy: str = "", place: str = "") -> HttpFault:
    return HttpFault(400, "value", message, remedy, place=place)
