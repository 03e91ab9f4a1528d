"""Records from files or stdin, each read or refused, in the order they came in.

In: what the options say. Out: one Found per record. One that cannot be used never costs another.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from nelm_fhir import pipeline
from nelm_fhir.assessment.result import Assessment
from nelm_fhir.cli import loading
from nelm_fhir.cli.exits import unknown_word
from nelm_fhir.errors import InputError, NelmError
from nelm_fhir.fhir_r4.limits import check_input

if TYPE_CHECKING:
    from nelm_fhir.exchange.patient_record import Fetched

STDIN: Final = "-"
PIECE: Final = 1024 * 1024
"""Bytes read at a time."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the options ask for; `as_of` None leaves a profile its own date."""

    today: date
    as_of: date | None = None
    sets: tuple[str, ...] = ()
    subject: str | None = None
    overlays: tuple[Path, ...] = ()
    options: tuple[str, ...] = ()
    is_profile: bool = False
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One record, or why there is none in its place; `source` is its file, and its number there.

    `fetched` is the record as it came from a server.
    """

    source: str
    read: pipeline.Read | None = None
    error: NelmError | None = None
    fetched: "Fetched | None" = None

    def whole(self) -> "Fetched":
        """Return the record as a server gave it; raises InputError for one of a file."""
        if self.fetched is None:
            raise InputError("The record was not read from a server.")
        return self.fetched

    def usable(self) -> pipeline.Read:
        """Return the record; raises the error that stands in its place."""
        if self.read is None:
            raise self.error or InputError("Nothing could be read.")
        return self.read


class Records:
    """Reads and judges records with one catalogue."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.catalogue = loading.load(request.overlays)
        check_words("--set", request.sets, list(self.catalogue.sets))
        check_words("--option", request.options, list(self.catalogue.known_options))
        self._on = dict.fromkeys(request.options, True)

    def of_files(self, files: Sequence[str]) -> Iterator[Found]:
        """Yield every record of the files."""
        for name in files:
            try:
                data = bytes_of(name)
                reader = self._profile if self.request.is_profile else self.of_bytes
                yield from reader(name, data)
            except NelmError as error:
                yield Found(name, error=error)

    def only(self, name: str) -> pipeline.Read:
        """Return the one record of a file; raises its error, also if there are several."""
        found = list(self.of_files([name]))
        if len(found) != 1:
            raise InputError(
                f"The file holds {len(found)} records; this command shows one.",
                "Give each Bundle by itself.",
            )
        return found[0].usable()

    def judge(self, read: pipeline.Read) -> Assessment:
        """Judge a record against the chosen sets; a profile gets the patient that was named."""
        assessment = pipeline.judge(read, self.catalogue, self.request.sets)
        if self.request.is_profile and self.request.subject:
            return pipeline.with_subject(assessment, self.request.subject)
        return assessment

    def _profile(self, name: str, data: bytes) -> Iterator[Found]:
        read = pipeline.read_profile(data, as_of=self.request.as_of)
        options = read.profile.options.model_copy(update=self._on)
        profile = read.profile.model_copy(update={"options": options})
        yield Found(name, replace(read, profile=profile))

    def of_bytes(self, name: str, data: bytes, subject: str | None = None) -> Iterator[Found]:
        """Yield every record of one input; `subject` as the request has it, if not given."""
        reads = pipeline.read_all(
            data,
            self.catalogue,
            as_of=self.request.as_of or self.request.today,
            subject=subject or self.request.subject,
            options=self._on,
            strict=self.request.strict,
        )
        first = list(islice(reads, 2))
        for number, read in enumerate(chain(first, reads), start=1):
            source = name if len(first) == 1 else f"{name}:{number}"
            if isinstance(read, InputError):
                yield Found(source, error=read)
            else:
                yield Found(source, read)


def check_words(option: str, words: Sequence[str], known: list[str]) -> None:
    """Refuse a word that is not known, with the nearest one."""
    for word in words:
        if word not in known:
            raise unknown_word(option, word, known)


def bytes_of(name: str) -> bytes:
    """Return what a file or stdin holds.

    Raises InputError where it cannot be read, TooLarge without reading more than the limit.
    """
    if name == STDIN:
        return _capped(sys.stdin.buffer)
    try:
        with Path(name).open("rb") as file:
            check_input(os.fstat(file.fileno()).st_size)
            return _capped(file)
    except OSError as error:
        what = error.strerror or "cannot be read"
        raise InputError(f"The file cannot be read: {what}.", "Check path and rights.") from None


def _capped(stream: BinaryIO) -> bytes:
    """Return all of a stream; what has no size of its own (a pipe) is read piece by piece."""
    held = BytesIO()
    while piece := stream.read(PIECE):
        check_input(held.tell() + len(piece))
        held.write(piece)
    return held.getvalue()
