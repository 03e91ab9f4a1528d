"""What an EHR sent along, sorted: data, the certainty that there are none, and what is lacking.

In: the prefetch of a request as text, and the types that were asked for. Out: Sent. `null` means
that there are no data; a key that is not there was not answered; an OperationOutcome tells that the
EHR tried and failed. Only the first is an answer.
Source: CDS Hooks 2.0 (Prefetch Template), and its 3.0 ballot for the OperationOutcome.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from nelm_fhir.exchange.prefetched import Sent
from nelm_fhir.fhir_r4.split import is_bundle
from nelm_fhir.service.cds.services import PATIENT

_NOTHING: Final = b"null"


def sent_along(patient: str, prefetch: Mapping[str, bytes], kinds: Sequence[str]) -> Sent:
    """Return what came along for these types."""
    pages: dict[str, bytes | None] = {}
    for kind in kinds:
        text = prefetch.get(kind)
        if text == _NOTHING:
            pages[kind] = None
        elif text is not None and is_bundle(text):
            pages[kind] = text
    person = prefetch.get(PATIENT)
    return Sent(
        patient=patient,
        person=None if person == _NOTHING else person,
        pages=pages,
        lacking=tuple(kind for kind in kinds if kind not in pages),
    )
