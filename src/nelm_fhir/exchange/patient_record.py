"""The record of one patient on a server, as one Bundle for the straight line.

In: a client and the patient's id. Out: everything the server holds of them (`everything`), of those
merged with them (`people`), and what that leads to (`hydration`), as the bytes of a collection
Bundle that is read like a file. A record that could not be read whole is never handed out.
Source: interop 5, 7 rule 10.
"""

from dataclasses import dataclass

from nelm_fhir.events import Event, event
from nelm_fhir.exchange.capability import Capability
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.everything import everything
from nelm_fhir.exchange.gathered import Gathered
from nelm_fhir.exchange.home import patient_name
from nelm_fhir.exchange.hydration import hydrate
from nelm_fhir.exchange.people import add_people
from nelm_fhir.fhir_r4.fhir_version import check_version


@dataclass(frozen=True, slots=True)
class Fetched:
    """One patient's record.

    `bundle` is a Bundle of type collection on one line, `patient` who the record is about
    (`Patient/id`, after merging), `unresolved` the references that the server answered with 404 or
    410, `newest` the latest `meta.lastUpdated`, `resources` how many there are, versions included.
    """

    bundle: bytes
    patient: str
    unresolved: tuple[str, ...]
    newest: str | None
    resources: int


def fetch_record(client: Client, patient_id: str, offered: Capability | None = None) -> Fetched:
    """Return the whole record of a patient; `offered` saves asking the server what it can do.

    Raises ExchangeError for whatever could not be read after all attempts, NoPatient, TooLarge,
    WrongFhirVersion.
    """
    name = patient_name(patient_id)
    offered = offered or Capability.ask(client)
    check_version(offered.fhir_version or None, None)
    record = Gathered(client.base)
    into = add_people(client, name, offered, record)
    for person in sorted(record.people):
        for entry in everything(client, person, offered, record):
            record.add(entry)
    unresolved = hydrate(client, record)
    event(Event.RECORD_FETCHED, resources=len(record), unresolved=len(unresolved))
    patient = into.get(name, name)
    return Fetched(record.bundle(), patient, unresolved, record.newest, len(record))
