"""One result as a small HTML page, for systems that show documents (DocumentReference).

In: an Assessment and one of its verdicts. Out: the words of its narrative as a page without script,
link or picture; every word is escaped. Source: terminology 6.5.
"""

from collections.abc import Iterator

from nelm_fhir.assessment.result import Assessment, SetVerdict
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.report.markup import Markup, begun_page, element, ended_page, joined
from nelm_fhir.writers.document_reference import Page
from nelm_fhir.writers.passages import Passage, passages, version

HTML = "text/html; charset=utf-8"
_STYLE = "body{font-family:sans-serif;max-width:48em;margin:2em auto;line-height:1.4}"


def result_page(
    assessment: Assessment, verdict: SetVerdict, voice: Voice, *, test_data: bool
) -> Page:
    """Return the page of one result."""
    said = passages(assessment, verdict, voice, test_data=test_data)
    body = joined(part for passage in said for part in _parts(passage))
    name = version(verdict)
    page = joined([begun_page(name, _STYLE), element("h1", name), body, ended_page()])
    return Page(page.encode(), HTML)


def _parts(passage: Passage) -> Iterator[Markup]:
    yield element("p", passage.text)
    if passage.lines:
        yield element("ul", joined(element("li", line) for line in passage.lines))
