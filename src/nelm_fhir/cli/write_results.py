"""Results of judged records back to the server they were read from, or shown as they would be sent.

In: what was asked for (`Wish`), and one judged record after the other. Out: results on the server,
or Bundles; counts on stderr, and one error for all that was not written. A record whose results
could not be written costs no other.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Final

import click

from nelm_fhir import pipeline
from nelm_fhir.assessment.json_form import as_bytes
from nelm_fhir.assessment.result import Assessment
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.cli.clock import now
from nelm_fhir.cli.records import Found, Records
from nelm_fhir.cli.write_options import BUNDLE_FILE, SiteCodes, Wish
from nelm_fhir.core.program import PROGRAM
from nelm_fhir.errors import NelmError
from nelm_fhir.knowledge.catalogue import Catalogue

if TYPE_CHECKING:
    from nelm_fhir.exchange.client import Client
    from nelm_fhir.exchange.server import Server
    from nelm_fhir.exchange.writing.place import Place
    from nelm_fhir.exchange.writing.report import Done
    from nelm_fhir.exchange.writing.writer import Writer
    from nelm_fhir.ledger.runs import Run
    from nelm_fhir.ledger.store import Ledger
    from nelm_fhir.writers.strategies import Writing

KIND: Final = "assess"
"""How the ledger names runs of `nelm assess`."""
NO_CODES: Final = SiteCodes()


class ResultsBack:
    """Takes one judged record after the other and remembers how it went."""

    def __init__(
        self,
        client: "Client",
        place: "Place",
        ledger: "Ledger | None",
        *,
        catalogue: Catalogue,
        moment: datetime | None,
        codes: SiteCodes = NO_CODES,
        run: int | None = None,
    ) -> None:
        self._client = client
        self._place = place
        self._ledger = ledger
        self._catalogue = catalogue
        self._moment = moment
        self._codes = codes
        self._run = run
        self._writer: Writer | None = None
        self._done: list[Done] = []
        self._errors: list[NelmError] = []

    def write(self, found: Found, assessment: Assessment) -> NelmError | None:
        """Write the results of a record that was read from the server.

        What goes wrong is remembered and told by `close`, so that it costs no other record; it is
        returned, too.
        """
        from nelm_fhir.exchange.writing.report import error_of  # noqa: PLC0415 - only here
        from nelm_fhir.exchange.writing.write_back import write_back  # noqa: PLC0415 - only here

        try:
            done = write_back(
                self._client,
                self._its_writer(),
                fetched=found.whole(),
                read=found.usable(),
                assessment=assessment,
                writing=self._writing(found),
                now=self._now(),
            )
        except NelmError as error:
            self._errors.append(error)
            return error
        self._done += done
        return error_of(done)

    def shown(self, found: Found, assessment: Assessment) -> bytes:
        """Return the Bundle that would be sent for a record, on one line."""
        from nelm_fhir.exchange.writing.write_back import rehearsed  # noqa: PLC0415 - only here

        if self._place.strategy.name == BUNDLE_FILE:
            test_data = found.usable().test_data
            when = self._now()
            return as_bytes(
                pipeline.to_fhir(assessment, self._catalogue, recorded=when, test_data=test_data)
            )
        bundle, kept = rehearsed(
            self._client,
            self._place,
            self._ledger,
            fetched=found.whole(),
            read=found.usable(),
            assessment=assessment,
            writing=self._writing(found),
            program=PROGRAM,
            now=self._now(),
        )
        self._done += kept
        return as_bytes(bundle)

    def close(self) -> None:
        """Tell how many results ended how; raises the first or gravest error."""
        from nelm_fhir.exchange.writing.report import error_of  # noqa: PLC0415 - only here

        self.tell()
        if error := next(iter(self._errors), None) or error_of(self._done):
            raise error

    @property
    def counts(self) -> dict[str, int]:
        """How many results ended how."""
        return dict(sorted(Counter(str(one.end) for one in self._done).items()))

    def tell(self) -> None:
        """Tell on stderr how many results ended how."""
        told = ", ".join(f"{number} {end}" for end, number in self.counts.items())
        click.echo(f"Results: {told or 'none'}.", err=True)

    def _its_writer(self) -> "Writer":
        from nelm_fhir.exchange.writing.writer import Writer  # noqa: PLC0415 - only here

        if self._writer is None:
            if self._ledger is None:
                raise TypeError("nothing is written without a ledger")
            place, ledger = self._place, self._ledger
            self._writer = Writer(
                self._client, place, ledger, program=PROGRAM, now=self._now, run=self._run
            )
        return self._writer

    def _now(self) -> datetime:
        return self._moment or now()

    def _writing(self, found: Found) -> "Writing":
        from nelm_fhir.report.result_page import result_page  # noqa: PLC0415 - only here
        from nelm_fhir.writers.observation import CATEGORY  # noqa: PLC0415 - only here
        from nelm_fhir.writers.strategies import Writing  # noqa: PLC0415 - only here

        voice, test_data = Voice(self._catalogue.texts.wording), found.usable().test_data
        return Writing(
            voice,
            self._catalogue.definitions.freshness.imaging_months,
            test_data=test_data,
            category=self._codes.category or CATEGORY,
            document_type=self._codes.document_type,
            page=lambda one, of_set: result_page(one, of_set, voice, test_data=test_data),
            create_only=not self._place.in_place,
        )


@contextmanager
def results_back(
    wish: Wish | None, server: "Server | None", records: Records, moment: datetime | None
) -> Iterator[ResultsBack | None]:
    """Open server and ledger for the results; None where nothing is to be written.

    Raises WriteRefused where the server takes no results, or another run has the ledger; at the end
    whatever went wrong with results.
    """
    if wish is None or server is None:
        yield None
        return
    from nelm_fhir.exchange.capability import Capability  # noqa: PLC0415 - only with a server
    from nelm_fhir.exchange.client import Client  # noqa: PLC0415 - as above
    from nelm_fhir.exchange.writing.place import place_of  # noqa: PLC0415 - as above
    from nelm_fhir.ledger.runs import finish  # noqa: PLC0415 - as above
    from nelm_fhir.ledger.store import Ledger  # noqa: PLC0415 - as above

    with ExitStack() as stack:
        ledger = None
        if wish.ledger is not None and (wish.sends or wish.ledger.is_file()):
            ledger = stack.enter_context(Ledger.open(wish.ledger, exclusive=wish.sends))
        client = stack.enter_context(Client(server))
        place = place_of(client.base, Capability.ask(client), wish.strategy)
        run = _begun(ledger, place, records) if ledger is not None and wish.sends else None
        back = ResultsBack(
            client,
            place,
            ledger,
            catalogue=records.catalogue,
            moment=moment,
            codes=wish.codes,
            run=run.id if run else None,
        )
        yield back
        if ledger is not None and run is not None:
            finish(ledger, run, now(), back.counts)
        back.close()


def _begun(ledger: "Ledger", place: "Place", records: Records) -> "Run":
    """Note the run; one that was never ended was killed, since only one runs at a time."""
    from nelm_fhir.ledger.runs import (  # noqa: PLC0415 - only where one writes
        Asked,
        begin,
        give_up,
        unfinished,
    )

    for dead in unfinished(ledger, KIND):
        give_up(ledger, dead)
    request = records.request
    asked = Asked(
        kind=KIND,
        as_of=request.as_of or request.today,
        catalogue=records.catalogue.digest,
        source=place.base,
        program=PROGRAM,
        options={"sets": list(request.sets), "options": sorted(request.options)},
        about={"strategy": place.strategy.name},
    )
    return begin(ledger, asked, now())
