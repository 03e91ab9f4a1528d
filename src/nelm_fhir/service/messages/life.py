"""What runs beside the doors as long as the service does: begun before the first request is taken.

After the last request was answered the threads end what they do; the rest stands in the ledger.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from nelm_fhir.service.messages.replies import Replies
from nelm_fhir.service.messages.worker import Worker
from nelm_fhir.service.site import Site


@contextmanager
def working(site: Site) -> Iterator[None]:
    """Judge what is accepted until the block ends; nothing runs where nothing is kept."""
    if site.ledger is None:
        yield
        return
    worker, replies = Worker(site), Replies(site)
    with ExitStack() as stack:
        for one in (worker, replies):
            one.start()
            stack.callback(one.stop)
        yield
