"""Errors a caller handles, each with a safe message and what to do next.

NelmError
├── InputError            what was given is not usable at all            exit 10
│   ├── NotJson
│   ├── NotABundle
│   ├── NotARecord        a profile that breaks the record format
│   ├── WrongFhirVersion
│   ├── TooLarge
│   ├── NotValid          only with --strict
│   ├── NoPatient
│   ├── SeveralPatients
│   ├── MergedPatient
│   └── PartialRecord     something of it never came; never judged as a whole one
├── KnowledgeError        mappings, criteria or overlays are wrong       exit 11
├── ExchangeError         another system did not do what we asked        exit 12
│   ├── AuthFailed
│   ├── ServerUnavailable worth another attempt later
│   ├── ServerRefused     not worth one: somebody has to change something
│   └── ExportFailed
└── WriteRefused          a write is not allowed or would overwrite      exit 13
    └── LedgerUnavailable the ledger takes nothing now; worth another attempt later

Exit 0 is done, whatever the verdict; 1 only with --fail-on; 2 wrong usage; 14 several inputs,
some not assessed; 70 a defect of the program.
Messages never hold a value of a record.
"""

from typing import ClassVar


class NelmError(Exception):
    """Base of all errors of this project.

    `exit_code` is the program's, `issue_type` a code of FHIR's IssueType. `message` says where and
    what is wrong, `remedy` what to do.
    """

    exit_code: ClassVar[int] = 1
    issue_type: ClassVar[str] = "processing"
    # Errors of libraries hold the input. `from None` keeps them out of tracebacks; this keeps them
    # from programs that collect errors and follow the chain themselves.
    __context__ = None

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".rstrip()


class InputError(NelmError):
    """What was given is not usable at all."""

    exit_code = 10
    issue_type = "invalid"


class NotJson(InputError):
    """The bytes are not valid JSON, or a key is repeated where that changes the record."""

    issue_type = "structure"


class NotABundle(InputError):
    """JSON, but neither a FHIR Bundle, nor resources, nor lines of them."""

    issue_type = "structure"


class NotARecord(InputError):
    """A candidate profile that breaks the record format of rules section 15."""

    issue_type = "structure"


class WrongFhirVersion(InputError):
    """The input declares another version of FHIR than R4."""

    issue_type = "not-supported"


class TooLarge(InputError):
    """More bytes, entries or nesting than the limits allow."""

    issue_type = "too-long"


class NotValid(InputError):
    """`--strict`: a resource, read or about to be written, does not validate."""


class NoPatient(InputError):
    """No subject can be established."""

    issue_type = "required"


class SeveralPatients(InputError):
    """More than one subject, and none was chosen."""

    issue_type = "multiple-matches"


class MergedPatient(InputError):
    """The record belongs to a patient who was merged into one that is not here."""

    issue_type = "conflict"


class PartialRecord(InputError):
    """Something of the record could not be had, so it is not judged as a whole one."""

    issue_type = "incomplete"


class KnowledgeError(NelmError):
    """Mappings, criteria or overlays are wrong; `faults` lists every one with file and key."""

    exit_code = 11
    issue_type = "exception"

    def __init__(self, message: str, remedy: str = "", faults: tuple[str, ...] = ()) -> None:
        super().__init__(message, remedy)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(f"  {fault}" for fault in self.faults)])


class ExchangeError(NelmError):
    """Another system did not do what we asked.

    `status` is the HTTP status of its answer, None where there was none.
    """

    exit_code = 12
    issue_type = "transient"

    def __init__(self, message: str, remedy: str = "", status: int | None = None) -> None:
        super().__init__(message, remedy)
        self.status = status


class AuthFailed(ExchangeError):
    """No token was given out, or the server does not accept the one we have."""

    issue_type = "security"


class ServerUnavailable(ExchangeError):
    """No answer, or one that promises another later; raised after all attempts."""


class ServerRefused(ExchangeError):
    """An answer that no repetition changes."""

    issue_type = "processing"


class ExportFailed(ExchangeError):
    """A bulk export ended without all of its files."""

    issue_type = "incomplete"


class WriteRefused(NelmError):
    """A write is not allowed, or would put an older result over a newer one."""

    exit_code = 13
    issue_type = "conflict"


class LedgerUnavailable(WriteRefused):
    """The ledger can neither be read nor written now: its disk is full, or not there."""

    issue_type = "transient"
