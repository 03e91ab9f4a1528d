"""What rows share: the catalogue, the records, how long is measured. Made when first asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import orjson
from tests.bench import data
from tests.bench.data import Bench
from tests.bench.figures import Measured, of_ratio
from tests.bench.line import Steps
from tests.bench.populations import ROUNDS, Populations
from tests.bench.server_row import Served
from tests.bench.service_row import Cards
from tests.bench.timing import Pace, alternate

from nelm_fhir import pipeline
from nelm_fhir.knowledge.catalogue import Catalogue

RECORDS: Final = 60
FEW: Final = 20
"""Records where one takes long, and with `--quick`."""
PATIENTS: Final = 2_000
"""Of the export of size 1: 130 MB."""
FULL: Final = 20_000
QUICK: Final = 200
SERVED: Final = 40
"""Patients on a server."""
SERVED_ROUNDS: Final = 3


@dataclass
class Setting:
    """How a run measures; `folder` is for exports, with `full` ten times as large."""

    pace: Pace = field(default_factory=Pace)
    quick: bool = False
    full: bool = False
    folder: Path = Path()

    @cached_property
    def catalogue(self) -> Catalogue:
        """The knowledge, loaded once as a process does."""
        return pipeline.load()

    @cached_property
    def referred(self) -> Bench:
        """Patients with a neuroendocrine tumor."""
        return data.referred(self.catalogue, self._count)

    @cached_property
    def in_workup(self) -> Bench:
        """The same with a complete workup."""
        return data.in_workup(self.catalogue, self._count)

    @cached_property
    def ordinary(self) -> Bench:
        """Patients without one."""
        return data.ordinary(self.catalogue, self._count)

    @cached_property
    def populations(self) -> Populations:
        """Exports of a Bulk Data server, and the runs over them."""
        patients = QUICK if self.quick else FULL if self.full else PATIENTS
        rounds = dict.fromkeys(ROUNDS, 1) if self.quick else ROUNDS
        return Populations(self.catalogue, self.folder, patients, rounds)

    @cached_property
    def served(self) -> Served:
        """Patients on servers, and the runs over them."""
        rounds = 1 if self.quick else SERVED_ROUNDS
        return Served(self.catalogue, SERVED // (10 if self.quick else 1), rounds)

    @cached_property
    def cards(self) -> Cards:
        """Calls of an EHR, and the service that answers them."""
        return Cards(
            self.catalogue, 3.0 if self.quick else 20.0, 1 if self.quick else SERVED_ROUNDS
        )

    @property
    def _count(self) -> int:
        return FEW if self.quick else RECORDS

    def steps(self, bench: Bench) -> Steps:
        """Return the line for these records."""
        return Steps(self.catalogue, bench.as_of)

    def against_floor(
        self, own: Callable[[Any], object], records: Sequence[Any], floors: Sequence[bytes]
    ) -> Measured:
        """Return the time of something beside `orjson.loads` of the same records' bytes."""
        pairs = list(zip(records, floors, strict=True))
        times = alternate(lambda p: own(p[0]), lambda p: orjson.loads(p[1]), pairs, self.pace)
        return of_ratio(times)
