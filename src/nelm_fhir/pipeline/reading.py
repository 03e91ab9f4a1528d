"""The line's first half: bytes or a profile in, records as profiles out.

In: a Bundle, NDJSON or parsed JSON. Out: a Read per record, or the error that stands in its place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from nelm_fhir.assessment.result import Counts, LeftOut, Subject
from nelm_fhir.core.evidence import Evidence
from nelm_fhir.errors import InputError, NotValid
from nelm_fhir.evaluator.assess import FROM_PROFILE, Origin
from nelm_fhir.fhir_r4.inflate import inflated
from nelm_fhir.fhir_r4.intake import Data
from nelm_fhir.fhir_r4.part import UNWANTED, Named
from nelm_fhir.fhir_r4.read import records
from nelm_fhir.fhir_r4.record import Record
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.mappers import registry
from nelm_fhir.profile.assemble import assemble
from nelm_fhir.profile.provenance import sources
from nelm_fhir.profile.record_format import CandidateProfile
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

    @property
    def deceased(self) -> bool:
        """Whether the record tells that the patient died."""
        return any(issue.kind == "death-recorded" for issue in self.origin.issues)


@dataclass(frozen=True, slots=True)
class Line:
    """Everything the line made of one record: what was read, what was mapped, the profile."""

    record: Record
    mapped: registry.Mapped
    read: Read


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
