"""The end of the page of `nelm explain`: the record itself, what was left out, sources, policies.

In: an Assessment and the catalogue. Out: sections of a page. What the criteria only name by key
stands here in full, so that the printed page needs nothing beside it.
"""

from collections.abc import Iterator

from nelm_fhir.assessment.result import Assessment, CriterionResult, Verdict
from nelm_fhir.assessment.sentences import counts_sentence, issue_sentence
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.cli.page import Page
from nelm_fhir.cli.pages.beside import sourced
from nelm_fhir.cli.pages.marks import BULLET, FLAG
from nelm_fhir.knowledge.catalogue import Catalogue


def write_closing(page: Page, assessment: Assessment, catalogue: Catalogue) -> None:
    """Write flags of the patient, the record, sources and policies, and the notice."""
    if assessment.flags:
        page.heading("Flags of the patient")
        rows = [(FLAG, flag, sourced(assessment.texts[flag])) for flag in assessment.flags]
        page.entries(rows)
    _record(page, assessment, Voice(catalogue.texts.wording))
    _sources(page, assessment, catalogue)
    page.space()
    page.line(assessment.notice)


def _record(page: Page, assessment: Assessment, voice: Voice) -> None:
    if not assessment.counts.total and not assessment.issues:
        return
    page.heading("The record")
    page.line(counts_sentence(assessment.counts))
    page.entries(
        [
            ("–", "", f"{one.resource}, {one.location}: {voice.word('left-out', one.reason)}")
            for one in assessment.left_out
        ]
    )
    page.entries([(FLAG, "", issue_sentence(issue)) for issue in assessment.issues])


def _sources(page: Page, assessment: Assessment, catalogue: Catalogue) -> None:
    """Write in full every source and policy that the page names by its key."""
    named = {word.strip(",;") for text in _named(assessment) for word in text.split()}
    sources = [
        (BULLET, key, f"{source.citation} (used: {source.available})")
        for key, source in catalogue.sources.items()
        if key in named
    ]
    policies = [(BULLET, k, text) for k, text in catalogue.policies.items() if k in named]
    if sources:
        page.heading("Sources")
        page.entries(sources)
    if policies:
        page.heading("Policies of this project, which need local clinical sign-off")
        page.entries(policies)


def _named(assessment: Assessment) -> Iterator[str]:
    shown = {*assessment.flags}
    for verdict in assessment.verdicts:
        shown |= {*verdict.flags, *verdict.notes}
        judged = () if verdict.verdict is Verdict.NOT_APPLICABLE else verdict.criteria
        for result in judged:
            yield from _of_criterion(result)
    yield from (assessment.texts[name].source for name in shown)


def _of_criterion(result: CriterionResult) -> Iterator[str]:
    yield result.source or ""
    yield from result.basis
