"""The kinds of Bundle that are written, apart from what writes them.

Whoever only passes the word on need not import the writers.
"""

from typing import Literal

Kind = Literal["transaction", "batch", "collection"]
