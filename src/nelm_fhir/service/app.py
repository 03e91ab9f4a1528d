"""The application: every door of the service on one Starlette.

In: a Site. Out: the ASGI application. To add a door, add its module to `DOORS`.
"""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Final

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from nelm_fhir.service import operators
from nelm_fhir.service.site import Site

Door = Callable[[Site], Sequence[BaseRoute]]
DOORS: Final[tuple[Door, ...]] = (operators.routes,)


def application(site: Site) -> Starlette:
    """Return the service as one ASGI application."""
    return Starlette(routes=list(chain.from_iterable(door(site) for door in DOORS)))
