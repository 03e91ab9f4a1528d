"""The pages of `nelm criteria`: all sets, and one set with the words it is made of."""

from collections.abc import Iterator

from nelm_fhir.cli.page import DIM, HEADING, Page, Words
from nelm_fhir.cli.version import short_digest
from nelm_fhir.core.amounts import plain
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.criteria import Ask, BodyNote, CriteriaSet, Criterion, Group


def list_page(catalogue: Catalogue, width: int, *, color: bool = False) -> str:
    """Return the page of all sets."""
    page = Page(width, color=color)
    page.title("Criteria sets")
    for one in catalogue.sets.values():
        page.space()
        counting = sum(criterion.kind.counts for criterion in one.criteria)
        page.line((one.id, HEADING), f"  {one.title}")
        page.line(f"version {one.version}, {counting} criteria that count", indent=2)
        page.line((one.citation, DIM), indent=2)
    page.heading("Notes of other bodies, without a verdict")
    page.entries([("•", body.id, body.title) for body in catalogue.bodies])
    page.space()
    _end(page, catalogue)
    return page.text()


def set_page(
    chosen: CriteriaSet,
    criterion: str | None,
    catalogue: Catalogue,
    width: int,
    *,
    color: bool = False,
) -> str:
    """Return the page of one set, or of one of its criteria."""
    page = Page(width, color=color)
    page.title(f"{chosen.title}, version {chosen.version}")
    page.line((chosen.citation, DIM))
    for one in chosen.criteria:
        if criterion in {None, one.id}:
            page.space()
            page.line((f"{one.id}  ", HEADING), one.label, (f"  {one.kind}", DIM))
            page.line(one.statement, indent=2)
            page.pairs(list(_rows(one, catalogue)), indent=2)
    if criterion is None:
        page.heading("Sources")
        known = [(key, catalogue.sources[key]) for key in chosen.sources]
        page.entries([("•", key, f"{s.citation} (used: {s.available})") for key, s in known])
        page.heading("Outside its scope")
        texts = catalogue.definitions.scope.texts
        page.entries([("•", scope, texts[scope]) for scope in chosen.scope])
    page.space()
    _end(page, catalogue)
    return page.text()


def body_page(body: BodyNote, catalogue: Catalogue, width: int, *, color: bool = False) -> str:
    """Return the page of a body without a verdict: its notes, and the sets they stand beside."""
    page = Page(width, color=color)
    page.title(body.title)
    beside = ", ".join(catalogue.sets[name].title for name in body.beside)
    page.line((f"Notes without a verdict of their own, shown beside {beside}.", DIM))
    for one in body.notes:
        page.space()
        page.line((f"{one.id}  ", HEADING), one.label)
        page.pairs(list(_rows(one, catalogue)), indent=2)
    page.space()
    _end(page, catalogue)
    return page.text()


def _rows(one: Criterion, catalogue: Catalogue) -> Iterator[tuple[str, Words]]:
    if one.text:
        yield "Text", one.text
    yield from _questions(one)
    yield from _quotations(one)
    for name in one.policy:
        yield "Policy", f"{name}: {catalogue.policies[name]}"
    if one.settle:
        yield "To settle", one.settle
    if one.flag:
        yield "Flag", f"{one.flag.id}: {catalogue.texts.flags[one.flag.id].text}"


def _questions(one: Criterion) -> Iterator[tuple[str, Words]]:
    if one.question is not None:
        yield "Asks", _asked(one.question)
    for option in one.options:
        if option.question is not None:
            yield "Option", f"{option.name}: {_asked(option.question)}"


def _quotations(one: Criterion) -> Iterator[tuple[str, Words]]:
    if one.quote:
        yield "Quote", f"“{one.quote}”"
    if one.source:
        yield "Source", f"{one.source.key}, {one.source.where} ({one.basis or 'no basis given'})"
    for further in one.further:
        yield "Further", f"“{further.quote}” {further.source.key}, {further.source.where}"


def _asked(question: Ask | Group) -> str:
    """Return the question as it stands in the file: definition, limit, parameters."""
    if isinstance(question, Group):
        joined = f" {'and' if question.joined == 'all' else 'or'} "
        return joined.join(f"({_asked(part)})" for part in question.parts)
    limit = (
        ""
        if question.limit is None
        else f" {question.test} {plain(question.limit)} {question.unit}"
    )
    parameters = ", ".join(f"{name} {value}" for name, value in question.parameters.items())
    return f"{question.asks}{limit}{f' ({parameters})' if parameters else ''}"


def _end(page: Page, catalogue: Catalogue) -> None:
    page.line((f"Catalogue {short_digest(catalogue.digest)}", DIM))
    page.line(catalogue.texts.notice)
