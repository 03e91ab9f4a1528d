"""What the threats to the service share."""

from ipaddress import ip_network

import pytest


@pytest.fixture
def networks():
    """This machine, listed as a network whose keys may be fetched."""
    return (ip_network("127.0.0.0/8"), ip_network("::1/128"))
