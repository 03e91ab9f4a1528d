"""What the ledger keeps of a judgment: the documents, and the verdict of each set."""

from typing import Final

from nelm_fhir.assessment.json_form import as_bytes, to_json
from nelm_fhir.ledger.newest import Judgment, OfSet
from nelm_fhir.report.worklist_line import encoded, worklist_line
from nelm_fhir.service.evaluating import Evaluated
from nelm_fhir.service.site import Site
from nelm_fhir.writers.identity import patient_of

_OF_ANYBODY: Final = frozenset({"as_of", "options", "patient"})
"""Parts of a profile that say nothing of a tumor. A damaged record may hide what would, so
`damaged` is none of them."""


def judgment_of(site: Site, found: Evaluated, source: str, moment: str) -> Judgment:
    """Return what is kept; `source` is whose names of patients these are, `moment` the input's.

    Raises NoPatient where the record names no patient.
    """
    assessment = found.assessment
    profile = found.read.profile.to_record()
    return Judgment(
        source=source,
        patient=patient_of(assessment.subject),
        as_of=assessment.as_of,
        event=moment,
        assessment=as_bytes(to_json(assessment)),
        profile=as_bytes(profile),
        judged=site.now().isoformat(),
        sets=tuple(OfSet(one.set, one.version, str(one.verdict)) for one in assessment.verdicts),
        line=b"" if found.read.deceased else encoded(worklist_line(assessment, site.catalogue)),
        listed=assessment.neuroendocrine or bool(profile.keys() - _OF_ANYBODY),
    )
