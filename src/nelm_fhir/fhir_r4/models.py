"""The only door to fhir.resources: does a resource validate as FHIR R4?

In: one resource as a dict, never a whole Bundle. Out: issues with safe texts. Used for everything
that is written, and for input with `--strict` only: its models refuse a whole resource for one
vendor's key, accept wrong required codes, and cost fifty times the reading (terminology 7). R4B is
the nearest the library has to R4; importing it is slow, so it is imported when first asked.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from pydantic import ValidationError

from nelm_fhir.core.issues import Issue, Severity
from nelm_fhir.errors import NotValid

LONGEST_NAME: Final = 64
_UNKNOWN_TYPE: Final = "The resource, or one contained in it, is of no type of FHIR R4."
_TOO_DEEP: Final = "The resource is nested too deeply to be checked."
_TEXTS: Final = {
    "missing": "An element that FHIR R4 requires is missing.",
    "extra_forbidden": "FHIR R4 knows no element of this name here.",
}
_OTHERWISE: Final = "The value is not what FHIR R4 allows here."


def validate(resource: Mapping[str, Any]) -> list[Issue]:
    """Return what the R4B models object to; never a value of the resource."""
    try:
        _model(resource["resourceType"]).model_validate(dict(resource))
    except ValidationError as error:
        return list(_issues(error, str(resource["resourceType"])))
    except (KeyError, ValueError, TypeError):  # how the library says that there is no such type
        return [_issue(_kind(resource), "structure", _UNKNOWN_TYPE)]
    except RecursionError:
        return [_issue(_kind(resource), "too-long", _TOO_DEEP)]
    return []


def refuse_built(bundle: Mapping[str, Any]) -> None:
    """Raise NotValid if a resource of a Bundle that was built does not validate."""
    for entry in bundle["entry"]:
        for fault in validate(entry["resource"])[:1]:
            raise NotValid(
                f"A {entry['resource']['resourceType']} that was built is not valid FHIR R4: "
                f"{fault.location}: {fault.text}.",
                "This is a defect of the program; nothing was written. Please report it.",
            )


@cache
def _model(resource_type: str) -> Any:
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415 - slow to import

    return get_fhir_model_class(resource_type)


def _issues(error: ValidationError, resource_type: str) -> Iterator[Issue]:
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        location = "".join(map(_step, fault["loc"]))
        text = _TEXTS.get(fault["type"], _OTHERWISE)
        yield _issue(f"{resource_type}{location}", "structure", text)


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    # A key comes from the input; only what looks like the name of an element is repeated.
    return f".{step}" if step.isidentifier() and len(step) <= LONGEST_NAME else ".?"


def _issue(location: str, issue_type: str, text: str) -> Issue:
    return Issue(Severity.ERROR, "not-valid", issue_type, location, text)


def _kind(resource: Mapping[str, Any]) -> str:
    kind = resource.get("resourceType")
    return kind if isinstance(kind, str) and kind.isalpha() else "resource"
