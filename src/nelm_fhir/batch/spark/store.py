"""Where Spark keeps what is between two steps of a run: Parquet in one folder.

In: the folder of the run, or an address that all workers reach; DataFrames. Out: the same rows,
computed once. In the end nothing of it is left: a local folder goes, at an address the files do.
"""

import shutil
from pathlib import Path

from nelm_fhir.batch.spark.session import Frame, Session

_RIGHTS = 0o700


class Store:
    """A folder of tables."""

    def __init__(self, session: Session, work: Path, address: str | None) -> None:
        self._session = session
        self._work = work
        self._address = address
        self._base = address.rstrip("/") if address else f"file://{work.absolute()}/tables"
        self._kept: dict[str, Frame] = {}

    def keep(self, name: str, frame: Frame) -> Frame:
        """Compute a table, write it, and return what was written."""
        path = f"{self._base}/{name}"
        frame.write.mode("overwrite").parquet(path)
        self._kept[name] = self._session.read.schema(frame.schema).parquet(path)
        return self._kept[name]

    def leave(self) -> None:
        """Remove everything; the run is done."""
        if self._address is None:
            shutil.rmtree(self._work)
            return
        for name, frame in self._kept.items():
            none = self._session.createDataFrame([], frame.schema)
            none.write.mode("overwrite").parquet(f"{self._base}/{name}")


def cleared(work: Path) -> None:
    """Make the folder of a run, empty and private, whatever was in it."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=_RIGHTS, parents=True)
