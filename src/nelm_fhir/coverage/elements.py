"""The data elements of one record as marks: found, coded how, set aside why, unknown why.

In: what the line made of the record, its assessment, and the codes of the resources that were
dropped. Out: marks. An element that was found and still leaves a criterion unknown (too old, on
both sides of a limit ...) was read and could not be used: that reason counts as set aside.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from nelm_fhir.assessment.result import Assessment
from nelm_fhir.core.codes import Code
from nelm_fhir.core.evidence import Evidence, Match
from nelm_fhir.core.logic import Status
from nelm_fhir.core.unknown import Reason
from nelm_fhir.coverage.known import Known
from nelm_fhir.coverage.leaves import Leaf, leaves, without_ids
from nelm_fhir.coverage.marks import Aside, Coded, Found, Mark, Matched, NotUsed, Unknown
from nelm_fhir.coverage.spots import TYPES, VALUE_TYPES
from nelm_fhir.coverage.tables import Element
from nelm_fhir.fhir_r4.part import Named
from nelm_fhir.fhir_r4.record import Record
from nelm_fhir.fhir_r4.wanted import Codes
from nelm_fhir.mappers.elements import Json, item, items
from nelm_fhir.pipeline import Line

_INDEX: Final = re.compile(r"\[(\d+)\]")
_COMPONENT: Final = re.compile(r"Observation\.component\[(\d+)\]\.")
_VALUE: Final = "value"
_UNFIT: Final = frozenset(
    {
        Reason.TOO_OLD,
        Reason.CONFLICTING,
        Reason.UNIT_NOT_CONVERTIBLE,
        Reason.CODE_NOT_MAPPED,
        Reason.MAP_NOT_EXACT,
        Reason.DATE_TOO_VAGUE,
        Reason.TEXT_ONLY,
        Reason.UNREADABLE,
        Reason.STRADDLES_LIMIT,
        Reason.EQUIVOCAL,
        Reason.TEST_NOT_ACCEPTED,
        Reason.OTHER_GRADING_SCALE,
        Reason.SITE_NOT_CLASSIFIED,
    }
)
"""Reasons that speak of a datum that was read, not of one that is lacking or of people's work."""


def element_marks(line: Line, assessment: Assessment, known: Known) -> Iterator[Mark]:
    """Yield the marks of every element of the profile."""
    by_path: dict[str, list[Leaf]] = {}
    for leaf in leaves(line.read.profile):
        by_path.setdefault(leaf.path, []).append(leaf)
    open_for = _open_for(assessment)
    for element in known.tables.elements:
        mine = [leaf for path in sorted(element.leaves) for leaf in by_path.get(path, ())]
        yield from _of_element(element, mine, line.record, known)
        if any(leaf.found for leaf in mine):
            reasons = {r for path in element.leaves for r in open_for.get(path, ())}
            yield from (Aside(element.path, reason) for reason in reasons & _UNFIT)


def _of_element(element: Element, mine: list[Leaf], record: Record, known: Known) -> Iterator[Mark]:
    path = element.path
    yield from (Aside(path, reason) for reason in _aside(mine))
    if not any(leaf.found for leaf in mine):
        yield from (Unknown(path, reason) for reason in _why(mine))
        return
    yield Found(path)
    for evidence in (e for leaf in mine if leaf.found for e in leaf.sources):
        yield Matched(path, evidence.match)
        yield from _codings(path, evidence, record, known)


def _why(mine: list[Leaf]) -> frozenset[str]:
    """Return why there is no value: as the profile says, else as what was set aside."""
    told = {str(leaf.why) for leaf in mine if leaf.why not in {None, Reason.NO_RECORD}}
    return frozenset(told or _aside(mine) or {str(Reason.NO_RECORD)})


def _aside(mine: list[Leaf]) -> set[str]:
    """Return why something was not used; what states nothing was not set aside."""
    reasons = {note.reason for leaf in mine for note in leaf.set_aside}
    return reasons - {str(Reason.NO_RECORD)}


# --- how it was coded -----------------------------------------------------------------------------


def _codings(path: str, evidence: Evidence, record: Record, known: Known) -> Iterator[Mark]:
    """Yield the code that the value rests on, and the question where that is another one."""
    code = _code(evidence.code, known)
    yield Coded(path, code, place(evidence.path), evidence.match)
    for asked, match in _questions(evidence, record, known):
        if asked != code:
            yield Coded(path, asked, f"{place(evidence.path).rpartition('.')[0]}.code", match)


def _questions(evidence: Evidence, record: Record, known: Known) -> Iterator[tuple[Code, Match]]:
    part = _part(evidence, record)
    for coded in known.coded(item(part, "code")):
        for hit in known.codes.hits(coded.code)[:1]:
            yield known.as_listed(coded.code), hit.match


def _part(evidence: Evidence, record: Record) -> Json:
    """Return the Observation or component whose value the evidence is; else nothing."""
    found = record.by_key.get(evidence.resource)
    name = evidence.path.rpartition(".")[2]
    if found is None or found.type != "Observation" or not name.startswith(_VALUE):
        return {}
    inner = _COMPONENT.match(evidence.path)
    if inner is None:
        return found.data
    parts = items(found.data, "component")
    return parts[int(inner[1])] if int(inner[1]) < len(parts) else {}


def _code(text: str | None, known: Known) -> Code | None:
    if text is None:
        return None
    system, _, code = text.partition("|")
    return known.as_listed(Code(system, code))


def place(path: str) -> str:
    """Return the path of an element without indices; a value type that R4 has not is only a value.

    Names of keys come from the record, too, and could hold anything.
    """
    above, _, name = _INDEX.sub("", path).rpartition(".")
    if name.startswith(_VALUE) and name.removeprefix(_VALUE) not in VALUE_TYPES:
        name = _VALUE
    return f"{above}.{name}" if above else name


# --- what was not used ----------------------------------------------------------------------------


def _open_for(assessment: Assessment) -> Mapping[str, set[str]]:
    """Return by path why counting criteria are unknown although something was read for them."""
    reasons: dict[str, set[str]] = {}
    for verdict in assessment.verdicts:
        for result in verdict.criteria:
            if result.status is Status.UNKNOWN and result.counts and result.reason is not None:
                for path in result.paths:
                    reasons.setdefault(without_ids(path), set()).add(result.reason)
    return reasons


def dropped_marks(
    named: Iterable[Named], codes_at: Mapping[str, Codes], known: Known
) -> Iterator[Mark]:
    """Yield what the gate dropped, by type, and under the elements that its codes speak of.

    `codes_at` gives the codes of a resource by its place in the record.
    """
    for one in named:
        if one.type in TYPES and one.reason != "not-wanted":
            yield NotUsed(one.type, one.reason)
            for path in _spoken_of(codes_at.get(one.location, ()), known):
                yield Aside(path, one.reason)


def _spoken_of(recorded: Codes, known: Known) -> tuple[str, ...]:
    found = (known.codes.normalize(system, code) for system, code in recorded)
    hits = [hit for code in found if code is not None for hit in known.codes.hits(code)]
    words = frozenset(hit.word for hit in hits if hit.word is not None)
    return known.tables.fed_by(frozenset(hit.group for hit in hits), words)
