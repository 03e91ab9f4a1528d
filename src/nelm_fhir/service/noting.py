"""How a door notes what it shows or takes: who asked stands in the request, the disk in a thread.

In: a request and what was done. Out: nothing; HttpFault 503 where it cannot be noted, so it comes
before the answer.
"""

from collections.abc import Sequence
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from nelm_fhir.service.audit import Action, Called, Outcome
from nelm_fhir.service.site import Site


async def noted(
    request: Request,
    site: Site,
    action: Action,
    patient: str | None,
    *,
    outcome: Outcome = Outcome.DONE,
    resources: Sequence[str] = (),
) -> None:
    """Note what was done with the data of a patient, and who asked for it."""
    caller: Called | None = getattr(request.state, "caller", None)
    note = partial(
        site.audit.note,
        action,
        caller=caller,
        patient=patient,
        outcome=outcome,
        resources=resources,
    )
    await run_in_threadpool(note)
