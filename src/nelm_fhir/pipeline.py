"""The straight line: bytes -> resources -> findings -> profile -> assessment -> FHIR.

Every step is a pure function; what differs between command line, library and services is where the
bytes come from and where the results go. Time is an argument: `as_of`, the day of judgment, and
`recorded`, the moment of writing.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from msgspec import structs

from nelm_fhir.assessment.result import Assessment, Counts, LeftOut, Subject
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.core.evidence import Evidence
from nelm_fhir.errors import InputError, NotValid
from nelm_fhir.evaluator.assess import FROM_PROFILE, Origin, assess_profile
from nelm_fhir.evaluator.registry import SPECS
from nelm_fhir.fhir_r4.inflate import inflated
from nelm_fhir.fhir_r4.intake import Data
from nelm_fhir.fhir_r4.line_head import Kind as LineKind
from nelm_fhir.fhir_r4.line_head import Scanned, of_damaged
from nelm_fhir.fhir_r4.part import UNWANTED, Named
from nelm_fhir.fhir_r4.patient_lines import ordered, read_lines
from nelm_fhir.fhir_r4.read import records
from nelm_fhir.fhir_r4.record import Record
from nelm_fhir.fhir_r4.scan import names_twice, scanned
from nelm_fhir.fhir_r4.split import is_json
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.loader import load_catalogue
from nelm_fhir.mappers import registry
from nelm_fhir.mappers.concerns import can_concern
from nelm_fhir.mappers.unread import unread
from nelm_fhir.profile.assemble import assemble
from nelm_fhir.profile.provenance import sources
from nelm_fhir.profile.record_format import CandidateProfile
from nelm_fhir.writers.bundle_kind import Kind
from nelm_fhir.writers.tags import is_test_data

SHOWN_FAULTS: Final = 5
ONLY_COUNTED: Final = frozenset({UNWANTED, "other-patient", "merged-patient"})


@dataclass(frozen=True, slots=True)
class Read:
    """One record as read: its profile, where it comes from, and what was left out of it.

    `named` names every resource that is not in the profile's record, `test_data` tells that the
    patient is tagged as test data.
    """

    profile: CandidateProfile
    origin: Origin
    named: tuple[Named, ...] = ()
    test_data: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """Everything the line made of one record: what was read, what was mapped, the profile."""

    record: Record
    mapped: registry.Mapped
    read: Read


@dataclass(frozen=True, slots=True)
class Judged:
    """One patient of a population: what was read, and what became of it."""

    read: Read
    assessment: Assessment
    deceased: bool


def load(overlays: Sequence[Path] = ()) -> Catalogue:
    """Return all knowledge, with the overlays of a hospital.

    Raises KnowledgeError, listing every fault with file and key.
    """
    return load_catalogue(SPECS, overlays)


def concerns(text: bytes, catalogue: Catalogue) -> bool:
    """Whether the JSON text of a record can hold a neuroendocrine finding or an attested entry.

    False is certain, and costs less than parsing: for populations, in which most patients end here.
    Raises NotJson or TooLarge for one that is compressed and cannot be unpacked.
    """
    return can_concern(inflated(text), catalogue.codes)


def scan(line: bytes, catalogue: Catalogue) -> Scanned:
    """Return whose a line of a population is, and whether it can concern us. Never raises.

    What cannot be read concerns all who are named in it: nobody knows what it would have said.
    """
    found = scanned(line)
    if found.head is not None:
        if unread(catalogue.codes).is_unread(found.head):
            return found
        if names_twice(line):
            found = of_damaged(line)  # it may have named another patient first
    concerns = found.kind is LineKind.DAMAGED or can_concern(line, catalogue.codes)
    return structs.replace(found, concerns=concerns)


def may_concern(lines: Collection[bytes], catalogue: Catalogue) -> bool:
    """Whether a patient with these lines may have a neuroendocrine finding or attested entry."""
    return can_concern(b"\n".join(lines), catalogue.codes) or not all(map(is_json, lines))


def assess(
    patient: str,
    lines: Collection[bytes],
    catalogue: Catalogue,
    *,
    as_of: date,
    sets: Sequence[str] = (),
    options: Mapping[str, bool] | None = None,
) -> Judged | None:
    """Judge one patient of a population from all their lines, in whatever order they came.

    `patient` is a name that `scan` gave. None for a record without any neuroendocrine finding or
    attested entry, if it could be read whole. Raises InputError.
    """
    texts = ordered(lines)
    if not may_concern(texts, catalogue):
        return None
    record = read_lines(texts, registry.Wanted(catalogue.codes), patient)
    line = line_of(record, catalogue, as_of=as_of, options=options)
    told = line.mapped.neuroendocrine or any(one.attested for one in line.mapped.findings)
    if not (told or record.damaged):
        return None
    deceased = any(issue.kind == "death-recorded" for issue in line.read.origin.issues)
    return Judged(line.read, judge(line.read, catalogue, sets), deceased)


def read_all(
    data: Data,
    catalogue: Catalogue,
    *,
    as_of: date,
    subject: str | None = None,
    options: Mapping[str, bool] | None = None,
    strict: bool = False,
) -> Iterator[Read | InputError]:
    """Yield every record of the input as a profile; an error stands in the place of its record."""
    wanted = registry.Wanted(catalogue.codes)
    for record in records(data, wanted=wanted, subject=subject):
        if isinstance(record, InputError):
            yield record
        elif strict and (faults := _invalid(record)):
            yield faults
        else:
            yield line_of(record, catalogue, as_of=as_of, options=options).read


def read_one(data: Data, catalogue: Catalogue, **arguments: Any) -> Read:
    """Return the one record of the input; raises InputError, also if there are several."""
    found = list(read_all(data, catalogue, **arguments))
    if len(found) != 1:
        raise InputError(
            f"The input holds {len(found)} records where one is expected.",
            "Give each Bundle by itself, or ask for one result per line.",
        )
    if isinstance(found[0], InputError):
        raise found[0]
    return found[0]


def read_profile(text: bytes | str | Mapping[str, Any], *, as_of: date | None = None) -> Read:
    """Return a profile that was given as JSON (rules section 15) in the place of a record.

    `as_of` replaces the evaluation date of the profile. Raises NotARecord; NotJson or TooLarge for
    one that is compressed and cannot be unpacked.
    """
    if isinstance(text, Mapping):
        profile = CandidateProfile.from_record(text)
    else:
        unpacked = inflated(text) if isinstance(text, bytes) else text
        profile = CandidateProfile.from_json(unpacked)
    if as_of is not None:
        profile = profile.model_copy(update={"as_of": as_of})
    return given(profile)


def given(profile: CandidateProfile) -> Read:
    """Return a profile that is there already in the place of a record that was read."""
    return Read(profile, FROM_PROFILE)


def _invalid(record: Record) -> NotValid | None:
    """Return the error of `--strict` if a resource of the record does not validate."""
    from nelm_fhir.fhir_r4.models import validate  # noqa: PLC0415 - costs seconds, only here

    faults = [
        f"{resource.location}: {issue.text.rstrip('.')}"
        for resource in record.resources
        for issue in validate(resource.data)
    ]
    if not faults:
        return None
    more = f" and {len(faults) - SHOWN_FAULTS} more" if len(faults) > SHOWN_FAULTS else ""
    return NotValid(
        f"Not valid FHIR R4: {'; '.join(faults[:SHOWN_FAULTS])}{more}.",
        "Correct the resources, or leave out --strict.",
    )


def line_of(
    record: Record,
    catalogue: Catalogue,
    *,
    as_of: date,
    options: Mapping[str, bool] | None = None,
) -> Line:
    """Return what the line makes of a record that was read, from its findings to its profile."""
    mapped = registry.findings(
        record, catalogue.codes, catalogue.units, catalogue.answers, catalogue.attested
    )
    assembled = assemble(
        mapped.findings,
        as_of=as_of,
        options=options or {},
        definitions=catalogue.definitions,
        damaged=record.damaged,
    )
    origin = Origin(
        subject=_subject(record, assembled.profile),
        issues=(*record.issues, *mapped.issues, *assembled.issues),
        counts=Counts(record.read, record.passed_over, record.unusable),
        neuroendocrine=mapped.neuroendocrine,
        left_out=tuple(_left_out(record)),
    )
    test_data = any(is_test_data(dict(patient.data)) for patient in record.patients)
    return Line(record, mapped, Read(assembled.profile, origin, record.named, test_data))


def _left_out(record: Record) -> Iterator[LeftOut]:
    """Yield what was dropped; what nobody reads, and what is about others, is only counted."""
    for one in record.named:
        if one.reason not in ONLY_COUNTED:
            yield LeftOut(one.name or one.type, one.location, one.reason)


def _subject(record: Record, profile: CandidateProfile) -> Subject:
    version = record.patients[0].version if len(record.patients) == 1 else None
    return Subject(record.subject, version, _condition(profile))


def _condition(profile: CandidateProfile) -> str | None:
    """Return the Condition that the judgment is about: liver metastasis, else the primary."""
    evidence: list[Evidence] = list(sources(profile.liver, "metastases_present"))
    for _, primary in sorted(profile.primaries.items()):
        evidence.extend(sources(primary, "site"))
    conditions = (e.resource for e in evidence if e.resource.startswith("Condition/"))
    return next((reference for reference in conditions if "#" not in reference), None)


def judge(read: Read, catalogue: Catalogue, sets: Sequence[str] = ()) -> Assessment:
    """Judge one record against the chosen sets, all if none are named."""
    return assess_profile(read.profile, catalogue, sets=sets, origin=read.origin)


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


def with_subject(assessment: Assessment, reference: str) -> Assessment:
    """Return the assessment of a profile under the patient it belongs to."""
    return replace(assessment, subject=Subject(reference))
