"""The soak puts every door under load, and notices what should not be."""

import pytest
from tests.soak.__main__ import Seen, soak
from tests.soak.load import Ask

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("loopback")]


def test_every_door_is_under_load_and_ends_as_it_may():
    seen, memory = soak(minutes=0.1, senders=2)
    assert seen.statuses[200] > 10
    assert seen.statuses[400] > 1
    assert seen.unexpected == {}
    assert memory[0] > 20


def test_a_server_error_is_noticed():
    seen = Seen()
    seen.note(Ask("GET", "/"), 500)
    seen.note(Ask("GET", "/", good=frozenset({503})), 503)
    assert seen.unexpected == {("/", 500): 1}
