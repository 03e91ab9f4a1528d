"""Words for people in which a coverage report is shown, the same in every format.

In: parts of the JSON form. Out: short texts: a count, a code with its system, a suggestion.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from nelm_fhir.knowledge.code_systems import Systems

Json = Mapping[str, Any]

TITLE: Final = "Coverage of the data elements"
SUBTITLE: Final = "What the records hold, how it is coded, and which codes near it nobody maps"
NEAR: Final = {
    "answer": "answers what is read",
    "listed": "named in our lists, not confirmed",
    "word": "speaks of it",
    "linked": "linked to it",
    "drug": "a drug",
}
_MAPS: Final = {"element": "element", "words": "answer to", "list": "list"}
_WITHHELD: Final = "some"
_SHOWN: Final = 2


def count_words(count: int | str | None) -> str:
    """Return a count of records: "20+" is 20 or more."""
    if count is None:
        return _WITHHELD
    return f"{count}+" if isinstance(count, int) and count else f"{count}"


def reason_words(reason: str) -> str:
    """Return a reason as words."""
    return reason.replace("-", " ")


def counted_reasons(rows: Iterable[Json]) -> str:
    """Return reasons with their counts in one line."""
    return ", ".join(f"{reason_words(r['reason'])} {count_words(r['records'])}" for r in rows)


def matched_words(matched: Json) -> str:
    """Return how the codes matched, as far as any did; without counts where none may be told."""
    return ", ".join(
        f"{match} {count_words(count)}" for match, count in matched.items() if count != 0
    )


def system_words(system: str | None, systems: Systems) -> str:
    """Return the name of a code system; of one that is not known the URI."""
    if system is None:
        return "no system"
    known = systems.find(system)
    return known.title if known and known.title else system


def suggestion_words(row: Json) -> str:
    """Return what a code could be mapped to, the likeliest first; of many the first two."""
    shown = row["suggestions"][:_SHOWN]
    return " or ".join(f"{_MAPS[one['map']]} {one['name']}" for one in shown)


def near_words(row: Json) -> str:
    """Return why a code is near."""
    return ", ".join(NEAR[near] for near in row["near"])


def about_words(row: Json, labels: Mapping[str, str]) -> str:
    """Return what a code is probably about; `labels` names the elements by path."""
    if row["answers"]:
        return f"answer to {row['answers']['code']}"
    return ", ".join(row["topics"] or (labels[path] for path in row["elements"]))


def labels_of(report: Json) -> dict[str, str]:
    """Return the names of the elements by path."""
    return {element["path"]: element["label"] for element in report["elements"]}


def place_words(row: Json) -> str:
    """Return where a code stands, and by which types it is answered."""
    values = " or ".join(row["values"])
    return f"{row['at']}, answered by {values}" if values else str(row["at"])
