"""Fixtures of the outside judges and servers; `pytest_plugins = ["tests.peers.fixtures"]`.

A judge or server starts once for the session, when the first test asks for it. One that this
machine cannot run skips its tests with a reason that names what is missing; with the environment
variable NELM_REQUIRE_PEERS=1 (continuous integration) it fails them instead.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import NoReturn, TypeVar

import pytest
import pytest_socket
from playwright.sync_api import Browser
from tests.peers.browser import Axe, chromium
from tests.peers.judges import (
    HapiValidator,
    Judge,
    MedplumValidator,
    PeerMissing,
    R4BModels,
    UcumLhc,
)
from tests.peers.servers import HapiServer, MedplumServer

Peer = TypeVar("Peer")


def peers_required() -> bool:
    return os.environ.get("NELM_REQUIRE_PEERS") == "1"


def started(make: Callable[[], AbstractContextManager[Peer]]) -> Iterator[Peer]:
    """One peer for the session; a missing one skips, or fails where peers are required."""
    with ExitStack() as stack:
        try:
            judge = stack.enter_context(make())
        except PeerMissing as missing:
            _without(f"OUTSIDE PEER NOT RUN: {missing}")
        yield judge


def _without(reason: str) -> NoReturn:
    if peers_required():
        pytest.fail(f"{reason} - and NELM_REQUIRE_PEERS=1 requires it", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def hapi_validator() -> Iterator[HapiValidator]:
    """HAPI's validator with mappings/fhir loaded."""
    yield from started(HapiValidator)


@pytest.fixture(scope="session")
def medplum_validator() -> Iterator[MedplumValidator]:
    """Medplum's validator."""
    yield from started(MedplumValidator)


@pytest.fixture(scope="session")
def ucum_lhc() -> Iterator[UcumLhc]:
    """NLM's converter of units."""
    yield from started(UcumLhc)


@pytest.fixture(scope="session")
def r4b_models() -> Iterator[R4BModels]:
    """The R4B models of fhir.resources."""
    yield from started(R4BModels)


@pytest.fixture(scope="session")
def judges(
    hapi_validator: HapiValidator, medplum_validator: MedplumValidator, r4b_models: R4BModels
) -> tuple[Judge, ...]:
    """All three: what we write must pass each of them."""
    return hapi_validator, medplum_validator, r4b_models


@pytest.fixture(scope="session")
def hapi_server() -> Iterator[HapiServer]:
    """HAPI's JPA server as it stands after the modules before: for tests that only read."""
    yield from started(HapiServer)


@pytest.fixture(scope="session")
def medplum_server() -> Iterator[MedplumServer]:
    """Medplum's router in memory, as it stands after the modules before."""
    yield from started(MedplumServer)


@pytest.fixture(scope="module")
def empty_hapi(hapi_server: HapiServer) -> HapiServer:
    """HAPI's JPA server with nothing in it at the beginning of the module."""
    hapi_server.empty()
    return hapi_server


@pytest.fixture(scope="module")
def empty_medplum(medplum_server: MedplumServer) -> MedplumServer:
    """Medplum's router with nothing in it at the beginning of the module."""
    medplum_server.empty()
    return medplum_server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine, for one module: while it is open, no other loop can run."""
    pytest_socket.enable_socket()  # we speak to it by a pair of sockets; each test closes its own
    yield from started(chromium)


@pytest.fixture(scope="session")
def axe() -> Iterator[Axe]:
    """axe-core, which judges the accessibility of pages."""
    yield from started(Axe.installed)
