"""Every question that a criteria set asks, the worked cases it is asked of, and their answers.

Answers are approved as files: by case, each kind once, under the first case that brings it about.
"""

import os
import tomllib
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path

from tests.golden.sourced_records import sourced

from nelm_fhir.evaluator.registry import SPECS
from nelm_fhir.knowledge.cases import worked_cases
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.knowledge.loader import load_catalogue

CATALOGUE = load_catalogue(SPECS)
CASES = {case.id: case for case in worked_cases()}
HOW = {"sourced": sourced, "plain": dict}
"""How a case is asked: as it stands, or with a source for everything in it."""


UPDATE = os.environ.get("NELM_UPDATE_GOLDEN") == "1"
HEAD = "# Written by `make golden` (tests/golden/{test}.py). Fictional records.\n"
Answers = Callable[..., Iterable[tuple[str, str]]]


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


def approved(test: str, file: Path, answers: Answers, kind: Callable[[str, str], Hashable]):
    """Return the approved answers by case; `make golden` writes them anew first.

    `answers(case, how)` yields words and answer, `kind` says which are alike.
    """
    if UPDATE:
        file.write_text(HEAD.format(test=test) + "".join(_by_case(answers, kind)))
    return tomllib.loads(file.read_text())


def _by_case(answers: Answers, kind: Callable[[str, str], Hashable]):
    seen = set()
    for case in CASES.values():
        for how in HOW:
            kept = {}
            for words, answer in answers(case, how):
                if kind(words, answer) not in seen:
                    seen.add(kind(words, answer))
                    kept[words] = answer
            yield from [f'\n["{case.id} {how}"]\n'] * bool(kept)
            yield from (f"'{words}' = '''{answer}'''\n" for words, answer in kept.items())
