"""What a server answered, and what is wrong where it is not what was asked for.

In: status, headers and bytes. Out: JSON, or an error with the status and the kinds of issues of an
OperationOutcome. Its texts are never shown: servers repeat values of the record in them.
Source: interop 1 (status contract) and 7, rule 9; FHIR R4 http.html, valueset-issue-type.html.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import orjson

from nelm_fhir.errors import AuthFailed, ExchangeError, ServerRefused, ServerUnavailable

WITHOUT_USE: Final = frozenset({HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.HTTP_VERSION_NOT_SUPPORTED})
"""Failures of a server that no repetition changes."""
LATER: Final = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)
"""Refusals that promise another answer later."""
_OWN_FAILURE: Final = 500
_ISSUE_TYPES: Final = frozenset(
    {
        "invalid", "structure", "required", "value", "invariant", "security", "login", "unknown",
        "expired", "forbidden", "suppressed", "processing", "not-supported", "duplicate",
        "multiple-matches", "not-found", "deleted", "too-long", "code-invalid", "extension",
        "too-costly", "business-rule", "conflict", "transient", "lock-error", "no-store",
        "exception", "timeout", "incomplete", "throttled", "informational", "success",
    }
)  # fmt: skip
"""FHIR R4 IssueType. A word outside the list is not shown: it could hold anything."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `headers` is asked without regard to case; `body` is unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """Return the JSON object of the body; raises ServerRefused where it is none.

        Numbers with a fraction become floats: what belongs to a record is read from `body`.
        """
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            found = None
        if not isinstance(found, dict):
            raise ServerRefused(
                f"The server answered with something else than a JSON object{_kind(self.headers)}.",
                "Check that --server is the base address of a FHIR server, not a page before it.",
                self.status,
            )
        return found

    @property
    def is_transient(self) -> bool:
        """Whether another attempt may be answered otherwise."""
        return self.status in LATER or (
            self.status >= _OWN_FAILURE and self.status not in WITHOUT_USE
        )


def _kind(headers: Mapping[str, str]) -> str:
    """Say of an answer that it is a page: most often the login of something in between."""
    return " (HTML)" if "html" in headers.get("content-type", "").lower() else ""


def issue_types(answer: Answer) -> tuple[str, ...]:
    """Return the kinds of issues of an OperationOutcome, each once; empty for any other body."""
    try:
        outcome = answer.json()
    except ServerRefused:
        return ()
    return tuple(dict.fromkeys(_codes(outcome)))


def _codes(outcome: Mapping[str, Any]) -> Iterator[str]:
    issues = outcome.get("issue")
    if outcome.get("resourceType") != "OperationOutcome" or not isinstance(issues, list):
        return
    for issue in issues:
        code = issue.get("code") if isinstance(issue, dict) else None
        if isinstance(code, str) and code in _ISSUE_TYPES:
            yield code


def refusal(answer: Answer, what: str) -> ExchangeError:
    """Return the error for an answer that was not asked for; `what` names the request safely."""
    issues = issue_types(answer)
    told = f"; issues: {', '.join(issues)}" if issues else ""
    message = f"The server answered {what} with {_status(answer.status)}{told}."
    if answer.status == HTTPStatus.UNAUTHORIZED:
        remedy = "Check the token or the client's registration: nelm doctor --server shows both."
        return AuthFailed(message, remedy, answer.status)
    if answer.status == HTTPStatus.FORBIDDEN:
        remedy = "The token is known, but not allowed to do this: check the scopes it was given."
        return AuthFailed(message, remedy, answer.status)
    if answer.is_transient:
        return ServerUnavailable(message, "Try again later.", answer.status)
    return ServerRefused(message, _remedy(answer.status), answer.status)


def _remedy(status: int) -> str:
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return "Write --server with the address that the server really has."
    return "Compare it with what the server offers: nelm doctor --server."


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
