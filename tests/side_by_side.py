"""Which of two workers runs which tests: a file stays together, and so does what starts Java.

In: names of tests. Out: the work they belong to, for pytest-xdist. A server, a validator, Spark and
a browser are started once in a run; every file that asks for one belongs to the same worker.
"""

import re
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parents[1]
STARTED_ONCE = re.compile(
    r"[(,\s](hapi_server|hapi_validator|empty_hapi|medplum_server|empty_medplum|medplum_validator"
    r"|ucum_lhc|judges|browser|axe|spark)(?=[:,)])"
)
"""The parameters of tests and fixtures that ask for one of them."""
PEERS = "tests/peers/"
"""Whose programs are built on the first call: not by two workers at once."""


class ByFile(LoadScopeScheduling):
    """Hands out whole files, the largest first."""

    def _split_scope(self, nodeid: str) -> str:
        return work_of(nodeid.partition("::")[0])


@cache
def work_of(file: str) -> str:
    """The work that the tests of a file belong to."""
    asks = file.startswith(PEERS) or STARTED_ONCE.search((ROOT / file).read_text("utf-8"))
    return "outside" if asks else file
