"""One QuestionnaireResponse given by itself, or as the only one to a form in a Bundle.

In: bytes, text or parsed JSON. Out: the resource as read, once the gate lets its answers stand.
Raises InputError, which says what is wrong and what to do, never a value of a record.
"""

from collections.abc import Mapping
from typing import Any, Final

from nelm_fhir.core.canonical import without_version
from nelm_fhir.core.reading import Reading
from nelm_fhir.errors import InputError, NotJson
from nelm_fhir.fhir_r4 import strict
from nelm_fhir.fhir_r4.intake import Data, text_of
from nelm_fhir.fhir_r4.limits import check_bytes
from nelm_fhir.fhir_r4.usable import Drop, usable

_TYPE: Final = "QuestionnaireResponse"
_GIVE: Final = "Give the completed answers to the form (nelm form)."


def one_response(data: Data, form: str) -> Mapping[str, Any]:
    """Return the completed or amended answers to the form of that canonical."""
    text = text_of(data)
    check_bytes(len(text))
    try:
        given = strict.read(text)
    except strict.Damaged:
        raise NotJson("The answers are not valid JSON, or repeat a key.", _GIVE) from None
    response = _response(given, form)
    answer = usable(response)
    if isinstance(answer, Drop) or answer.reading is not Reading.ASSERTED:
        raise InputError(
            "The answers to the form are not completed.",
            "Finish them: status completed or amended, and nothing that changes their meaning.",
        )
    return response


def _response(given: Any, form: str) -> Mapping[str, Any]:
    if isinstance(given, dict) and given.get("resourceType") == "Bundle":
        return _only_one(given, form)
    if not isinstance(given, dict) or given.get("resourceType") != _TYPE:
        raise InputError(f"This is no FHIR {_TYPE}.", _GIVE)
    if not _is_to(given, form):
        raise InputError(
            "The answers are to another questionnaire.",
            f"Send answers that name {form} in `questionnaire`.",
        )
    return given


def _only_one(bundle: Mapping[str, Any], form: str) -> Mapping[str, Any]:
    entries = bundle.get("entry")
    held = [
        entry.get("resource")
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict)
    ]
    found: list[Mapping[str, Any]] = [
        one
        for one in held
        if isinstance(one, dict) and one.get("resourceType") == _TYPE and _is_to(one, form)
    ]
    if len(found) != 1:
        raise InputError(
            f"The Bundle holds {len(found)} answers to the form where one is expected.", _GIVE
        )
    return found[0]


def _is_to(response: Mapping[str, Any], form: str) -> bool:
    named = response.get("questionnaire")
    return isinstance(named, str) and without_version(named) == form
