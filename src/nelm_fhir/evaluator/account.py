"""An account: how the answer of one definition is told, beside the judgment and never instead.

A teller gets view, question and judgment and returns sentences as keys with typed values, the
facts used and those set aside. It dispatches on the judgment's status and reason, so it cannot
contradict them. The cases it can give are declared beside it; each needs its words in every
language, which the loader checks.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from nelm_fhir.assessment.told import Aside, Fact, Limit, Term, Told, Word
from nelm_fhir.core.amounts import plain
from nelm_fhir.core.evidence import Unused
from nelm_fhir.core.unknown import NotApplicable, Reason
from nelm_fhir.evaluator.judgment import Judgment
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask, CaseSpec

NONE: Final = "none"
UNCLEAR: Final = "unclear"


class Account(Struct, frozen=True):
    """What is told of one answer."""

    told: tuple[Told, ...]
    used: tuple[Fact, ...]
    aside: tuple[Aside, ...]


Filling = dict[str, Word]
"""What fills a sentence, by field."""
Tell = Callable[[View, Ask, Judgment], Account]


class Teller(Struct, frozen=True):
    """How definitions are told: by name, the function and the cases it can give."""

    names: tuple[str, ...]
    tell: Tell
    cases: Mapping[str, CaseSpec]


def teller(*names: str, **cases: Mapping[str, str]) -> Callable[[Tell], Teller]:
    """Declare a teller: by outcome (`met`, `not_met`, `running` ...) the cases and their fields."""
    specs = {
        case: CaseSpec(outcome.replace("_", "-"), frozenset(fields.split()))
        for outcome, told in cases.items()
        for case, fields in told.items()
    }
    return lambda tell: Teller(names, tell, specs)


def say(case: str, **words: Word) -> Told:
    """Return one sentence."""
    return Told(case, words)


def beside(case: str, **words: Word) -> Told:
    """Return one sentence that is said besides the answer."""
    return Told(case, words, beside=True)


def absent(why: Reason | NotApplicable | None, **words: Word) -> Told:
    """Return that nothing is documented, or why what is recorded gives no answer."""
    if why in {None, Reason.NO_RECORD}:
        return say(NONE, **words)
    return say(UNCLEAR, **words, why=reason_term(why))


def reason_term(why: str | None) -> Term:
    """Return a reason as a word."""
    return Term("reasons", str(why or Reason.NO_RECORD))


def set_aside(facts: Iterable[Fact], reason: Unused) -> list[Aside]:
    """Return facts that were looked at and not used, all for one reason."""
    return [Aside(fact, reason) for fact in facts]


def account(told: Iterable[Told], used: Iterable[Fact], aside: Iterable[Aside] = ()) -> Account:
    """Return the account, no fact in it twice: what is used or named is not set aside.

    Of several reasons for one fact the first counts.
    """
    told = tuple(told)
    named = (fact for one in told if not one.beside for fact in _facts_in(one))
    rests_on = unique_facts((*used, *named))
    ids = {fact.id for fact in rests_on}
    others: dict[str, Aside] = {}
    for one in aside:
        if one.fact.id not in ids:
            others.setdefault(one.fact.id, one)
    return Account(told, rests_on, tuple(others.values()))


def _facts_in(told: Told) -> Iterator[Fact]:
    """Yield the facts that a sentence names."""
    for word in told.words.values():
        for part in word if isinstance(word, tuple) else (word,):
            if isinstance(part, Fact):
                yield part


def unique_facts(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Return the facts, each once, in order."""
    return tuple({fact.id: fact for fact in facts}.values())


def limit_of(ask: Ask) -> Limit | None:
    """Return what the question compares with; None where it compares nothing."""
    if ask.test is None or ask.limit is None:
        return None
    return Limit(ask.test, plain(ask.limit), ask.unit or "")
