"""The catalogue in the Python processes of Spark's workers: loaded once in each.

In: the overlays of the run. Out: on the driver, something small that travels with every function;
on a worker, the catalogue. The package itself has to be installed on the workers; overlays travel
as bytes, because their folder is on the driver's machine alone. Before any work the workers are
asked for the digest of their catalogue: another release of the package would judge differently.
"""

import gc
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from nelm_fhir import pipeline
from nelm_fhir.batch.embedded import workers
from nelm_fhir.batch.spark.session import Session
from nelm_fhir.errors import InputError
from nelm_fhir.knowledge.catalogue import Catalogue

_WHERE = "digest binary"


class Overlay(NamedTuple):
    """The folder of an overlay: its name, and its files by their name below it."""

    name: str
    files: tuple[tuple[str, bytes], ...]


class Knowledge(NamedTuple):
    """What a worker needs to load the catalogue of the run."""

    overlays: tuple[Overlay, ...] = ()

    def catalogue(self) -> Catalogue:
        """Return the catalogue of this process."""
        _load(self)
        return workers.catalogue()


def knowledge_of(overlays: tuple[Path, ...]) -> Knowledge:
    """Return what makes the catalogue on workers."""
    return Knowledge(tuple(map(_packed, overlays)))


def _packed(folder: Path) -> Overlay:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = tuple((path.relative_to(folder).as_posix(), path.read_bytes()) for path in paths)
    return Overlay(folder.resolve().name, files)


@lru_cache(maxsize=1)
def _load(knowledge: Knowledge) -> None:
    with TemporaryDirectory() as name:
        workers.hold(tuple(_unpacked(one, Path(name)) for one in knowledge.overlays))
    gc.freeze()  # the collector would walk through the catalogue again and again


def _unpacked(overlay: Overlay, folder: Path) -> Path:
    for name, content in overlay.files:
        path = folder / overlay.name / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder / overlay.name


class _Digest(NamedTuple):
    """Tells the digest of a worker's catalogue."""

    knowledge: Knowledge

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow as pa  # noqa: PLC0415 - of an extra

        for _ in batches:
            digest = self.knowledge.catalogue().digest.encode()
            yield pa.RecordBatch.from_pydict({"digest": pa.array([digest], pa.binary())})


def check_workers(session: Session, knowledge: Knowledge, overlays: tuple[Path, ...]) -> str:
    """Return the digest of the catalogue.

    Raises InputError if the workers have not the same package as this process.
    """
    digest = pipeline.load(overlays).digest
    try:
        rows = session.range(1).mapInArrow(_Digest(knowledge), _WHERE).collect()
    except Exception as error:
        if "ModuleNotFoundError" not in str(error):
            raise
        rows = []
    if {bytes(row.digest).decode() for row in rows} != {digest}:
        raise InputError(
            "The workers of Spark have not the same nelm-fhir, or none.",
            "Install the same release, and pyarrow, in the Python of every worker.",
        )
    return digest
