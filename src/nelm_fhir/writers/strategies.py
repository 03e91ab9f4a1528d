"""The ways to write results back: which resource carries a result, and what a server must offer.

In: a name, or what a server can do. Out: a Strategy: how to write one result, whether a changed one
takes the place of the earlier one, whether Provenance goes along. How a retraction looks, says
`retraction.py` by the type of the resource. Nothing is sent here. Source: interop 6, terminology
6.5.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from nelm_fhir.assessment.result import Assessment, SetVerdict
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.core.codes import Coding
from nelm_fhir.writers.basic import basic
from nelm_fhir.writers.canonicals import FHIR_JSON
from nelm_fhir.writers.communication import communication
from nelm_fhir.writers.datatypes import Json
from nelm_fhir.writers.document_reference import Page, document_reference
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.observation import CATEGORY, observation
from nelm_fhir.writers.risk_assessment import risk_assessment

Interaction = Literal["create", "update"]
Offered = Callable[[str, Interaction], bool]
"""Whether a server offers an interaction for a type of resource."""


class Updates(StrEnum):
    """Whether a changed result takes the place of the earlier one of the same identity."""

    ALWAYS = "always"
    WHERE_OFFERED = "where-offered"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Writing:
    """What every result of a run is written with.

    `valid_months` and `voice` are those of `risk_assessment`. `page` renders the document of one
    result, FHIR JSON if none is given; `category` and `document_type` are codes of the site;
    `create_only` tells that the server updates nothing of the type.
    """

    voice: Voice
    valid_months: int
    test_data: bool = False
    page: Callable[[Assessment, SetVerdict], Page] | None = None
    category: Coding = CATEGORY
    document_type: Coding | None = None
    create_only: bool = False


Write = Callable[[Assessment, SetVerdict, Writing, str | None], Json]
"""Makes the resource of one result; the text is the reference of the earlier one, if any."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way to write results back.

    `resource_type` carries the results, empty where none are written; `sends` tells whether a
    server gets anything; `provenance` whether it gets Provenance, too, where it takes such.
    """

    name: str
    resource_type: str
    write: Write | None
    updates: Updates
    sends: bool = True
    provenance: bool = True

    @property
    def needs(self) -> frozenset[Interaction]:
        """The interactions with its type that a server must offer."""
        if not self.sends:
            return frozenset()
        wanted: frozenset[Interaction] = frozenset({"create"})
        return wanted | {"update"} if self.updates is Updates.ALWAYS else wanted

    def fits(self, offered: Offered) -> bool:
        """Whether a server offers all that the strategy needs."""
        return all(offered(self.resource_type, one) for one in self.needs)

    def in_place(self, offered: Offered) -> bool:
        """Whether a changed result is an update there; else it is a new resource."""
        if self.updates is Updates.WHERE_OFFERED:
            return offered(self.resource_type, "update")
        return self.updates is Updates.ALWAYS


def fitting(offered: Offered) -> Strategy | None:
    """Return the first strategy for which a server offers enough; None if nothing fits."""
    return next((one for name in BY_PREFERENCE if (one := STRATEGIES[name]).fits(offered)), None)


def _risk_assessment(
    assessment: Assessment, verdict: SetVerdict, writing: Writing, _: str | None = None
) -> Json:
    return risk_assessment(
        assessment,
        verdict,
        valid_months=writing.valid_months,
        voice=writing.voice,
        test_data=writing.test_data,
    )


def _observation(
    assessment: Assessment, verdict: SetVerdict, writing: Writing, _: str | None
) -> Json:
    return observation(
        assessment,
        verdict,
        voice=writing.voice,
        category=writing.category,
        test_data=writing.test_data,
    )


def _document_reference(
    assessment: Assessment, verdict: SetVerdict, writing: Writing, earlier: str | None
) -> Json:
    render = writing.page
    if render is None:
        whole = fhir_json(_risk_assessment(assessment, verdict, writing))
        page = Page(whole, FHIR_JSON)
    else:
        page = render(assessment, verdict)
    return document_reference(
        assessment,
        verdict,
        page=page,
        voice=writing.voice,
        document_type=writing.document_type,
        replaces=earlier,
        test_data=writing.test_data,
    )


def _communication(
    assessment: Assessment, verdict: SetVerdict, writing: Writing, earlier: str | None
) -> Json:
    return communication(
        assessment,
        verdict,
        voice=writing.voice,
        in_response_to=earlier,
        test_data=writing.test_data,
    )


def _basic(assessment: Assessment, verdict: SetVerdict, writing: Writing, _: str | None) -> Json:
    inside = _risk_assessment(assessment, verdict, writing)
    return basic(inside, create_only=writing.create_only)


BY_PREFERENCE: Final = (
    *("risk-assessment", "observation", "document-reference", "communication", "basic"),
)
STRATEGIES: Final[Mapping[str, Strategy]] = {
    one.name: one
    for one in (
        Strategy("risk-assessment", "RiskAssessment", _risk_assessment, Updates.ALWAYS),
        Strategy("observation", "Observation", _observation, Updates.ALWAYS),
        Strategy("document-reference", "DocumentReference", _document_reference, Updates.ALWAYS),
        Strategy("communication", "Communication", _communication, Updates.NEVER),
        Strategy("basic", "Basic", _basic, Updates.WHERE_OFFERED),
        Strategy("bundle-file", "RiskAssessment", _risk_assessment, Updates.NEVER, sends=False),
        Strategy("none", "", None, Updates.NEVER, sends=False, provenance=False),
    )
}
