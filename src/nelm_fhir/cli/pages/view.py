"""How a page is to be written."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """How a page is to be written; `today`: the as-of date was not given."""

    width: int
    color: bool = False
    verbose: bool = False
    today: bool = False
