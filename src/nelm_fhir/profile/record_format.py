"""The record format of rules section 15: JSON in, CandidateProfile out, and back.

Empty objects mean the same as absent ones and `evidence` may hold anything (15.1), so both are
settled before the models look at the record. A record that breaks the format is refused, naming
every path and no value.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, Self

from pydantic import ValidationError

from nelm_fhir.errors import NotARecord
from nelm_fhir.profile.candidate import Profile

EVIDENCE: Final = "evidence"
ENTRIES: Final = frozenset(
    {
        "primaries",
        "specimens",
        "involvement",
        "response_events",
        "progression_treatments",
        "scans",
        "foci",
        "extrahepatic",
    }
)
_PLAIN: Final = (str, int, Decimal)
"""What almost every value is, and holds nothing."""


class CandidateProfile(Profile):
    """All that is known of one candidate at one as-of date, with its evidence."""

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Build a profile from a record of rules section 15.

        Raises NotARecord, naming every wrong path, if the record breaks the format.
        """
        if "resourceType" in record:
            raise NotARecord(
                "This is a FHIR resource, not a candidate profile.",
                "Leave out --profile, or turn it into a profile first: `nelm profile`.",
            )
        if nulls := _nulls(record):
            raise _refused([(path, "null does not occur in a record") for path in nulls])
        try:
            return cls.model_validate(_pruned(record))
        except ValidationError as error:
            faults = error.errors(include_input=False, include_url=False, include_context=False)
            raise _refused([(_path(f["loc"]), _safe(f)) for f in faults]) from None

    @classmethod
    def from_json(cls, text: bytes | str) -> Self:
        """Build a profile from JSON text, numbers read as exact decimals.

        Raises NotARecord if it is not one JSON object with distinct keys, or breaks the format.
        """
        try:
            record = json.loads(text, parse_float=Decimal, object_pairs_hook=_distinct)
        except (ValueError, RecursionError):
            raise NotARecord(
                "The profile is not a JSON object with distinct keys.",
                "Check it with a JSON tool.",
            ) from None
        if not isinstance(record, dict):
            raise NotARecord("The profile is not a JSON object.", "See `nelm schema profile`.")
        return cls.from_record(record)

    def to_record(self) -> dict[str, Any]:
        """Return the profile as a record of rules section 15, absent keys left out."""
        dumped = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return _without_defaults(dumped)


def _refused(faults: list[tuple[str, str]]) -> NotARecord:
    lines = "; ".join(f"{path or 'record'}: {text}" for path, text in sorted(set(faults)))
    return NotARecord(
        f"The record breaks the format of rules section 15 at {lines}.",
        "See `nelm schema profile`.",
    )


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in location)


def _safe(fault: Mapping[str, Any]) -> str:
    """Return pydantic's message, which names what is expected; own checks carry fixed texts."""
    return str(fault["msg"]).removeprefix("Value error, ")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("repeated key")
    return members


def _nulls(value: Any) -> list[str]:
    """Return the path of every null outside of evidence."""
    if value is None:
        return [""]
    if isinstance(value, _PLAIN) or not isinstance(value, Mapping | list | tuple):
        return []
    members = value.items() if isinstance(value, Mapping) else enumerate(value)
    return [
        f"{key}.{path}".rstrip(".")
        for key, member in members
        if key != EVIDENCE
        for path in _nulls(member)
    ]


def _pruned(record: Mapping[str, Any]) -> dict[str, Any]:
    """Drop entries that say nothing, and evidence that stands between entries."""
    kept: dict[str, Any] = {}
    for key, value in record.items():
        if key == EVIDENCE or not isinstance(value, Mapping):
            kept[key] = value
        elif key in ENTRIES:
            kept[key] = _said(value)
        else:
            kept[key] = _pruned(value)
    return kept


def _said(entries: Mapping[str, Any]) -> dict[str, Any]:
    kept = {}
    for identifier, entry in entries.items():
        if identifier == EVIDENCE:
            continue
        pruned = _pruned(entry) if isinstance(entry, Mapping) else entry
        if not isinstance(pruned, Mapping) or not says_nothing(pruned):
            kept[identifier] = pruned
    return kept


def says_nothing(value: Mapping[str, Any]) -> bool:
    """Whether an object holds nothing but evidence and empty objects (rules 15.1)."""
    return all(
        key == EVIDENCE or (isinstance(member, Mapping) and says_nothing(member))
        for key, member in value.items()
    )


def _without_defaults(record: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in record.items():
        if key == EVIDENCE:
            kept[key] = value
        elif isinstance(value, Mapping):
            inner = _without_defaults(value)
            if inner:
                kept[key] = inner
        elif not (value is False and key in {"damaged", "low_open", "high_open"}):
            kept[key] = value
    return kept
