"""Several options given to a command at once, in the order in which its help shows them."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Command = TypeVar("Command", bound=Callable[..., Any])


def with_options(command: Command, options: Sequence[Callable[[Command], Command]]) -> Command:
    """Return the command with the options; decorators apply from the last to the first."""
    for option in reversed(options):
        command = option(command)
    return command
