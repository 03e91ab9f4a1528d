"""One population judged by both engines; they have to agree in every byte."""

import hashlib

import msgspec
from tests.unit.batch.populations import SAMPLES, settings

from nelm_fhir.batch.embedded import engine as embedded
from nelm_fhir.batch.spark import engine as spark

OVERLAY = SAMPLES.parent / "mappings" / "overlays" / "example-hospital"


class Kept:
    """A sink that keeps what it gets, portion by portion."""

    def __init__(self):
        self.portions = {}

    def __call__(self, outcomes, portion):
        assert portion not in self.portions
        self.portions[portion] = outcomes

    @property
    def outcomes(self):
        found = [one for some in self.portions.values() for one in some]
        assert len({one.patient for one in found}) == len(found)
        return sorted(found, key=lambda one: one.patient)

    @property
    def checksum(self):
        texts = map(msgspec.msgpack.encode, self.outcomes)
        return hashlib.sha256(b"\n".join(texts)).hexdigest()


def by_embedded(source, work, **more):
    kept = Kept()
    return embedded.run(source, settings(work / "embedded", **more), kept), kept


def by_spark(source, work, session, *, finished=None, store=None, **more):
    kept = Kept()
    counts = spark.run(
        source,
        settings(work / "spark", **more),
        kept,
        session=session,
        store=store,
        finished=finished,
    )
    assert store or not (work / "spark").exists()
    return counts, kept


def agreed(source, work, session, **more):
    """Return counts and outcomes of which both engines say the same."""
    expected, outcomes = by_embedded(source, work, **more)
    counts, found = by_spark(source, work, session, **more)
    for one, other in zip(outcomes.outcomes, found.outcomes, strict=True):
        assert one == other
    assert counts == expected
    assert found.checksum == outcomes.checksum
    return counts, found.outcomes
