"""Patients judged on Spark: all lines of each brought together, one answer for each.

In: rows of patient, text, source. Out: rows of patient, portion and Outcome; a patient without any
finding has a row too, so that patients asked about and answers can be counted against each other.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, NamedTuple

import msgspec

from nelm_fhir.batch.embedded import tasks
from nelm_fhir.batch.embedded.shards import Gathered, Portion
from nelm_fhir.batch.judging import Asked
from nelm_fhir.batch.lines.keys import key_of
from nelm_fhir.batch.outcome import Outcome
from nelm_fhir.batch.spark.knowledge import Knowledge
from nelm_fhir.batch.spark.session import Frame

JUDGED: Final = "patient binary, portion int, texts bigint, outcome binary, source string"


@dataclass(frozen=True, slots=True)
class Assess:
    """Judges patients; `finished` are the portions that were judged in an earlier run."""

    knowledge: Knowledge
    asked: Asked
    limit: int
    portions: int
    finished: frozenset[int]
    is_partial: bool
    keep_input: bool

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        """Yield batches of `JUDGED`, each of one patient."""
        import pyarrow as pa  # noqa: PLC0415 - of an extra

        schema = pa.schema(
            [
                ("patient", pa.binary()),
                ("portion", pa.int32()),
                ("texts", pa.int64()),
                ("outcome", pa.binary()),
                ("source", pa.string()),
            ]
        )
        self.knowledge.catalogue()
        for batch in batches:
            for n in range(batch.num_rows):
                (row,) = batch.slice(n, 1).to_pylist()
                yield pa.RecordBatch.from_pylist([self._row(row)], schema=schema)

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        patient = row["patient"].decode(errors="surrogatepass")
        portion = key_of(patient) % self.portions
        outcome = None
        if portion not in self.finished:
            outcome = self._outcome(patient, row)
        sources = row["sources"]
        return {
            "patient": row["patient"],
            "portion": portion,
            "texts": len(row["texts"]),
            "outcome": None if outcome is None else msgspec.msgpack.encode(outcome),
            "source": sources[0] if len(sources) == 1 else "",
        }

    def _outcome(self, patient: str, row: dict[str, Any]) -> Outcome | None:
        lines = tuple(sorted(set(row["texts"])))
        digest = sha256(b"\n".join(lines)).hexdigest()
        size = sum(map(len, lines))
        kept = () if row["is_long"] else lines  # of too many lines there are only the digests
        one = Gathered(patient, kept, size, digest, 0)
        task = tasks.ToJudge(
            Portion("", (one,)), self.asked, self.limit, {}, self.is_partial, self.keep_input
        )
        return next(iter(tasks.judge(task)), None)


class Extent(NamedTuple):
    """How much there is to judge: patients, texts, bytes of the patient with most of them."""

    patients: int
    texts: int
    largest: int


def extent_of(lines: Frame) -> Extent:
    """Return how much there is to judge."""
    sized = lines.selectExpr("patient", "length(text) as size", "1 as texts")
    each = sized.groupBy("patient").sum("size", "texts").toDF("patient", "size", "texts")
    told = each.selectExpr("count(1)", "sum(texts)", "max(size)").first()
    return Extent(told[0], told[1] or 0, told[2] or 0)


def long_ones(lines: Frame, limit: int) -> list[bytes]:
    """Return the patients whose lines, each counted once, are more than the limit."""
    once = lines.selectExpr("patient", "length(text) as size", "sha2(text, 256) as digest")
    sizes = once.distinct().groupBy("patient").sum("size").toDF("patient", "size")
    return [bytes(row.patient) for row in sizes.where(sizes["size"] > limit).collect()]


def together(lines: Frame, long: Collection[bytes]) -> Frame:
    """Return each patient with all lines; of a long one their digests alone."""
    from pyspark.sql import functions as sql  # noqa: PLC0415 - of an extra, and slow to load

    is_long = sql.col("patient").isin(list(long)) if long else sql.lit(False)  # noqa: FBT003
    text = sql.when(is_long, sql.unhex(sql.sha2("text", 256))).otherwise(sql.col("text"))
    rows = lines.select("patient", text.alias("text"), "source", is_long.alias("is_long"))
    return rows.groupBy("patient").agg(
        sql.collect_list("text").alias("texts"),
        sql.collect_set("source").alias("sources"),
        sql.max("is_long").alias("is_long"),
    )


def check_once(extent: Extent, judged: Frame) -> None:
    """Raise RuntimeError, which is a defect, unless each patient has one answer from all lines."""
    told = judged.selectExpr("count(1)", "sum(texts)", "count(distinct patient)").first()
    if (told[0], told[1] or 0, told[2]) != (extent.patients, extent.texts, extent.patients):
        raise RuntimeError("Spark did not give exactly one verdict per patient")
