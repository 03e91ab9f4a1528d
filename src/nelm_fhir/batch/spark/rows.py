"""What the first look hands back, as rows of one shape, and the parts of a file put together.

In: what was seen of a file or of a part of it. Out: Arrow batches on a worker; on the driver a
FileScan for each file. Names are bytes, because a name of FHIR may hold what no text can.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Struct

from nelm_fhir.batch.lines.scan import Seen
from nelm_fhir.batch.lines.scanning import FileScan, Refused, conclude, refused
from nelm_fhir.batch.lines.sources import SourceFile
from nelm_fhir.errors import InputError

SCAN: Final = 0
"""A whole file: its FileScan."""
PART: Final = 1
"""A part of a file that is read by lines: its Part."""
PERSON: Final = 2
CONCERNED: Final = 3
LOOSE: Final = 4
FOUND: Final = "kind int, file string, key bigint, name binary, text binary"

_MARK: Final = 3
"""Bytes of the mark before UTF-8, which Spark takes away."""


class Row(NamedTuple):
    """One row of `FOUND`."""

    kind: int
    file: str
    key: int = 0
    name: bytes = b""
    text: bytes = b""


class Part(Struct):
    """What the lines of one part of a file showed.

    `size` counts their bytes, each with an end of line. `is_last_whole`: the last line is JSON, or
    blank. `is_odd`: the file is not read by lines; `is_other`: nor in any other way.
    """

    start: int
    size: int = 0
    lines: int = 0
    deleted: int = 0
    outcomes: int = 0
    lost: int = 0
    strange: int = 0
    loose: int = 0
    kinds: list[str] = []
    same: list[tuple[str, str]] = []
    identified: list[str] = []
    refused: list[Refused] = []
    others: list[bytes] = []
    is_last_whole: bool = True
    is_odd: bool = False
    is_other: bool = False


def part_of(seen: Seen, start: int, size: int, loose: int, *, is_last_whole: bool) -> Part:
    """Return what was seen, to be sent."""
    return Part(
        start=start,
        size=size,
        lines=seen.lines,
        deleted=seen.deleted,
        outcomes=seen.outcomes,
        lost=seen.lost,
        strange=seen.strange,
        loose=loose,
        kinds=sorted(seen.kinds),
        same=sorted(seen.same),
        identified=sorted(seen.identified),
        refused=[refused(error) for error in seen.refused],
        others=seen.others,
        is_last_whole=is_last_whole,
    )


def scan_of(
    parts: Sequence[Part], file: SourceFile, read: frozenset[str], *, is_packed: bool
) -> FileScan | None:
    """Return the scan of a file from all its parts; None if it has to be read whole.

    `read` are the types somebody reads. Raises InputError if not all of the file was read.
    """
    if any(part.is_odd for part in parts):
        return None
    if any(part.is_other for part in parts):
        other = FileScan(is_ignored=not file.is_promised, is_incomplete=file.is_promised)
        conclude(other, Seen(), read)
        return other
    parts = sorted(parts, key=lambda part: part.start)
    size = sum(part.size for part in parts)
    is_cut = bool(parts) and not parts[-1].is_last_whole
    if is_cut and sum(part.lines for part in parts) == 1:
        return None
    if is_packed:
        return None if is_cut else _scan(parts, FileScan(bytes=size), read)
    over = size - file.size
    _check_all_read(over)
    is_incomplete = is_cut and over in {1, 1 - _MARK}  # no end of line behind the last one
    return _scan(parts, FileScan(bytes=file.size, is_incomplete=is_incomplete), read)


def _scan(parts: Sequence[Part], found: FileScan, read: frozenset[str]) -> FileScan:
    conclude(found, _joined(parts), read)
    found.loose = sum(part.loose for part in parts)
    found.refused += [one for part in parts for one in part.refused]
    return found


def _check_all_read(over: int) -> None:
    """Raise InputError unless every byte was seen: the last end of line and a mark may be off."""
    if over not in {0, 1, -_MARK, 1 - _MARK}:
        raise InputError("A file changed while it was read.", "Repeat the run when all is written.")


def _joined(parts: Sequence[Part]) -> Seen:
    seen = Seen()
    for part in parts:
        seen.lines += part.lines
        seen.deleted += part.deleted
        seen.outcomes += part.outcomes
        seen.lost += part.lost
        seen.strange += part.strange
        seen.kinds.update(part.kinds)
        seen.same.update(part.same)
        seen.identified.update(part.identified)
        seen.others += part.others
    return seen


def packed(value: Struct) -> bytes:
    """Return a struct as bytes."""
    return msgspec.msgpack.encode(value)


def batch_of(rows: Iterable[Row]) -> Any:
    """Return rows as one Arrow batch."""
    import pyarrow as pa  # noqa: PLC0415 - of an extra

    kinds, files, keys, names, texts = zip(*rows, strict=True)
    return pa.RecordBatch.from_arrays(
        [
            pa.array(kinds, pa.int32()),
            pa.array(files, pa.string()),
            pa.array(keys, pa.int64()),
            pa.array(names, pa.binary()),
            pa.array(texts, pa.binary()),
        ],
        names=["kind", "file", "key", "name", "text"],
    )


def batches_of(rows: Iterable[Row], most: int = 1000) -> Iterator[Any]:
    """Yield rows as Arrow batches of bounded size."""
    held: list[Row] = []
    for row in rows:
        held.append(row)
        if len(held) >= most or len(row.text) > most * most:
            yield batch_of(held)
            held = []
    if held:
        yield batch_of(held)
