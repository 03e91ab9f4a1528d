"""The narrative of an assessment: what a person sees where a system shows no structured data.

In: an Assessment, one of its verdicts, and a voice. Out: XHTML as FHIR allows it:
paragraphs and lists, no link, no script, no attribute but the namespace; every text is escaped.
Source: terminology 6.2 (`text`), FHIR R4 Narrative.
"""

from collections.abc import Iterable, Iterator

from nelm_fhir.assessment.criterion_sentences import criterion_sentence
from nelm_fhir.assessment.result import Assessment, CriterionResult, SetVerdict
from nelm_fhir.assessment.sentences import verdict_sentence
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.core.unknown import NotApplicable
from nelm_fhir.writers.canonicals import XHTML
from nelm_fhir.writers.datatypes import Json, string
from nelm_fhir.writers.notes import missing


def narrative(
    assessment: Assessment, verdict: SetVerdict, voice: Voice, *, test_data: bool
) -> Json:
    """Return set, version, as-of date, verdict, deciding criteria, missing data and notice."""
    body = "".join(_body(assessment, verdict, voice, test_data=test_data))
    return {"status": "generated", "div": f'<div xmlns="{XHTML}">{body}</div>'}


def _body(
    assessment: Assessment, verdict: SetVerdict, voice: Voice, *, test_data: bool
) -> Iterator[str]:
    if test_data:
        yield _paragraph("Test data.")
    yield _paragraph(
        f"{verdict.title}, version {verdict.version}, as of {assessment.as_of.isoformat()}."
    )
    yield _paragraph(verdict_sentence(verdict, voice))
    yield from _list("Deciding:", _deciding(assessment, verdict, voice))
    yield from _list("Missing:", missing(verdict, voice, said=verdict.deciding))
    yield _paragraph(assessment.notice)


def _deciding(assessment: Assessment, verdict: SetVerdict, voice: Voice) -> Iterator[str]:
    """Yield the sentence of each deciding criterion, or of each id of the scope gate."""
    results = {result.id: result for result in verdict.criteria if not _outside_scope(result)}
    for name in verdict.deciding:
        text = assessment.texts.get(name)
        if name in results:
            yield f"{name}: {criterion_sentence(results[name], voice)}"
        else:
            yield name if text is None else f"{name}: {text.text}"


def _outside_scope(result: CriterionResult) -> bool:
    return result.reason == NotApplicable.OUTSIDE_SCOPE


def _list(heading: str, items: Iterable[str]) -> Iterator[str]:
    lines = "".join(f"<li>{escaped(item)}</li>" for item in items)
    if lines:
        yield f"{_paragraph(heading)}<ul>{lines}</ul>"


def _paragraph(text: str) -> str:
    return f"<p>{escaped(text)}</p>"


def escaped(text: str) -> str:
    """Return the text as XHTML character data."""
    return string(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
