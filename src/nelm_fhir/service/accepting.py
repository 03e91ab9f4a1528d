"""Which media types come and go: FHIR JSON under its three names, and nothing else (interop 1).

In: a request. Out: the type its answer has, None where none that we write is accepted. What is
accepted is said by `Accept`, or by `_format` of FHIR, which beats it. Source: RFC 9110 12.5.1,
FHIR R4 http.html 3.1.0.1.11.
"""

from collections.abc import Iterator
from typing import Final

from starlette.requests import Request

FHIR_TYPE: Final = "application/fhir+json"
JSON_TYPE: Final = "application/json"
LEGACY_TYPE: Final = "application/json+fhir"
"""The name FHIR JSON had before R4; still in the documents of a vendor."""

TYPES: Final = (FHIR_TYPE, JSON_TYPE, LEGACY_TYPE)
R4: Final = ("4.0", "4.0.1")
_RANGES: Final = {"*/*": FHIR_TYPE, "application/*": FHIR_TYPE}
_SHORT: Final = {"json": FHIR_TYPE, "text/json": FHIR_TYPE}
_FORMAT: Final = "_format"


def is_fhir_json(content_type: str) -> bool:
    """Whether a body of that type is FHIR R4 JSON in UTF-8."""
    name, parameters = _parsed(content_type)
    charset = parameters.get("charset", "utf-8").lower()
    return name in TYPES and charset in {"utf-8", "us-ascii"} and _is_r4(parameters)


def answer_type(request: Request, otherwise: str | None = None) -> str | None:
    """Return the type of the answer; `otherwise` where the request accepts none that we write."""
    wanted = request.query_params.get(_FORMAT)
    if wanted is not None:
        # a plus sign in an address is a blank
        name, parameters = _parsed(wanted.replace(" ", "+"))
        found = _SHORT.get(name) or (name if name in TYPES else None)
        return found if found and _is_r4(parameters) else otherwise
    accepted = ",".join(request.headers.getlist("accept"))
    return _best(accepted) or otherwise if accepted.strip() else FHIR_TYPE


def _best(accepted: str) -> str | None:
    """Return the type that is liked best; of several that are liked alike, the first."""
    found = sorted(_liked(accepted), key=lambda one: -one[0])
    return found[0][1] if found else None


def _liked(accepted: str) -> Iterator[tuple[float, str]]:
    refused = {name for name, parameters in map(_parsed, accepted.split(",")) if not _q(parameters)}
    for part in accepted.split(","):
        name, parameters = _parsed(part)
        known = name if name in TYPES else _RANGES.get(name)
        if known and known not in refused and _is_r4(parameters) and _q(parameters):
            yield _q(parameters), known


def _parsed(text: str) -> tuple[str, dict[str, str]]:
    name, *rest = (part.strip() for part in text.split(";"))
    pairs = (part.partition("=") for part in rest)
    return name.lower(), {key.strip().lower(): value.strip(' "') for key, _, value in pairs}


def _is_r4(parameters: dict[str, str]) -> bool:
    return parameters.get("fhirversion", R4[0]) in R4


def _q(parameters: dict[str, str]) -> float:
    """Return how much a type is liked; what is no number is not liked."""
    try:
        return float(parameters.get("q", "1"))
    except ValueError:
        return 0.0
