"""What is learned without sending anything: results that turn out to be there already."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from nelm_fhir.exchange.writing.decide import Why, digests
from nelm_fhir.exchange.writing.held import Held, Word
from nelm_fhir.exchange.writing.plan import Planned
from nelm_fhir.ledger.results import Result, State
from nelm_fhir.writers.fhir_json import fhir_json


def landed_rows(planned: Sequence[Planned]) -> Iterator[Result]:
    """Yield the rows of new results that the server holds already, exactly as they are."""
    for one in planned:
        held = one.action.held
        if one.action.why is Why.LANDED and held is not None:
            yield replace(
                one.new,
                state=State.WRITTEN,
                server_id=held.id,
                server_version=held.version,
                assessment=fhir_json(held.resource),
            )


def learned(row: Result, held: Held) -> Result:
    """Return a row as the server tells it: id, version, word, and from what it was made.

    What it says is known only if it was made from what the row was made from.
    """
    state = State.RETRACTED if held.word is Word.WITHDRAWN else State.WRITTEN
    there = replace(row, state=state, server_id=held.id, server_version=held.version)
    if not held.digests or held.digests == digests(row):
        return there
    made, by = (*held.digests, "")[:2]
    return replace(
        there,
        input_digest=made,
        catalogue_digest=by,
        content="",
        newest_input="",
        basis=held.basis,
        assessment=fhir_json(held.resource),
        owed=b"",
    )
