"""Reading Ki-67 and mitosis texts by the grammars of rules 6.4 (POL-12) and 6.5 (POL-13).

The whole text matches or it is unreadable; nothing is guessed, nothing multiplied by 100. The
words of the grammars are data (`mappings/definitions/grammar.toml`).
"""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

from msgspec import Struct

from nelm_fhir.core.amounts import Amount
from nelm_fhir.knowledge.tables import TextGrammar

_NUMBER: Final = r"[0-9]+(?:[.,][0-9]+)?"
_DASHES: Final = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")
PERCENT: Final = "%"
PER_2_MM2: Final = "/(2.mm2)"


class Reading(Struct, frozen=True):
    """What a text says: `amount` None is unreadable. `per_fields`: counted per HPF (UNIT-HPF)."""

    amount: Amount | None
    per_fields: bool = False


UNREADABLE: Final = Reading(None)


def read_ki67(text: str, grammar: TextGrammar) -> Reading:
    """Return the Ki-67 interval in percent; a text without a percent sign is unreadable."""
    match = _patterns(_Words.of(grammar)).ki67.fullmatch(_plain(text))
    if match is None:
        return UNREADABLE
    amount = _amount(match, grammar, PERCENT)
    if amount is None or amount.low > grammar.ki67_max:
        return UNREADABLE
    if amount.high is not None:
        return UNREADABLE if amount.high > grammar.ki67_max else Reading(amount)
    return Reading(_capped(amount, grammar.ki67_max))


def read_mitoses(text: str, grammar: TextGrammar) -> Reading:
    """Return the mitotic count per 2 mm2; without a usable denominator it is unreadable."""
    match = _patterns(_Words.of(grammar)).mitoses.fullmatch(_plain(text))
    if match is None:
        return UNREADABLE
    amount = _amount(match, grammar, PER_2_MM2)
    factor = _factor(match, grammar)
    if amount is None or factor is None:
        return UNREADABLE
    return Reading(_scaled(amount, *factor), per_fields=match["hpf"] is not None)


def _factor(match: re.Match[str], grammar: TextGrammar) -> tuple[Decimal, Decimal] | None:
    """Return numerator and denominator that bring the count to 2 mm2."""
    if match["hpf"] is not None:
        fields = _decimal(match["fields"] or "1")
        return (grammar.hpf_canonical, fields) if fields >= grammar.hpf_at_least else None
    area = _decimal(match["area"] or "1")
    return (grammar.mm2_canonical, area) if area > 0 else None


def _scaled(amount: Amount, numerator: Decimal, denominator: Decimal) -> Amount:
    high = None if amount.high is None else amount.high * numerator / denominator
    return Amount(
        amount.low * numerator / denominator,
        high,
        amount.unit,
        low_open=amount.low_open,
        high_open=amount.high_open,
        approximate=amount.approximate,
    )


def _amount(match: re.Match[str], grammar: TextGrammar, unit: str) -> Amount | None:
    if match["from"] is not None:
        low, high = _decimal(match["from"]), _decimal(match["to"])
        return Amount(low, high, unit) if low <= high else None
    number = _decimal(match["number"])
    if match["comparator"] is not None:
        return _bounded(grammar.comparators[_squeezed(match["comparator"])], number, unit)
    return Amount(number, number, unit, approximate=match["about"] is not None)


def _bounded(sign: str, number: Decimal, unit: str) -> Amount | None:
    if sign in {">", ">="}:
        return Amount(number, None, unit, low_open=sign == ">")
    if number == 0 and sign == "<":
        return None
    return Amount(Decimal(0), number, unit, high_open=sign == "<")


def _capped(amount: Amount, top: Decimal) -> Amount | None:
    if amount.low == top and amount.low_open:
        return None
    return Amount(amount.low, top, amount.unit, low_open=amount.low_open)


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _plain(text: str) -> str:
    return text.translate(_DASHES).replace("²", "2").lower().strip()


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text).rstrip(".")


class _Words(Struct, frozen=True):
    """The words of the grammar in a form that can key the compiled patterns."""

    labels: tuple[str, ...]
    label_words: tuple[str, ...]
    percent: tuple[str, ...]
    comparators: tuple[str, ...]
    approximations: tuple[str, ...]
    range_words: tuple[str, ...]
    mitosis_words: tuple[str, ...]

    @classmethod
    def of(cls, grammar: TextGrammar) -> "_Words":
        return cls(
            grammar.labels,
            grammar.label_words,
            grammar.percent,
            tuple(grammar.comparators),
            grammar.approximations,
            grammar.range_words,
            grammar.mitosis_words,
        )


class _Patterns(Struct, frozen=True):
    ki67: re.Pattern[str]
    mitoses: re.Pattern[str]


@lru_cache(maxsize=4)
def _patterns(words: _Words) -> _Patterns:
    percent = rf"\s*(?:{_one_of(words.percent)})"
    word = rf"(?:\s*(?:{_one_of(words.label_words)}))?"
    label = rf"(?:(?:{_one_of(words.labels)})(?![0-9]){word}\s*[:=]?\s*)?"
    single = (
        rf"(?:(?P<comparator>{_one_of(words.comparators)})\s*"
        rf"|(?P<about>{_one_of(words.approximations)})\s*)?(?P<number>{_NUMBER})"
    )
    joint = rf"\s*(?:{_one_of(words.range_words)})\s*"
    spread = rf"(?P<from>{_NUMBER})(?:{percent})?{joint}(?P<to>{_NUMBER})"
    bare = rf"(?P<from>{_NUMBER}){joint}(?P<to>{_NUMBER})"
    per = (
        r"\s*(?:per|/)\s*(?:(?:(?P<area>[0-9]+(?:[.,][0-9]+)?)\s*)?mm2"
        r"|(?:(?P<fields>[0-9]+(?:[.,][0-9]+)?)\s*)?(?P<hpf>hpf))"
    )
    mitosis = rf"(?:\s*(?:{_one_of(words.mitosis_words)}))?"
    return _Patterns(
        ki67=re.compile(rf"{label}(?:{spread}|{single}){percent}"),
        mitoses=re.compile(rf"(?:{bare}|{single}){mitosis}{per}"),
    )


def _one_of(words: tuple[str, ...]) -> str:
    """Return the words as alternatives, longest first; spaces in and between them do not matter."""
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(r"\s*".join(re.escape(letter) for letter in word) for word in ordered)
