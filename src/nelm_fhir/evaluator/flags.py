"""Flags beside a verdict (rules 1.6). A flag never changes one.

Most flags of a set follow from the status of one criterion and stand in its file. The others need
more than that and are functions here, by flag id. `numbers` come from `mappings/flags.toml`.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from nelm_fhir.assessment.result import CriterionResult
from nelm_fhir.core.logic import MET
from nelm_fhir.evaluator.asking import ask, question_of
from nelm_fhir.evaluator.flag_case import FlagCase
from nelm_fhir.evaluator.flags_of_patient import OF_PATIENT
from nelm_fhir.evaluator.flags_of_sets import OF_SETS
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask, CriteriaSet, Criterion, FlagRule
from nelm_fhir.knowledge.texts import Texts

JUDGED: Final = "judged"


def set_flags(
    view: View, criteria_set: CriteriaSet, results: Sequence[CriterionResult], texts: Texts
) -> tuple[str, ...]:
    """Return the flags of one judged set, in the order of the flag file."""
    by_id = {result.id: result for result in results}
    raised = {
        criterion.flag.id
        for criterion in criteria_set.criteria
        if criterion.flag and _follows(view, criterion, criterion.flag, by_id)
    }
    for flag, rule in OF_SETS.items():
        text = texts.flags[flag]
        if criteria_set.id in text.where and rule(FlagCase(view, by_id, text.numbers)):
            raised.add(flag)
    return tuple(flag for flag in texts.flags if flag in raised)


def patient_flags(view: View, texts: Texts) -> tuple[str, ...]:
    """Return the flags of the patient, raised whatever the verdicts."""
    return tuple(
        flag
        for flag in texts.flags
        if flag in OF_PATIENT and OF_PATIENT[flag](FlagCase(view, {}, texts.flags[flag].numbers))
    )


def _follows(
    view: View, criterion: Criterion, flag: FlagRule, results: Mapping[str, CriterionResult]
) -> bool:
    """Whether the flag that a criterion carries follows from its own status."""
    if JUDGED in flag.on:
        return True
    status = results[criterion.id].status
    if flag.under is not None:
        return status is MET and not _reached(view, criterion, flag.under)
    return str(status) in flag.on


def _reached(view: View, criterion: Criterion, length: int) -> bool:
    """Whether the clock of a criterion is met at another length, too."""
    question = question_of(view, criterion)
    if not isinstance(question, Ask):
        raise TypeError(f"{criterion.id} is flagged by its length but is not one clock")
    return ask(view, replace(question, limit=Decimal(length))).status is MET
