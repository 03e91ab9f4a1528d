"""What may stand beside the verdicts: figures, notes, surveillance, and the sentence of each id."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from nelm_fhir.assessment.result import SetVerdict, Text, Verdict
from nelm_fhir.evaluator.evaluate import judge_set
from nelm_fhir.evaluator.outcomes.le_treut import le_treut_notes
from nelm_fhir.evaluator.outcomes.recurrence import recurrence_notes, recurrence_references
from nelm_fhir.evaluator.outcomes.references import survival_references
from nelm_fhir.evaluator.outcomes.surveillance import surveillance
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.criteria import Ask, CriteriaSet


class Beside(Struct, frozen=True):
    """Ids of what rules 11 and 12 allow beside the verdicts of one candidate."""

    references: tuple[str, ...]
    reference_notes: tuple[str, ...]
    surveillance: tuple[str, ...]
    notes: tuple[str, ...]


def beside(view: View, verdicts: Sequence[SetVerdict], catalogue: Catalogue) -> Beside:
    """Return what may stand beside these verdicts."""
    rules = catalogue.texts.outcome_rules
    milan_net = _judged(view, verdicts, catalogue.sets[rules.milan_net], catalogue)
    survival = survival_references(view, milan_net, rules)
    has_model = any(reference.startswith(rules.le_treut_id) for reference in survival)
    notes = (
        *recurrence_notes(view, rules),
        *(le_treut_notes(view, rules) if has_model else ()),
    )
    return Beside(
        references=(*survival, *recurrence_references(view, rules)),
        reference_notes=notes,
        surveillance=surveillance(view, _listed_progression(catalogue)),
        notes=tuple(_body_notes(verdicts, catalogue)),
    )


def _judged(
    view: View, verdicts: Sequence[SetVerdict], wanted: CriteriaSet, catalogue: Catalogue
) -> SetVerdict:
    """Return the verdict of a set, judged for its own sake where it was not asked for."""
    for verdict in verdicts:
        if verdict.set == wanted.id:
            return verdict
    return judge_set(view, wanted, catalogue, telling=False)


def _listed_progression(catalogue: Catalogue) -> Ask:
    """Return the question of the listed-progression clock, on which SURV-2 depends."""
    return next(
        criterion.question
        for criterion in catalogue.sets["optn"].criteria
        if isinstance(criterion.question, Ask)
        and criterion.question.asks == "listed-progression-clock"
    )


def _body_notes(verdicts: Sequence[SetVerdict], catalogue: Catalogue) -> Iterator[str]:
    """Yield the notes of bodies without own verdict whose sets were judged (rules 3.8, 3.9)."""
    judged = {v.set for v in verdicts if v.verdict is not Verdict.NOT_APPLICABLE}
    for body in catalogue.bodies:
        if judged & set(body.beside):
            yield from (note.id for note in body.notes)


def texts_of(
    verdicts: Sequence[SetVerdict], flags: Sequence[str], shown: Beside, catalogue: Catalogue
) -> dict[str, Text]:
    """Return the sentence and source of every id that the result holds."""
    texts = catalogue.texts
    found = dict(_criterion_texts(verdicts, catalogue))
    for flag in (*flags, *(flag for verdict in verdicts for flag in verdict.flags)):
        found[flag] = Text(texts.flags[flag].text, texts.flags[flag].source)
    for reference in shown.references:
        figure = texts.figures[reference]
        found[reference] = Text(figure.text, figure.source, figure.population, figure.n, figure.era)
    warning = texts.outcome_rules.warning
    if set(shown.references) & set(texts.outcome_rules.with_milan_net):
        found[warning] = Text(
            texts.reference_notes[warning].text, texts.reference_notes[warning].source
        )
    for note in shown.reference_notes:
        found[note] = Text(texts.reference_notes[note].text, texts.reference_notes[note].source)
    for row in shown.surveillance:
        found[row] = Text(texts.surveillance[row].text, texts.surveillance[row].source)
    found.update(_note_texts(shown, catalogue))
    return found


def _criterion_texts(
    verdicts: Sequence[SetVerdict], catalogue: Catalogue
) -> Iterator[tuple[str, Text]]:
    scopes = catalogue.definitions.scope.texts
    for verdict in verdicts:
        yield from _set_notes(verdict, catalogue)
        for result in verdict.criteria:
            yield result.id, Text(result.statement, result.source or ", ".join(result.basis))
        if verdict.verdict is Verdict.NOT_APPLICABLE:
            yield from ((scope, Text(scopes[scope], "POL-28")) for scope in verdict.deciding)


def _set_notes(verdict: SetVerdict, catalogue: Catalogue) -> Iterator[tuple[str, Text]]:
    for criterion in catalogue.sets[verdict.set].criteria:
        if criterion.id in verdict.notes:
            source = criterion.source.key if criterion.source else ""
            yield criterion.id, Text(criterion.text or criterion.statement, source)


def _note_texts(shown: Beside, catalogue: Catalogue) -> Iterator[tuple[str, Text]]:
    for body in catalogue.bodies:
        for note in body.notes:
            if note.id in shown.notes:
                source = note.source.key if note.source else ""
                yield note.id, Text(note.text or note.statement, source)
