"""The profile as it could be seen on the evaluation date (rules 9.1, POL-06).

What is dated after that day is ignored as if it had not been recorded; a partial date that
reaches beyond it is cut off there. Two cases need a word: a resection dated later leaves removal
unknown with its margin and nodes unread, and a listing dated later means not listed.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from msgspec import Struct

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.profile.candidate import (
    Adjudication,
    Focus,
    Liver,
    LiverTransplant,
    OtherMalignancy,
    Part,
    Person,
    Primary,
    Profile,
    Recurrence,
    Resection,
)

P = TypeVar("P", bound=Part)
NO_FOCUS = Focus()


class Seen(Struct, frozen=True):
    """The profile without what lies in the future, and whether there was any such thing."""

    profile: Profile
    future_dated: bool


def as_seen_on(profile: Profile, as_of: date) -> Seen:
    """Return what of the profile could be known on that day."""
    eye = _Eye(as_of)
    scans = eye.entries(profile.scans)
    named = {
        focus
        for scan in scans.values()
        for focus, uptake in scan.foci.items()
        if uptake in {"positive", "equivocal"}
    }
    changes: dict[str, Any] = {
        "patient": eye.person(profile.patient),
        "primaries": {key: eye.primary(item) for key, item in profile.primaries.items()},
        "specimens": eye.entries(profile.specimens),
        "liver": eye.liver(profile.liver),
        "response_events": eye.entries(profile.response_events),
        "progression_treatments": eye.entries(profile.progression_treatments, "end_date"),
        "scans": scans,
        "extrahepatic": eye.foci(profile.extrahepatic, named),
        "other_malignancy": eye.event(profile.other_malignancy, "present", OtherMalignancy()),
        "listing": eye.listing(profile),
        "liver_transplant": eye.event(profile.liver_transplant, "performed", LiverTransplant()),
        "recurrence": eye.whole(profile.recurrence, Recurrence()),
    }
    return Seen(profile.model_copy(update=changes), eye.future_dated)


class _Eye:
    """Cuts off what lies after one day, and remembers whether it had to."""

    def __init__(self, as_of: date) -> None:
        self.as_of = as_of
        self.future_dated = False

    def date(self, span: DaySpan | None) -> DaySpan | None:
        """Return the date as far as it is not future; None and remembered if wholly so."""
        if span is None:
            return None
        seen = span.until(self.as_of)
        if seen is None:
            self.future_dated = True
        return seen

    def whole(self, part: P, nothing: P, key: str = "date") -> P:
        """Return the part with its date cut off, or nothing if it is dated later."""
        recorded = getattr(part, key)
        if recorded is None:
            return part
        seen = self.date(recorded)
        if seen is None:
            return nothing
        return part if seen is recorded else part.model_copy(update={key: seen})

    def event(self, part: P, happened: str, nothing: P) -> P:
        """Return an event as `whole` does; what had not happened by a later day has not yet."""
        seen = self.whole(part, nothing)
        if seen is nothing and getattr(part, happened) is False:
            return nothing.model_copy(update={happened: False})
        return seen

    def entries(self, parts: Mapping[str, P], key: str = "date") -> dict[str, P]:
        """Return the entries that are not dated later."""
        kept = {}
        for identifier, part in parts.items():
            recorded = getattr(part, key)
            seen = self.date(recorded)
            if recorded is None or seen is not None:
                kept[identifier] = part.model_copy(update={key: seen})
        return kept

    def person(self, person: Person) -> Person:
        return person.model_copy(update={"birth_date": self.date(person.birth_date)})

    def primary(self, primary: Primary) -> Primary:
        planned = Resection(planned_at_lt=primary.resection.planned_at_lt)
        seen = self.event(primary.resection, "performed", planned)
        return primary.model_copy(update={"resection": seen})

    def liver(self, liver: Liver) -> Liver:
        changes: dict[str, Any] = {"involvement": self.entries(liver.involvement)}
        if liver.judged_on is not None:
            changes["judged_on"] = self.date(liver.judged_on)
            if changes["judged_on"] is None:
                judged = ("distribution", "resectability", "extent_judgment", "frilling_type")
                changes.update(dict.fromkeys((*judged, "judged_by")))
        return liver.model_copy(update=changes)

    def foci(self, foci: Mapping[str, Focus], named: set[str]) -> dict[str, Focus]:
        """Leave out a focus first seen later, unless a scan that counts reports it (8.3).

        One of which nothing is left is absent (15.1): then it is known from the scan alone.
        """
        kept = {}
        for identifier, focus in foci.items():
            first_seen = self.date(focus.first_seen)
            if focus.first_seen is None or first_seen is not None or identifier in named:
                seen = self._focus(focus, first_seen)
                if seen.model_copy(update={"evidence": None}) != NO_FOCUS:
                    kept[identifier] = seen
        return kept

    def _focus(self, focus: Focus, first_seen: DaySpan | None) -> Focus:
        end = self.date(focus.treatment_end)
        later = focus.treatment_end is not None and end is None
        return focus.model_copy(
            update={
                "first_seen": first_seen,
                "treatment": None if later else focus.treatment,
                "treatment_end": end,
                "adjudication": self.whole(focus.adjudication, Adjudication()),
            }
        )

    def listing(self, profile: Profile) -> Part:
        listing = profile.listing
        listed_on = self.date(listing.listing_date)
        later = listing.listing_date is not None and listed_on is None
        return listing.model_copy(
            update={
                "status": "not-listed" if later and listing.status == "listed" else listing.status,
                "listing_date": listed_on,
                "last_update_date": self.date(listing.last_update_date),
            }
        )
