"""Settings of the whole test run: hypothesis profiles, the outside judges, no network."""

import os

import pytest
import pytest_socket
from hypothesis import HealthCheck, settings
from tests.side_by_side import ByFile

pytest_plugins = ["tests.peers.fixtures"]

settings.register_profile(
    "steady",
    derandomize=True,
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("many", max_examples=5000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep files together, and whatever starts Java, where tests run side by side."""
    return ByFile(config, log)


@pytest.fixture(autouse=True)
def _only_loopback(socket_disabled):
    """No test reaches the network; judges are processes, servers under test listen on loopback."""


@pytest.fixture
def loopback(_only_loopback, monkeypatch):
    """Let a test talk to servers of its own on this machine, and to nothing else.

    Proxies and certificates of the machine that runs the test stay out of it.
    """
    for name in ("http_proxy", "https_proxy", "all_proxy", "requests_ca_bundle", "curl_ca_bundle"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1"])
