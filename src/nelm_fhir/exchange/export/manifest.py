"""The manifest of a finished export: which files there are, and how they may be fetched.

In: the JSON of the last status answer. Out: Manifest. `outcome` is what the ballot of 4.0 calls
`error`; both are read. Source: Bulk Data Access 1.0.0 to 4.0.0-ballot, "Output Manifest".
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from nelm_fhir.errors import ExportFailed
from nelm_fhir.exchange.export.request import OF_NOBODY


class Kind(StrEnum):
    """What a file holds: resources, Bundles of deletions, or OperationOutcomes of the export."""

    OUTPUT = "output"
    DELETED = "deleted"
    PROBLEMS = "problems"


MOST: Final = 1000
"""How many manifests one export may be split over."""
_LISTS: Final = (
    ("output", Kind.OUTPUT),
    ("deleted", Kind.DELETED),
    ("error", Kind.PROBLEMS),
    ("outcome", Kind.PROBLEMS),
)


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file: where it lies, the type it is said to hold, and its lines if that is said."""

    kind: Kind
    url: str
    type: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """A finished export.

    `next` is the address of a further manifest, empty on the last; `request` what the server says
    it was asked for.
    """

    transaction_time: str
    requires_token: bool
    files: tuple[ExportFile, ...]
    next: str = ""
    request: str = ""

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> "Manifest":
        """Read a manifest; raises ExportFailed for one that could hide a file."""
        moment = found.get("transactionTime")
        token = found.get("requiresAccessToken")
        if not isinstance(moment, str) or not moment:
            raise _unreadable("names no transactionTime")
        if not isinstance(token, bool):
            raise _unreadable("does not say whether its files need the token")
        return cls(moment, token, tuple(_files(found)), _further(found), _request(found))


def check_types(manifest: Manifest, wanted: Collection[str]) -> None:
    """Raise ExportFailed where the server says that it exported fewer types than it was asked for.

    HAPI reads only the first of the types that the ballot of 4.0 has repeat. Where the server says
    nothing of types, nothing can be checked.
    """
    asked = parse_qs(urlsplit(manifest.request).query).get("_type")
    if asked is None:
        return
    exported = {kind.strip() for text in asked for kind in text.split(",")}
    if lacking := set(wanted) - exported - OF_NOBODY:
        raise ExportFailed(
            f"The server did not export every type it was asked for: {', '.join(sorted(lacking))}.",
            "Ask by the other method (--kick-off), or for fewer types (--type).",
        )


def all_manifests(
    ask: Callable[[str], Manifest], first: str, absolute: Callable[[str], str]
) -> tuple[Manifest, ...]:
    """Return the manifest at an address and those it is continued by.

    `ask` reads one, `absolute` makes an address of a link. Raises ExportFailed for an endless list.
    """
    found, seen = [ask(first)], {first}
    while found[-1].next:
        url = absolute(found[-1].next)
        if url in seen or len(found) == MOST:
            raise _unreadable("is continued without an end")
        seen.add(url)
        found.append(ask(url))
    return tuple(found)


def _files(found: Mapping[str, Any]) -> Iterator[ExportFile]:
    for name, kind in _LISTS:
        listed = found.get(name, [])
        if not isinstance(listed, list):
            raise _unreadable(f"has no list under {name}")
        for one in listed:
            yield _file(kind, one)


def _request(found: Mapping[str, Any]) -> str:
    request = found.get("request")
    return request if isinstance(request, str) else ""


def _file(kind: Kind, one: Any) -> ExportFile:
    url = one.get("url") if isinstance(one, dict) else None
    if not isinstance(url, str) or not url:
        raise _unreadable("lists a file without address")
    held, count = one.get("type"), one.get("count")
    counted = count if isinstance(count, int) and not isinstance(count, bool) else None
    return ExportFile(kind, url, held if isinstance(held, str) else "", counted)


def _further(found: Mapping[str, Any]) -> str:
    """Return the address of the next manifest, where a long list is split over several."""
    links = found.get("link", [])
    if not isinstance(links, list) or not all(isinstance(link, dict) for link in links):
        raise _unreadable("has links that cannot be read")
    further = [link.get("url") for link in links if link.get("relation") == "next"]
    if not further:
        return ""
    if len(further) > 1 or not isinstance(further[0], str) or not further[0]:
        raise _unreadable("has links that cannot be read")
    return further[0]


def _unreadable(what: str) -> ExportFailed:
    return ExportFailed(
        f"The manifest of the export {what}; nothing of it is used.",
        "Ask whoever runs the server, or read the patients one by one: nelm batch --server.",
    )
