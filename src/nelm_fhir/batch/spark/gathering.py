"""The second pass on Spark: the lines of all who have a concern, and what of nobody's they need.

In: the rows of the first pass, who is the same person, the lines with the keys of their owners.
Out: rows of patient, text, source. The lines are joined with the cohort by key on all workers
(`left_semi`); whose a line really is, its text decides, for the few that are left.

Never `repartition().sortWithinPartitions()` behind that join: it gave eleven thousand verdicts for
a thousand patients without any error. Everything goes through `groupBy`.
Source: performance.md 5.4.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from nelm_fhir.batch.lines.keys import SPECIAL, key_of
from nelm_fhir.batch.spark.rows import CONCERNED, LOOSE
from nelm_fhir.batch.spark.session import Frame, Session
from nelm_fhir.fhir_r4.line_links import followed
from nelm_fhir.fhir_r4.scan import scanned

NAMED: Final = "key bigint, name binary, text binary, source string"
WISHED: Final = "patient binary, name binary"
_GROUPS: Final = "key bigint, group_key bigint, group_name binary"


class Names(NamedTuple):
    """Tells by their text whose lines are that may be the cohort's."""

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        """Yield batches of `NAMED`."""
        import pyarrow as pa  # noqa: PLC0415 - of an extra

        for batch in batches:
            found = [
                {"key": key_of(name), "name": _written(name), "text": text, "source": row["source"]}
                for row in batch.to_pylist()
                for name, text in scanned(row["text"].strip()).texts
            ]
            yield pa.RecordBatch.from_pylist(found, schema=_named(pa))


class Wishes(NamedTuple):
    """Tells what of nobody's belongs to the texts of patients."""

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        """Yield batches of `WISHED`."""
        import pyarrow as pa  # noqa: PLC0415 - of an extra

        schema = pa.schema([("patient", pa.binary()), ("name", pa.binary())])
        for batch in batches:
            found = {
                (row["patient"], _written(name))
                for row in batch.to_pylist()
                for name in followed(row["text"])
            }
            rows = [{"patient": patient, "name": name} for patient, name in found]
            yield pa.RecordBatch.from_pylist(rows, schema=schema)


def _named(pa: Any) -> Any:
    return pa.schema(
        [
            ("key", pa.int64()),
            ("name", pa.binary()),
            ("text", pa.binary()),
            ("source", pa.string()),
        ]
    )


def _written(name: str) -> bytes:
    return name.encode(errors="surrogatepass")


def groups_of(session: Session, groups: Mapping[str, str]) -> Frame:
    """Return who is the same person: the key of each name, key and name of its group."""
    rows = [(key_of(name), key_of(group), _written(group)) for name, group in groups.items()]
    frame = session.createDataFrame(rows, _GROUPS)
    return frame if rows else frame.limit(0)  # known to be empty, so no join is made with it


def cohort(session: Session, found: Frame, groups: Frame) -> Frame:
    """Return the keys of all whose lines are wanted, under all their names."""
    concerned = found.where(found.kind == CONCERNED).select("key")
    theirs = groups.join(concerned, "key", "left_semi").select("group_key")
    names = groups.join(theirs, "group_key", "left_semi").select("key")
    special = session.createDataFrame([(SPECIAL,)], "key bigint")
    return concerned.unionByName(names).unionByName(special).distinct()


def of_the_cohort(owned: Frame, wanted: Frame, groups: Frame) -> Frame:
    """Return the lines of the cohort: patient, text, source."""
    named = owned.join(wanted, "key", "left_semi").mapInArrow(Names(), NAMED)
    grouped = named.join(groups, "key", "left").selectExpr(
        "coalesce(group_key, key) as key",
        "coalesce(group_name, name) as patient",
        "text",
        "source",
    )
    return grouped.join(wanted, "key", "left_semi").select("patient", "text", "source")


def loose_of(found: Frame) -> Frame:
    """Return what is nobody's: name, text."""
    return found.where(found.kind == LOOSE).select("name", "text")


def wished(lines: Frame, loose: Frame) -> Frame:
    """Return what of nobody's the lines of patients need: patient, text, source."""
    wishes = lines.mapInArrow(Wishes(), WISHED).distinct()
    found = wishes.join(loose, "name").select("patient", "text").distinct()
    return found.selectExpr("patient", "text", "'' as source")
