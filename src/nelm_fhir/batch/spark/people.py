"""How many patients there are, and who is known by an identifier, asked of Spark.

In: rows of the first pass, lines with the keys of their owners. Out: a count; pairs of names of one
person, as `identified.py` finds them.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from nelm_fhir.batch.spark.rows import PERSON
from nelm_fhir.batch.spark.session import Frame
from nelm_fhir.fhir_r4.line_head import also_known_as, decoded
from nelm_fhir.fhir_r4.persons import PATIENT

_PAIRS = "one binary, other binary"


def people(found: Frame, groups: Frame) -> int:
    """Return how many patients there are; names of one person count once."""
    keys = found.where(found.kind == PERSON).join(groups, "key", "left")
    return int(keys.selectExpr("count(distinct coalesce(group_key, key))").first()[0])


class KnownAs(NamedTuple):
    """Tells which of the wanted names a Patient is known by."""

    wanted: frozenset[str]

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        """Yield batches of pairs."""
        import pyarrow as pa  # noqa: PLC0415 - of an extra

        schema = pa.schema([("one", pa.binary()), ("other", pa.binary())])
        for batch in batches:
            pairs = [
                {"one": one.encode(), "other": other.encode()}
                for line in batch.column("text").to_pylist()
                for one, other in self._pairs(line)
            ]
            yield pa.RecordBatch.from_pylist(pairs, schema=schema)

    def _pairs(self, line: bytes) -> Iterator[tuple[str, str]]:
        head = decoded(line)
        if head is not None and head.resource_type == PATIENT and head.id:
            name = f"{PATIENT}/{head.id}"
            yield from ((name, other) for other in also_known_as(line) if other in self.wanted)


def identified(owned: Frame, wanted: frozenset[str]) -> list[tuple[str, str]]:
    """Return who is known by an identifier that stands in the place of a reference."""
    lines = owned.where("source = '' and contains(text, cast('\"Patient\"' as binary))")
    rows = lines.mapInArrow(KnownAs(wanted), _PAIRS).distinct().collect()
    return sorted((bytes(one).decode(), bytes(other).decode()) for one, other in rows)
