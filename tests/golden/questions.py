"""Every question that a criteria set asks, and the worked cases it is asked of."""

from tests.golden.sourced_records import sourced

from nelm_fhir.evaluator.registry import SPECS
from nelm_fhir.knowledge.cases import worked_cases
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.knowledge.loader import load_catalogue

CATALOGUE = load_catalogue(SPECS)
CASES = {case.id: case for case in worked_cases()}
HOW = {"sourced": sourced, "plain": dict}
"""How a case is asked: as it stands, or with a source for everything in it."""


def asks(question):
    """Return every single question in a question."""
    if isinstance(question, Ask):
        return [question]
    return [one for part in getattr(question, "parts", ()) for one in asks(part)]


def in_words(question):
    """Return the definition with its parameters and limit."""
    parameters = [f"{key}={value}" for key, value in sorted(question.parameters.items())]
    limit = [] if question.limit is None else [f"{question.test or ''}{question.limit}"]
    return " ".join([question.asks, *parameters, *limit])


QUESTIONS = {
    in_words(one): one
    for criteria_set in CATALOGUE.sets.values()
    for criterion in criteria_set.criteria
    for question in (criterion.question, *(option.question for option in criterion.options))
    for one in asks(question)
}
