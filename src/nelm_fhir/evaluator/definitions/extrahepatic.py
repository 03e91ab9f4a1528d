"""Definitions of staging: extrahepatic state, history of solid organs, reported scans (rules 8)."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from nelm_fhir.core.evidence import Evidence
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN, Status
from nelm_fhir.core.unknown import NotApplicable, Reason
from nelm_fhir.evaluator.definition import THREE, definition
from nelm_fhir.evaluator.definitions.foci import NEGATIVE, RegisteredFocus
from nelm_fhir.evaluator.definitions.focus_states import (
    FocusState,
    NegativeScan,
    Staged,
    State,
    accepted,
    staged,
)
from nelm_fhir.evaluator.definitions.responses import freshness
from nelm_fhir.evaluator.judgment import Judgment, not_applicable, unique, unknown
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.knowledge.tables import TestFamily
from nelm_fhir.profile.candidate import Scan
from nelm_fhir.profile.provenance import reason, sources

SSTR_PET: Final = "sstr-pet"
GALLIUM_PET: Final = "68ga-pet"
OPTN: Final = "optn"
CT_OR_MRI: Final = "ct-or-mri"
FAMILIES: Final = (SSTR_PET, GALLIUM_PET, OPTN)
RESECTION: Final = "resection"
RESULT_PATHS: Final = ("scans.<id>.date", "scans.<id>.tracer", "scans.<id>.extrahepatic_result")


def _family(ask: Ask) -> str:
    return str(ask.parameters["family"])


@definition(
    *THREE,
    parameters={
        "family": FAMILIES,
        "only_hilar_nodes": ("unknown",),
        "history": ("solid-organ-open", "resected-deposits-only"),
    },
    required=("family",),
)
def extrahepatic_state(view: View, ask: Ask) -> Judgment:
    """No disease outside the liver by the accepted tests of one family (8.4)."""
    staging = staged(view, _family(ask))
    if staging.state is State.PRESENT:
        return _present(view, staging, hilar_open="only_hilar_nodes" in ask.parameters)
    if staging.state is State.UNCERTAIN:
        return _uncertain(view, staging)
    absent = Judgment(MET, value=_absent_in_words(staging), evidence=_scan_evidence(staging.fresh))
    return _with_history(view, staging, absent, ask.parameters.get("history"))


def _present(view: View, staging: Staged, *, hilar_open: bool) -> Judgment:
    present = staging.of_state(State.PRESENT)
    value = f"present: {_named(present)}"
    evidence = _focus_evidence(present)
    hilar = view.tables.staging.hilar_class
    if hilar_open and all(focus.focus.disease_class == hilar for focus in present):
        paths = tuple(f"extrahepatic.{focus.focus.key}.adjudication" for focus in present)
        return Judgment(
            UNKNOWN, Reason.AWAITING_JUDGMENT, value=value, evidence=evidence, paths=paths
        )
    return Judgment(NOT_MET, value=value, evidence=evidence)


def _uncertain(view: View, staging: Staged) -> Judgment:
    unclear = staging.of_state(State.UNCERTAIN)
    if unclear:
        return Judgment(
            UNKNOWN,
            unclear[0].reason,
            value=f"uncertain: {_named(unclear)}",
            evidence=_focus_evidence(unclear),
            paths=tuple(f"extrahepatic.{focus.focus.key}" for focus in unclear),
        )
    why, value, evidence = _why_no_fresh_scan(view, staging)
    return Judgment(UNKNOWN, why, value=value, evidence=evidence, paths=RESULT_PATHS)


def _why_no_fresh_scan(
    view: View, staging: Staged
) -> tuple[Reason, str | None, tuple[Evidence, ...]]:
    certain = [n for n in staging.negatives if n.certain]
    if certain:
        stale = all(freshness(view, n.date) is NOT_MET for n in certain)
        why = Reason.TOO_OLD if stale else Reason.DATE_TOO_VAGUE
        return why, _scans_in_words(certain), _scan_evidence(certain)
    return _why_no_scan(view, staging), None, ()


def _why_no_scan(view: View, staging: Staged) -> Reason:
    scans = [scan for _, scan in sorted(view.profile.scans.items())]
    of_family = [scan for scan in scans if accepted(scan, staging.family)]
    if any(scan.date is None and scan.extrahepatic_result for scan in of_family):
        return Reason.DATE_TOO_VAGUE
    if of_family:
        return reason(of_family[0], "extrahepatic_result")
    functional = view.tables.staging.families[OPTN]
    others = any(
        scan.extrahepatic_result == NEGATIVE and accepted(scan, functional) for scan in scans
    )
    return Reason.TEST_NOT_ACCEPTED if others else Reason.NO_RECORD


def _with_history(view: View, staging: Staged, absent: Judgment, rule: object) -> Judgment:
    """Apply the rule of a set for disease that was there and is absent now (8.5)."""
    if rule == "solid-organ-open" and solid_organ_status(staging) is not MET:
        return _guarded(absent, solid_history(staging))
    if rule == "resected-deposits-only":
        beyond = treated_otherwise(view, staging)
        if beyond:
            return _guarded(absent, beyond, Reason.AWAITING_JUDGMENT)
    return absent


def treated_otherwise(view: View, staging: Staged) -> list[FocusState]:
    """Return foci that are absent now and were no resected deposits (POL-22)."""
    deposits = _deposit_classes(view)
    gone = staging.of_state(State.TREATED_ABSENT)
    return [focus for focus in gone if not _resected(focus, deposits)]


def _guarded(
    absent: Judgment, past: Sequence[FocusState], why: Reason = Reason.NO_SOURCE_TEXT
) -> Judgment:
    return Judgment(
        UNKNOWN,
        why,
        value=f"{absent.value}; in the past: {_named(past)}",
        evidence=unique([*absent.evidence, *_focus_evidence(past)]),
        paths=tuple(f"extrahepatic.{focus.focus.key}.adjudication" for focus in past),
    )


def _deposit_classes(view: View) -> frozenset[str]:
    return view.tables.staging.node_classes | view.tables.staging.deposit_classes


def _resected(focus: FocusState, classes: frozenset[str]) -> bool:
    return focus.focus.record.treatment == RESECTION and focus.focus.disease_class in classes


def resected_deposits(view: View, state: State = State.TREATED_ABSENT) -> tuple[FocusState, ...]:
    """Return extrahepatic deposits that were resected and are in that state now (C-DEP)."""
    classes = _deposit_classes(view)
    found = staged(view, GALLIUM_PET).of_state(state)
    return tuple(focus for focus in found if _resected(focus, classes))


@definition(NOT_MET, UNKNOWN, Status.NOT_APPLICABLE)
def no_resected_deposits(view: View, _ask: Ask) -> Judgment:
    """No resected extrahepatic deposits in the history that are absent now (C-DEP)."""
    gone = resected_deposits(view)
    if gone:
        words = f"resected: {_named(gone)}"
        return Judgment(NOT_MET, value=words, evidence=_focus_evidence(gone))
    unclear = resected_deposits(view, State.UNCERTAIN)
    if unclear:
        paths = tuple(f"extrahepatic.{focus.focus.key}" for focus in unclear)
        return unknown(unclear[0].reason or Reason.NO_RECORD, *paths, value=_named(unclear))
    return not_applicable(NotApplicable.NO_SUCH_EVENT)


def _counts_as_history(focus: FocusState) -> bool:
    return focus.focus.positive and focus.state is not State.IGNORED


def solid_history(staging: Staged) -> list[FocusState]:
    """Return the foci that may make a history of solid organs, whatever came later (8.5)."""
    return [
        focus
        for focus in staging.foci
        if _counts_as_history(focus) and (focus.focus.disease_class is None or focus.focus.solid)
    ]


def solid_organ_status(staging: Staged) -> Status:
    """Return met if the solid-organ history is clear, not met if certain, unknown if open (8.5)."""
    history = solid_history(staging)
    if not history:
        return MET
    certain = any(f.focus.solid and not f.open_order for f in history)
    return NOT_MET if certain else UNKNOWN


@definition(*THREE)
def solid_organ_history(view: View, _ask: Ask) -> Judgment:
    """No disease of a solid organ or bone was ever positive (8.5)."""
    staging = staged(view, SSTR_PET)
    history = solid_history(staging)
    status = solid_organ_status(staging)
    return Judgment(
        status,
        Reason.AWAITING_JUDGMENT if status is UNKNOWN else None,
        value=f"in the past: {_named(history)}" if history else None,
        evidence=_focus_evidence(history),
        paths=tuple(f"extrahepatic.{focus.focus.key}.class" for focus in history)
        if status is UNKNOWN
        else (),
    )


@definition(
    NOT_MET,
    UNKNOWN,
    Status.NOT_APPLICABLE,
    parameters={"family": FAMILIES},
    required=("family",),
)
def solid_organ_exclusion(view: View, ask: Ask) -> Judgment:
    """Metastases in solid organs or bone exclude for life, treated or not (8.5)."""
    staging = staged(view, _family(ask))
    history = solid_history(staging)
    if solid_organ_status(staging) is NOT_MET:
        return Judgment(NOT_MET, value=_named(history), evidence=_focus_evidence(history))
    unclear = [*history, *(f for f in staging.foci if may_be_solid(f))]
    if not unclear:
        return not_applicable(NotApplicable.NO_SUCH_EVENT)
    return Judgment(
        UNKNOWN,
        Reason.AWAITING_JUDGMENT if history else Reason.EQUIVOCAL,
        value=f"uncertain: {_named(unclear)}",
        evidence=_focus_evidence(unclear),
        paths=tuple(f"extrahepatic.{focus.focus.key}" for focus in unclear),
    )


def may_be_solid(focus: FocusState) -> bool:
    """Whether a focus is uncertain on equivocal evidence only, of a class that may exclude."""
    may_exclude = focus.focus.disease_class is None or focus.focus.solid
    return focus.state is State.UNCERTAIN and not focus.focus.positive and may_exclude


@definition(MET, UNKNOWN, parameters={"family": (*FAMILIES, CT_OR_MRI)}, required=("family",))
def reported_scan(view: View, ask: Ask) -> Judgment:
    """A fresh scan of the family exists, its extrahepatic result reported, whatever it is."""
    family = view.tables.staging.families[_family(ask)]
    scans = [scan for _, scan in sorted(view.profile.scans.items()) if accepted(scan, family)]
    reported = [scan for scan in scans if scan.extrahepatic_result and scan.date]
    fresh = [scan for scan in reported if scan.date and freshness(view, scan.date) is MET]
    if fresh:
        evidence = unique(i for s in fresh for i in sources(s, "extrahepatic_result"))
        return Judgment(MET, value=_scan_words(fresh), evidence=evidence)
    why = _why_not_reported(view, family, scans, reported)
    evidence = unique(i for s in reported for i in sources(s, "extrahepatic_result"))
    return replace(unknown(why, *RESULT_PATHS, value=_scan_words(reported)), evidence=evidence)


def _why_not_reported(
    view: View, family: TestFamily, scans: Sequence[Scan], reported: Sequence[Scan]
) -> Reason:
    if reported:
        stale = all(s.date and freshness(view, s.date) is NOT_MET for s in reported)
        return Reason.TOO_OLD if stale else Reason.DATE_TOO_VAGUE
    if any(scan.extrahepatic_result for scan in scans):
        return Reason.DATE_TOO_VAGUE
    if scans:
        return reason(scans[0], "extrahepatic_result")
    others = family.tracers is not None and any(
        s.extrahepatic_result and accepted(s, view.tables.staging.families[OPTN])
        for s in view.profile.scans.values()
    )
    return Reason.TEST_NOT_ACCEPTED if others else Reason.NO_RECORD


def _scan_words(scans: Iterable[Scan]) -> str | None:
    words = [f"{s.tracer or ''} {s.modality} {s.extrahepatic_result} {s.date}" for s in scans]
    return "; ".join(word.strip() for word in words) or None


def _scans_in_words(negatives: Sequence[NegativeScan]) -> str | None:
    return _scan_words(n.scan for n in negatives)


def _absent_in_words(staging: Staged) -> str:
    return f"absent: {_scans_in_words(staging.fresh)}"


def _scan_evidence(negatives: Sequence[NegativeScan]) -> tuple[Evidence, ...]:
    return unique(i for n in negatives for i in sources(n.scan, "extrahepatic_result"))


def _focus_evidence(foci: Sequence[FocusState]) -> tuple[Evidence, ...]:
    return unique(item for focus in foci for item in focus.focus.evidence)


def _named(foci: Sequence[FocusState]) -> str:
    return ", ".join(_name(focus.focus) for focus in foci)


def _name(focus: RegisteredFocus) -> str:
    return focus.record.organ or focus.disease_class or f"focus of unknown class ({focus.key})"
