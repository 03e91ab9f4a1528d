"""One form about one record: the two entrances that lead to it.

In: a request. Out: a Case: whose record, on which grounds, where the answers go, who answers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from nelm_fhir.form.questions import questions
from nelm_fhir.service.audit import Action
from nelm_fhir.service.noting import noted
from nelm_fhir.service.pages.addresses import ANSWERED, TRY, form_address, report_address
from nelm_fhir.service.pages.frame import kept
from nelm_fhir.service.pages.grounds import Grounds, of_record, of_stored
from nelm_fhir.service.pages.patients import patient_of
from nelm_fhir.service.pages.speech import LANGUAGE, Speech, speech
from nelm_fhir.service.pages.submitted import Submitted
from nelm_fhir.service.pages.wanted import Wanted, wanted
from nelm_fhir.service.site import Site
from nelm_fhir.service.trust.caller import ANONYMOUS, Caller
from nelm_fhir.service.trust.forms import FIELD
from nelm_fhir.writers.datatypes import Json
from nelm_fhir.writers.questionnaire import questionnaire


@dataclass(frozen=True, slots=True)
class Case:
    """One form about one record: how it was reached, and who answers.

    `action` is where the answers go, `back` the address of the report; `tried` is the record as it
    was given, None for a patient who is known here; `source` the FHIR server the record is from.
    """

    request: Request
    site: Site
    speech: Speech
    grounds: Grounds
    action: str
    back: str = ""
    tried: Wanted | None = None
    source: str = ""

    @property
    def caller(self) -> Caller:
        """Who sent the request."""
        found: Caller = getattr(self.request.state, "caller", ANONYMOUS)
        return found

    @property
    def carried(self) -> list[tuple[str, str]]:
        """The hidden fields of the form."""
        fields = list(self.tried.carried()) if self.tried else []
        chosen = [(LANGUAGE, self.speech.language)] if self.speech.chosen else []
        return [*fields, *chosen, (FIELD, self.site.gate.forms.seal(self.caller))]

    def about(self) -> str:
        """Return whose record it is and as of when, in words."""
        its = self.grounds.made.assessment
        patient, day = its.subject.reference or "-", self.speech.voice.say(its.as_of)
        return self.speech.words.say("form.about", patient=patient, as_of=day)

    def asked(self) -> Json:
        """Return the form with only what would change a verdict."""
        sets = tuple(one.set for one in self.grounds.made.assessment.verdicts)
        catalogue = self.site.catalogue
        found = questions(self.grounds.made.read.profile, catalogue, sets)
        return questionnaire(catalogue.form, catalogue.attested, found)


async def tried_case(request: Request, site: Site, sent: Submitted) -> Case:
    """Return the form about a record that was given; it is noted who asks.

    Raises InputError, Fault.
    """
    says = speech(request, site.catalogue, sent.one(LANGUAGE))
    tried = wanted(sent, site)
    grounds = await in_turn(site, partial(of_record, site, tried.data, tried.wish))
    await noted(request, site, Action.SHOWN, grounds.made.assessment.subject.reference)
    back = tried.address(TRY)
    return Case(request, site, says, grounds, ANSWERED, back and kept(says, back), tried)


async def stored_case(request: Request, site: Site, sent: Submitted | None) -> Case:
    """Return the form about a patient of the ledger; it is noted who asks. Raises Fault."""
    says = speech(request, site.catalogue, sent.one(LANGUAGE) if sent else "")
    found = await patient_of(request, site)
    grounds = await in_turn(site, partial(of_stored, site, found.made))
    name = found.made.assessment.subject.reference or ""
    back = kept(says, report_address(name))
    return Case(request, site, says, grounds, form_address(name), back, source=found.source)


async def in_turn(site: Site, work: Callable[[], Any]) -> Any:
    """Do what keeps a core busy, when it has its turn."""
    async with site.turns.turn():
        return await run_in_threadpool(work)
