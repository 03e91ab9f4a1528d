"""How every answer in the worked cases is told: cases, words, and the facts it rests on.

Beside the judgments (`test_judgments.py`) stands what a reader is told of them: the sentence of an
answer with its typed words, the facts it uses and sets aside, and what each fact holds. Whatever
differs from all before it by more than numbers, dates and names stands once, under the first case
that brings it about. `make golden` writes `tellings.toml` anew; its diff is what a reviewer reads.
"""

import json
import re
from pathlib import Path

import pytest
from tests.golden.questions import CASES, CATALOGUE, HOW, QUESTIONS, approved

from nelm_fhir.assessment.told import Fact
from nelm_fhir.assessment.told_json import answer_json, fact_json
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.evaluator.answers import answers_of
from nelm_fhir.evaluator.view import View
from nelm_fhir.profile.record_format import CandidateProfile

APPROVED = Path(__file__).parent / "tellings.toml"
EMPTY = ([], {}, None, False, "")


def bare(value):
    """Return a JSON value without what is empty."""
    if isinstance(value, dict):
        return {key: bare(one) for key, one in value.items() if one not in EMPTY}
    return [bare(one) for one in value] if isinstance(value, list) else value


def line(value):
    """Return a JSON value as one line."""
    return json.dumps(bare(value), ensure_ascii=False, default=float)


def tellings(case, how):
    """Yield how each question is answered for one case, and each fact that is told of."""
    view = View(CandidateProfile.from_record(HOW[how](case.record)), CATALOGUE.definitions)
    voice = Voice(CATALOGUE.texts.wording)
    facts = {}
    for words, question in QUESTIONS.items():
        for answer in answers_of(view, question):
            said = " ".join(voice.sentence(answer.asks, one) for one in answer.told)
            yield words, f"{said}\n{line(answer_json(answer))}"
            facts |= {fact.id: fact for fact in told_of(answer)}
    for name, fact in sorted(facts.items()):
        yield f"fact {name}", line(fact_json(fact))


def told_of(answer):
    """Yield the facts of an answer: used, set aside, and named in its sentences."""
    yield from answer.used
    yield from (one.fact for one in answer.aside)
    for told in answer.told:
        for word in told.words.values():
            parts = word if isinstance(word, tuple) else (word,)
            yield from (part for part in parts if isinstance(part, Fact))


NAMES = re.compile(r'("(?:fact|id|resource|text|low|high)": |, |\[)"[^"]+"')


def kind(words, text):
    """Return what is equal for tellings that differ only in numbers, dates and names of things."""
    if words.startswith("fact "):
        return shape(json.loads(text))
    return words.split()[0], NAMES.sub("", re.sub(r"\d+", "9", text.partition("\n")[2]))


def shape(fact):
    """Return which elements a fact has, and of which it tells a reason or something set aside."""
    told = [
        (e["name"], e.get("reason"), "text" in e, "set_aside" in e)
        for e in fact.get("elements", ())
    ]
    return fact["kind"], tuple(told)


TELLINGS = approved("test_tellings", APPROVED, tellings, kind)


@pytest.mark.parametrize("name", TELLINGS)
def test_a_case_is_told_as_it_was_approved(name):
    case, how = name.split()
    found = dict(tellings(CASES[case], how))
    assert {words: found[words] for words in TELLINGS[name]} == TELLINGS[name]
