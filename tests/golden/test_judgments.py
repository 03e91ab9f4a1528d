"""What every definition answers in the worked cases, on what it rests and what it lacks.

The worked cases say status and reason; here stands the whole judgment: the value in words, the end
of a clock, the evidence, what was set aside and which elements are lacking; and all that stands
beside the verdicts, not only the flags a case names. Each judgment that differs from all before it
by more than its numbers stands under the first case that brings it about. `make golden` writes
`judgments.toml` anew; its diff is what a reviewer reads.
"""

import re
from pathlib import Path

import pytest
from tests.golden.questions import CASES, CATALOGUE, HOW, QUESTIONS, approved

from nelm_fhir.evaluator.asking import ask
from nelm_fhir.evaluator.assess import assess_profile
from nelm_fhir.evaluator.registry import SPECS
from nelm_fhir.evaluator.view import View
from nelm_fhir.profile.record_format import CandidateProfile

APPROVED = Path(__file__).parent / "judgments.toml"


def told(judged):
    """Return the whole judgment in one line."""
    aside = [f"{one.evidence.resource} ({one.reason})" for one in judged.set_aside]
    members = {
        "until": judged.earliest if judged.running else "",
        "value": judged.value or "",
        "observed": "" if judged.observed is None else judged.observed,
        "rests on": ", ".join(one.resource for one in judged.evidence),
        "set aside": ", ".join(aside),
        "lacks": ", ".join(judged.paths),
    }
    reason = f": {judged.reason}" if judged.reason else ""
    said = [f"{name} {text}" for name, text in members.items() if text != ""]
    return "; ".join([f"{judged.status}{reason}", *said])


def answers(case, how, only=None):
    """Yield the answer to the questions for one case, as it stands or with all its sources."""
    profile = CandidateProfile.from_record(HOW[how](case.record))
    view = View(profile, CATALOGUE.definitions)
    for words, question in QUESTIONS.items():
        if only is None or words in only:
            yield words, told(ask(view, question))
    if how == "plain" and (only is None or not only <= QUESTIONS.keys()):
        yield from beside(assess_profile(profile, CATALOGUE))


def beside(assessment):
    """Yield what stands beside the verdicts: flags, figures, notes, texts of practice."""
    yield "flags-of-the-patient", " ".join(assessment.flags)
    for verdict in assessment.verdicts:
        yield f"flags-and-notes-of-{verdict.set}", " ".join([*verdict.flags, *verdict.notes])
    for name in ("references", "reference_notes", "surveillance", "notes"):
        yield name, " ".join(getattr(assessment, name))
    yield "texts", " ".join(name for name in assessment.texts if "-" not in name)


def kind(words, answer):
    """Return what is equal for judgments that differ by nothing but their numbers."""
    return words.split()[0], re.sub(r"\d+", "9", answer) if words in QUESTIONS else answer


JUDGMENTS = approved("test_judgments", APPROVED, answers, kind)


@pytest.mark.parametrize("name", JUDGMENTS)
def test_a_case_is_judged_on_the_evidence_and_with_the_reasons_that_were_approved(name):
    case, how = name.split()
    found = dict(answers(CASES[case], how, JUDGMENTS[name].keys()))
    assert {words: found[words] for words in JUDGMENTS[name]} == JUDGMENTS[name]


def test_every_definition_has_judgments_of_every_status_it_can_give():
    seen = {}
    judgments = [pair for found in JUDGMENTS.values() for pair in found.items()]
    for words, answer in judgments:
        if words in QUESTIONS:
            status = re.split("[:;]", answer)[0]
            seen.setdefault(words.split()[0], set()).add(status)
    assert set(seen) == {question.asks for question in QUESTIONS.values()}
    for definition, statuses in seen.items():
        assert statuses >= SPECS[definition].statuses
