"""Judging for a page, beside the event loop: from the bytes of a record to its assessment."""

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from nelm_fhir import pipeline
from nelm_fhir.assessment.result import Assessment
from nelm_fhir.service.pages.wanted import Wanted
from nelm_fhir.service.site import Site


@dataclass(frozen=True, slots=True)
class Judged:
    """One record as it was read, and what became of it."""

    read: pipeline.Read
    assessment: Assessment


async def judged(site: Site, wanted: Wanted) -> Judged:
    """Return the record and its assessment. Raises InputError."""
    return await run_in_threadpool(_judged, site, wanted)


def _judged(site: Site, wanted: Wanted) -> Judged:
    read = pipeline.read_one(
        wanted.data,
        site.catalogue,
        as_of=wanted.as_of,
        options=dict.fromkeys(wanted.options, True),
    )
    return Judged(read, pipeline.judge(read, site.catalogue, wanted.sets))
