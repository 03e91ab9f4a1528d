"""Which questions of the form would change a verdict of this candidate.

In: a profile, the chosen sets. Out: the elements and components to ask for, each with the criteria
that lack it. Found by the judge, never by a rule of thumb: what the assessment lacks opens slots,
and a question is asked if some answer changes some verdict: alone, together with answers to
everything else that is lacking, or where one of those is not the favorable one. A set that lacks
three data is changed by no single favorable one; with the other two answered, each changes it.
Single facts that the record does not hold are tried, too, because a verdict may rest on an
assumption about them (rules 1.6, SCOPE-OPEN and LISTING-UNKNOWN).

Answers are entered into the profile. How a new statement agrees with those that are there is left
to assembly. Source: attested-entry.md section 3.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from nelm_fhir.assessment.asked import Asked, AskedElement
from nelm_fhir.form.limits import Limits
from nelm_fhir.form.opening import Opening
from nelm_fhir.form.paths import fills, steps_of
from nelm_fhir.form.search import Search
from nelm_fhir.form.slots import Slot
from nelm_fhir.form.trial import Trial
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.profile.provenance import sources
from nelm_fhir.profile.record_format import CandidateProfile

_CONDITION: Final = "Condition/"
_PRIMARIES: Final = "primaries."


def questions(profile: CandidateProfile, catalogue: Catalogue, sets: Sequence[str] = ()) -> Asked:
    """Return what to ask about this candidate for the chosen sets, all if none are named."""
    trial = Trial(profile, catalogue, sets)
    limits = Limits(catalogue, profile.as_of)
    opening = Opening(catalogue.attested, catalogue.form, limits, trial.record)
    search = Search(trial, opening)
    codes = _with_outer(_codes(search.kept()), catalogue)
    return Asked(
        {
            element: AskedElement(
                frozenset(found),
                tuple(_lacking_for({element, *found}, search.lacking, catalogue)),
                _known(element, profile, catalogue),
            )
            for element, found in codes.items()
        }
    )


def _codes(kept: Sequence[Slot]) -> dict[str, set[str]]:
    codes: dict[str, set[str]] = {}
    for slot in kept:
        codes.setdefault(slot.element, set()).add(slot.code)
    return codes


def _with_outer(codes: dict[str, set[str]], catalogue: Catalogue) -> dict[str, set[str]]:
    """Return the same with the element in whose group another one is asked."""
    for question in catalogue.form.questions:
        if question.inside is not None and question.element in codes:
            codes.setdefault(question.inside, set())
    return codes


def _lacking_for(
    codes: set[str], lacking: Mapping[tuple[str, str], set[str]], catalogue: Catalogue
) -> Iterator[tuple[str, str]]:
    """Yield the unknown criteria that lack what is asked for, each with the title of its set."""
    rows = [row for code in sorted(codes) if (row := catalogue.attested.row(code))]
    for criterion, paths in lacking.items():
        if any(fills(row, steps_of(path)) for row in rows for path in paths):
            yield criterion


def _known(element: str, profile: CandidateProfile, catalogue: Catalogue) -> str | None:
    """Return the one Condition that the record names for such a thing, if there is just one."""
    row = catalogue.attested.elements[element]
    if not row.focus:
        return None
    things, key = profile.extrahepatic.values(), "class"
    evidence = chain.from_iterable(sources(one, key) for one in things)
    if any(feed.startswith(_PRIMARIES) for feed in row.feeds):
        evidence = chain.from_iterable(sources(one, "site") for one in profile.primaries.values())
        number = len(profile.primaries)
    else:
        number = len(profile.extrahepatic)
    found = {item.resource for item in evidence if item.resource.startswith(_CONDITION)}
    return found.pop() if len(found) == number == 1 else None
