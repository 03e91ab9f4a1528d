"""Where an error becomes a status and an OperationOutcome: the one place (interop 1).

In: an error of this project, a fault of HTTP itself, or a defect, and the request. Out: the answer.
Its words are the fixed ones of the error; of a defect nobody is told more than its number.

A verdict is never an error: `indeterminate` for missing data is a 200, because a hospital's queue
stops at anything else.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from nelm_fhir import errors
from nelm_fhir.errors import NelmError
from nelm_fhir.service.accepting import FHIR_TYPE, answer_type
from nelm_fhir.service.numbering import current
from nelm_fhir.writers.datatypes import Json
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.operation_outcome import failure_outcome

AGAIN: Final = "15"
"""Seconds after which another attempt makes sense, where nobody knows better."""


class HttpFault(Exception):
    """What is wrong with a request or its moment, and no error of this project says it.

    `issue_type` is a code of FHIR's IssueType, `message` says what is wrong without a value of the
    request, `remedy` what to do; `place` is a FHIRPath, or `http.` and the name of what is wrong.
    """

    __context__ = None  # as in NelmError: what a library said may hold the input

    def __init__(
        self,
        status: int,
        issue_type: str,
        message: str,
        remedy: str = "",
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        place: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.issue_type = issue_type
        self.message = message
        self.remedy = remedy
        self.headers = dict(headers)
        self.place = place


DEFECT: Final = 500
BUSINESS: Final = "business-rule"
_STATUSES: Final[tuple[tuple[type[NelmError], int, str | None], ...]] = (
    (errors.TooLarge, 413, None),
    (errors.NoPatient, 422, "invariant"),
    (errors.SeveralPatients, 422, BUSINESS),
    (errors.MergedPatient, 422, BUSINESS),
    (errors.PartialRecord, 422, BUSINESS),
    (errors.InputError, 400, None),
    (errors.LedgerUnavailable, 503, None),
    (errors.WriteRefused, 409, None),
    (errors.ServerUnavailable, 503, None),
    (errors.ExchangeError, 502, None),
)
"""Each class before those it is one of; the issue type is that of the class where none is named."""


def answer_of(error: BaseException, request: Request) -> Response:
    """Return the answer that an error becomes; whatever is not known here is a defect."""
    return _answer(request, fault_of(error))


def fault_of(error: BaseException) -> HttpFault:
    """Return an error as a fault, also for an answer that nobody waits for."""
    if isinstance(error, HttpFault):
        return error
    fault = _fault(error) if isinstance(error, NelmError) else None
    return fault or _defect()


def _fault(error: NelmError) -> HttpFault | None:
    """Return an error as a fault; None for one that no request can cause."""
    for kind, status, issue_type in _STATUSES:
        if isinstance(error, kind):
            return HttpFault(
                status,
                issue_type or error.issue_type,
                _upstream(error) + error.message,
                error.remedy,
                place="Bundle" if isinstance(error, errors.InputError) else "",
            )
    return None


def _upstream(error: NelmError) -> str:
    return (
        "The FHIR server behind this service: " if isinstance(error, errors.ExchangeError) else ""
    )


def _defect() -> HttpFault:
    return HttpFault(
        DEFECT,
        "exception",
        "A defect of the program.",
        f"Report it with the number {current().number}; it holds nothing of the record.",
    )


def _answer(request: Request, fault: HttpFault) -> Response:
    headers = dict(fault.headers)
    if fault.status == 503:  # noqa: PLR2004 - the one status that promises another moment
        headers.setdefault("Retry-After", AGAIN)
    return Response(
        fhir_json(outcome_of(fault)),
        fault.status,
        headers,
        media_type=answer_type(request, otherwise=FHIR_TYPE),
    )


def outcome_of(fault: HttpFault) -> Json:
    """Return a fault as an OperationOutcome.

    `diagnostics` repeats what is wrong, because there are engines that show nothing else.
    """
    diagnostics = f"{fault.message} {fault.remedy}".rstrip()
    return failure_outcome(fault.issue_type, fault.message, diagnostics, fault.place)


def of_routing(error: Exception) -> HttpFault:
    """Return what the router raised (no such address, no such method) as a fault with a body."""
    status = getattr(error, "status_code", 404)
    headers = getattr(error, "headers", None) or {}
    if status == 405:  # noqa: PLR2004 - HTTP's own number
        allowed = headers.get("Allow", "")
        return HttpFault(
            405, "not-supported", "Not by this method.", f"Use {allowed}.", headers=headers
        )
    return HttpFault(
        status, "not-found", "There is nothing at this address.", "GET /fhir/metadata says what is."
    )
