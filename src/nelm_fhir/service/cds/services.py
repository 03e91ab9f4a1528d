"""The CDS services that there are, and what each asks an EHR to send along.

In: nothing. Out: the list of discovery, with prefetch templates derived from what mappers read: a
type that a new mapper reads is asked for without another word. Only the part of FHIR search is used
that CDS Hooks recommends.
Source: CDS Hooks 2.0 (Discovery, Prefetch Template); hooks patient-view 1.0, order-select 1.0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from nelm_fhir.exchange.everything import SEARCHED
from nelm_fhir.knowledge.wording import Wording
from nelm_fhir.service.cds.settings import Cds

PATIENT: Final = "Patient"
_TOKEN: Final = "{{context.patientId}}"  # noqa: S105 - a placeholder of CDS Hooks


@dataclass(frozen=True, slots=True)
class CdsService:
    """One service: its id, and the hook that it is called at."""

    id: str
    hook: str


PATIENT_VIEW: Final = CdsService("nelm-patient-view", "patient-view")
ORDER_SELECT: Final = CdsService("nelm-order-select", "order-select")
SERVICES: Final[Mapping[str, CdsService]] = MappingProxyType(
    {service.id: service for service in (PATIENT_VIEW, ORDER_SELECT)}
)


def wanted(settings: Cds) -> tuple[str, ...]:
    """Return the resource types of a record that this EHR has, the Patient aside."""
    return tuple(kind for kind in SEARCHED if kind not in settings.without)


def templates(settings: Cds) -> dict[str, str]:
    """Return the prefetch templates by key; the key is the resource type."""
    searches = {kind: f"{kind}?patient={_TOKEN}" for kind in wanted(settings)}
    return {PATIENT: f"{PATIENT}/{_TOKEN}", **searches}


def described(wording: Wording, settings: Cds) -> dict[str, Any]:
    """Return the answer to discovery."""
    words = {name: wording.words.get(f"cds.{name}", {}) for name in ("title", "description")}
    usage = wording.word("cds", "usage") or ""
    return {
        "services": [
            {
                "hook": service.hook,
                "title": words["title"][service.hook],
                "description": words["description"][service.hook],
                "id": service.id,
                "prefetch": templates(settings),
                "usageRequirements": usage,
            }
            for service in SERVICES.values()
        ]
    }
