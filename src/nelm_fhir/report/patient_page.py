"""The page of one patient: whose record, what every set says, why, what is missing, and when.

In: a record as read, its assessment, the catalogue, a voice. Out: one whole HTML page without
script, picture or address of another place; the same input gives the same bytes. Source: rules 13.
"""

from nelm_fhir.assessment.result import Assessment
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.pipeline import Read
from nelm_fhir.report.about import NO_LINKS, About, Links
from nelm_fhir.report.beside_part import flags_part, notes_part, references_part
from nelm_fhir.report.deciding_part import deciding_part
from nelm_fhir.report.evidence_part import (
    ENGLISH,
    aside_part,
    evidence_part,
    paper_part,
    record_part,
    sources_part,
)
from nelm_fhir.report.markup import Markup, begun_page, element, ended_page, joined
from nelm_fhir.report.matrix_table import verdicts_part
from nelm_fhir.report.missing_part import missing_part
from nelm_fhir.report.page_head import head
from nelm_fhir.report.patient_style import STYLE
from nelm_fhir.report.timeline.part import timeline_part


def patient_page(
    read: Read,
    assessment: Assessment,
    catalogue: Catalogue,
    voice: Voice,
    *,
    links: Links = NO_LINKS,
) -> Markup:
    """Return the page; `links` are addresses that are shown where they are not empty."""
    about = About.of(read, assessment, catalogue, voice)
    title = f"{assessment.subject.reference or about.word('title')}, {assessment.as_of}"
    main = element(
        "main",
        verdicts_part(about),
        deciding_part(about),
        missing_part(about),
        timeline_part(about),
        flags_part(about),
        references_part(about),
        notes_part(about),
        evidence_part(about),
        aside_part(about),
        record_part(about),
        sources_part(about),
        paper_part(about),
    )
    return joined(
        (
            begun_page(title, STYLE, about.language),
            head(about, links),
            main,
            element("footer", element("p", assessment.notice, lang=ENGLISH)),
            ended_page(),
        )
    )
