"""Findings become one candidate profile (architecture section 1, table Assembly).

In: findings with their links, the evaluation date, the tables. Out: the profile, each value with
what it rests on or with the reason why it is unknown, and issues for what could not be placed. The
order of the findings never matters (I1); no criterion is judged here.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from msgspec import Struct

from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.issues import Issue
from nelm_fhir.knowledge.tables import Definitions
from nelm_fhir.profile.assemble.draft import Draft
from nelm_fhir.profile.assemble.foci import foci
from nelm_fhir.profile.assemble.focus_register import Register, focus_register
from nelm_fhir.profile.assemble.gathered import Gathered
from nelm_fhir.profile.assemble.ids import readable_ids
from nelm_fhir.profile.assemble.liver import liver
from nelm_fhir.profile.assemble.primaries import primary_tumors
from nelm_fhir.profile.assemble.progression_treatments import progression_treatments
from nelm_fhir.profile.assemble.recurrences import recurrence
from nelm_fhir.profile.assemble.resections import resections
from nelm_fhir.profile.assemble.responses import progressions, response_events
from nelm_fhir.profile.assemble.scan_groups import imagings
from nelm_fhir.profile.assemble.scans import scans
from nelm_fhir.profile.assemble.single import (
    functional_syndrome,
    listing,
    other_malignancy,
    person,
    put_comorbidity,
)
from nelm_fhir.profile.assemble.specimens import specimens
from nelm_fhir.profile.assemble.transplants import liver_transplant
from nelm_fhir.profile.assemble.tumors import Tumors
from nelm_fhir.profile.assemble.unplaced import CONTRADICTIONS
from nelm_fhir.profile.assemble.untold import untold
from nelm_fhir.profile.candidate import Primary, Profile
from nelm_fhir.profile.findings import Finding
from nelm_fhir.profile.record_format import CandidateProfile, says_nothing


class Assembled(Struct, frozen=True):
    """The profile of one candidate, and what could not be placed on the way to it."""

    profile: CandidateProfile
    issues: tuple[Issue, ...]


def assemble(
    findings: Iterable[Finding],
    *,
    as_of: date,
    options: Mapping[str, bool],
    definitions: Definitions,
    damaged: bool,
) -> Assembled:
    """Return the profile of one patient on the evaluation date.

    `options` are the switches of rules 15.2, `damaged` tells that the reader had to give up an
    entry (rules 1.7); statements on tissue or on a transplantation that contradict each other
    count as such. Nothing in the findings makes this fail: what does not fit is an issue.
    """
    stated = tuple(findings)
    gathered = Gathered.from_findings(stated, as_of, definitions)
    draft = Draft(Profile)
    draft.hold("as_of", as_of)
    draft.hold("options", dict(options))
    _put_patient(gathered, draft)
    _put_disease(gathered, draft)
    contradictory = any(issue.kind in CONTRADICTIONS for issue in gathered.issues)
    draft.hold("damaged", damaged or contradictory or None)
    profile = CandidateProfile.from_record(draft.record())
    found = {*gathered.issues, *untold(stated, profile)}
    issues = sorted(found, key=lambda issue: (issue.kind, issue.location))
    return Assembled(profile, tuple(issues))


def _put_patient(gathered: Gathered, draft: Draft) -> None:
    draft.hold("patient", person(gathered).record())
    draft.hold("functional_syndrome", functional_syndrome(gathered).record())
    put_comorbidity(gathered, draft)
    draft.hold("listing", listing(gathered).record())


def _put_disease(gathered: Gathered, draft: Draft) -> None:
    tumors = primary_tumors(gathered)
    _put_primaries(gathered, tumors, draft)
    draft.hold("other_malignancy", other_malignancy(gathered, tumors).record())
    draft.hold("specimens", specimens(gathered, tumors))
    organ = liver(gathered)
    draft.hold("liver", organ.record())
    present = organ.get("metastases_present") is True
    register = focus_register(gathered, tumors, liver_present=present)
    _put_staging(gathered, draft, register)
    transplant = liver_transplant(gathered)
    draft.hold("liver_transplant", transplant.record())
    date_of_it = transplant.get("date")
    day = None if date_of_it is None else DaySpan.parse(date_of_it)
    transplanted = transplant.get("performed") is True
    draft.hold("recurrence", recurrence(gathered, tumors, transplanted=transplanted, day=day))


def _put_primaries(gathered: Gathered, tumors: Tumors, draft: Draft) -> None:
    ids = readable_ids(tumor.name for tumor in tumors.primaries)
    operations = resections(gathered, tumors)
    primaries = {}
    for tumor in tumors.primaries:
        entry = Draft(Primary)
        entry.put("site", tumor.site)
        entry.hold("resection", operations[tumor.name].record())
        written = primaries[ids[tumor.name]] = entry.record()
        if says_nothing(written):  # the entry will not stay, but why its site is unknown must
            draft.explain("primaries", tumor.site, tumor.site.reason)
    draft.hold("primaries", primaries)


def _put_staging(gathered: Gathered, draft: Draft, register: Register) -> None:
    focus_ids = readable_ids(register.lesions)
    draft.hold("extrahepatic", foci(gathered, register, focus_ids))
    images = imagings(gathered, register)
    by_name = scans(gathered, images, register, focus_ids)
    scan_ids = readable_ids(by_name)
    draft.hold("scans", {scan_ids[name]: scan for name, scan in by_name.items()})
    draft.hold("response_events", response_events(gathered, images, register))
    worse = progressions(gathered, register)
    draft.hold("progression_treatments", progression_treatments(gathered, worse))
