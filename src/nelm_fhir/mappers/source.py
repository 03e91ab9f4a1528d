"""One resource as every finding made from it sees it: date, links, body site, author.

A mapper asks its Source for findings, so that no finding goes without evidence.
"""

from collections.abc import Mapping
from typing import Final, Self

from msgspec import Struct

from nelm_fhir.core.evidence import Evidence, Match
from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Unknown
from nelm_fhir.fhir_r4.record import Resource
from nelm_fhir.mappers.authors import author, is_signed
from nelm_fhir.mappers.concepts import Matched, matched, within, words
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.dates import Dated, clinical_date
from nelm_fhir.mappers.elements import Json, item, items
from nelm_fhir.mappers.links import links
from nelm_fhir.profile.findings import NOTHING, Finding, Links, Value

BODY_SITE: Final = "body-site"


class Source(Struct, frozen=True):
    """What all findings of one resource share."""

    resource: Resource
    dated: Dated
    links: Links
    body_sites: tuple[str, ...]
    author: str | None
    signed: bool
    components: Mapping[str, Value | Unknown] = NOTHING

    @classmethod
    def of(cls, resource: Resource, ctx: Context) -> Self:
        """Return the resource with what its findings share."""
        return cls(
            resource,
            clinical_date(resource, ctx),
            links(resource, ctx),
            body_sites(resource, ctx),
            author(resource),
            is_signed(resource, ctx),
        )

    @property
    def data(self) -> Json:
        """The JSON of the resource."""
        return self.resource.data

    def finding(
        self,
        element: str,
        value: Value | Unknown,
        path: str,
        text: str | None = None,
        match: Matched | None = None,
        *,
        question: Matched | None = None,
        components: Mapping[str, Value | Unknown] = NOTHING,
        reading: Reading | None = None,
        attested: bool = False,
    ) -> Finding:
        """Return a finding; `path` is below the resource, `text` the value as recorded.

        `match` is the code that the value rests on, `question` the code that asked for it: the
        weaker of both says how it matched.
        """
        return Finding(
            element=element,
            value=value,
            key=self.resource.key,
            evidence=self._evidence(path, text, match, question),
            day=self.dated.day,
            components={**self.components, **components},
            links=self.links,
            reading=self.resource.reading if reading is None else reading,
            attested=attested,
            signed=self.signed,
            author=self.author,
            body_site=self.body_sites[0] if len(self.body_sites) == 1 else None,
        )

    def _evidence(
        self, path: str, text: str | None, match: Matched | None, question: Matched | None
    ) -> Evidence:
        shown = match or question
        return Evidence(
            resource=self.resource.key,
            path=f"{self.resource.type}.{path}" if path else self.resource.type,
            version=self.resource.version,
            recorded=self.dated.recorded,
            text=text,
            code=str(shown.code) if shown else None,
            match=_weaker(match, question),
        )


def body_sites(resource: Resource, ctx: Context) -> tuple[str, ...]:
    """Return the distinct site words of the coded body sites."""
    holder = item(resource.data, "collection") if resource.type == "Specimen" else resource.data
    found: dict[str, Matched] = {}
    for concept in items(holder, "bodySite"):
        found |= words(within(matched(concept, ctx.codes), BODY_SITE))
    return tuple(found)


def _weaker(*matches: Matched | None) -> Match:
    order = (Match.WEAK, Match.SITE, Match.MAPPED)
    seen = {m.match for m in matches if m is not None}
    return next((match for match in order if match in seen), Match.EXACT)
