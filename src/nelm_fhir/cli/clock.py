"""The clock of the command line: the only place of the program that knows what time it is."""

from datetime import date, datetime


def today() -> date:
    """Return today's date where the program runs."""
    return now().date()


def now() -> datetime:
    """Return the present moment with its offset, in whole seconds."""
    return datetime.now().astimezone().replace(microsecond=0)
