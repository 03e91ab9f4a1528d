"""The favorable record of the vignettes with a few changes, by path."""

import copy

from tests.property.records import BASELINE, having

GONE = object()
"""Stands for a value that is taken out."""
LISTED = {"listing/status": "listed", "listing/listing_date": "2025-06-01"}


def changed(changes):
    """Return the record with these values at their paths (`liver/distribution`)."""
    record = copy.deepcopy(BASELINE)
    for path, value in changes.items():
        *owner, last = path.split("/")
        if value is GONE:
            inner = record
            for step in owner:
                inner = inner[step]
            del inner[last]
        else:
            record = having(record, (*owner, last), value)
    return record
