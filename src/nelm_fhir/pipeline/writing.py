"""The line's end: an assessment as FHIR resources, a profile as the record it could come from."""

from datetime import datetime
from typing import Any

from nelm_fhir.assessment.result import Assessment
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.profile.record_format import CandidateProfile
from nelm_fhir.writers.bundle_kind import Kind


def to_fhir(
    assessment: Assessment,
    catalogue: Catalogue,
    *,
    recorded: datetime,
    kind: Kind = "transaction",
    test_data: bool = False,
    validated: bool = True,
) -> dict[str, Any]:
    """Return the RiskAssessments of an assessment and their Provenance as one Bundle.

    Raises NoPatient where the assessment names no patient, NotValid if what was built does not
    validate: such a thing never leaves.
    """
    from nelm_fhir.writers.bundle import bundle  # noqa: PLC0415 - only where FHIR is written

    built = bundle(
        assessment,
        kind,
        recorded,
        valid_months=catalogue.definitions.freshness.imaging_months,
        voice=Voice(catalogue.texts.wording),
        test_data=test_data,
    )
    if validated:
        from nelm_fhir.fhir_r4.models import refuse_built  # noqa: PLC0415 - costs seconds, only here

        refuse_built(built)
    return built


def risk_assessments(
    assessment: Assessment, catalogue: Catalogue, *, test_data: bool = False
) -> list[dict[str, Any]]:
    """Return the RiskAssessments of an assessment alone: they hold no clock.

    Raises NoPatient where the assessment names no patient.
    """
    from nelm_fhir.writers.bundle import results  # noqa: PLC0415 - only where FHIR is written

    return results(
        assessment,
        valid_months=catalogue.definitions.freshness.imaging_months,
        voice=Voice(catalogue.texts.wording),
        test_data=test_data,
    )


def to_record(
    profile: CandidateProfile,
    catalogue: Catalogue,
    *,
    style: str,
    noise: int = 0,
    seed: int = 0,
    validated: bool = True,
) -> dict[str, Any]:
    """Return a profile as the record that a hospital of that style would send, as one Bundle.

    `noise` resources of other content stand around it; the same seed gives the same record. Raises
    NotValid if what was built does not validate; KeyError for a style that there is not.
    """
    # forty modules that only this function needs
    from nelm_fhir.knowledge.style_reading import load_noise, load_styles  # noqa: PLC0415
    from nelm_fhir.writers.patient_bundle.make import knowledge_of, patient_bundle  # noqa: PLC0415

    built = patient_bundle(
        profile,
        load_styles()[style],
        knowledge_of(catalogue),
        count=noise,
        rows=load_noise(),
        seed=seed,
    )
    if validated:
        from nelm_fhir.fhir_r4.models import refuse_built  # noqa: PLC0415 - costs seconds, only here

        refuse_built(built)
    return built
