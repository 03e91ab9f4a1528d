"""The pages of `nelm overlay`: what was made, what a check found, what the cases say."""

from collections.abc import Sequence

from nelm_fhir.assessment.sentences import counted
from nelm_fhir.cli.page import DIM, HEADING, Page
from nelm_fhir.cli.pages.marks import BULLET, FLAG
from nelm_fhir.cli.version import short_digest
from nelm_fhir.core.evidence import Match
from nelm_fhir.coverage.review import Doubt
from nelm_fhir.coverage.trial import Change, Trial
from nelm_fhir.knowledge.catalogue import Catalogue

OK = ("✓", "green")


def made_page(folder: str, files: Sequence[str], width: int, *, color: bool) -> str:
    """Return the page of an overlay that was made."""
    page = Page(width, color=color)
    page.title(f"Made {folder}; it loads and maps nothing yet.")
    for file in files:
        page.line(f"{BULLET} {file}", indent=2)
    page.space()
    page.line(f"Fill in the targets (see {folder}/README.md), then:")
    page.line(f"nelm overlay check {folder}", indent=2)
    return page.text()


def check_page(
    catalogue: Catalogue | None, found: Sequence[Doubt], width: int, *, color: bool
) -> str:
    """Return the page of a check; without catalogue the overlays have faults, told elsewhere."""
    page = Page(width, color=color)
    if catalogue is not None:
        page.line(OK, " The overlays load.")
        page.pairs(_contents(catalogue), indent=2)
    if found:
        page.heading(f"{counted(len(found), 'warning')}")
        for (file, what, remedy), keys in _together(found).items():
            page.line(FLAG, f" {file}: {what}")
            page.line((remedy, DIM), indent=2)
            for key in keys:
                page.line(f"{BULLET} {key}", indent=2)
    return page.text()


def _together(found: Sequence[Doubt]) -> dict[tuple[str, str, str], list[str]]:
    """Return the keys of equal warnings of one file together."""
    told: dict[tuple[str, str, str], list[str]] = {}
    for doubt in found:
        told.setdefault((doubt.file, doubt.what, doubt.remedy), []).append(doubt.key)
    return told


def _contents(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Return what the overlays hold and do."""
    mapped = {line.code for line in catalogue.codes.listed if line.hit and _is_site(line.certainty)}
    answers = sum(len(strings) for strings in catalogue.answers.values())
    on = [name for name, value in catalogue.options.items() if value]
    own = [name for name, one in catalogue.sets.items() if one.derived_from]
    rows = [
        ("Overlays", ", ".join(f"{one.name} {one.version}" for one in catalogue.overlays)),
        ("Codes", counted(len(mapped), "code") + " mapped"),
        ("Answers", counted(answers, "fixed string")),
        ("Options", ", ".join(on) or "none on"),
        ("Fresh for", f"{catalogue.definitions.freshness.imaging_months} months"),
        ("Catalogue", short_digest(catalogue.digest)),
    ]
    return [*rows, ("Own sets", ", ".join(own))] if own else rows


def _is_site(certainty: str) -> bool:
    return certainty == str(Match.SITE)


def trial_page(found: Trial, catalogue: Catalogue, width: int, *, color: bool) -> str:
    """Return the page of the worked cases with overlays."""
    page = Page(width, color=color)
    page.pairs(_contents(catalogue))
    page.space()
    if not found.changes:
        page.line(OK, f" {counted(found.cases, 'worked case')}: none of them changes.")
        return page.text()
    page.line(
        FLAG,
        f" {len(found.changes)} of {counted(found.cases, 'worked case')} come out otherwise:"
        " what the overlay asks for.",
    )
    for why in dict.fromkeys(change.why for change in found.changes):
        page.heading(f"By {why}" if why else "By nothing that the overlay sets")
        for change in found.changes:
            if change.why == why:
                _change(page, change)
    return page.text()


def _change(page: Page, change: Change) -> None:
    page.line((f"{change.case.id}  ", HEADING), change.case.title)
    for failure in change.failures:
        page.line(f"{failure.what}: {failure.found}, without it {failure.expected}", indent=2)
