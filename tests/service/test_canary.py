"""No value of a record reaches logs or errors of the service, whatever is asked of it.

The marker CANARY7F3A stands in every string of what is sent.
"""

from tests.unit.cli.test_canary import CANARY


def test_the_marker_is_the_one_of_the_commands():
    assert CANARY == "CANARY7F3A"
