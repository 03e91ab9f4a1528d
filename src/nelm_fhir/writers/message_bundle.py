"""The answer to a FHIR message, as the message it has to be.

In: the name of the message and what it was about, the resources of the answer, the outcome. Out: a
Bundle of type message whose MessageHeader says to which message it is the answer. Its ids follow
from the name of the message alone. Source: FHIR R4 messaging.html, bdl-11, bdl-12.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from nelm_fhir.core.program import NAME, VERSION
from nelm_fhir.writers.datatypes import Json, filled
from nelm_fhir.writers.identity import urn, uuid_of
from nelm_fhir.writers.provenance import instant

Code = Literal["ok", "transient-error", "fatal-error"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The message that is answered.

    `key` names it for good, `id` is that of its MessageHeader, `about` its event, `sender` the
    address it came from, empty where it told none.
    """

    key: str
    id: str
    about: Mapping[str, Any]
    sender: str


def message_bundle(
    asked: Asked,
    code: Code,
    entries: Sequence[Json],
    outcome: Json,
    *,
    endpoint: str,
    recorded: datetime,
) -> Json:
    """Return the answer: the header, the entries of the results, the outcome.

    `endpoint` is our own address. Raises ValueError if `recorded` has no time zone.
    """
    name = uuid_of(f"answer\n{asked.key}")
    told = urn(uuid_of(f"outcome\n{asked.key}"))
    header = {
        "resourceType": "MessageHeader",
        "id": name,
        **asked.about,
        "destination": [{"endpoint": asked.sender}] if asked.sender else None,
        "source": {"name": NAME, "software": NAME, "version": VERSION, "endpoint": endpoint},
        "response": _response(asked, code, told),
        "focus": [{"reference": one["fullUrl"]} for one in entries],
    }
    return {
        "resourceType": "Bundle",
        "id": uuid_of(f"message\n{asked.key}"),
        "type": "message",
        "timestamp": instant(recorded),
        "entry": [
            {"fullUrl": urn(name), "resource": filled(header)},
            *({"fullUrl": one["fullUrl"], "resource": one["resource"]} for one in entries),
            {"fullUrl": told, "resource": outcome},
        ],
    }


def _response(asked: Asked, code: Code, told: str) -> Json:
    name = asked.id or uuid_of(asked.key)
    return {"identifier": name, "code": code, "details": {"reference": told}}
