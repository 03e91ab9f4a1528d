"""Records from a FHIR server, each read whole or refused, in the order they were asked for.

In: which server, which patients. Out: one Found per patient, as from files. A record that could not
be read costs only its own place; a server that does not even say what it can do costs all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nelm_fhir.cli.records import Found, Records
from nelm_fhir.errors import NelmError

if TYPE_CHECKING:
    from nelm_fhir.exchange.server import Server


def of_server(records: Records, server: "Server", patients: Sequence[str]) -> Iterator[Found]:
    """Yield the record of every patient; raises ExchangeError where the server cannot be asked."""
    from nelm_fhir.exchange.capability import Capability  # noqa: PLC0415 - only with a server
    from nelm_fhir.exchange.client import Client  # noqa: PLC0415 - as above
    from nelm_fhir.exchange.patient_record import fetch_record  # noqa: PLC0415 - as above

    with Client(server) as client:
        offered = Capability.ask(client)
        for name in patients:
            try:
                fetched = fetch_record(client, name, offered)
                for found in records.of_bytes(name, fetched.bundle, fetched.patient):
                    yield replace(found, fetched=fetched)
            except NelmError as error:
                yield Found(name, error=error)
