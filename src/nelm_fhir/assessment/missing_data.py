"""Missing data by what has to be found or done, over all sets at once.

One scan or one report often settles criteria of several sets. In: an Assessment. Out: per datum
the things that would settle something, each with the criteria it would settle.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from nelm_fhir.assessment.result import Assessment, Missing, SetVerdict

_DATA: Final = (
    ("patient.*", "Birth date"),
    ("primaries.*.site", "Site of the primary"),
    ("primaries.*", "Resection of the primary"),
    ("specimens.*", "Pathology"),
    ("liver.involvement.*", "Liver involvement"),
    ("liver.*", "Clinicians' judgment of the liver"),
    ("response_events.*", "Course of the disease on imaging"),
    ("progression_treatments.*", "Treatment of progression"),
    ("scans.*.liver_lesions_typical", "Imaging of the liver"),
    ("scans.*", "Imaging outside the liver"),
    ("extrahepatic.*", "Disease outside the liver"),
    ("functional_syndrome.*", "Hormonal syndrome"),
    ("comorbidity_contraindication", "Comorbidity"),
    ("listing.*", "Waiting list"),
    ("damaged", "Damaged record"),
)
"""Elements of rules 15.2 by what a coordinator would look for; the first that fits names it."""
_OTHER: Final = "Decision of the team"


@dataclass(frozen=True, slots=True)
class Settling:
    """One thing that would settle criteria: each criterion with the title of its set."""

    settle: str
    criteria: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Datum:
    """What has to be found or done, and all that it would settle."""

    name: str
    settlings: tuple[Settling, ...]


def missing_data(assessment: Assessment) -> tuple[Datum, ...]:
    """Return the missing data of all sets, in the order of the table above."""
    grouped: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for verdict, missing in _all(assessment):
        settlings = grouped.setdefault(_name(missing), {})
        settlings.setdefault(missing.settle, []).append((verdict.title, missing.criterion))
    return tuple(
        Datum(name, tuple(Settling(settle, tuple(ids)) for settle, ids in grouped[name].items()))
        for name in (*dict.fromkeys(name for _, name in _DATA), _OTHER)
        if name in grouped
    )


def _all(assessment: Assessment) -> Iterator[tuple[SetVerdict, Missing]]:
    for verdict in assessment.verdicts:
        for missing in verdict.missing:
            yield verdict, missing


def _name(missing: Missing) -> str:
    """Return the datum of the first lacking path; without any, people have to decide."""
    path = next(iter(missing.paths), "")
    return next((name for pattern, name in _DATA if fnmatchcase(path, pattern)), _OTHER)
