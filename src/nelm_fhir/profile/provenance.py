"""The content of the reserved key `evidence`: what a value rests on, or why it is unknown.

The project writes, per key of the object, `sources`, `set_aside` and, where the key is absent,
`reason`. Anybody may write anything else there (rules 15.1), so reading takes what has our form
and passes over the rest.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from nelm_fhir.core.evidence import Evidence, Match, SetAside
from nelm_fhir.core.unknown import Reason
from nelm_fhir.profile.candidate import Part

_REASONS = {str(reason): reason for reason in Reason}
_MATCHES = {str(match): match for match in Match}


def sources(part: Part, key: str) -> tuple[Evidence, ...]:
    """Return what the value of that key rests on."""
    return tuple([_evidence(item) for item in _list(part, key, "sources")])


def set_aside(part: Part, key: str) -> tuple[SetAside, ...]:
    """Return what was read for that key and not used."""
    items = _list(part, key, "set_aside")
    return tuple([SetAside(_evidence(item), str(item.get("reason", ""))) for item in items])


def reason(part: Part, key: str) -> Reason:
    """Return why the key is absent; `no-record` unless the evidence says otherwise."""
    word = _note(part, key).get("reason")
    return _REASONS.get(word, Reason.NO_RECORD) if isinstance(word, str) else Reason.NO_RECORD


def note(
    used: Sequence[Evidence] = (),
    aside: Sequence[SetAside] = (),
    why_unknown: Reason | None = None,
) -> dict[str, Any]:
    """Return the content for one key, without empty members."""
    content: dict[str, Any] = {}
    if used:
        content["sources"] = [_written(item) for item in used]
    if aside:
        content["set_aside"] = [
            {**_written(item.evidence), "reason": item.reason} for item in aside
        ]
    if why_unknown is not None:
        content["reason"] = str(why_unknown)
    return content


def _note(part: Part, key: str) -> Mapping[str, Any]:
    everything = part.evidence
    content = everything.get(key) if isinstance(everything, dict) else None
    return content if isinstance(content, dict) else {}


def _list(part: Part, key: str, member: str) -> list[dict[str, Any]]:
    items = _note(part, key).get(member)
    if not isinstance(items, list):
        return []
    return [item for item in items if isinstance(item, dict) and item.get("resource")]


def _evidence(item: Mapping[str, Any]) -> Evidence:
    return Evidence(
        resource=str(item["resource"]),
        path=_text(item.get("path")) or "",
        version=_text(item.get("version")),
        recorded=_text(item.get("recorded")),
        text=_text(item.get("text")),
        code=_text(item.get("code")),
        match=_MATCHES.get(_text(item.get("match")) or "", Match.EXACT),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _written(item: Evidence) -> dict[str, str]:
    members = {
        "resource": item.resource,
        "version": item.version,
        "path": item.path,
        "recorded": item.recorded,
        "text": item.text,
        "code": item.code,
        "match": str(item.match),
    }
    return {key: value for key, value in members.items() if value}
