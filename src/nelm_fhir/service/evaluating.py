"""One record judged: the straight line as every door walks it.

In: bytes, and what the request wishes. Out: what was read, and its assessment. Raises InputError
for a record that cannot be used, HttpFault 422 for a wish that cannot be met.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from starlette.concurrency import run_in_threadpool

from nelm_fhir import pipeline
from nelm_fhir.assessment.result import Assessment
from nelm_fhir.events import Event, event
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import BUSINESS, HttpFault


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a record.

    `sets` are the ids of criteria sets, those of the site if empty; `as_of` the day of judgment,
    today if None; `subject` the patient of a record about several; `options` switches that are on
    beside those of the site; `strict` refuses what does not validate as FHIR R4.
    """

    sets: tuple[str, ...] = ()
    as_of: date | None = None
    subject: str | None = None
    options: tuple[str, ...] = ()
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One record: what was read, and how it was judged."""

    read: pipeline.Read
    assessment: Assessment


def evaluated(site: Site, data: bytes, wish: Wish) -> Evaluated:
    """Judge one record. It keeps a core busy: call it in a thread (`evaluated_in_turn`)."""
    check(site, wish)
    read = pipeline.read_one(
        data,
        site.catalogue,
        as_of=wish.as_of or site.today(),
        subject=wish.subject,
        options=dict.fromkeys((*site.settings.options, *wish.options), True),
        strict=wish.strict,
    )
    sets = tuple(dict.fromkeys(wish.sets)) or site.settings.sets
    assessment = pipeline.judge(read, site.catalogue, sets)
    site.metrics.judged(assessment)
    event(
        Event.RECORD_ASSESSED,
        sets=len(assessment.verdicts),
        resources=assessment.counts.total,
        issues=len(assessment.issues),
    )
    return Evaluated(read, assessment)


async def evaluated_in_turn(site: Site, data: bytes, wish: Wish) -> Evaluated:
    """Judge one record in a thread, when it has its turn; HttpFault 429 where too many wait."""
    async with site.turns.turn():
        return await run_in_threadpool(partial(evaluated, site, data, wish))


def check(site: Site, wish: Wish) -> None:
    """Raise HttpFault for criteria sets or options that there are not."""
    _check_words("criteria", "criteria set", wish.sets, site.catalogue.sets)
    _check_words("option", "option", wish.options, site.catalogue.known_options)


def _check_words(name: str, what: str, words: Sequence[str], known: Collection[str]) -> None:
    """Refuse a word that is not known. It is not repeated: nobody knows what it is."""
    for number, word in enumerate(words):
        if word not in known:
            raise HttpFault(
                422,
                BUSINESS,
                f"The {what} number {number + 1} is not known here.",
                f"There are: {', '.join(sorted(known))}.",
                place=f"http.{name}",
            )
