"""Paths that hold one value: person, syndrome, comorbidity, other malignancy, listing.

In: coded and attested statements. Out: one draft each. The latest statement not after the
evaluation date counts; where only later ones exist, they are entered where the record has a date
for them, so that they can be seen as future. Source: attested-entry section 1; rules 9.1, 15.2.
"""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from nelm_fhir.core.evidence import Unused
from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.profile.assemble.draft import Draft
from nelm_fhir.profile.assemble.gathered import Gathered
from nelm_fhir.profile.assemble.primary_claims import OTHER
from nelm_fhir.profile.assemble.statements import (
    Settled,
    Statement,
    agreed,
    component,
    latest,
    latest_or_future,
    parted,
    set_aside,
    statement,
)
from nelm_fhir.profile.assemble.tumors import Tumors
from nelm_fhir.profile.assemble.unplaced import CONTRADICTORY_LISTING
from nelm_fhir.profile.candidate import (
    FunctionalSyndrome,
    Listing,
    OtherMalignancy,
    Person,
)
from nelm_fhir.profile.findings import Finding

_NONE: Final = "none"
_LISTED: Final = "listed"


def person(gathered: Gathered) -> Draft:
    """Return birth date and sex; a death is an issue and changes no verdict."""
    draft = Draft(Person)
    draft.put("birth_date", agreed([statement(f) for f in gathered.of("birth-date")]))
    draft.put("sex", agreed([statement(f) for f in gathered.of("sex")]))
    for finding in gathered.of("death"):
        gathered.report("death-recorded", finding)
    return draft


def put_comorbidity(gathered: Gathered, draft: Draft) -> None:
    """Write whether a comorbidity contraindicates transplantation."""
    told = [statement(f) for f in gathered.of("comorbidity-contraindication")]
    draft.put("comorbidity_contraindication", latest(told, gathered.as_of))


# --- functional syndrome --------------------------------------------------------------------------


def functional_syndrome(gathered: Gathered) -> Draft:
    """Return presence, type, control and failed therapies."""
    draft = Draft(FunctionalSyndrome)
    present = gathered.of("syndrome-present")
    draft.put("present", latest([statement(f) for f in present], gathered.as_of))
    types = [item for f in present for item in component(f, "syndrome-type")]
    draft.put("type", latest(types, gathered.as_of))
    control = [statement(f) for f in gathered.of("syndrome-control")]
    draft.put("control", latest(control, gathered.as_of))
    _put_failed_therapies(gathered, draft)
    return draft


def _put_failed_therapies(gathered: Gathered, draft: Draft) -> None:
    """Collect the therapies that failed; "none" conflicts with a therapy unless it is older."""
    seen, later = parted([statement(f) for f in gathered.of("failed-therapy")], gathered.as_of)
    named = [item for item in seen if item.speaks and item.value != _NONE]
    none = [item for item in seen if item.value == _NONE]
    aside = set_aside(later, "future-dated")
    if named and not all(_is_older(item, named) for item in none):
        told = set_aside([*named, *none], Reason.CONFLICTING)
        draft.put("failed_therapies", Settled(aside=told + aside, reason=Reason.CONFLICTING))
    elif named or none:
        draft.hold("failed_therapies", sorted({_name(item) for item in named}))
        rest = set_aside(none, Unused.SUPERSEDED) if named else ()
        used = tuple(named or none)
        draft.explain("failed_therapies", Settled(used=used, aside=rest + aside), None)
    else:
        silent = agreed(seen)
        draft.explain(
            "failed_therapies", replace(silent, aside=silent.aside + aside), silent.reason
        )


def _is_older(none: Statement, named: Sequence[Statement]) -> bool:
    day = none.day
    if day is None:
        return False
    return all(item.day is not None and day.latest < item.day.earliest for item in named)


def _name(item: Statement) -> str:
    """Return the therapy; one that nobody can read keeps its text, as a name outside the list."""
    if not isinstance(item.value, Unknown):
        return str(item.value)
    return next((e.text for e in item.evidence if e.text), str(item.value.reason))


# --- other malignancy -----------------------------------------------------------------------------


def other_malignancy(gathered: Gathered, tumors: Tumors) -> Draft:
    """Return whether there is another malignancy: attested, or a cancer of another histology."""
    entries = gathered.of("other-malignancy")
    others = [_cancer(finding) for finding in tumors.others]
    draft = Draft(OtherMalignancy)
    present = latest_or_future([*map(statement, entries), *others], gathered.as_of)
    draft.put("present", present)
    used = {item for told in present.used for item in told.evidence}
    chosen = [f for f in (*entries, *tumors.others) if f.evidence in used]
    draft.put("type", agreed([item for f in chosen for item in _type(f)]))
    draft.put("date", _malignancy_date(gathered, chosen))
    return draft


def _cancer(finding: Finding) -> Statement:
    suspected = finding.reading in {Reading.SUSPECTED, Reading.UNKNOWN}
    value = Unknown(Reason.EQUIVOCAL) if suspected else True
    return replace(statement(finding), value=value)


def _type(finding: Finding) -> list[Statement]:
    if finding.element == "other-malignancy":
        return component(finding, "malignancy-type")
    told = statement(finding)
    named = finding.evidence.text if finding.element == OTHER else None
    return [replace(told, value=named) if named else told]


def _malignancy_date(gathered: Gathered, chosen: Sequence[Finding]) -> Settled:
    """Return the date of the malignancy; an entry made later carries its own day."""
    told = [item for f in chosen for item in component(f, "malignancy-date")]
    told += [_own_day(f) for f in chosen if _dates_itself(gathered, f)]
    return agreed([replace(item, day=None) for item in told])


def _dates_itself(gathered: Gathered, finding: Finding) -> bool:
    coded = finding.element != "other-malignancy"
    late = gathered.is_future(finding) and "malignancy-date" not in finding.components
    return finding.day is not None and (coded or late)


def _own_day(finding: Finding) -> Statement:
    value = Unknown() if finding.day is None else finding.day
    return Statement(value, (finding.evidence,))


# --- listing --------------------------------------------------------------------------------------


def listing(gathered: Gathered) -> Draft:
    """Return the listing status and its dates; only a listing has a date that can be future."""
    entries = gathered.of("listing")
    draft = Draft(Listing)
    told = [statement(finding) for finding in entries]
    seen, later = parted(told, gathered.as_of)
    only_later = not seen and all(item.value == _LISTED for item in later)
    settle = latest_or_future if only_later else latest
    status = settle(told, gathered.as_of)
    draft.put("status", status)
    if status.reason is Reason.CONFLICTING:  # else it would be judged as not listed (POL-35)
        gathered.report(CONTRADICTORY_LISTING, entries[0])
    dates = [item for f in entries for item in component(f, "listing-date")]
    if only_later and not dates:
        dates = [_own_day(finding) for finding in entries]
    draft.put("listing_date", latest_or_future(dates, gathered.as_of))
    updates = [item for f in entries for item in component(f, "last-update-date")]
    draft.put("last_update_date", latest_or_future(updates, gathered.as_of))
    return draft
