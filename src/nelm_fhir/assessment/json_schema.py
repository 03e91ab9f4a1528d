"""JSON Schema (2020-12) of the contract of `--format json`, and of a line that holds an error.

Every object lists all its keys as required and admits no other: a consumer may rely on each one.
"""

from typing import Final

from nelm_fhir.assessment import json_words as words
from nelm_fhir.assessment.result import Verdict
from nelm_fhir.core.canonical import BASE
from nelm_fhir.core.evidence import Match
from nelm_fhir.core.issues import Severity
from nelm_fhir.core.logic import Status
from nelm_fhir.core.schema_parts import DIALECT, DIGEST, TEXT, TEXT_OR_NULL, TRUTH, Schema
from nelm_fhir.core.schema_parts import list_of as _list_of
from nelm_fhir.core.schema_parts import map_of as _map_of
from nelm_fhir.core.schema_parts import object_of as _object
from nelm_fhir.core.schema_parts import or_null as _or_null
from nelm_fhir.core.unknown import NotApplicable, Reason
from nelm_fhir.knowledge.criteria import Kind

NUMBER: Final[Schema] = {"type": "number"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
DAY: Final[Schema] = {"type": "string", "format": "date"}


def result_schema() -> Schema:
    """Return the schema of one assessment."""
    return {
        "$schema": DIALECT,
        "$id": f"{BASE}/schema/result.json",
        "title": "Assessment of one candidate against published criteria",
        **_object(
            words.RESULT,
            as_of=DAY,
            patient=TEXT_OR_NULL,
            patient_version=TEXT_OR_NULL,
            condition=TEXT_OR_NULL,
            neuroendocrine=TRUTH,
            options=_map_of(TRUTH),
            verdicts=_list_of(_verdict()),
            flags=_list_of(TEXT),
            references=_list_of(TEXT),
            reference_notes=_list_of(TEXT),
            surveillance=_list_of(TEXT),
            notes=_list_of(TEXT),
            texts=_map_of(_text()),
            issues=_list_of(_issue()),
            counts=_object(
                read=_map_of(COUNT), passed_over=_map_of(COUNT), unusable=_map_of(COUNT)
            ),
            program=TEXT,
            catalogue_digest=DIGEST,
            input_digest=DIGEST,
            notice=TEXT,
            facts=_list_of(_fact()),
            left_out=_list_of(_object(resource=TEXT, location=TEXT, reason=TEXT)),
        ),
    }


def error_schema() -> Schema:
    """Return the schema of the line that stands for an input that could not be used."""
    return _object(
        input=TEXT,
        error=_object(
            kind=TEXT, type=TEXT, exit_code={"type": "integer"}, message=TEXT, remedy=TEXT
        ),
    )


def _verdict() -> Schema:
    return _object(
        words.VERDICT,
        set=TEXT,
        version=TEXT,
        title=TEXT,
        citation=TEXT,
        verdict={"enum": [str(verdict) for verdict in Verdict]},
        deciding=_list_of(TEXT),
        earliest=_or_null(DAY),
        missing=_list_of(_missing()),
        flags=_list_of(TEXT),
        notes=_list_of(TEXT),
        criteria=_list_of(_criterion()),
    )


def _criterion() -> Schema:
    return _object(
        words.CRITERION,
        id=TEXT,
        kind={"enum": [str(kind) for kind in Kind if kind is not Kind.NOTE]},
        label=TEXT,
        statement=TEXT,
        status={"enum": [str(status) for status in Status]},
        reason={"enum": [None, *_reasons()]},
        value=TEXT_OR_NULL,
        observed={"anyOf": [_amount(), TEXT, TRUTH, {"type": "null"}]},
        limit=TEXT_OR_NULL,
        running=TRUTH,
        earliest=_or_null(DAY),
        evidence=_list_of(_object(**_evidence())),
        set_aside=_list_of(_object(**_evidence(), reason=TEXT)),
        paths=_list_of(TEXT),
        settle=TEXT_OR_NULL,
        quote=TEXT_OR_NULL,
        source=TEXT_OR_NULL,
        basis=_list_of(TEXT),
        answers=_list_of(_answer()),
    )


def _fact() -> Schema:
    value = {"anyOf": [_amount(), TEXT, NUMBER, TRUTH, _list_of(TEXT), {"type": "null"}]}
    element = _object(
        words.ELEMENT,
        name=TEXT,
        value=value,
        text=TEXT_OR_NULL,
        reason=TEXT_OR_NULL,
        evidence=_list_of(_object(**_evidence())),
        set_aside=_list_of(_object(**_evidence(), reason=TEXT)),
    )
    return _object(words.FACT, id=TEXT, kind=TEXT, elements=_list_of(element))


def _answer() -> Schema:
    told = _object(words.TOLD, case=TEXT, beside=TRUTH, words=_map_of(_word()))
    return _object(
        words.ANSWER,
        asks=TEXT,
        branch=COUNT,
        status={"enum": [str(status) for status in Status]},
        reason={"enum": [None, *_reasons()]},
        running=TRUTH,
        told=_list_of(told),
        used=_list_of(TEXT),
        aside=_list_of(_object(fact=TEXT, reason=TEXT)),
    )


def _word() -> Schema:
    """Return the schema of what fills a sentence: a value, or an object that says what it is."""
    parts = [
        _object(fact=TEXT),
        _object(fact=TEXT, elements=_list_of(TEXT)),
        _object(table=TEXT, word=TEXT),
        _object(recorded=TEXT),
        _object(months=COUNT),
        _object(limit=TEXT),
    ]
    single: list[Schema] = [*parts, _amount(), TEXT, NUMBER, {"type": "null"}]
    return {"anyOf": [*single, _list_of({"anyOf": single})]}


def _reasons() -> list[str]:
    return [*(str(reason) for reason in Reason), *(str(reason) for reason in NotApplicable)]


def _amount() -> Schema:
    return _object(
        low=NUMBER,
        high=_or_null(NUMBER),
        low_open=TRUTH,
        high_open=TRUTH,
        approximate=TRUTH,
        unit=TEXT,
    )


def _evidence() -> dict[str, Schema]:
    return {
        "resource": TEXT,
        "version": TEXT_OR_NULL,
        "path": TEXT,
        "recorded": TEXT_OR_NULL,
        "text": TEXT_OR_NULL,
        "code": TEXT_OR_NULL,
        "match": {"enum": [str(match) for match in Match]},
    }


def _missing() -> Schema:
    reason = {"enum": [str(reason) for reason in Reason]}
    return _object(words.MISSING, criterion=TEXT, reason=reason, paths=_list_of(TEXT), settle=TEXT)


def _text() -> Schema:
    return _object(
        text=TEXT, source=TEXT, population=TEXT_OR_NULL, n=TEXT_OR_NULL, era=TEXT_OR_NULL
    )


def _issue() -> Schema:
    severity = {"enum": [str(severity) for severity in Severity]}
    return _object(severity=severity, kind=TEXT, type=TEXT, location=TEXT, text=TEXT)
