"""An error of ours says what is wrong and what to do, and holds no value of the record."""

import re
import traceback
from collections.abc import Iterator
from pathlib import Path as File

from tests.fuzz.oracle import Failure
from tests.fuzz.places import at, paths
from tests.fuzz.sent import Sent

from nelm_fhir.errors import NelmError

WORD = re.compile(r"[A-Za-z]*")
PLACE = re.compile(r"byte \d+")
"""The one number that an error names; it may look like a year."""
SHORTEST = 4


def of_error(error: Exception, sent: Sent) -> Iterator[Failure]:
    """Yield what is wrong with the error that a record ended in."""
    if not isinstance(error, NelmError):
        frames = traceback.extract_tb(error.__traceback__)
        places = [f"{File(frame.filename).name}:{frame.lineno}" for frame in frames[-1:]]
        yield Failure("ours", " at ".join([type(error).__name__, *places]))
        return
    if not error.message or not error.remedy:
        yield Failure("ours", f"{type(error).__name__} without message or remedy")
    said = PLACE.sub("", str(error))
    if any(value in said for value in _values(sent)):
        yield Failure("ours", f"{type(error).__name__} holds a value of the record")


def _values(sent: Sent) -> Iterator[str]:
    """Yield every text of the record that is more than a word."""
    for entry in sent.base.entries:
        for path in paths(entry):
            value = at(entry, path)
            if isinstance(value, str) and len(value) >= SHORTEST and not WORD.fullmatch(value):
                yield value
