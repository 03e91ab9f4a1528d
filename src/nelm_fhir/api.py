"""The library: what a program calls. Entry points default the evaluation date to today.

Every function takes what it has (bytes, text, parsed JSON, a fhir.resources R4B Bundle) and goes
down the same straight line as the command.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from nelm_fhir import pipeline
from nelm_fhir.assessment.result import Assessment
from nelm_fhir.errors import InputError
from nelm_fhir.fhir_r4.intake import Data
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.profile.record_format import CandidateProfile
from nelm_fhir.writers.bundle_kind import Kind


def load_catalogue(overlays: Sequence[str | Path] = ()) -> Catalogue:
    """Return all knowledge, with the overlay folders of a hospital.

    Raises KnowledgeError, listing every fault with file and key.
    """
    return pipeline.load(tuple(Path(overlay) for overlay in overlays))


def read_profile(
    bundle: Any,
    *,
    as_of: date | str | None = None,
    subject: str | None = None,
    overlays: Sequence[str | Path] = (),
    options: Mapping[str, bool] | Sequence[str] = (),
) -> CandidateProfile:
    """Return the candidate profile that a record gives.

    The arguments are those of `assess`. Raises InputError.
    """
    catalogue = load_catalogue(overlays)
    return _read(bundle, catalogue, as_of, subject, options).profile


def assess(
    bundle: Any,
    *,
    as_of: date | str | None = None,
    sets: Sequence[str] = (),
    subject: str | None = None,
    overlays: Sequence[str | Path] = (),
    options: Mapping[str, bool] | Sequence[str] = (),
) -> Assessment:
    """Judge the record of one patient.

    `bundle` is a FHIR R4 Bundle (or resources, or lines) as bytes, text, parsed JSON or a
    fhir.resources R4B Bundle; `as_of` the evaluation date, today if not given; `sets` the ids of
    the criteria sets, all if none; `subject` the patient of a record about several; `overlays`
    folders of a hospital; `options` switches of rules 15.2 that are on.
    Raises InputError, KnowledgeError; ValueError for a set or option that does not exist.
    """
    catalogue = load_catalogue(overlays)
    _check_sets(sets, catalogue)
    read = _read(bundle, catalogue, as_of, subject, options)
    return pipeline.judge(read, catalogue, sets)


def evaluate(
    profile: CandidateProfile,
    *,
    sets: Sequence[str] = (),
    overlays: Sequence[str | Path] = (),
) -> Assessment:
    """Judge a candidate profile; its evaluation date and options stand in it."""
    catalogue = load_catalogue(overlays)
    _check_sets(sets, catalogue)
    return pipeline.judge(pipeline.given(profile), catalogue, sets)


def to_fhir(
    assessment: Assessment,
    *,
    kind: Kind = "transaction",
    recorded: datetime | None = None,
    subject: str | None = None,
    test_data: bool = False,
    overlays: Sequence[str | Path] = (),
) -> dict[str, Any]:
    """Return the RiskAssessments and their Provenance as one validated Bundle.

    `recorded` is the moment of writing, now if not given; `subject` the patient of a profile
    that names none. Raises NoPatient, NotValid.
    """
    if subject is not None:
        assessment = pipeline.with_subject(assessment, subject)
    return pipeline.to_fhir(
        assessment,
        load_catalogue(overlays),
        recorded=recorded or datetime.now(UTC),
        kind=kind,
        test_data=test_data,
    )


def _read(
    bundle: Any,
    catalogue: Catalogue,
    as_of: date | str | None,
    subject: str | None,
    options: Mapping[str, bool] | Sequence[str],
) -> pipeline.Read:
    return pipeline.read_one(
        _data(bundle),
        catalogue,
        as_of=_day(as_of),
        subject=subject,
        options=_switches(options, catalogue),
    )


def _day(as_of: date | str | None) -> date:
    if as_of is None:
        return datetime.now().astimezone().date()
    return date.fromisoformat(as_of) if isinstance(as_of, str) else as_of


def _data(bundle: Any) -> Data:
    if isinstance(bundle, bytes | str | dict | list):
        return bundle
    if hasattr(bundle, "model_dump_json"):
        return str(bundle.model_dump_json())
    raise InputError(
        f"A {type(bundle).__name__} is no FHIR record.",
        "Give bytes, text, parsed JSON or a fhir.resources R4B Bundle.",
    )


def _switches(options: Mapping[str, bool] | Sequence[str], catalogue: Catalogue) -> dict[str, bool]:
    on = dict(options) if isinstance(options, Mapping) else dict.fromkeys(options, True)
    for name in on:
        if name not in catalogue.known_options:
            known = ", ".join(sorted(catalogue.known_options))
            raise ValueError(f"There is no option {name}; there are: {known}.")
    return on


def _check_sets(sets: Sequence[str], catalogue: Catalogue) -> None:
    for name in sets:
        if name not in catalogue.sets:
            known = ", ".join(catalogue.sets)
            raise ValueError(f"There is no criteria set {name}; there are: {known}.")
