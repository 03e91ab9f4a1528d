"""What a run over a population was asked for, and how much of the machine it may take."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """What to judge, and within which bounds.

    `work` is the folder for intermediate files, made at the start and removed at the end; after an
    interruption the next run goes on from what lies there. `patient_bytes` is the most that one
    patient's lines may hold, `shard_bytes` what is read into memory at a time, `buffer_bytes` what
    is held back before it is written. `start_method` is that of `multiprocessing`, None for the
    platform's own. `keep_input`: the lines of a failed patient stand in their outcome.
    """

    as_of: date
    work: Path
    sets: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    overlays: tuple[Path, ...] = ()
    keep_input: bool = False
    workers: int = 2
    start_method: str | None = None
    patient_bytes: int = 32 * MEGABYTE
    shard_bytes: int = 12 * MEGABYTE
    buffer_bytes: int = 2 * MEGABYTE


class Progress(NamedTuple):
    """How far a run is: bytes looked through of all, patients done of those with a concern."""

    bytes_done: int = 0
    bytes_total: int = 0
    patients_done: int = 0
    patients_total: int = 0


Watcher = Callable[[Progress], None]


def unwatched(progress: Progress) -> None:
    """Show nothing."""
