"""The request of an EHR, read as far as it is needed; resources stay the text they came as.

In: the bytes of a body, and the service that was called. Out: CdsRequest, or HttpFault 400 that
says which element is wrong, never what stands there. A key that stands twice in what is read here
could mean two patients, so it is refused. Elements of later editions and extensions are passed
over.
Source: CDS Hooks 2.0 (Calling a CDS Service, FHIR Resource Access); 3.0 ballot where it says the
same in another shape.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import msgspec
from msgspec import Raw

from nelm_fhir.exchange.home import PATIENT, is_name
from nelm_fhir.fhir_r4 import strict
from nelm_fhir.service.cds.services import CdsService
from nelm_fhir.service.statuses import HttpFault

_MEMBERS: Final = msgspec.json.Decoder(dict[str, Raw])
_ENCODER: Final = msgspec.json.Encoder()
_LONGEST: Final = 1000
_SHAPE: Final = "Send the request as CDS Hooks 2.0.1 describes it."
_BEARER: Final = "bearer"


@dataclass(frozen=True, slots=True)
class CdsRequest:
    """One call of a service.

    `patient` is the id of the Patient whose chart is open. `server` is the FHIR server that the EHR
    names, `token` the one it lends for it; neither is believed or used before the settings allow
    it. `prefetch` holds what came along by key, as text.
    """

    instance: str
    patient: str
    server: str | None = None
    token: str | None = field(default=None, repr=False)
    prefetch: Mapping[str, bytes] = field(default_factory=dict, repr=False)


def read_request(body: bytes, service: CdsService) -> CdsRequest:
    """Read the body of a call; raises HttpFault 400."""
    members = _members(body, "")
    hook = _text(members, "hook")
    if hook != service.hook:
        raise wrong("hook", f"is not {service.hook}, the hook of this service")
    patient = _patient(_object(members, "context"))
    server = _text(members, "fhirServer") if "fhirServer" in members else None
    return CdsRequest(
        instance=_text(members, "hookInstance"),
        patient=patient,
        server=server,
        token=_token(members, server, patient),
        prefetch=_prefetch(members),
    )


def wrong(place: str, what: str) -> HttpFault:
    """Return the refusal of a request with an element that is not as it has to be."""
    where = f"The element {place}" if place else "The request"
    return HttpFault(HTTPStatus.BAD_REQUEST, "structure", f"{where} {what}.", _SHAPE, place=place)


def _members(text: bytes, place: str) -> dict[str, bytes]:
    """Return the members of an object as text; none of them stands twice."""
    try:
        compact = msgspec.json.format(text, indent=-1)
        found = _MEMBERS.decode(compact)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise wrong(place, "is no JSON object") from None
    if len(_ENCODER.encode(found)) != len(compact):
        raise wrong(place, "has a member that stands twice")
    return {name: bytes(value) for name, value in found.items()}


def _value(members: Mapping[str, bytes], name: str) -> Any:
    if name not in members:
        raise wrong(name, "is missing")
    try:
        return strict.read(members[name])
    except strict.Damaged:
        raise wrong(name, "cannot be read, or repeats a member") from None


def _text(members: Mapping[str, bytes], name: str) -> str:
    found = _value(members, name)
    if not isinstance(found, str) or not 0 < len(found) <= _LONGEST:
        raise wrong(name, "is no short text")
    return found


def _object(members: Mapping[str, bytes], name: str) -> Mapping[str, Any]:
    found = _value(members, name)
    if not isinstance(found, dict):
        raise wrong(name, "is no JSON object")
    return found


def _patient(context: Mapping[str, Any]) -> str:
    """Return the id of the Patient; a reference to one is taken, too."""
    found = context.get("patientId")
    if not isinstance(found, str) or not is_name(PATIENT + found.removeprefix(PATIENT)):
        raise wrong("context.patientId", "is no id of a Patient")
    return found.removeprefix(PATIENT)


def _token(members: Mapping[str, bytes], server: str | None, patient: str) -> str | None:
    if "fhirAuthorization" not in members:
        return None
    lent = _object(members, "fhirAuthorization")
    if server is None:
        raise wrong("fhirServer", "is missing beside fhirAuthorization")
    token, kind = lent.get("access_token"), lent.get("token_type")
    if not isinstance(token, str) or not token:
        raise wrong("fhirAuthorization.access_token", "is no text")
    if not isinstance(kind, str) or kind.lower() != _BEARER:
        raise wrong("fhirAuthorization.token_type", "is not Bearer")
    if lent.get("patient", patient) not in (patient, PATIENT + patient):
        raise wrong("fhirAuthorization.patient", "is another Patient than that of the context")
    return token


def _prefetch(members: Mapping[str, bytes]) -> dict[str, bytes]:
    text = members.get("prefetch", b"null")
    return {} if text == b"null" else _members(text, "prefetch")
