"""One assessment as Markdown, for wikis, tickets and the minutes of a team meeting.

In: an Assessment and the catalogue. Out: CommonMark with pipe tables. Words of the record
are escaped: they never become markup, links or HTML.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from nelm_fhir.assessment.criterion_sentences import criterion_sentence
from nelm_fhir.assessment.missing_data import Settled, missing_data
from nelm_fhir.assessment.published import figures, notes_of_sets
from nelm_fhir.assessment.result import Assessment, SetVerdict, Text
from nelm_fhir.assessment.sentences import (
    counts_sentence,
    deciding_words,
    issue_sentence,
    set_name,
    verdict_sentence,
)
from nelm_fhir.assessment.voice import Voice, capitalized
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.report.one_line import one_line

_MARKUP: Final = re.compile(r"([\\`*_\[\]<>#|~&])")


def markdown(assessment: Assessment, catalogue: Catalogue) -> str:
    """Return the whole assessment as one document."""
    voice = Voice(catalogue.texts.wording)
    parts = [
        "# Liver transplantation for neuroendocrine liver metastases: published criteria",
        _head(assessment),
        _table(assessment.verdicts, voice),
        *(_set(verdict, assessment, voice) for verdict in assessment.verdicts),
        _missing(assessment, voice, catalogue),
        _texts("Flags of the patient", assessment.flags, assessment),
        _texts(
            "Published results of groups, never of one patient",
            figures(assessment, catalogue),
            assessment,
        ),
        _texts("Published practice", assessment.surveillance, assessment),
        _section("Notes of the criteria sets", notes_of_sets(assessment)),
        _texts("Notes of other bodies", assessment.notes, assessment),
        _record(assessment),
        f"> {escaped(assessment.notice)}",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def escaped(text: str) -> str:
    """Return the text on one line, without anything that Markdown would read as markup."""
    return _MARKUP.sub(r"\\\1", one_line(text))


def _head(assessment: Assessment) -> str:
    nothing = [] if assessment.neuroendocrine else ["**No neuroendocrine finding in this record.**"]
    on = ", ".join(name for name, value in assessment.options.items() if value)
    return _list(
        [
            *nothing,
            f"Patient: {escaped(assessment.subject.reference or 'not named in the record')}",
            f"As of: {assessment.as_of}",
            *([f"Options: {escaped(on)}"] if on else []),
            f"Program: {escaped(assessment.program)}, catalogue {assessment.catalogue_digest}",
        ]
    )


def _table(verdicts: Sequence[SetVerdict], voice: Voice) -> str:
    head = ["| Criteria set | Version | Verdict | Earliest | Deciding criteria |"]
    head.append("| --- | --- | --- | --- | --- |")
    return "\n".join([*head, *(_row(verdict, voice) for verdict in verdicts)])


def _row(verdict: SetVerdict, voice: Voice) -> str:
    cells = (
        escaped(verdict.title),
        verdict.version,
        str(verdict.verdict),
        str(verdict.earliest or ""),
        escaped(deciding_words(verdict, voice)),
    )
    return f"| {' | '.join(cells)} |"


def _set(verdict: SetVerdict, assessment: Assessment, voice: Voice) -> str:
    results = {result.id: result for result in verdict.criteria}
    named = dict.fromkeys([*verdict.deciding, *(m.criterion for m in verdict.missing)])
    lines = [escaped(verdict_sentence(verdict, voice)), ""]
    for name in named:
        result = results.get(name)
        told = assessment.texts[name].text if name in assessment.texts else name
        if result is not None and str(verdict.verdict) != "not-applicable":
            told = criterion_sentence(result, voice, settle=True)
        lines.append(f"- **{name}**: {escaped(told)}")
    lines += [f"- Flag **{f}**: {escaped(assessment.texts[f].text)}" for f in verdict.flags]
    lines += ["", f"Source: {escaped(verdict.citation)}"]
    heading = f"## {escaped(set_name(verdict, voice))}\n\n"
    return heading + "\n".join(lines).replace("\n\n\n", "\n\n")


def _missing(assessment: Assessment, voice: Voice, catalogue: Catalogue) -> str:
    data = missing_data(assessment, voice, catalogue.definitions.staging.families)
    lines = []
    for datum in data:
        for settling in datum.settlings:
            told = "; ".join(f"settles {_settled(one)}" for one in settling.settles)
            lines.append(
                f"**{datum.name}**: {escaped(capitalized(settling.settle))} ({escaped(told)})."
            )
    return f"## Missing data\n\n{_list(lines)}" if lines else ""


def _settled(settled: Settled) -> str:
    named = [
        f"{one.title} {one.id}{' (in part)' if one.partly else ''}" for one in settled.criteria
    ]
    return ", ".join([*([settled.condition] if settled.condition else []), "; ".join(named)])


def _texts(heading: str, names: Iterable[str], assessment: Assessment) -> str:
    return _section(heading, ((name, assessment.texts[name]) for name in names))


def _section(heading: str, texts: Iterable[tuple[str, Text]]) -> str:
    lines = [f"**{name}**: {escaped(_sourced(text))}" for name, text in texts]
    return f"## {heading}\n\n{_list(lines)}" if lines else ""


def _sourced(text: Text) -> str:
    return f"{text.text} [{'; '.join(_beside(text))}]"


def _beside(text: Text) -> Iterator[str]:
    """Yield what must stand beside a figure (safety rule 5)."""
    if text.n:
        yield f"n {text.n}" if text.n[0].isdigit() else text.n
    yield from (part for part in (text.era, text.source) if part)


def _record(assessment: Assessment) -> str:
    if not assessment.counts.total and not assessment.issues:
        return ""
    lines = [f"{issue.severity}: {escaped(issue_sentence(issue))}" for issue in assessment.issues]
    listed = f"\n\n{_list(lines)}" if lines else ""
    return f"## The record\n\n{counts_sentence(assessment.counts)}{listed}"


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
