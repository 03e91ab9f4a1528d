"""Which of two records is the younger: by the moments that stand in them, never by arrival.

In: the bytes of a record. Out: its youngest moment in UTC as text that sorts by time, empty where
it tells none. `meta.lastUpdated` and `issued` are the moments of a system; a clinical date may lie
years back in a record that was written today. Source: interop 7, rule 3.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

# A quote that belongs to a text stands behind a backslash, so no text of a record is mistaken.
_MOMENT: Final = re.compile(rb'"(?:lastUpdated|issued)"\s*:\s*"([0-9T:.Z+\-]{20,40})"')


def youngest(records: Iterable[bytes], *, now: datetime) -> str:
    """Return the youngest moment of the records.

    One that lies after `now` is a wrong clock and does not count: it would make every later record
    look old.
    """
    limit = in_utc(now.isoformat())
    found = (in_utc(text.decode()) for one in records for text in _MOMENT.findall(one))
    return max((moment for moment in found if moment <= limit), default="")


def in_utc(text: str) -> str:
    """Return an instant in UTC, to the microsecond; empty for what is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    if moment.tzinfo is None:
        return ""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def is_older(new: str, written: str) -> bool:
    """Whether the new record is older than the written one, or cannot be shown not to be.

    Where nothing is known of the written one, nothing speaks against the new one.
    """
    return bool(written) and new < written
