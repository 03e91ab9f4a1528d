"""The evidence: every fact with the resource version it was read from, and what was set aside.

In: the matter of the page. Out: Markup. Numbers are those that the sentences of the page cite.
"""

from collections.abc import Iterator

from nelm_fhir.assessment.result import SetVerdict
from nelm_fhir.assessment.sentences import issue_sentence
from nelm_fhir.assessment.told import Fact
from nelm_fhir.core.evidence import Evidence
from nelm_fhir.report.about import About
from nelm_fhir.report.evidence import shown, source_words
from nelm_fhir.report.markup import Markup, element, joined

ENGLISH = "en"


def evidence_part(about: About) -> Markup | None:
    """Return the facts by topic, each behind its number."""
    if not about.facts.numbers:
        return None
    topics = [
        joined(
            (
                element("h3", topic),
                element("ol", *(_fact(one, about) for one in facts), class_="facts"),
            )
        )
        for topic, facts in about.facts.by_topic.items()
    ]
    return element(
        "section",
        element("h2", about.word("evidence")),
        element("p", about.word("evidence-how"), class_="dim"),
        *topics,
        id="evidence",
        class_="screen",
    )


def paper_part(about: About) -> Markup:
    """Return what stands on paper in the place of the evidence: facts by resource version, sets."""
    facts = (fact for facts in about.facts.by_topic.values() for fact in facts)
    rows = [f"[{about.facts.numbers[fact.id]}] {_resources(fact)}" for fact in facts]
    sets = [f"{one.title} ({one.version}): {one.citation}" for one in about.assessment.verdicts]
    return element(
        "section",
        element("p", element("b", about.word("evidence")), " ", " ".join(rows)),
        element("p", element("b", about.word("sources")), " ", " ".join(sets)),
        element("p", about.word("on-paper")),
        class_="paper",
    )


def _resources(fact: Fact) -> str:
    """Return the resource versions that a fact rests on, each once."""
    items = (item for element in fact.elements for item in element.evidence)
    versions = (
        f"{item.resource} v{item.version}" if item.version else item.resource for item in items
    )
    return ", ".join(dict.fromkeys(versions)) or "–"


def _fact(fact: Fact, about: About) -> Markup:
    its, number = shown(fact, about.voice), about.facts.numbers[fact.id]
    rows = [_statement(told, evidence, about) for told, evidence in its.statements]
    rows += [_statement(told, (item,), about) for told, item in its.aside]
    return element(
        "li",
        element("span", f"[{number}]", class_="number"),
        its.head,
        element("ul", *rows) if rows else None,
        id=f"fact-{number}",
    )


def _statement(told: str, evidence: tuple[Evidence, ...], about: About) -> Markup:
    systems = about.catalogue.codes.systems
    sources = [
        element("div", source_words(item, about.voice, systems), class_="source")
        for item in evidence
    ]
    return element("li", told or None, *sources)


def aside_part(about: About) -> Markup:
    """Return what was read and not used, with reasons: facts, then whole resources."""
    rows = [*_asides(about), *_left_out(about)]
    return element(
        "section",
        element("h2", about.word("aside")),
        element("ul", *rows, class_="asides") if rows else element("p", about.word("aside-none")),
        id="aside",
        class_="screen",
    )


def _asides(about: About) -> Iterator[Markup]:
    """Yield each fact that criteria did not use, with the reason and those criteria."""
    found: dict[tuple[str, str], list[str]] = {}
    facts: dict[str, Fact] = {}
    for verdict in about.assessment.verdicts:
        for fact, reason, criterion in _of_set(verdict):
            facts[fact.id] = fact
            found.setdefault((fact.id, reason), []).append(criterion)
    for (name, reason), criteria in found.items():
        fact = facts[name]
        yield element(
            "li",
            f"{shown(fact, about.voice).head} ",
            about.cited([fact]),
            f": {about.voice.aside(reason)} ",
            element(
                "span",
                f"({about.word('for-criteria')} {', '.join(dict.fromkeys(criteria))})",
                class_="dim small",
            ),
        )


def _of_set(verdict: SetVerdict) -> Iterator[tuple[Fact, str, str]]:
    for result in verdict.criteria:
        used = {fact.id for answer in result.answers for fact in answer.used}
        for answer in result.answers:
            for aside in answer.aside:
                if aside.fact.id not in used:
                    yield aside.fact, aside.reason, result.id


def _left_out(about: About) -> Iterator[Markup]:
    for one in about.assessment.left_out:
        why = about.voice.word("left-out", one.reason)
        yield element("li", f"{one.resource}, {one.location}: {why}")


def record_part(about: About) -> Markup | None:
    """Return what was read of the record, and what is wrong in it."""
    its = about.assessment
    if not its.counts.total and not its.issues:
        return None
    parts = (its.counts.read, its.counts.passed_over, its.counts.unusable)
    read, passed, unusable = (str(sum(part.values())) for part in parts)
    counts = about.phrase(
        "counts", total=str(its.counts.total), read=read, passed=passed, unusable=unusable
    )
    issues = [element("li", issue_sentence(issue), lang=ENGLISH) for issue in its.issues]
    return element(
        "section",
        element("h2", about.word("record")),
        element("p", counts),
        element("ul", *issues) if issues else None,
        id="record",
        class_="screen",
    )


def sources_part(about: About) -> Markup:
    """Return the citation of every set with its version, and of every source that is named."""
    rows = [
        element("li", f"{one.title}, {about.word('version')} {one.version}: {one.citation}")
        for one in about.assessment.verdicts
    ]
    named = {word.strip(",;") for text in _named(about) for word in text.split()}
    rows += [
        element("li", element("span", key, class_="id"), f" {source.citation}")
        for key, source in about.catalogue.sources.items()
        if key in named
    ]
    rows += [
        element("li", element("span", key, class_="id"), f" {text}", lang=ENGLISH)
        for key, text in about.catalogue.policies.items()
        if key in named
    ]
    return element(
        "section",
        element("h2", about.word("sources")),
        element("ul", *rows, class_="small"),
        id="sources",
        class_="screen",
    )


def _named(about: About) -> Iterator[str]:
    """Yield what may name a source: sources of texts, of criteria, and what they rest on."""
    yield from (text.source for text in about.assessment.texts.values())
    for verdict in about.assessment.verdicts:
        for result in verdict.criteria:
            yield from (result.source or "", *result.basis)
