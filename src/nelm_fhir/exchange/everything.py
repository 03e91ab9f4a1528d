"""What a server holds of one patient: by `$everything`, or by a search per resource type.

In: a patient, and what the server offers. Out: the entries. `$everything` is asked where the
CapabilityStatement names it; a server that then refuses is searched. Searched are exactly the types
that a mapper reads. What another type of resource contains in itself comes with `$everything` only.
Source: interop 5 (Search, `$everything`); terminology 3.21.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from nelm_fhir.errors import AuthFailed, ServerRefused
from nelm_fhir.exchange.capability import Capability
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.home import Home
from nelm_fhir.exchange.searches import COUNT, GONE, found, search
from nelm_fhir.exchange.searchset import partial
from nelm_fhir.fhir_r4.part import Entry
from nelm_fhir.mappers.registry import TYPES

SEARCHED: Final = tuple(sorted(TYPES - {"Patient", "Medication"}))
"""Types that name a patient; a Medication is looked up where it is named."""


def everything(client: Client, patient: str, offered: Capability, home: Home) -> list[Entry]:
    """Return all that the server holds of `Patient/id`; raises ExchangeError."""
    if offered.everything:
        try:
            count = "=".join(COUNT)
            return found(client, lambda: client.get(f"{patient}/$everything?{count}"))
        except ServerRefused:
            pass  # a merged patient, or an operation that is named and not there
        except AuthFailed as error:
            if error.status != HTTPStatus.FORBIDDEN:
                raise
    return [entry for kind in SEARCHED for entry in _of_type(client, kind, patient, offered, home)]


def _of_type(
    client: Client, kind: str, patient: str, offered: Capability, home: Home
) -> Iterator[Entry]:
    for entry in _searched(client, kind, patient, offered):
        # A server that does not know a parameter may leave it out and send what it has of all.
        if home.patient_of(entry) not in (None, patient):
            raise partial("Asked for one patient, the server answered about another.")
        yield entry


def _searched(client: Client, kind: str, patient: str, offered: Capability) -> list[Entry]:
    """Search by `patient`, or by `subject` where only that is understood."""
    if offered.resources and kind not in offered.resources:
        return []
    by_patient = ("patient", patient.partition("/")[2])
    by_subject = ("subject", patient)
    known = offered.search_params(kind)
    if "subject" in known and "patient" not in known:
        by_patient, by_subject = by_subject, by_patient
    try:
        return search(client, kind, [by_patient])
    except ServerRefused as error:
        if error.status in GONE:
            return []  # a type that the server does not know
        if error.status != HTTPStatus.BAD_REQUEST:
            raise
    return search(client, kind, [by_subject])
