"""The engines of `nelm batch`, each bound to a population and to what is asked of it.

In: what the options say. Out: an Engine, which hands outcomes to a sink part by part. An engine is
imported only when it is chosen.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Final

from nelm_fhir.batch.job import Engine, Sink, Tally
from nelm_fhir.batch.lines.sources import files_of, fingerprint
from nelm_fhir.batch.outcome import Counts
from nelm_fhir.batch.outputs.files import WORK
from nelm_fhir.batch.settings import Settings, Watcher

EMBEDDED: Final = "embedded"
SPARK: Final = "spark"


@dataclass(frozen=True, slots=True)
class Population:
    """What is to be judged: where it lies, and how. `output` is no part of the source."""

    source: Path | str
    output: Path
    as_of: date
    sets: tuple[str, ...]
    options: tuple[str, ...]
    overlays: Sequence[Path]
    keep_input: bool

    def fingerprint(self) -> str:
        """Return what changes when the source does. Raises InputError if there is nothing."""
        return fingerprint(files_of(self.source, without=self.output))

    def settings(self) -> Settings:
        """Return what an engine needs to know."""
        return Settings(
            as_of=self.as_of,
            work=self.output / WORK,
            sets=self.sets,
            options=self.options,
            overlays=tuple(self.overlays),
            keep_input=self.keep_input,
        )


def _embedded(population: Population, watch: Watcher) -> Engine:
    from nelm_fhir.batch.embedded import engine as embedded  # noqa: PLC0415 - only where it is chosen

    def judge(sink: Sink, done: Mapping[str, Tally]) -> Counts:
        return embedded.run(
            population.source, population.settings(), sink, finished=done, watch=watch
        )

    return judge


def _spark(population: Population, watch: Watcher) -> Engine:
    from nelm_fhir.batch.spark import engine as spark  # noqa: PLC0415 - only where it is chosen

    def judge(sink: Sink, done: Mapping[str, Tally]) -> Counts:
        return spark.run(population.source, population.settings(), sink, finished=done, watch=watch)

    return judge


ENGINES: Final[Mapping[str, Callable[[Population, Watcher], Engine]]] = MappingProxyType(
    {EMBEDDED: _embedded, SPARK: _spark}
)
