"""One Spark for all tests: started as the engine starts it, on two cores with 1 GB."""

import shutil
from importlib.util import find_spec

import pytest
import pytest_socket
from tests.peers.fixtures import started
from tests.peers.judges import PeerMissing
from tests.unit.batch.populations import settings

from nelm_fhir.batch.spark.session import session_for


def _session(work):
    work.mkdir()
    if find_spec("pyspark") is None:
        raise PeerMissing("Apache Spark is not installed; `make test` installs it")
    if shutil.which("java") is None:
        raise PeerMissing("Apache Spark needs Java")
    return session_for(None, settings(work, workers=2))


@pytest.fixture(scope="session")
def _spark(tmp_path_factory):
    pytest_socket.enable_socket()  # what starts and ends Spark is no test
    for session in started(lambda: _session(tmp_path_factory.mktemp("spark") / "work")):
        yield session
        pytest_socket.enable_socket()
    _end_java()


def _end_java():
    """End the process that Spark leaves running until Python ends."""
    from pyspark import SparkContext

    gateway, SparkContext._gateway, SparkContext._jvm = SparkContext._gateway, None, None
    if gateway is not None:
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait(timeout=60)


@pytest.fixture
def spark(_spark, loopback):
    """Apache Spark, started once for all tests."""
    return _spark
