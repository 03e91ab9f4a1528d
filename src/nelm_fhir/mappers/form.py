"""Answers to the tumor-board form, read as the attested entries that they are.

In: a QuestionnaireResponse. Out: the findings of each answered group, by the same rules as those of
an Observation, with the place of each answer as evidence. What an Observation that is derived from
the response says, too, is read there and not here. Source: attested-entry.md section 3.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from msgspec import structs

from nelm_fhir.core.canonical import FORM, without_version
from nelm_fhir.core.evidence import Evidence
from nelm_fhir.core.issues import Issue
from nelm_fhir.core.reading import Reading
from nelm_fhir.fhir_r4.record import Resource
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import item, string
from nelm_fhir.mappers.form_entries import Entry, answers
from nelm_fhir.mappers.form_twins import said_elsewhere
from nelm_fhir.mappers.observations import observation
from nelm_fhir.mappers.source import Source
from nelm_fhir.profile.findings import Finding

_OBSERVATION: Final = "Observation"


def form(source: Source, ctx: Context) -> Iterator[Finding]:
    """Yield the findings of a response; one to another questionnaire says nothing here."""
    response = source.resource
    if without_version(string(response.data, "questionnaire") or "") != FORM:
        return
    _note_gaps(response, ctx)
    found = answers(response.data, ctx.attested)
    for place in found.strangers:
        ctx.note("form-question-unknown", response, place)
    views = {entry.name: _view(entry, response) for entry in found.entries}
    inner = _with(views, ctx)
    elsewhere = said_elsewhere(response, found.entries, views, inner)
    instead = {views[name].key: key for name, key in elsewhere.items()}
    for entry in found.entries:
        if entry.name not in elsewhere:
            yield from _findings(entry, views[entry.name], response, instead, inner)
            ctx.issues.extend(_issues(entry, views[entry.name], response, inner))


def _note_gaps(response: Resource, ctx: Context) -> None:
    """Note what keeps the answers from being a signed and finished statement."""
    if response.reading is not Reading.ASSERTED:
        ctx.note("form-not-completed", response, "status")
    elif not string(response.data, "authored") or not item(response.data, "author"):
        ctx.note("form-not-signed", response)


def _view(entry: Entry, response: Resource) -> Resource:
    """Return the entry as a resource of the record, with the reading of its response."""
    return Resource(
        key=f"{response.key}#{entry.name}",
        type=_OBSERVATION,
        id=entry.name,
        version=response.version,
        data=entry.data,
        location=f"{response.location}#{entry.name}",
        reading=response.reading,
        flagged=response.flagged,
    )


def _with(views: Mapping[str, Resource], ctx: Context) -> Context:
    """Return the context of a record that holds the entries, too, and issues of their own."""
    by_key = {**ctx.record.by_key, **{view.key: view for view in views.values()}}
    return replace(ctx, record=replace(ctx.record, by_key=by_key), issues=[])


def _findings(
    entry: Entry,
    view: Resource,
    response: Resource,
    instead: Mapping[str, str],
    ctx: Context,
) -> Iterator[Finding]:
    """Yield the findings of an entry; `instead` names who is read in the place of its scan."""
    for finding in observation(view, ctx):
        studies = tuple(instead.get(key, key) for key in finding.links.studies)
        yield structs.replace(
            finding,
            evidence=_evidence(finding.evidence, entry, response),
            links=structs.replace(finding.links, studies=studies),
        )


def _evidence(evidence: Evidence, entry: Entry, response: Resource) -> Evidence:
    """Return the evidence with the response as its resource, and the place of the answer in it."""
    place = entry.place(evidence.path.removeprefix(_OBSERVATION))
    return evidence._replace(resource=response.key, path=f"{response.type}.{place}")


def _issues(entry: Entry, view: Resource, response: Resource, ctx: Context) -> Sequence[Issue]:
    """Take what was wrong with an entry, told at the place of the answer."""
    found = [
        replace(
            issue,
            location=f"{response.location}.{entry.place(issue.location[len(view.location) :])}",
        )
        for issue in ctx.issues
    ]
    ctx.issues.clear()
    return found
