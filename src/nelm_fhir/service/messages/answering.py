"""A message judged, and its answer: a message again, or the OperationOutcome of what is wrong.

In: a message of the ledger. Out: its Ending. What only another moment can change (a server that is
down) is raised, so that the message goes on waiting; everything else is an answer.
"""

from nelm_fhir import pipeline
from nelm_fhir.errors import LedgerUnavailable, NelmError, ServerUnavailable
from nelm_fhir.ledger.messages import Ending, Message, State
from nelm_fhir.service.audit import Action, Outcome
from nelm_fhir.service.evaluating import Evaluated, Wish, evaluated
from nelm_fhir.service.messages.envelope import Envelope, envelope
from nelm_fhir.service.messages.judged import judgment_of
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import HttpFault, fault_of, outcome_of
from nelm_fhir.writers.datatypes import Json
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.message_bundle import Asked, Code, message_bundle
from nelm_fhir.writers.operation_outcome import operation_outcome

PATH = "/fhir/$process-message"
OK = 200
_UNAVAILABLE = 503


def is_for_later(error: Exception) -> bool:
    """Whether another moment may change it: a server or disk that does not answer now."""
    if isinstance(error, HttpFault):
        return error.status == _UNAVAILABLE
    return isinstance(error, LedgerUnavailable | ServerUnavailable)


def name_of(message: Message) -> str:
    """Return what the audit file calls a message: who sent it is told where it was received."""
    return f"message/{message.number}"


def noted_of(site: Site, message: Message, found: Evaluated) -> None:
    """Note in the audit file that a record was judged, though nobody waits for it."""
    assessment = found.assessment
    sets = [verdict.set for verdict in assessment.verdicts]
    site.audit.note(
        Action.EVALUATED,
        caller=None,
        patient=assessment.subject.reference,
        outcome=Outcome.DONE,
        resources=[name_of(message), *sets],
    )


def answer_message(site: Site, message: Message) -> Ending:
    """Judge a message and return how it ended."""
    said = envelope(message.body, now=site.now())
    try:
        found = evaluated(site, message.body, Wish(as_of=message.as_of))
        answer = fhir_json(_answer(site, said, found))
        judgment = judgment_of(site, found, message.source, message.event)
        noted_of(site, message, found)
    except (NelmError, HttpFault) as error:
        if is_for_later(error):
            raise
        return _refusal(site, message, said, fault_of(error))
    return Ending(State.EVALUATED, OK, answer, judgment)


def _answer(site: Site, said: Envelope, found: Evaluated) -> Json:
    recorded, read = site.now(), found.read
    built = pipeline.to_fhir(
        found.assessment,
        site.catalogue,
        recorded=recorded,
        kind="collection",
        test_data=read.test_data,
    )
    outcome = operation_outcome(found.assessment.issues)
    return _message(site, said, "ok", built["entry"], outcome)


def _refusal(site: Site, message: Message, said: Envelope, fault: HttpFault) -> Ending:
    """Return the answer to a message that cannot be judged.

    Who waits gets the OperationOutcome itself, as at every door; who does not, a message.
    """
    outcome = outcome_of(fault)
    if message.reply_to:
        outcome = _message(site, said, "fatal-error", [], outcome)
    return Ending(State.FAILED, fault.status, fhir_json(outcome))


def _message(site: Site, said: Envelope, code: Code, entries: list[Json], outcome: Json) -> Json:
    return message_bundle(
        Asked(said.key, said.id, said.about, said.source),
        code,
        entries,
        outcome,
        endpoint=f"{site.settings.base}{PATH}",
        recorded=site.now(),
    )
