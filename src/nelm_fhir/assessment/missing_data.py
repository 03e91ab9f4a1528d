"""Missing data by what has to be found or done, over all sets at once.

One scan or one report often settles criteria of several sets. In: an Assessment, a voice, and the
test families of rules 8.1. Out: per datum the things that would settle something, each with the
criteria it would settle. What several scans would settle is asked of the one that serves most.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from nelm_fhir.assessment.criterion_sentences import needs
from nelm_fhir.assessment.result import Assessment
from nelm_fhir.assessment.told import Term, Told
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.knowledge.tables import TestFamily

Families = Mapping[str, TestFamily]
SCAN: Final = "scan-"
"""How the cases begin that a scan of their family would settle, whatever kept the others out."""
_GRADE: Final = "grade-criterion"
_REMOVAL: Final = "radically-removed"
_ANSWERED_BY: Final[Mapping[str, str]] = {
    "effective-ki67": _GRADE,
    "effective-mitoses": _GRADE,
    "no-carcinoma": _GRADE,
    "removed": _REMOVAL,
    "curatively-removed": _REMOVAL,
    "nodes-removed": _REMOVAL,
    "observation-clock": _REMOVAL,
    "resection-clock": _REMOVAL,
    "no-progression": "stability-clock",
}
"""By definition the one whose report answers it, too, if that report is asked for anyway."""
UNTOLD: Final = "untold"
"""What stands for the definition of a criterion that says only what would settle it."""


class Named(Struct, frozen=True):
    """One criterion with the title of its set; `partly` where it needs something else besides."""

    title: str
    id: str
    partly: bool = False


class Settled(Struct, frozen=True):
    """Criteria that something would settle, and the condition in words, if there is one."""

    criteria: tuple[Named, ...]
    condition: str = ""


class Settling(Struct, frozen=True):
    """One thing that would settle criteria, and what less would do for some of them."""

    settle: str
    settles: tuple[Settled, ...]
    lesser: tuple[Settled, ...] = ()


class Datum(Struct, frozen=True):
    """What has to be found or done, and all that it would settle."""

    name: str
    settlings: tuple[Settling, ...]


class _Need(Struct, frozen=True):
    """What one criterion lacks: the definition that asks, its words, and what would settle it."""

    asks: str
    told: Told | None
    settle: str
    named: Named
    branch: int = 0

    @property
    def family(self) -> str | None:
        """The test family of the scan that is lacking; None where no scan alone settles it."""
        if self.told is None or not self.told.case.startswith(SCAN):
            return None
        family = self.told.words.get("family")
        return family.word if isinstance(family, Term) else None


def missing_data(assessment: Assessment, voice: Voice, families: Families) -> tuple[Datum, ...]:
    """Return the missing data of all sets, in the order in which the texts name them."""
    found: dict[str, list[_Need]] = {}
    for need in _marked(_covered(list(_needs(assessment, voice)), voice)):
        found.setdefault(voice.word("datum", need.asks), []).append(need)
    order = dict.fromkeys(voice.wording.words.get("datum", {}).values())
    return tuple(
        Datum(name, tuple(_settlings(found[name], voice, families)))
        for name in (*order, *(name for name in found if name not in order))
        if name in found
    )


def _needs(assessment: Assessment, voice: Voice) -> Iterator[_Need]:
    for verdict in assessment.verdicts:
        results = {result.id: result for result in verdict.criteria}
        for missing in verdict.missing:
            result = results[missing.criterion]
            named = Named(verdict.title, result.id)
            branches = needs(result, voice)
            for branch, told in enumerate(branches):
                for asks, one, settle in told:
                    yield _Need(asks, one, settle, named, branch)
            if not any(branches):
                yield _Need(UNTOLD, None, result.settle, named)


def _covered(found: Sequence[_Need], voice: Voice) -> Iterator[_Need]:
    """Yield the needs; what a report answers that is asked for anyway is asked of that report."""
    general = {need.asks: need for need in found if _is_general(need, voice)}
    for need in found:
        report = general.get(_ANSWERED_BY.get(need.asks, ""))
        if report is not None and need.asks in general and _is_general(need, voice):
            yield replace(report, named=need.named, branch=need.branch)
        else:
            yield need


def _is_general(need: _Need, voice: Voice) -> bool:
    """Whether the need is the one of its definition, not that of a special case."""
    own = voice.wording.needs.get(need.asks, {})
    return need.told is not None and need.told.case not in own


def _marked(found: Iterable[_Need]) -> Iterator[_Need]:
    """Yield each need once; where a criterion lacks several, each settles it only in part."""
    everything = list(found)
    lacking = Counter(
        (named, branch)
        for _, named, branch in {(need.settle, need.named, need.branch) for need in everything}
    )
    seen = set()
    for need in everything:
        if (need.settle, need.named) not in seen:
            seen.add((need.settle, need.named))
            partly = lacking[need.named, need.branch] > 1
            yield replace(need, named=replace(need.named, partly=partly))


def _settlings(needs: Iterable[_Need], voice: Voice, families: Families) -> Iterator[Settling]:
    scans, others = [], dict[str, dict[Named, None]]()
    for need in needs:
        if need.family is not None:
            scans.append(need)
        else:
            others.setdefault(need.settle, {})[need.named] = None
    yield from _by_scan(scans, voice, families)
    for settle, named in others.items():
        yield Settling(settle, (Settled(tuple(named)),))


def _by_scan(needs: list[_Need], voice: Voice, families: Families) -> Iterator[Settling]:
    """Yield one scan for all needs that it would settle, the one that serves most first."""
    wanted = list(dict.fromkeys(need.family for need in needs if need.family))
    served = {
        one: [other for other in wanted if families[one].serves(families[other])] for one in wanted
    }
    left = set(wanted)
    for one in sorted(wanted, key=lambda name: -len(served[name])):
        its = [name for name in served[one] if name in left]
        left -= set(its)
        if its:
            yield _scan([need for need in needs if need.family in its], one, its, voice)


def _scan(needs: list[_Need], best: str, its: list[str], voice: Voice) -> Settling:
    first = next(need for need in needs if need.family == best)
    months = voice.say(first.told.words["months"]) if first.told else ""
    text = voice.phrase("missing", "scan", family=voice.word("family", best), months=months)
    conditions = [(voice.word("scan-condition", need.asks), need) for need in needs]
    lesser = [(voice.word("family", name), n) for name in its for n in needs if n.family == name]
    return Settling(
        text,
        _grouped(conditions),
        _grouped([(name, n) for name, n in lesser if n.family != best]),
    )


def _grouped(needs: Iterable[tuple[str, _Need]]) -> tuple[Settled, ...]:
    """Return the criteria by condition, each once."""
    found: dict[str, dict[Named, None]] = {}
    for condition, need in needs:
        found.setdefault(condition, {})[need.named] = None
    return tuple(Settled(tuple(named), condition) for condition, named in found.items())
