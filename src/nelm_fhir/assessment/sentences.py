"""Sentences for people beside those of the criteria: verdicts, missing data, issues, counts.

In: types of the result, and a voice. Out: plain words for a transplant coordinator. They keep to
rules 13: a record meets, does not meet or cannot be judged against a set; nothing more is ever
said. Why a criterion is met or not says `criterion_sentences.py`.
"""

from collections.abc import Mapping
from typing import Final

from nelm_fhir.assessment.result import Counts, CriterionResult, SetVerdict, Text
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.issues import Issue
from nelm_fhir.core.unknown import Reason
from nelm_fhir.knowledge.wording import NO_WORDS

_WHOLE: Final = 100  # percent

Words = Mapping[str, str]


def verdict_sentence(verdict: SetVerdict, voice: Voice) -> str:
    """Say what the verdict of one set is and which criteria it rests on."""
    return voice.phrase(
        "verdict",
        str(verdict.verdict),
        set=set_name(verdict, voice),
        deciding=deciding_words(verdict, voice),
        earliest=voice.say(verdict.earliest),
    )


def set_name(verdict: SetVerdict, voice: Voice) -> str:
    """Return the set as it is named on screen; its version always stands beside it (rules 13)."""
    return f"{verdict.title} ({voice.word('page', 'version')} {verdict.version})"


def deciding_words(verdict: SetVerdict, voice: Voice) -> str:
    """Return the deciding criteria, each with its label where the set has it."""
    labels = {result.id: voice.label(result.id, result.label) for result in verdict.criteria}
    return "; ".join(f"{name} {labels.get(name, '')}".rstrip() for name in verdict.deciding)


def reason_words(reason: str | None, reasons: Words = NO_WORDS) -> str:
    """Return a reason in words; the bare word, hyphens opened, where no words are given."""
    return reasons.get(reason or "", (reason or "no reason given").replace("-", " "))


def only_possible(result: CriterionResult) -> bool:
    """Whether the amount only says what is possible: nothing of it stands in the record.

    That is so without any record, and where an unreadable one leaves the whole scale open.
    """
    amount = result.observed
    if not isinstance(amount, Amount):
        return False
    if result.reason != Reason.UNREADABLE:
        return result.reason == Reason.NO_RECORD
    to_the_end = amount.high is None or (amount.unit == "%" and amount.high == _WHOLE)
    return amount.low == 0 and not amount.low_open and to_the_end


def reference_sentence(text: Text) -> str:
    """Return a published figure with all that must stand beside it (safety rule 5)."""
    n = f"n {text.n}" if text.n and text.n[0].isdigit() else text.n
    beside = [part for part in (text.population, n, text.era, text.source) if part]
    return f"{text.text} ({'; '.join(beside)})"


def issue_sentence(issue: Issue) -> str:
    """Return what a problem of the record means and where it is."""
    return f"{issue.text} ({issue.location})" if issue.location else issue.text


def counts_sentence(counts: Counts) -> str:
    """Return how many resources of the record were read, passed over and unusable."""
    read, passed, unusable = (
        sum(part.values()) for part in (counts.read, counts.passed_over, counts.unusable)
    )
    resources = counted(counts.total, "resource")
    return f"{resources}: {read} read, {passed} passed over, {unusable} unusable."


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless there is one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
