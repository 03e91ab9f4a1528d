"""The whole judgment of one profile: all sets, flags, and what may stand beside them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from nelm_fhir.assessment.result import (
    Assessment,
    Counts,
    SetVerdict,
    Subject,
    Text,
    Verdict,
)
from nelm_fhir.core.issues import Issue
from nelm_fhir.evaluator.evaluate import judge_set
from nelm_fhir.evaluator.flags import patient_flags
from nelm_fhir.evaluator.outcomes.le_treut import le_treut_notes
from nelm_fhir.evaluator.outcomes.recurrence import recurrence_notes, recurrence_references
from nelm_fhir.evaluator.outcomes.references import survival_references
from nelm_fhir.evaluator.outcomes.surveillance import surveillance
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.criteria import Ask, CriteriaSet
from nelm_fhir.profile.candidate import Options
from nelm_fhir.profile.record_format import CandidateProfile

NO_COUNTS: Final = Counts({}, {}, {})


@dataclass(frozen=True, slots=True)
class Provenance:
    """What of the result does not come from the profile: whose record it was, how it was read."""

    subject: Subject = Subject()
    issues: tuple[Issue, ...] = ()
    counts: Counts = NO_COUNTS
    neuroendocrine: bool = True
    program: str = "nelm-fhir"


def assess_profile(
    profile: CandidateProfile,
    catalogue: Catalogue,
    *,
    sets: Sequence[str] = (),
    provenance: Provenance = Provenance(),
) -> Assessment:
    """Judge the chosen sets (all of the catalogue if none are named) for one profile.

    Raises KeyError for a set the catalogue does not have.
    """
    profile = _with_options(profile, catalogue.options)
    view = View(profile, catalogue.definitions)
    chosen = [catalogue.sets[name] for name in sets] or list(catalogue.sets.values())
    verdicts = tuple(judge_set(view, criteria_set, catalogue) for criteria_set in chosen)
    beside = _beside(view, verdicts, catalogue)
    flags = patient_flags(view, catalogue.texts)
    return Assessment(
        as_of=profile.as_of,
        subject=provenance.subject,
        options=_options(profile),
        verdicts=verdicts,
        flags=flags,
        references=beside.references,
        reference_notes=beside.notes,
        surveillance=beside.surveillance,
        notes=_body_notes(verdicts, catalogue),
        texts=_texts(verdicts, flags, beside, catalogue),
        issues=provenance.issues,
        counts=provenance.counts,
        neuroendocrine=provenance.neuroendocrine,
        program=provenance.program,
        catalogue_digest=catalogue.digest,
        input_digest=input_digest(profile),
        notice=catalogue.texts.notice,
    )


def _with_options(profile: CandidateProfile, switched: Mapping[str, bool]) -> CandidateProfile:
    """Return the profile with the switches of overlays and caller turned on as well."""
    on = {name: True for name, value in switched.items() if value}
    if not on:
        return profile
    return profile.model_copy(update={"options": profile.options.model_copy(update=on)})


def _options(profile: CandidateProfile) -> dict[str, bool]:
    return {
        name: getattr(profile.options, name)
        for name in sorted(Options.model_fields)
        if name != "evidence"
    }


def input_digest(profile: CandidateProfile) -> str:
    """Return the digest of the profile with its evidence, without the as-of date."""
    record = profile.to_record()
    del record["as_of"]
    content = orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass(frozen=True, slots=True)
class _Beside:
    references: tuple[str, ...]
    notes: tuple[str, ...]
    surveillance: tuple[str, ...]


def _beside(view: View, verdicts: Sequence[SetVerdict], catalogue: Catalogue) -> _Beside:
    rules = catalogue.texts.outcome_rules
    milan_net = _judged(view, verdicts, catalogue.sets[rules.milan_net], catalogue)
    survival = survival_references(view, milan_net, rules)
    models = [reference for reference in survival if "=" in reference]
    notes = (
        *recurrence_notes(view, rules),
        *(le_treut_notes(view, rules) if models else ()),
    )
    rows = surveillance(view, _listed_progression(catalogue))
    return _Beside((*survival, *recurrence_references(view, rules)), notes, rows)


def _judged(
    view: View, verdicts: Sequence[SetVerdict], wanted: CriteriaSet, catalogue: Catalogue
) -> SetVerdict:
    """Return the verdict of a set, judged for its own sake where it was not asked for."""
    for verdict in verdicts:
        if verdict.set == wanted.id:
            return verdict
    return judge_set(view, wanted, catalogue)


def _listed_progression(catalogue: Catalogue) -> Ask:
    """Return the question of the listed-progression clock, on which SURV-2 depends."""
    for criterion in catalogue.sets["optn"].criteria:
        question = criterion.question
        if isinstance(question, Ask) and question.asks == "listed-progression-clock":
            return question
    raise AssertionError("no criterion of the OPTN set asks for the listed-progression clock")


def _body_notes(verdicts: Sequence[SetVerdict], catalogue: Catalogue) -> tuple[str, ...]:
    """Return the notes of bodies without own verdict whose sets were judged (rules 3.8, 3.9)."""
    judged = {v.set for v in verdicts if v.verdict is not Verdict.NOT_APPLICABLE}
    return tuple(
        note.id for body in catalogue.bodies if judged & set(body.beside) for note in body.notes
    )


def _texts(
    verdicts: Sequence[SetVerdict],
    flags: Sequence[str],
    beside: _Beside,
    catalogue: Catalogue,
) -> dict[str, Text]:
    """Return the sentence of every id of the result that has one."""
    texts = catalogue.texts
    found: dict[str, Text] = {}
    for flag in (*flags, *(flag for verdict in verdicts for flag in verdict.flags)):
        found[flag] = Text(texts.flags[flag].text, texts.flags[flag].source)
    for reference in beside.references:
        figure = texts.figures[reference.partition("=")[0]]
        found[reference] = Text(figure.text, figure.source, figure.population, figure.n, figure.era)
    for note in beside.notes:
        found[note] = Text(texts.reference_notes[note].text, texts.reference_notes[note].source)
    for row in beside.surveillance:
        found[row] = Text(texts.surveillance[row].text, texts.surveillance[row].source)
    found.update(_criterion_texts(verdicts, catalogue))
    return found


def _criterion_texts(verdicts: Sequence[SetVerdict], catalogue: Catalogue) -> dict[str, Text]:
    """Return the statement of every criterion and scope id, and the notes that stand beside them."""
    found: dict[str, Text] = {}
    for verdict in verdicts:
        for result in verdict.criteria:
            found[result.id] = Text(result.statement, result.source or ", ".join(result.basis))
        for scope in verdict.deciding:
            if scope in catalogue.definitions.scope.texts and scope not in found:
                found[scope] = Text(catalogue.definitions.scope.texts[scope], "POL-28")
    for body in catalogue.bodies:
        for note in body.notes:
            found[note.id] = Text(
                note.text or note.statement, note.source.key if note.source else ""
            )
    return found
