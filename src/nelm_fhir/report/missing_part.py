"""What is missing and what would settle it, over all sets at once.

In: the matter of the page. Out: Markup, by what has to be found or done.
"""

from nelm_fhir.assessment.missing_data import Datum, Named, Settled, Settling, missing_data
from nelm_fhir.assessment.voice import capitalized
from nelm_fhir.report.about import About
from nelm_fhir.report.markup import Markup, element, joined


def missing_part(about: About) -> Markup:
    """Return the section; where nothing is missing it says so."""
    families = about.catalogue.definitions.staging.families
    data = missing_data(about.assessment, about.voice, families)
    heading = element("h2", about.word("missing"))
    if not data:
        return element("section", heading, element("p", about.word("nothing-missing")))
    rows = [_row(datum, about) for datum in data]
    return element("section", heading, element("ul", *rows, class_="missing"), id="missing")


def _row(datum: Datum, about: About) -> Markup:
    told = [
        element(
            "span",
            f"{capitalized(settling.settle)}. ",
            element("span", _settles(settling, about), class_="dim small"),
            class_="settling",
        )
        for settling in datum.settlings
    ]
    return element("li", element("b", f"? {datum.name}: "), joined(told, " "))


def _settles(settling: Settling, about: About) -> str:
    told = [f"{_when(one, about)}: {settled_words(one, about)}" for one in settling.settles]
    told += [
        f"{one.condition} {about.word('would-do')} {settled_words(one, about)}"
        for one in settling.lesser
    ]
    return f"{capitalized('; '.join(told))}."


def _when(settled: Settled, about: About) -> str:
    """Return that something settles, under its condition."""
    return ", ".join(part for part in (about.word("settles"), settled.condition) if part)


def settled_words(settled: Settled, about: About) -> str:
    """Return the ids of the criteria that something would settle; each names its set."""
    return ", ".join(_id(named, about) for named in settled.criteria)


def _id(named: Named, about: About) -> str:
    return f"{named.id} ({about.word('partly')})" if named.partly else named.id
