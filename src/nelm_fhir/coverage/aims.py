"""What a gap would be mapped to, and which gap comes first.

In: a gap, the signs of all gaps, the tables. Out: aims ("the element ki67", "the words of
liver-resectability", "the list body-site"), as suggestions for people; and the order of gaps.
"""

from collections.abc import Mapping
from typing import Any, Final

from nelm_fhir.coverage.gaps import Gap, Near, Signs
from nelm_fhir.coverage.known import Known
from nelm_fhir.coverage.small_counts import Shown
from nelm_fhir.coverage.tables import Aim, Aims, Kind

_NO_SIGNS: Final = Signs(frozenset())


def asking(gap: Gap) -> Gap | None:
    """Return the gap that an answer belongs to; None for what answers no gap."""
    if gap.question is None:
        return None
    return Gap(f"{gap.at.rpartition('.')[0]}.code", gap.question)


def aims_of_gap(gap: Gap, signs: Mapping[Gap, Signs], known: Known) -> Aims:
    """Return what a gap would be mapped to, the likeliest first; nothing where nothing tells.

    What does not read the types that are sent comes last.
    """
    question = asking(gap)
    if question is not None:
        asked = aims_of_gap(question, signs, known)
        named = [aim for aim in asked if aim.kind is Kind.ELEMENT] or asked
        return tuple(dict.fromkeys(aim for one in named for aim in _answering(one, known)))
    told = signs.get(gap, _NO_SIGNS)
    kind = gap.at.partition(".")[0]
    about = [topic for topic in known.tables.topics if topic.id in told.topics]
    spoken = (aim for topic in about for aim in topic.maps.get(kind, ()))
    group = known.waiting(gap.code)
    waiting = (Aim(Kind.LIST, group),) if group else ()
    aims = dict.fromkeys([*gap.aims, *waiting, *spoken])
    return tuple(sorted(aims, key=lambda aim: not known.fits(aim, told.values)))


def _answering(asked: Aim, known: Known) -> Aims:
    """Return what an answer would be mapped to if its question were mapped to that."""
    if asked.kind is Kind.ELEMENT and asked.name in known.worded:
        return (Aim(Kind.WORDS, asked.name),)
    if asked.kind is Kind.LIST and asked.name in known.tables.questions:
        return known.tables.questions[asked.name]
    return ()


def order(gap: Gap, signs: Mapping[Gap, Signs], counts: Mapping[Gap, Shown]) -> tuple[Any, ...]:
    """Return what orders gaps: the nearest first, then the most frequent, answers below theirs.

    Counts order as they are shown, so that the order tells nothing that they do not.
    """
    first = asking(gap)
    if first is None or first not in signs:
        return (*_own_order(gap, signs, counts), 0)
    return (*_own_order(first, signs, counts), 1, *_own_order(gap, signs, counts))


def _own_order(gap: Gap, signs: Mapping[Gap, Signs], counts: Mapping[Gap, Shown]) -> Any:
    count = counts[gap]
    frequency = count if isinstance(count, int) else 0
    nearness = tuple(near not in signs[gap].near for near in Near if near is not Near.DRUG)
    return nearness, -frequency, gap.code.system, gap.code.code, gap.at, gap.feeds, gap.aims
