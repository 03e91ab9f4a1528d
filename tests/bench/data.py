"""The records that are measured: made by the project's own generator, the same for every run.

In: how many. Out: Bundles as bytes. Fictional patients with a neuroendocrine tumor, among as much
other content as a hospital sends with them: 148 KB, about 135 resources, some 20 of them about the
tumor. They are the patients of the vignettes as a referring hospital knows them, in five styles.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, Final

from nelm_fhir import pipeline
from nelm_fhir.knowledge.cases import VIGNETTES, worked_cases
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.style_reading import load_styles
from nelm_fhir.profile.record_format import CandidateProfile
from nelm_fhir.writers.fhir_json import fhir_json

AROUND: Final = 112
"""Resources of other content around a patient, so that a record has 148 KB on average."""
AROUND_WORKUP: Final = 96
"""The same around a patient whose workup is complete: some 50 resources about the tumor."""
AROUND_ORDINARY: Final = 127
"""The same around a patient who has no tumor at all."""
PARTS: Final = ("as_of", "patient", "primaries", "extrahepatic")
"""What a referring hospital sends whole."""
FIRST: Final = {"specimens": 1, "scans": 1, "response_events": 1, "progression_treatments": 1}
"""Of what there is more, how many it sends."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Records of one kind, and the day they are judged for."""

    records: tuple[bytes, ...]
    as_of: date

    @property
    def mean_bytes(self) -> float:
        """How large a record is on average."""
        return sum(map(len, self.records)) / len(self.records)


def referred(catalogue: Catalogue, count: int, around: int = AROUND) -> Bench:
    """Return patients with a neuroendocrine tumor as they are referred."""
    return _made(map(_as_referred, _vignettes()), catalogue, count, around)


def in_workup(catalogue: Catalogue, count: int) -> Bench:
    """Return the same patients when all is documented that a criterion asks for."""
    return _made(_vignettes(), catalogue, count, AROUND_WORKUP)


def ordinary(catalogue: Catalogue, count: int, around: int = AROUND_ORDINARY) -> Bench:
    """Return patients of whom nothing neuroendocrine is known."""
    return _made(map(_without_tumor, _vignettes()), catalogue, count, around)


def of_entries(catalogue: Catalogue, entries: int) -> tuple[bytes, date]:
    """Return one record in which only what is not about the tumor grows."""
    profile = CandidateProfile.from_record(_without_tumor(_first()) | _TUMOR)
    return _record(profile, catalogue, "mcode", entries - _ALONE, 0), profile.as_of


def of_statements(catalogue: Catalogue, entries: int) -> tuple[bytes, date]:
    """Return one record of that many entries which all are about the tumor."""
    events = {f"event-{n}": {"date": f"{2000 + n % 26}", **_EVENT} for n in range(entries - _ALONE)}
    told = _without_tumor(_first()) | _TUMOR | {"response_events": events}
    profile = CandidateProfile.from_record(told)
    return _record(profile, catalogue, "mcode", 0, 0), profile.as_of


_TUMOR: Final = {
    "primaries": {"primary-1": {"site": "ileum"}},
    "liver": {"metastases_present": True},
}
_EVENT: Final = {"category": "SD", "modality": "CT"}
_ALONE: Final = 4
"""Entries of a record with that tumor and nothing else: patient, hospital, two Conditions."""


def _vignettes() -> Iterator[Mapping[str, Any]]:
    while True:
        yield from (case.record for case in worked_cases() if case.file == VIGNETTES)


def _first() -> Mapping[str, Any]:
    return next(_vignettes())


def _made(
    told: Iterator[Mapping[str, Any]], catalogue: Catalogue, count: int, around: int
) -> Bench:
    styles = list(load_styles())
    profiles = [CandidateProfile.from_record(one) for one in islice(told, count)]
    records = (
        _record(profile, catalogue, styles[seed % len(styles)], around, seed)
        for seed, profile in enumerate(profiles)
    )
    return Bench(tuple(records), profiles[0].as_of)


def _record(
    profile: CandidateProfile, catalogue: Catalogue, style: str, around: int, seed: int
) -> bytes:
    built = pipeline.to_record(
        profile, catalogue, style=style, noise=around, seed=seed, validated=False
    )
    return fhir_json(built)


def _as_referred(told: Mapping[str, Any]) -> Mapping[str, Any]:
    kept = {name: told[name] for name in PARTS if name in told}
    for name, number in FIRST.items():
        newest = sorted(told.get(name, {}).items(), key=_day, reverse=True)
        kept[name] = dict(newest[:number])
    liver = told.get("liver", {})
    kept["liver"] = {n: liver[n] for n in ("metastases_present", "involvement") if n in liver}
    return kept


def _day(entry: tuple[str, Mapping[str, Any]]) -> str:
    return str(entry[1].get("date", entry[1].get("end_date", "")))


def _without_tumor(told: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: told[name] for name in ("as_of", "patient")}
