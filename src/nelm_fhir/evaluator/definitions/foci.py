"""The focus register: every extrahepatic finding is one focus with its evidence (rules 8.3).

Foci come from the register, from scans that name a focus the register lacks, and from positive or
equivocal scans that name none. What a scan says of a focus is a sighting; sightings without a date
cannot be shown to be cleared by any later scan.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from msgspec import Struct

from nelm_fhir.core.dates import DaySpan, first_of, not_after
from nelm_fhir.core.evidence import Evidence
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN, Status, all_of
from nelm_fhir.evaluator.judgment import unique
from nelm_fhir.evaluator.view import View
from nelm_fhir.profile.candidate import Focus, Scan
from nelm_fhir.profile.provenance import sources

POSITIVE: Final = "positive"
EQUIVOCAL: Final = "equivocal"
NEGATIVE: Final = "negative"
SUSPECTED: Final = "suspected"
FALSE_POSITIVE: Final = "false-positive"


class Sighting(Struct, frozen=True):
    """Positive or equivocal evidence on a focus, by a scan or by its first documentation."""

    positive: bool
    date: DaySpan | None
    on_scan: bool


class Ignored(StrEnum):
    """Whether a focus is ignored; open where a partial date leaves the order open (8.4)."""

    NO = "no"
    OPEN = "open"
    REMOVED = "removed-with-primary"
    FALSE_POSITIVE = "false-positive"


class RegisteredFocus(Struct, frozen=True):
    """One focus with its evidence.

    `disease_class` None is unknown: missing, or a word outside 8.4. `positive` tells confirmed or
    seen positive from only suspected. `record` is empty for a focus known only from a scan. `solid`
    tells a class of solid organs or bone.
    """

    key: str
    record: Focus
    disease_class: str | None
    positive: bool
    sightings: tuple[Sighting, ...]
    solid: bool
    evidence: tuple[Evidence, ...]

    @property
    def treatment_end(self) -> DaySpan | None:
        """End of the treatment; None if untreated or judged so (8.4)."""
        return self.record.treatment_end if self.record.treatment else None

    @property
    def undated_on_scan(self) -> bool:
        """Whether a scan without a date reports it."""
        return any(s.on_scan and s.date is None for s in self.sightings)

    def dates(self, *, positive: bool) -> list[DaySpan]:
        """Return the dates of its positive, or of its equivocal, evidence."""
        return [s.date for s in self.sightings if s.date and s.positive == positive]


def _foci(view: View) -> tuple[RegisteredFocus, ...]:
    register = view.profile.extrahepatic
    named = {key for scan in view.profile.scans.values() for key in _reported(scan)}
    known = [_registered(view, key, register.get(key)) for key in sorted(named | set(register))]
    return (*known, *_unnamed(view))


def foci(view: View) -> tuple[RegisteredFocus, ...]:
    """Return all foci in a fixed order, computed once per view."""
    return view.shared(_foci)


def _reported(scan: Scan) -> list[str]:
    return [key for key, uptake in scan.foci.items() if uptake in {POSITIVE, EQUIVOCAL}]


def _registered(view: View, key: str, record: Focus | None) -> RegisteredFocus:
    seen = list(_on_scans(view, key))
    evidence = [item for scan in _scans_of(view, key) for item in sources(scan, f"foci.{key}")]
    focus = record or Focus()
    confirmed = record is not None and record.status != SUSPECTED
    if focus.first_seen is not None:
        seen.append(Sighting(confirmed, focus.first_seen, on_scan=False))
    known = focus.disease_class in view.tables.staging.known_classes
    return RegisteredFocus(
        key,
        focus,
        focus.disease_class if known else None,
        positive=confirmed or any(s.positive for s in seen),
        sightings=tuple(seen),
        solid=focus.disease_class in view.tables.staging.solid_classes,
        evidence=unique([*sources(focus, "status"), *sources(focus, "class"), *evidence]),
    )


def _scans_of(view: View, key: str) -> Iterator[Scan]:
    for _, scan in sorted(view.profile.scans.items()):
        if key in _reported(scan):
            yield scan


def _on_scans(view: View, key: str) -> Iterator[Sighting]:
    for scan in _scans_of(view, key):
        yield Sighting(scan.foci[key] == POSITIVE, scan.date, on_scan=True)


def _unnamed(view: View) -> Iterator[RegisteredFocus]:
    """A positive or equivocal scan that names no such focus is an unnamed focus."""
    for key, scan in sorted(view.profile.scans.items()):
        result = scan.extrahepatic_result
        if _is_unexplained(scan):
            positive = result == POSITIVE
            yield RegisteredFocus(
                unnamed_key(key),
                Focus(),
                None,
                positive,
                (Sighting(positive, scan.date, on_scan=True),),
                solid=False,
                evidence=sources(scan, "extrahepatic_result"),
            )


def _is_unexplained(scan: Scan) -> bool:
    """Whether a scan is positive (or equivocal) and names no focus that is so, too."""
    result = scan.extrahepatic_result
    return result in {POSITIVE, EQUIVOCAL} and result not in scan.foci.values()


def unnamed_key(scan_key: str) -> str:
    """Return the key of the focus that a scan reports without naming it."""
    return f"scan {scan_key}"


def reported_foci(scan_key: str, scan: Scan) -> list[str]:
    """Return the keys of all foci that a scan reports positive or equivocal, unnamed included."""
    unnamed = [unnamed_key(scan_key)] if _is_unexplained(scan) else []
    return [*_reported(scan), *unnamed]


def ignored(view: View, focus: RegisteredFocus) -> Ignored:
    """Return whether the focus is ignored: removed with the primary, or a signed false positive."""
    answers = {
        Ignored.REMOVED: _removed_with_primary(view, focus),
        Ignored.FALSE_POSITIVE: _adjudicated(focus),
    }
    for ground, status in answers.items():
        if status is MET:
            return ground
    return Ignored.OPEN if UNKNOWN in answers.values() else Ignored.NO


def _removed_with_primary(view: View, focus: RegisteredFocus) -> Status:
    """A regional node removed with the primary, and no scan that may be later reports it."""
    regional = view.tables.staging.regional_class
    if focus.disease_class != regional or not focus.record.removed_with_primary:
        return NOT_MET
    reports = [s.date for s in focus.sightings if s.on_scan]
    end = focus.record.treatment_end or _earliest_resection(view)
    if end is None or None in reports:
        return NOT_MET if reports else MET
    return all_of(not_after(report, end) for report in reports if report is not None)


def _earliest_resection(view: View) -> DaySpan | None:
    """Return when the first primary was resected; None if a date of those is missing."""
    resections = [p.resection for p in view.profile.primaries.values() if p.resection.performed]
    spans = [r.date for r in resections if r.date is not None]
    if not spans or len(spans) != len(resections):
        return None
    return first_of(spans)


def _adjudicated(focus: RegisteredFocus) -> Status:
    """A signed false positive, dated on or after the last evidence, none of it undated."""
    judged = focus.record.adjudication
    if judged.verdict != FALSE_POSITIVE or not judged.signed or judged.date is None:
        return NOT_MET
    if focus.undated_on_scan:
        return NOT_MET
    day = judged.date
    return all_of(not_after(s.date, day) for s in focus.sightings if s.date is not None)
