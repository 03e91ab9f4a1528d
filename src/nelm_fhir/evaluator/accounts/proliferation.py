"""How Ki-67 and mitoses are told: the value that counts, and in which specimen it was found."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from nelm_fhir.assessment.told import Aside, Fact, Recorded, Told
from nelm_fhir.core.amounts import Amount, maximum
from nelm_fhir.core.evidence import Unused
from nelm_fhir.core.logic import MET, NOT_MET
from nelm_fhir.core.unknown import Reason
from nelm_fhir.evaluator import facts
from nelm_fhir.evaluator.account import (
    Account,
    absent,
    account,
    beside,
    limit_of,
    say,
    set_aside,
    teller,
)
from nelm_fhir.evaluator.accounts.grade import told_other_scale
from nelm_fhir.evaluator.definitions.grading import GradedSpecimen, specimens
from nelm_fhir.evaluator.judgment import Judgment
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask

CASES: Final = {
    "met": {
        "within": "value specimens limit",
        "highest-within": "value specimens limit",
        "mixed-within": "value limit",
    },
    "not_met": {"beyond": "value specimens limit", "highest-beyond": "value specimens limit"},
    "unknown": {
        "straddles": "value specimens limit",
        "mixed-straddles": "value limit",
        "none": "",
        "unclear": "why",
        "unreadable": "text specimens",
        "other-scale": "site",
    },
    "beside": {"elsewhere": "value specimens", "unreadable-elsewhere": "text specimens"},
}


class _Value(Struct, frozen=True):
    """One specimen with a text of the index; `amount` None is unreadable."""

    specimen: GradedSpecimen
    amount: Amount | None
    text: str
    fact: Fact


@teller("effective-ki67", **CASES)
def ki67(view: View, ask: Ask, judged: Judgment) -> Account:
    """Tell the highest Ki-67."""
    return _told(view, ask, judged, "ki67_text")


@teller("effective-mitoses", **CASES)
def mitoses(view: View, ask: Ask, judged: Judgment) -> Account:
    """Tell the highest mitotic count."""
    return _told(view, ask, judged, "mitoses_text")


def _told(view: View, ask: Ask, judged: Judgment, key: str) -> Account:
    values = list(_values(view, key))
    readable = [one for one in values if one.amount is not None]
    aside = set_aside(_later(view, key), Unused.FUTURE_DATED)
    if judged.reason is Reason.OTHER_GRADING_SCALE:
        return account([told_other_scale(view)], [one.fact for one in values], aside)
    if judged.status in {MET, NOT_MET} or judged.reason is Reason.STRADDLES_LIMIT:
        return _compared(ask, judged, values, readable, aside)
    if any(one.specimen.is_liver for one in values):
        return _unreadable(values, aside)
    elsewhere = list(_elsewhere(values))
    silent = [facts.specimen(view, one.key) for one in specimens(view) if one.is_liver]
    return account([absent(judged.reason), *elsewhere], silent, [*_not_liver(values), *aside])


def _values(view: View, key: str) -> Iterator[_Value]:
    for one in specimens(view):
        reading = one.ki67 if key == "ki67_text" else one.mitoses
        if reading is not None:
            text = str(getattr(one.specimen, key))
            yield _Value(one, reading.amount, text, facts.specimen(view, one.key))


def _later(view: View, key: str) -> list[Fact]:
    """Return specimens of a later day that state the value, too."""
    dated_later = [facts.specimen(view, name) for name in facts.later(view, "specimens")]
    return [fact for fact in dated_later if fact.element(key)]


def _compared(
    ask: Ask,
    judged: Judgment,
    values: Sequence[_Value],
    readable: Sequence[_Value],
    aside: Sequence[Aside],
) -> Account:
    """Tell a value that was compared, and the specimens that have it."""
    leading = _leading(readable, by_low=judged.status is NOT_MET)
    rest = [_not_leading(one) for one in values if one not in leading]
    case = {MET: "within", NOT_MET: "beyond"}.get(judged.status, "straddles")
    whole = maximum([one.amount for one in readable if one.amount])
    limit = limit_of(ask)
    if not leading:
        told = say(f"mixed-{case}", value=whole, limit=limit)
        return account([told], [one.fact for one in values], aside)
    if len(values) > 1 and case != "straddles":
        case = f"highest-{case}"
    used = [one.fact for one in leading]
    told = say(case, value=leading[0].amount, specimens=tuple(used), limit=limit)
    return account([told], used, [*rest, *aside])


def _not_leading(one: _Value) -> Aside:
    """Return why a value does not count; nobody knows of an unreadable one that it is lower."""
    return Aside(one.fact, Unused.LOWER_VALUE if one.amount else str(Reason.UNREADABLE))


def _leading(readable: Sequence[_Value], *, by_low: bool) -> list[_Value]:
    """Return the specimens whose value is the one that counts; none where several make it up.

    `by_low`: the highest lower end decides, whatever lies above it.
    """
    amounts = [one.amount for one in readable if one.amount]
    if by_low:
        last = max(amounts, key=lambda amount: (amount.low, amount.low_open))
    else:
        last = maximum(amounts)
    return [one for one in readable if one.amount == last]


def _unreadable(values: Sequence[_Value], aside: Sequence[Aside]) -> Account:
    """Tell texts that leave the value open."""
    unread = [one for one in values if one.amount is None]
    told = [say("unreadable", text=Recorded(one.text), specimens=(one.fact,)) for one in unread]
    return account(told, [one.fact for one in values], aside)


def _elsewhere(values: Sequence[_Value]) -> Iterator[Told]:
    """Yield what other specimens say, which no liver metastasis can rest on."""
    for one in values:
        if one.amount is None:
            yield beside("unreadable-elsewhere", text=Recorded(one.text), specimens=(one.fact,))
        else:
            yield beside("elsewhere", value=one.amount, specimens=(one.fact,))


def _not_liver(values: Sequence[_Value]) -> list[Aside]:
    return set_aside([one.fact for one in values], Unused.NOT_LIVER)
