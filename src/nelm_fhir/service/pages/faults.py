"""What a page says when it cannot go on: what is wrong, and what to do.

In: an error of the project, a fault of HTTP, a Fault of the pages. Out: a page with the status of
the one place where errors become statuses. Messages never hold a value of a record.
"""

from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from nelm_fhir.errors import KnowledgeError, NelmError
from nelm_fhir.report.markup import element
from nelm_fhir.service.pages.frame import kept, page
from nelm_fhir.service.pages.speech import speech
from nelm_fhir.service.pages.wanted import Fault
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import HttpFault, answer_of

Handler = Callable[[Request], Awaitable[Response]]


def told(site: Site) -> Callable[[Handler], Handler]:
    """Return what makes a page of every error of a handler."""

    def around(handler: Handler) -> Handler:
        @wraps(handler)
        async def shown(request: Request) -> Response:
            try:
                return await handler(request)
            except Fault as fault:
                words = speech(request, site.catalogue).words
                told, remedy = (
                    words.say(f"fault.{key}") for key in (fault.word, f"{fault.word}_help")
                )
                return _page(request, site, told, remedy, fault.status)
            except KnowledgeError:
                raise
            except (NelmError, HttpFault) as error:
                status = answer_of(error, request).status_code
                return _page(request, site, error.message, error.remedy, status)

        return shown

    return around


def _page(request: Request, site: Site, told: str, remedy: str, status: int) -> Response:
    says = speech(request, site.catalogue)
    return page(
        request,
        site,
        says,
        says.words.say("fault.title"),
        element("p", told, class_="fault", role="alert"),
        element("p", remedy) if remedy else None,
        element("p", element("a", says.words.say("fault.again"), href=kept(says, "/"))),
        status=status,
    )
