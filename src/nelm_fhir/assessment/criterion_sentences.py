"""Why one criterion is met or not, what would settle or change it: the sentences of its answers.

In: a CriterionResult and a voice. Out: plain English (or another language) for a physician. Of
several answers those are said that decide: all failures, else all clocks that run, else all that is
open; of alternatives the one that holds, else every one. A result without answers, made outside of
the evaluator, is said by its label.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from nelm_fhir.assessment.result import CriterionResult
from nelm_fhir.assessment.told import Answer, Told
from nelm_fhir.assessment.voice import Voice, capitalized, uncapitalized
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN
from nelm_fhir.core.unknown import NotApplicable, Reason

_JOINED_BY_REASON = (NotApplicable.NOTHING_ADVERSE, Reason.NO_SOURCE_TEXT)
_DECIDING = (str(NOT_MET), "running", str(UNKNOWN), str(MET))
"""What decides where all must hold: the first of these that any answer has."""
Say = Callable[[str, Told], str]
Need = tuple[str, Told, str]


def criterion_sentence(result: CriterionResult, voice: Voice, *, settle: bool = False) -> str:
    """Say why the criterion has its status; `settle`: also what would settle it when unknown."""
    sentence = voice.once("why", result, lambda one: _sentence(one, voice))
    need = needs_words(result, voice) if settle else ""
    return f"{sentence} {need}" if need else sentence


def needs_words(result: CriterionResult, voice: Voice) -> str:
    """Return in one sentence what would settle the criterion; empty unless it is unknown."""
    if result.status is not UNKNOWN:
        return ""
    return voice.once("settle", result, lambda one: _needs_words(one, voice))


def _needs_words(result: CriterionResult, voice: Voice) -> str:
    told = [[settle for _, _, settle in branch] for branch in needs(result, voice)]
    if not any(told) and result.settle:
        told = [[uncapitalized(result.settle.rstrip("."))]]
    need = _alternatives(told, voice)
    return voice.phrase("join", "settle", need=need) if need else ""


def changes_words(result: CriterionResult, voice: Voice) -> str:
    """Return what a criterion that failed would need, a sentence for each.

    A clock that runs needs nothing but time: its sentence says until when.
    """
    if result.status is not NOT_MET or result.running:
        return ""
    branches = [
        [one for one in branch if one.status is NOT_MET and not one.running]
        for branch in deciding_branches(result)
    ]
    told = [_each(branch, voice.change, beside=False) for branch in branches]
    sentences = [(one, *map(capitalized, more)) for one, *more in filter(None, told)]
    need = _alternatives(sentences, voice, "-change")
    return voice.phrase("join", "change", need=capitalized(need)) if need else ""


def _alternatives(told: Iterable[Iterable[str]], voice: Voice, form: str = "") -> str:
    """Return what is needed: all of a branch, or all of another one."""
    branches = [_joined_by(f"and{form}", branch, voice) for branch in told]
    return _joined_by(f"or{form}", filter(None, branches), voice)


def _joined_by(key: str, texts: Iterable[str], voice: Voice) -> str:
    joined = ""
    for text in texts:
        joined = voice.phrase("join", key, first=joined, last=text) if joined else text
    return joined


def needs(result: CriterionResult, voice: Voice) -> list[list[Need]]:
    """Return what would settle an unknown criterion, by alternative, each need once.

    A need is the definition that asks, its sentence, and the words of what would settle it.
    """
    if result.status is not UNKNOWN:
        return []
    return [list(_needs_of(branch, voice)) for branch in deciding_branches(result)]


def _needs_of(answers: Sequence[Answer], voice: Voice) -> Iterator[Need]:
    seen = set()
    for answer in answers:
        lacking = [told for told in answer.told if answer.status is UNKNOWN and not told.beside]
        for told in lacking:
            settle = voice.need(answer.asks, told)
            if settle and settle not in seen:
                seen.add(settle)
                yield answer.asks, told, settle


def deciding(result: CriterionResult) -> tuple[Answer, ...]:
    """Return the answers that the status of the criterion rests on."""
    return tuple(one for branch in deciding_branches(result) for one in branch)


def deciding_branches(result: CriterionResult) -> list[list[Answer]]:
    """Return the same by alternative: the one that holds, else all but those that only repeat."""
    branches = [_of_branch(list(group)) for _, group in groupby(result.answers, _branch)]
    if len(branches) == 1:
        return branches
    holding = [branch for branch in branches if all(one.status is MET for one in branch)]
    if holding:
        return holding[:1]
    return [branch for branch in branches if not _repeats(branch, branches)]


def _branch(answer: Answer) -> int:
    return answer.branch


def _of_branch(answers: Sequence[Answer]) -> list[Answer]:
    """Return the answers that decide where all must hold."""
    if len(answers) == 1:
        return list(answers)
    outcomes = [one.outcome for one in answers]
    for outcome in _DECIDING:
        if outcome in outcomes:
            return [one for one in answers if one.outcome == outcome]
    return list(answers)


def _repeats(branch: list[Answer], branches: Iterable[list[Answer]]) -> bool:
    """Whether an alternative says all that another one says, and more: it lacks the same."""
    own = [told for one in branch for told in one.told]
    shorter = ([t for one in other for t in one.told] for other in branches if other is not branch)
    return any(len(told) < len(own) and all(one in own for one in told) for told in shorter)


def _sentence(result: CriterionResult, voice: Voice) -> str:
    if result.reason == NotApplicable.OUTSIDE_SCOPE:
        return voice.phrase("join", str(NotApplicable.OUTSIDE_SCOPE)) or _plain(result, voice)
    branches = deciding_branches(result)
    told = [" ".join(_each(branch, voice.sentence)) for branch in branches]
    if not any(told):
        return _plain(result, voice)
    first = told[0]
    for branch, other in zip(branches[1:], told[1:], strict=True):
        key = f"alternative-{branch[0].outcome}"
        first = voice.phrase("join", key, first=first, last=other)
    if result.reason in _JOINED_BY_REASON:
        return voice.phrase("join", str(result.reason), first=first)
    return first


def _each(answers: Iterable[Answer], say: Say, *, beside: bool = True) -> tuple[str, ...]:
    """Return the texts of answers, each once; what differs only in lists is said in one."""
    told = [(one.asks, t) for one in answers for t in one.told if beside or not t.beside]
    whole = _merged(told) if len(told) > 1 else told
    said = [say(asks, sentence) for asks, sentence in whole]
    return tuple(dict.fromkeys(filter(None, said)))


def _merged(told: Sequence[tuple[str, Told]]) -> Iterator[tuple[str, Told]]:
    """Yield sentences; neighbors of one case whose words differ only in lists become one."""
    current: tuple[str, Told] | None = None
    for asks, one in told:
        joined = _joined(current, asks, one)
        if joined is None and current is not None:
            yield current
        current = (asks, one) if joined is None else (asks, joined)
    if current is not None:
        yield current


def _joined(current: tuple[str, Told] | None, asks: str, one: Told) -> Told | None:
    if current is None or (current[0], current[1].case) != (asks, one.case):
        return None
    before = current[1].words
    lists = {name for name, word in one.words.items() if isinstance(word, tuple)}
    if not lists or any(one.words[name] != before[name] for name in one.words.keys() - lists):
        return None
    joined = dict(one.words)
    for name in lists:
        left, right = before[name], one.words[name]
        if isinstance(left, tuple) and isinstance(right, tuple):
            joined[name] = tuple(dict.fromkeys((*left, *right)))
    return Told(one.case, joined)


def _plain(result: CriterionResult, voice: Voice) -> str:
    """Return what can be said without answers: label, status, value, reason, earliest date."""
    status = voice.word("statuses", str(result.status)).strip("“”")
    why = voice.word("reasons", result.reason) if result.reason else ""
    parts = (result.value, why, str(result.earliest or ""))
    more = "; ".join(part for part in parts if part)
    label = result.label.removesuffix(f" ({result.kind})")
    return f"{capitalized(label)}: {status}{f' ({more})' if more else ''}."
