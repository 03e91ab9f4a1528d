"""The line as it is measured: whole, and step by step.

In: a record as bytes, or what the step before made of it. Every function here is what `nelm assess`
calls, with the same arguments; nothing is prepared that a user would not have.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from nelm_fhir import pipeline
from nelm_fhir.fhir_r4 import read
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.mappers import registry
from nelm_fhir.profile.assemble import assemble
from nelm_fhir.writers.fhir_json import fhir_json

RECORDED: Final = datetime(2026, 6, 2, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps for one catalogue and day."""

    catalogue: Catalogue
    as_of: date

    # --- the line ---------------------------------------------------------------------------------

    def to_profile(self, data: bytes) -> pipeline.Read:
        """Read, map, assemble."""
        return pipeline.read_one(data, self.catalogue, as_of=self.as_of)

    def whole(self, data: bytes) -> bytes:
        """Bytes in, RiskAssessments of all sets as bytes out."""
        return self.written(self.judged(self.to_profile(data)))

    def passed_over(self, data: bytes) -> object:
        """Decide whether a record concerns this program at all; if it may, it has to be read."""
        return self.to_profile(data) if pipeline.concerns(data, self.catalogue) else None

    # --- its steps --------------------------------------------------------------------------------

    def split(self, data: bytes) -> object:
        """Split into entries, read their heads."""
        return list(read.parts(data))

    def records(self, data: bytes) -> Any:
        """Everything up to the resources that are mapped."""
        wanted = registry.Wanted(self.catalogue.codes)
        return next(iter(read.records(data, wanted=wanted)))

    def mapped(self, record: Any) -> Any:
        """Findings of the resources."""
        known = self.catalogue
        return registry.findings(record, known.codes, known.units, known.answers, known.attested)

    def assembled(self, mapped: Any) -> object:
        """The profile of the findings."""
        return assemble(
            mapped.findings,
            as_of=self.as_of,
            options={},
            definitions=self.catalogue.definitions,
            damaged=False,
        )

    def judged(self, found: pipeline.Read) -> Any:
        """All criteria of all sets."""
        return pipeline.judge(found, self.catalogue)

    def built(self, assessment: Any) -> dict[str, Any]:
        """RiskAssessments and Provenance as plain dicts."""
        return pipeline.to_fhir(assessment, self.catalogue, recorded=RECORDED, validated=False)

    def written(self, assessment: Any) -> bytes:
        """The same as bytes."""
        return fhir_json(self.built(assessment))
