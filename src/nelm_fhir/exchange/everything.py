"""What a server holds of one patient: by `$everything`, or by a search per resource type.

In: a patient, and what the server offers. Out: the entries. `$everything` is asked where the
CapabilityStatement names it; a server that then refuses is searched. Searched are exactly the types
that a mapper reads and that the server can search by its own statement. What another type of
resource contains in itself comes with `$everything` only; of a type that cannot be searched comes
what something refers to (hydration).
Source: interop 5 (Search, `$everything`); terminology 3.21.
"""

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Final

from nelm_fhir.errors import AuthFailed, ServerRefused
from nelm_fhir.exchange.capability import Capability
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.gathered import Gathered
from nelm_fhir.exchange.searches import COUNT, GONE, found, search
from nelm_fhir.exchange.searchset import partial
from nelm_fhir.fhir_r4.part import Entry
from nelm_fhir.mappers.registry import TYPES

SEARCHED: Final = tuple(sorted(TYPES - {"Patient", "Medication"}))
"""Types that name a patient; a Medication is looked up where it is named."""


def everything(
    client: Client, patient: str, offered: Capability, record: Gathered
) -> Iterator[Entry]:
    """Yield all that the server holds of `Patient/id`, one of the people of the record.

    Raises ExchangeError.
    """
    if offered.everything:
        try:
            count = "=".join(COUNT)
            yield from found(client, lambda: client.get(f"{patient}/$everything?{count}"))
        except ServerRefused:
            pass  # a merged patient, or an operation that is named and not there
        except AuthFailed as error:
            if error.status != HTTPStatus.FORBIDDEN:
                raise
        else:
            return
    yield from of_types(client, SEARCHED, patient, offered, record)


def of_types(
    client: Client, kinds: Sequence[str], patient: str, offered: Capability, record: Gathered
) -> Iterator[Entry]:
    """Yield what the server holds of `Patient/id` in these types, those that it can search.

    Raises ExchangeError.
    """
    # Medplum's router in memory finds nobody by the bare id, and says so as if there were nothing.
    for written in (patient.partition("/")[2], patient):
        nothing = True
        for kind in kinds:
            for entry in _of_type(client, kind, patient, offered, record, written=written):
                nothing = False
                yield entry
        if not nothing:
            return


def _of_type(
    client: Client, kind: str, patient: str, offered: Capability, record: Gathered, *, written: str
) -> Iterator[Entry]:
    if not _can_search(kind, offered):
        return
    for entry in _searched(client, kind, patient, offered, written=written):
        # A server that does not know a parameter may leave it out and send what it has of all.
        if not record.is_theirs(entry):
            raise partial("Asked for one patient, the server answered about another.")
        yield entry


def _can_search(kind: str, offered: Capability) -> bool:
    """Whether a type can be searched; a statement that names no type or no interaction is asked."""
    if not offered.resources:
        return True
    named = offered.resources.get(kind)
    return named is not None and (not named.interactions or offered.can_search(kind))


def _searched(
    client: Client, kind: str, patient: str, offered: Capability, *, written: str
) -> list[Entry]:
    """Search by `patient`, as `written`, or by `subject` where only that is understood."""
    by_patient = ("patient", written)
    by_subject = ("subject", patient)
    known = offered.search_params(kind)
    if "subject" in known and "patient" not in known:
        by_patient, by_subject = by_subject, by_patient
    try:
        return search(client, kind, [by_patient])
    except ServerRefused as error:
        if error.status in GONE and not offered.resources:
            return []  # a type that the server does not know
        if error.status != HTTPStatus.BAD_REQUEST:
            raise
    return search(client, kind, [by_subject])
