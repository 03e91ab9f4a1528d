"""The whole judgment of one profile: all sets, flags, and what may stand beside them."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

import orjson
from msgspec import Struct

from nelm_fhir.assessment.result import Assessment, Counts, LeftOut, SetVerdict, Subject
from nelm_fhir.core.issues import Issue
from nelm_fhir.core.program import PROGRAM
from nelm_fhir.evaluator.beside import beside, texts_of
from nelm_fhir.evaluator.evaluate import judge_set
from nelm_fhir.evaluator.flags import patient_flags
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.profile.record_format import CandidateProfile

NOBODY: Final = Subject()
NO_COUNTS: Final = Counts({}, {}, {})


class Origin(Struct, frozen=True):
    """What of the result does not come from the profile: whose record it was, how it was read."""

    subject: Subject = NOBODY
    issues: tuple[Issue, ...] = ()
    counts: Counts = NO_COUNTS
    neuroendocrine: bool = True
    program: str = PROGRAM
    left_out: tuple[LeftOut, ...] = ()


FROM_PROFILE: Final = Origin()


def assess_profile(
    profile: CandidateProfile,
    catalogue: Catalogue,
    *,
    sets: Sequence[str] = (),
    origin: Origin = FROM_PROFILE,
) -> Assessment:
    """Judge the chosen sets (all of the catalogue if none are named) for one profile.

    Raises KeyError for a set the catalogue does not have.
    """
    profile = _with_options(profile, catalogue.options)
    view = View(profile, catalogue.definitions)
    verdicts = _judged(view, catalogue, sets, telling=True)
    shown = beside(view, verdicts, catalogue)
    flags = patient_flags(view, catalogue.texts)
    return Assessment(
        as_of=profile.as_of,
        subject=origin.subject,
        options={"la_fe_ki67_up_to_20": profile.options.la_fe_ki67_up_to_20},
        verdicts=verdicts,
        flags=flags,
        references=shown.references,
        reference_notes=shown.reference_notes,
        surveillance=shown.surveillance,
        notes=shown.notes,
        texts=texts_of(verdicts, flags, shown, catalogue),
        issues=origin.issues,
        counts=origin.counts,
        neuroendocrine=origin.neuroendocrine,
        program=origin.program,
        catalogue_digest=catalogue.digest,
        input_digest=input_digest(profile),
        notice=catalogue.texts.notice,
        left_out=origin.left_out,
    )


def verdicts_of(
    profile: CandidateProfile, catalogue: Catalogue, sets: Sequence[str] = ()
) -> tuple[SetVerdict, ...]:
    """Return the verdicts alone, without what was answered, flags and what stands beside them.

    Raises KeyError for a set the catalogue does not have.
    """
    view = View(_with_options(profile, catalogue.options), catalogue.definitions)
    return _judged(view, catalogue, sets, telling=False)


def _judged(
    view: View, catalogue: Catalogue, sets: Sequence[str], *, telling: bool
) -> tuple[SetVerdict, ...]:
    chosen = [catalogue.sets[name] for name in sets] or list(catalogue.sets.values())
    return tuple(judge_set(view, one, catalogue, telling=telling) for one in chosen)


def _with_options(profile: CandidateProfile, switched: Mapping[str, bool]) -> CandidateProfile:
    """Return the profile with the switches that overlays turned on, too."""
    on = {name: True for name, value in switched.items() if value}
    if not on:
        return profile
    return profile.model_copy(update={"options": profile.options.model_copy(update=on)})


def input_digest(profile: CandidateProfile) -> str:
    """Return the digest of the profile with its evidence, without the as-of date."""
    record = profile.to_record()
    del record["as_of"]
    content = orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
