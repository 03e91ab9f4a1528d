"""The contract of `nelm coverage --format json`: a Tally as one JSON object.

The one door through which counts leave: every other format is made from this object. Every key is
always there; empty is `[]`, `{}` or `null`. Counts are numbers of records as `small_counts` shows
them. The same records give the same bytes, in any order.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from nelm_fhir.core.codes import Code
from nelm_fhir.core.evidence import Match
from nelm_fhir.core.program import PROGRAM
from nelm_fhir.coverage.aims import aims_of_gap, asking, order
from nelm_fhir.coverage.gaps import Gap, Near
from nelm_fhir.coverage.known import Known
from nelm_fhir.coverage.marks import (
    Aside,
    Coded,
    Found,
    InWords,
    Matched,
    NotUsed,
    Unknown,
    Withheld,
)
from nelm_fhir.coverage.small_counts import Shown, SmallCounts
from nelm_fhir.coverage.tables import Aim, Element, Kind
from nelm_fhir.coverage.tally import Tally
from nelm_fhir.knowledge.catalogue import Catalogue

Json = dict[str, Any]
NOTICE: Final = (
    "Counts of records, no values: no id, date, text or file name of a record stands in this"
    " report. Counts from 1 to 4 are shown as <5, all others rounded down to a multiple of five."
)


def to_json(tally: Tally, catalogue: Catalogue, known: Known) -> Json:
    """Return what many records say together, as plain JSON values."""
    form = _Form(tally, known)
    return {
        "records": form.small.shown(tally.records),
        "refused": form.refused(),
        "not_used": form.not_used(),
        "elements": [form.element(element) for element in known.tables.elements],
        "unmapped": form.unmapped(),
        "withheld": form.small.shown(tally.marks[Withheld()]),
        "in_words": form.in_words(),
        "site_codes": [_code(code) for code in sorted(tally.site, key=str)],
        "overlays": [{"name": o.name, "version": o.version} for o in catalogue.overlays],
        "program": PROGRAM,
        "catalogue_digest": catalogue.digest,
        "notice": NOTICE,
    }


class _Form:
    """Writes the parts of one report."""

    def __init__(self, tally: Tally, known: Known) -> None:
        self._tally = tally
        self._known = known
        self.small = SmallCounts(known.tables.discretion.smallest)
        self._labels = {topic.id: topic.label for topic in known.tables.topics}
        self._displays = {line.code: line.display for line in known.codes.listed if line.display}

    def refused(self) -> list[Json]:
        """Inputs that could not be used, by the kind of error."""
        counts = sorted(self._tally.refused.items())
        return [{"kind": kind, "inputs": self.small.shown(count)} for kind, count in counts]

    def not_used(self) -> list[Json]:
        """Resources that were dropped, by type and reason."""
        rows = [
            {"resource": mark.type, "reason": mark.reason, "records": self.small.shown(count)}
            for mark, count in self._tally.marks.items()
            if isinstance(mark, NotUsed)
        ]
        return sorted(rows, key=lambda row: (row["resource"], row["reason"]))

    def in_words(self) -> list[Json]:
        """What is said in words only, by topic and place."""
        rows = [
            {"topic": self._labels[mark.topic], "at": mark.at, "records": self.small.shown(count)}
            for mark, count in self._tally.marks.items()
            if isinstance(mark, InWords)
        ]
        return sorted(rows, key=lambda row: (row["topic"], row["at"]))

    # --- elements ---------------------------------------------------------------------------------

    def element(self, element: Element) -> Json:
        """One data element: found, coded how, set aside why, unknown why."""
        found = self._tally.marks[Found(element.path)]
        lacking = max(0, self.small.low(self._tally.records) - self.small.high(found))
        return {
            "path": element.path,
            "label": element.label,
            "found": self.small.shown(found),
            "matched": self._matched(element.path, found),
            "coded": self._coded(element.path, found),
            "set_aside": self._reasons(Aside, element.path, 0),
            "unknown": self._reasons(Unknown, element.path, lacking),
        }

    def _matched(self, path: str, found: int) -> Json:
        counts = [self._tally.marks[Matched(path, match)] for match in Match]
        shown = self.small.parts(self.small.low(found), counts)
        return {str(match): count for match, count in zip(Match, shown, strict=True)}

    def _reasons(self, kind: type[Aside] | type[Unknown], path: str, total: int) -> list[Json]:
        found = sorted(
            (mark.reason, count)
            for mark, count in self._tally.marks.items()
            if isinstance(mark, kind) and mark.path == path
        )
        shown = self.small.parts(total, [count for _, count in found])
        return [
            {"reason": reason, "records": count}
            for (reason, _), count in zip(found, shown, strict=True)
        ]

    def _coded(self, path: str, found: int) -> list[Json]:
        marks = [m for m in self._tally.marks if isinstance(m, Coded) and m.path == path]
        marks.sort(key=lambda mark: (mark.at, str(mark.code or ""), mark.match))
        asking = [mark for mark in marks if mark.at.endswith(".code") and _is_asked(mark)]
        resting = [mark for mark in marks if mark not in asking]
        counts = dict(zip(resting, self._shown_of(resting, found), strict=True))
        counts |= dict(zip(asking, self._shown_of(asking, found), strict=True))
        return [self._coded_row(mark, counts[mark]) for mark in marks]

    def _shown_of(self, marks: Sequence[Coded], found: int) -> list[Shown]:
        """Return the counts of codes that together cover the found, and by match the matched."""
        counts = [self._tally.marks[mark] for mark in marks]
        shown = self.small.parts(self.small.low(found), counts)
        for match in {mark.match for mark in marks}:
            total = self._tally.marks[Matched(marks[0].path, match)]
            mine = [place for place, mark in enumerate(marks) if mark.match is match]
            parts = self.small.parts(self.small.low(total), [counts[place] for place in mine])
            for place, part in zip(mine, parts, strict=True):
                shown[place] = None if part is None else shown[place]
        return shown

    def _coded_row(self, mark: Coded, records: Shown) -> Json:
        return {
            **_code(mark.code),
            "display": self._displays.get(mark.code) if mark.code else None,
            "at": mark.at,
            "match": str(mark.match),
            "records": records,
        }

    # --- codes that nobody maps -------------------------------------------------------------------

    def unmapped(self) -> list[Json]:
        """Every code near our elements that nobody maps, the nearest first."""
        counts = self._gap_counts()
        gaps = sorted(self._tally.gaps, key=lambda gap: order(gap, self._tally.signs, counts))
        return [self._gap(gap, counts[gap]) for gap in gaps]

    def _gap_counts(self) -> dict[Gap, Shown]:
        """Return the counts as shown; those of the answers to one question belong together."""
        counts: dict[Gap, Shown] = {
            gap: self.small.shown(count) for gap, count in self._tally.gaps.items()
        }
        for question, answers in _by_question(self._tally.gaps).items():
            asked = self.small.low(self._tally.gaps[question])
            parts = self.small.parts(asked, [self._tally.gaps[answer] for answer in answers])
            counts |= dict(zip(answers, parts, strict=True))
        return counts

    def _gap(self, gap: Gap, records: Shown) -> Json:
        signs = self._tally.signs[gap]
        aims = aims_of_gap(gap, self._tally.signs, self._known)
        return {
            **_code(gap.code),
            "display": self._name(gap.code),
            "at": gap.at,
            "near": [str(near) for near in Near if near in signs.near],
            "answers": _code(gap.question) if gap.question else None,
            "topics": [label for id_, label in self._labels.items() if id_ in signs.topics],
            "elements": list(gap.feeds) or self._fed_by(aims),
            "suggestions": [{"map": str(aim.kind), "name": aim.name} for aim in aims],
            "values": sorted(signs.values),
            "unverified": self._known.waiting(gap.code) is not None,
            "records": records,
        }

    def _name(self, code: Code) -> str | None:
        """Return the name on which enough records agree."""
        name = self._tally.names.get(code)
        return name.text if name and name.records >= self.small.smallest else None

    def _fed_by(self, aims: Iterable[Aim]) -> list[str]:
        named = list(aims)
        lists = frozenset(aim.name for aim in named if aim.kind is Kind.LIST)
        attested = frozenset(aim.name for aim in named if aim.kind is not Kind.LIST)
        return list(self._known.tables.fed_by(lists, attested))


def _is_asked(mark: Coded) -> bool:
    """Whether the code asked for the value, so that the value itself stands elsewhere."""
    return mark.at.startswith("Observation.")


def _by_question(gaps: Iterable[Gap]) -> dict[Gap, list[Gap]]:
    everything = set(gaps)
    found: dict[Gap, list[Gap]] = {}
    for gap in everything:
        question = asking(gap)
        if question in everything:
            found.setdefault(question, []).append(gap)
    return found


def _code(code: Code | None) -> Json:
    if code is None:
        return {"system": None, "code": None}
    return {"system": code.system or None, "code": code.code}
