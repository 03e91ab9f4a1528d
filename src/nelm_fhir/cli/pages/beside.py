"""What stands beside the verdicts: flags of the patient, published texts, the record, sources.

In: an Assessment. Out: sections of a page. Figures stand with how many patients, when and from
where; none is ever about one patient (safety rule 5).
"""

from collections.abc import Sequence
from typing import Protocol

from nelm_fhir.assessment.published import figures, notes_of_sets
from nelm_fhir.assessment.result import Assessment, Text
from nelm_fhir.assessment.sentences import counted, counts_sentence, issue_sentence
from nelm_fhir.cli.page import Page, Words
from nelm_fhir.cli.pages.marks import BULLET, FLAG
from nelm_fhir.cli.pages.view import View
from nelm_fhir.knowledge.catalogue import Catalogue


class Unused(Protocol):
    """A resource that is not in the profile's record, and why."""

    @property
    def location(self) -> str: ...  # noqa: D102
    @property
    def type(self) -> str: ...  # noqa: D102
    @property
    def reason(self) -> str: ...  # noqa: D102


def write_beside(page: Page, assessment: Assessment, catalogue: Catalogue) -> None:
    """Write flags of the patient, published figures, surveillance texts and notes."""
    shown = figures(assessment, catalogue)
    _texts(page, "Flags of the patient", assessment.flags, assessment, FLAG)
    _texts(page, "Published results of groups, never of one patient", shown, assessment)
    _texts(page, "Published practice", assessment.surveillance, assessment)
    if notes := notes_of_sets(assessment):
        page.heading("Notes of the criteria sets")
        page.entries([(BULLET, name, sourced(text)) for name, text in notes])
    _texts(page, "Notes of other bodies", assessment.notes, assessment)


def _texts(
    page: Page,
    heading: str,
    names: Sequence[str],
    assessment: Assessment,
    mark: Words = BULLET,
) -> None:
    if names:
        page.heading(heading)
        page.entries([(mark, name, sourced(assessment.texts[name])) for name in names])


def sourced(text: Text) -> str:
    """Return a text with its source, and of a figure how many and when (safety rule 5)."""
    n = f"n {text.n}" if text.n and text.n[0].isdigit() else text.n
    beside = "; ".join(part for part in (n, text.era, text.source) if part)
    return f"{text.text} [{beside}]" if beside else text.text


def write_record(
    page: Page,
    assessment: Assessment,
    catalogue: Catalogue,
    view: View,
    unused: Sequence[Unused],
) -> None:
    """Write what was read and what was not; verbose names each, and the citations."""
    issues, counts = assessment.issues, assessment.counts
    if not issues and not counts.total and not view.verbose:
        return
    page.heading("The record")
    page.line(counts_sentence(counts))
    if issues and not view.verbose:
        found = f"{counted(len(issues), 'problem')} found in the data"
        page.line(f"{found}; --verbose names {'it' if len(issues) == 1 else 'them'}.")
    if view.verbose:
        _counted(page, assessment)
        page.entries([(FLAG, issue.kind, issue_sentence(issue)) for issue in issues])
        page.entries([("–", one.reason, f"{one.type}, {one.location}") for one in unused])
        _sources(page, assessment, catalogue)


def _counted(page: Page, assessment: Assessment) -> None:
    counts = assessment.counts
    parts = (
        ("Read", counts.read),
        ("Passed over", counts.passed_over),
        ("Unusable", counts.unusable),
    )
    rows = [
        (name, ", ".join(f"{what} {number}" for what, number in sorted(part.items())))
        for name, part in parts
        if part
    ]
    if rows:
        page.pairs(rows)


def _sources(page: Page, assessment: Assessment, catalogue: Catalogue) -> None:
    """Write the citation of every set and of every source that a shown text names."""
    page.heading("Sources")
    rows = [(BULLET, verdict.set, verdict.citation) for verdict in assessment.verdicts]
    shown = {text.source for text in assessment.texts.values()}
    named = {key.strip() for source in shown for key in source.split(",")}
    rows += [
        (BULLET, key, f"{source.citation} (used: {source.available})")
        for key, source in catalogue.sources.items()
        if key in named
    ]
    page.entries(rows)
