"""What of a stored resource is kept when another version takes its place.

In: a resource as the server has it. Out: its parts that others put there: labels, annotations of
people, identifiers and extensions of the site. What stands there is never ours alone.
"""

from typing import Any, Final

from nelm_fhir.writers.canonicals import (
    ASSESSMENT_IDENTIFIER,
    ASSESSMENT_RESOURCE,
    BASIS,
    CATALOGUE_DIGEST,
    EDITION_IDENTIFIER,
    INPUT_DIGEST,
)
from nelm_fhir.writers.datatypes import Json

_META: Final = ("profile", "security", "tag")
_SIGNED: Final = frozenset({"authorString", "authorReference", "time"})
_OUR_IDENTIFIERS: Final = frozenset({ASSESSMENT_IDENTIFIER, EDITION_IDENTIFIER})
_OUR_EXTENSIONS: Final = frozenset({INPUT_DIGEST, CATALOGUE_DIGEST, BASIS, ASSESSMENT_RESOURCE})


def kept_meta(stored: Json) -> Json:
    """Return the Meta without what a server sets itself: version, moment, source."""
    meta: Json = stored.get("meta", {})
    return {name: meta[name] for name in _META if name in meta}


def by_people(stored: Json) -> list[Json]:
    """Return the annotations that are signed or dated; ours are neither."""
    return [one for one in stored.get("note", ()) if _SIGNED & one.keys()]


def of_others(name: str, stored: Json) -> list[Any]:
    """Return the members of a list that others may have added to: those that are not ours."""
    if name == "note":
        return by_people(stored)
    ours = {"identifier": ("system", _OUR_IDENTIFIERS), "extension": ("url", _OUR_EXTENSIONS)}
    key, known = ours[name]
    return [one for one in stored.get(name, ()) if one.get(key) not in known]
