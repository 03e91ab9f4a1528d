"""JSON Schema of the outputs of a batch: worklist, changes, summary, dead letters, run.

Of what is a file of lines the schema is that of a line.
Every object lists all its keys as required and admits no other: a consumer may rely on each one.
"""

from typing import Final

from nelm_fhir.assessment.result import Verdict
from nelm_fhir.batch.outputs import schema_words as words
from nelm_fhir.batch.outputs.changes import Behind, Fate
from nelm_fhir.batch.outputs.files import NAMES
from nelm_fhir.core.canonical import BASE
from nelm_fhir.core.schema_parts import (
    DIALECT,
    DIGEST,
    TEXT,
    TEXT_OR_NULL,
    TRUTH,
    Schema,
    list_of,
    map_of,
    object_of,
    or_null,
)
from nelm_fhir.report.worklist_line import Place

COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
DAY: Final[Schema] = {"type": "string", "format": "date"}
SHA256: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
VERDICT: Final[Schema] = {"enum": [str(verdict) for verdict in Verdict]}


def worklist_schema() -> Schema:
    """Return the schema of one line of the worklist."""
    settles = object_of(words.SETTLES, title=TEXT, criterion=TEXT, condition=TEXT, partly=TRUTH)
    return _named(
        "worklist",
        "One patient of the worklist",
        object_of(
            words.WORKLIST,
            patient=TEXT,
            as_of=DAY,
            place={"enum": [str(place) for place in Place]},
            earliest=or_null(DAY),
            verdicts=list_of(_verdict()),
            missing=list_of(
                object_of(words.LACKING, datum=TEXT, settle=TEXT, settles=list_of(settles))
            ),
            flags=list_of(object_of(id=TEXT, text=TEXT)),
            issues=COUNT,
            input_digest=DIGEST,
            notice=TEXT,
        ),
    )


def _verdict() -> Schema:
    criterion = object_of(words.CRITERION, id=TEXT, label=TEXT, why=TEXT, settle=TEXT_OR_NULL)
    return object_of(
        words.VERDICT,
        set=TEXT,
        version=TEXT,
        title=TEXT,
        verdict=VERDICT,
        earliest=or_null(DAY),
        deciding=list_of(criterion),
        missing=list_of(criterion),
        flags=list_of(TEXT),
    )


def change_schema() -> Schema:
    """Return the schema of one line of the changes."""
    turned = object_of(
        words.TURNED,
        id=TEXT,
        label=TEXT,
        before=TEXT,
        reason_before=TEXT_OR_NULL,
        after=TEXT,
        reason=TEXT_OR_NULL,
    )
    datum = object_of(
        words.DATUM,
        resource=TEXT,
        fate={"enum": [str(fate) for fate in Fate]},
        version_before=TEXT_OR_NULL,
        version=TEXT_OR_NULL,
        recorded=TEXT_OR_NULL,
        criteria=list_of(TEXT),
    )
    return _named(
        "change",
        "One verdict that differs from the last run",
        object_of(
            words.CHANGE,
            patient=TEXT,
            set=TEXT,
            title=TEXT,
            version_before=TEXT_OR_NULL,
            version=TEXT_OR_NULL,
            before=or_null(VERDICT),
            after=or_null(VERDICT),
            as_of_before=DAY,
            as_of=DAY,
            behind=list_of({"enum": [str(behind) for behind in Behind]}),
            criteria=list_of(turned),
            data=list_of(datum),
        ),
    )


def summary_schema() -> Schema:
    """Return the schema of the summary."""
    of_set = object_of(set=TEXT, title=TEXT, version=TEXT, patients=_counts_of(*Verdict))
    criterion = object_of(set=TEXT, criterion=TEXT, patients=COUNT)
    missing = object_of(
        words.MISSING,
        datum=TEXT,
        patients=COUNT,
        nothing_else=COUNT,
        criteria=list_of(criterion),
    )
    pair = object_of(
        words.PAIR,
        first=TEXT,
        second=TEXT,
        patients=COUNT,
        opposed=COUNT,
        verdicts=list_of(object_of(first=VERDICT, second=VERDICT, patients=COUNT)),
    )
    return _named(
        "summary",
        "Counts of one run over a population",
        object_of(
            words.SUMMARY,
            as_of=DAY,
            program=TEXT,
            catalogue_digest=DIGEST,
            patients=_counts_of(*Place, "deceased", "failed", "passed_over"),
            verdicts=list_of(of_set),
            missing=list_of(missing),
            disagreements=list_of(pair),
            failed=map_of(COUNT),
            changes=map_of(COUNT),
        ),
    )


def letter_schema() -> Schema:
    """Return the schema of one dead letter."""
    return _named(
        "dead-letter",
        "A patient who could not be assessed",
        object_of(
            words.LETTER,
            patient=TEXT_OR_NULL,
            source=TEXT_OR_NULL,
            error=TEXT,
            reason=TEXT,
            remedy=TEXT,
            outcome={"type": "object"},
            input_hash=TEXT,
            attempts={"type": "integer", "minimum": 1},
            input=or_null(list_of(TEXT)),
        ),
    )


def run_schema() -> Schema:
    """Return the schema of the run."""
    names = {name: COUNT for name in words.COUNTS if name != "incomplete"}
    compared = object_of(as_of=DAY, fingerprint=TEXT, catalogue_digest=DIGEST, program=TEXT)
    outputs = {"propertyNames": {"enum": list(NAMES[:-1])}, **map_of(SHA256)}
    return _named(
        "run",
        "All that a repetition of a run needs, and what it counted",
        object_of(
            words.RUN,
            source=TEXT,
            fingerprint=TEXT,
            as_of=DAY,
            sets=list_of(TEXT),
            options=list_of(TEXT),
            overlays=list_of(object_of(folder=TEXT, name=TEXT, version=TEXT)),
            catalogue_digest=DIGEST,
            program=TEXT,
            engine=TEXT,
            keep_input=TRUTH,
            written_back=TEXT_OR_NULL,
            site_codes=list_of(TEXT),
            compared_with=or_null(compared),
            counts=object_of(words.COUNTS, **names, incomplete=list_of(TEXT)),
            outputs=outputs,
        ),
    )


def _counts_of(*names: str) -> Schema:
    return object_of(**{str(name): COUNT for name in names})


def _named(name: str, title: str, schema: Schema) -> Schema:
    return {"$schema": DIALECT, "$id": f"{BASE}/schema/{name}.json", "title": title, **schema}
