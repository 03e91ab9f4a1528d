"""What runs beside the doors as long as the service does: begun before the first request is taken.

After the last request was answered the threads end what they do; the rest stands in the ledger.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from nelm_fhir.service.messages.replies import Replies
from nelm_fhir.service.messages.worker import Worker
from nelm_fhir.service.site import Site
from nelm_fhir.service.subscriptions.worker import Listener


@contextmanager
def working(site: Site) -> Iterator[None]:
    """Judge what is accepted until the block ends; nothing runs where nothing is kept."""
    if site.ledger is None:
        yield
        return
    threads: list[Worker | Replies | Listener] = [Worker(site), Replies(site)]
    if site.settings.server is not None and site.settings.hooks.hooks:
        threads.append(Listener(site, site.settings.server))
    with ExitStack() as stack:
        for one in threads:
            one.start()
            stack.callback(one.stop)
        yield
