"""What stands beside the verdicts: flags, published results of groups, practice, notes.

In: the matter of the page. Out: Markup. A figure never stands without population, number of
patients, era and source, and none is ever about one patient (safety rule 5).
"""

from collections.abc import Iterable, Iterator

from nelm_fhir.assessment.published import figures, notes_of_sets
from nelm_fhir.report.about import About
from nelm_fhir.report.markup import Markup, element


def flags_part(about: About) -> Markup | None:
    """Return flags of the patient; those of the sets stand with what decides."""
    flags = about.assessment.flags
    return _list("flags", about, flags) if flags else None


def references_part(about: About) -> Markup | None:
    """Return the published results that may stand beside these verdicts."""
    shown = figures(about.assessment, about.catalogue)
    if not shown:
        return None
    keys = ("result", "population", "patients", "era", "source")
    head = element("tr", *(element("th", about.word(key), scope="col") for key in keys))
    table = element(
        "table",
        element("caption", about.word("references"), class_="hidden"),
        element("colgroup", *(element("col", class_=key) for key in keys)),
        element("thead", head),
        element("tbody", *(_figure(name, about) for name in shown)),
        class_="plain",
    )
    scroll = element("div", table, class_="scroll", tabindex="0", role="region",
                     aria_label=about.word("references"))  # fmt: skip
    return element("section", element("h2", about.word("references")), scroll, id="references")


def _figure(name: str, about: About) -> Markup:
    text = about.text(name)
    cells = (text.population, text.n, text.era, text.source)
    return element(
        "tr",
        element("td", element("span", name, class_="id"), f" {text.text}"),
        *(element("td", cell or "–") for cell in cells),
    )


def notes_part(about: About) -> Markup:
    """Return published practice, and the notes of sets and bodies."""
    its = about.assessment
    notes = (*(name for name, _ in notes_of_sets(its)), *its.notes)
    parts = (
        _list("practice", about, its.surveillance) if its.surveillance else None,
        _list("notes", about, notes) if notes else None,
    )
    return element("div", *parts, class_="screen")


def _list(key: str, about: About, names: Iterable[str]) -> Markup:
    return element(
        "section",
        element("h2", about.word(key)),
        element("ul", *_texts(names, about), class_="texts"),
        id=key,
    )


def _texts(names: Iterable[str], about: About) -> Iterator[Markup]:
    for name in names:
        text = about.text(name)
        yield element(
            "li",
            element("span", name, class_="id"),
            f" {text.text} ",
            element("span", f"[{text.source}]", class_="dim small"),
        )
