"""Settings of the whole test run: hypothesis profiles, the outside judges, no network."""

import os

import pytest
from hypothesis import HealthCheck, settings

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


@pytest.fixture(autouse=True)
def _only_loopback(socket_disabled):
    """No test reaches the network; judges are processes, servers under test listen on loopback."""
