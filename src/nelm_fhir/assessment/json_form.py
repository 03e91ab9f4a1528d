"""The contract of `--format json`: one Assessment as one JSON object, described by `json_schema`.

Every key is always there; empty is `[]` or `null`. The same assessment gives the same bytes.
`deciding` and the lists from `flags` to `notes` hold ids; `texts` gives each id its sentence.
Answers name the facts they rest on by the ids of `facts`.
Numbers stand as JSON numbers; `value` holds the exact text.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from nelm_fhir.assessment.json_values import (
    Json,
    amount_json,
    day_json,
    evidence_json,
    set_aside_json,
)
from nelm_fhir.assessment.result import (
    Assessment,
    Counts,
    CriterionResult,
    LeftOut,
    Missing,
    Observed,
    SetVerdict,
    Text,
)
from nelm_fhir.assessment.told import Limit
from nelm_fhir.assessment.told_json import answer_json, fact_json
from nelm_fhir.core.amounts import Amount, plain
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.issues import Issue
from nelm_fhir.errors import NelmError


def to_json(assessment: Assessment) -> Json:
    """Return the assessment as plain JSON values, keys in the order of the contract."""
    return {
        "as_of": assessment.as_of.isoformat(),
        "patient": assessment.subject.reference,
        "patient_version": assessment.subject.version,
        "condition": assessment.subject.condition,
        "neuroendocrine": assessment.neuroendocrine,
        "options": dict(sorted(assessment.options.items())),
        "verdicts": [_verdict(verdict) for verdict in assessment.verdicts],
        "flags": list(assessment.flags),
        "references": list(assessment.references),
        "reference_notes": list(assessment.reference_notes),
        "surveillance": list(assessment.surveillance),
        "notes": list(assessment.notes),
        "texts": {name: _text(text) for name, text in sorted(assessment.texts.items())},
        "issues": [_issue(issue) for issue in assessment.issues],
        "counts": _counts(assessment.counts),
        "program": assessment.program,
        "catalogue_digest": assessment.catalogue_digest,
        "input_digest": assessment.input_digest,
        "notice": assessment.notice,
        "facts": [fact_json(fact) for _, fact in sorted(assessment.facts.items())],
        "left_out": [_left_out(one) for one in assessment.left_out],
    }


def to_bytes(assessment: Assessment, *, indent: bool = False) -> bytes:
    """Return the assessment as UTF-8 JSON, on one line or indented, with a final newline."""
    return as_bytes(to_json(assessment), indent=indent)


def as_bytes(value: Mapping[str, Any], *, indent: bool = False) -> bytes:
    """Return a JSON object as UTF-8 bytes with a final newline, keys in the order given.

    A Decimal is written digit by digit, as it stands.
    """
    options = orjson.OPT_APPEND_NEWLINE | (orjson.OPT_INDENT_2 if indent else 0)
    return orjson.dumps(value, default=_exact, option=options)


def _exact(value: Any) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(plain(value))
    raise TypeError(f"{type(value).__name__} is no JSON value")


def error_line(source: str, error: NelmError) -> Json:
    """Return what stands in the place of an input that could not be used."""
    return {
        "input": source,
        "error": {
            "kind": type(error).__name__,
            "type": error.issue_type,
            "exit_code": error.exit_code,
            "message": error.message,
            "remedy": error.remedy,
        },
    }


def _verdict(verdict: SetVerdict) -> Json:
    return {
        "set": verdict.set,
        "version": verdict.version,
        "title": verdict.title,
        "citation": verdict.citation,
        "verdict": str(verdict.verdict),
        "deciding": list(verdict.deciding),
        "earliest": day_json(verdict.earliest),
        "missing": [_missing(missing) for missing in verdict.missing],
        "flags": list(verdict.flags),
        "notes": list(verdict.notes),
        "criteria": [_criterion(result) for result in verdict.criteria],
    }


def _criterion(result: CriterionResult) -> Json:
    return {
        "id": result.id,
        "kind": result.kind,
        "label": result.label,
        "statement": result.statement,
        "status": str(result.status),
        "reason": result.reason,
        "value": result.value,
        "observed": _observed(result.observed),
        "limit": limit_text(result.limits),
        "running": result.running,
        "earliest": day_json(result.earliest),
        "evidence": [evidence_json(item) for item in result.evidence],
        "set_aside": [set_aside_json(item) for item in result.set_aside],
        "paths": list(result.paths),
        "settle": result.settle or None,
        "quote": result.quote,
        "source": result.source,
        "basis": list(result.basis),
        "answers": [answer_json(answer) for answer in result.answers],
    }


def limit_text(limits: tuple[Limit, ...]) -> str | None:
    """Return the limits as one text ("< 50 % | < 75 %"); None without any."""
    return " | ".join(str(limit) for limit in limits) or None


def _observed(observed: Observed | None) -> Json | str | bool | None:
    if isinstance(observed, DaySpan):
        return str(observed)
    return amount_json(observed) if isinstance(observed, Amount) else observed


def _missing(missing: Missing) -> Json:
    return {
        "criterion": missing.criterion,
        "reason": missing.reason,
        "paths": list(missing.paths),
        "settle": missing.settle,
    }


def _text(text: Text) -> Json:
    return {
        "text": text.text,
        "source": text.source,
        "population": text.population,
        "n": text.n,
        "era": text.era,
    }


def _issue(issue: Issue) -> Json:
    return {
        "severity": str(issue.severity),
        "kind": issue.kind,
        "type": issue.type,
        "location": issue.location,
        "text": issue.text,
    }


def _left_out(one: LeftOut) -> Json:
    return {"resource": one.resource, "location": one.location, "reason": one.reason}


def _counts(counts: Counts) -> Json:
    return {
        "read": dict(sorted(counts.read.items())),
        "passed_over": dict(sorted(counts.passed_over.items())),
        "unusable": dict(sorted(counts.unusable.items())),
    }
