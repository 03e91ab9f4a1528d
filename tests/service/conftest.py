"""The service as it runs: its application under uvicorn on a free port of this machine."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread

import pytest
import uvicorn
from tests.service.populations import judged, samples

from nelm_fhir import pipeline
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.service.serving import configured, listening
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site


@contextmanager
def running(site: Site) -> Iterator[str]:
    """Serve a site in a thread; gives its base address."""
    server = uvicorn.Server(configured(site))
    socket = listening("127.0.0.1", 0)  # who asks before the server is ready waits
    thread = Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        socket.close()


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return pipeline.load()


@pytest.fixture
def served(loopback: None) -> Iterator[Callable[[Site], str]]:
    """Serve sites until the test ends; each call gives a base address."""
    with ExitStack() as stack:
        yield lambda site: stack.enter_context(running(site))


@pytest.fixture(scope="session")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the ledger of a night in which all samples were judged."""
    return judged(tmp_path_factory.mktemp("night"), samples())


@pytest.fixture
def base(served: Callable[[Site], str], catalogue: Catalogue, ledger: Path) -> str:
    """Return the address of a service whose worklist is that night."""
    return served(Site(catalogue, Settings(worklist=ledger)))
