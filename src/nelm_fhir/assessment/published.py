"""What is published and stands beside verdicts: figures with their warning, notes of the sets.

In: an Assessment and the catalogue. Out: ids and texts, in the order they are shown. Source: rules
11.1 (figures within Milan-NET stand together with the warning), 3.6 and 3.12 (notes of a set).
"""

from collections.abc import Iterator

from nelm_fhir.assessment.result import Assessment, SetVerdict, Text
from nelm_fhir.knowledge.catalogue import Catalogue


def figures(assessment: Assessment, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the ids of the figures, of the notes on them, and of the warning they need."""
    warning = catalogue.texts.outcome_rules.warning
    warned = (warning,) if warning in assessment.texts else ()
    return (*assessment.references, *warned, *assessment.reference_notes)


def notes_of_sets(assessment: Assessment) -> tuple[tuple[str, Text], ...]:
    """Return id and text of the notes of every set that was judged."""
    return tuple(note for verdict in assessment.verdicts for note in notes_of(assessment, verdict))


def notes_of(assessment: Assessment, verdict: SetVerdict) -> Iterator[tuple[str, Text]]:
    """Yield id and text of what one set wants shown with it."""
    for note in verdict.notes:
        yield note, assessment.texts[note]
