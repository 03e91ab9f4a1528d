"""JSON Schema of a coverage report, and what every key means (`nelm schema coverage`)."""

from typing import Final

from nelm_fhir.core.canonical import BASE
from nelm_fhir.core.evidence import Match
from nelm_fhir.core.schema_parts import (
    DIALECT,
    DIGEST,
    TEXT,
    TEXT_OR_NULL,
    TRUTH,
    Meanings,
    Schema,
    list_of,
    object_of,
    or_null,
)
from nelm_fhir.coverage.gaps import Near
from nelm_fhir.coverage.tables import Kind

RECORDS: Final[Schema] = {
    "anyOf": [{"type": "integer", "minimum": 0, "multipleOf": 5}, {"const": "<5"}],
    "description": 'number of records: "<5", else rounded down to a multiple of five',
}
PART: Final[Schema] = {
    "anyOf": [*RECORDS["anyOf"], {"type": "null"}],
    "description": "number of records as elsewhere; null where a small count would follow from it",
}

_REPORT: Final[Meanings] = {
    "records": "records that were read",
    "refused": "inputs that could not be used, by the kind of error",
    "not_used": "resources of types that are mapped which were dropped, by reason",
    "elements": "the data elements of the record format, in its order",
    "unmapped": "codes near these elements that nobody maps, the nearest first",
    "withheld": "records with such a code that may not be shown: it holds a name, number or date",
    "in_words": "what is said in words without a code; no overlay can map it",
    "site_codes": "codes that the given overlays map and that were seen",
    "overlays": "overlays that were given",
    "program": "name and version of the program",
    "catalogue_digest": "digest of all mappings and overlays that were loaded",
    "notice": "what this report holds and does not hold",
}
_ELEMENT: Final[Meanings] = {
    "path": "path of the record format, ids left out",
    "label": "name for people",
    "found": "records in which the element has a value",
    "matched": "of these, by how the code matched",
    "coded": "codes that the values rest on, those of answers and of questions",
    "set_aside": "why something that was read for the element was not used",
    "unknown": "why the element has no value, over the records in which it has none",
}
_CODED: Final[Meanings] = {
    "system": "code system; null where the place alone says it",
    "code": "code",
    "display": "name of the code in our lists",
    "at": "resource type and element",
    "match": "how the code matched",
}
_GAP: Final[Meanings] = {
    "system": "code system as sent; null: it cannot be mapped, its sender has to add it",
    "code": "code as sent",
    "display": "name of the code, where enough records agree on one",
    "at": "resource type and element where it stands",
    "near": "why it is near: mappings/coverage/README.md, What is near",
    "answers": "the unmapped question that it answers",
    "topics": "what it is probably about",
    "elements": "elements that it would feed",
    "suggestions": "what it could be mapped to: an element, words that answer one, a code list",
    "values": "types of value[x] that answer it",
    "unverified": "whether our lists name it and wait for confirmation",
}


def coverage_schema() -> Schema:
    """Return the schema of one report."""
    return {
        "$schema": DIALECT,
        "$id": f"{BASE}/schema/coverage.json",
        "title": "What records hold of the data elements, and which codes near them nobody maps",
        **object_of(
            _REPORT,
            records=RECORDS,
            refused=list_of(object_of(kind=TEXT, inputs=RECORDS)),
            not_used=list_of(object_of(resource=TEXT, reason=TEXT, records=RECORDS)),
            elements=list_of(_element()),
            unmapped=list_of(_gap()),
            withheld=RECORDS,
            in_words=list_of(object_of(topic=TEXT, at=TEXT, records=RECORDS)),
            site_codes=list_of(object_of(system=TEXT_OR_NULL, code=TEXT)),
            overlays=list_of(object_of(name=TEXT, version=TEXT)),
            program=TEXT,
            catalogue_digest=DIGEST,
            notice=TEXT,
        ),
    }


def _element() -> Schema:
    reasons = list_of(object_of(reason=TEXT, records=PART))
    return object_of(
        _ELEMENT,
        path=TEXT,
        label=TEXT,
        found=RECORDS,
        matched=object_of(**{str(match): PART for match in Match}),
        coded=list_of(_coded()),
        set_aside=reasons,
        unknown=reasons,
    )


def _coded() -> Schema:
    return object_of(
        _CODED,
        system=TEXT_OR_NULL,
        code=TEXT_OR_NULL,
        display=TEXT_OR_NULL,
        at=TEXT,
        match={"enum": [str(match) for match in Match]},
        records=PART,
    )


def _gap() -> Schema:
    return object_of(
        _GAP,
        system=TEXT_OR_NULL,
        code=TEXT,
        display=TEXT_OR_NULL,
        at=TEXT,
        near=list_of({"enum": [str(near) for near in Near]}),
        answers=or_null(object_of(system=TEXT_OR_NULL, code=TEXT)),
        topics=list_of(TEXT),
        elements=list_of(TEXT),
        suggestions=list_of(object_of(map={"enum": [str(kind) for kind in Kind]}, name=TEXT)),
        values=list_of(TEXT),
        unverified=TRUTH,
        records=PART,
    )
