"""A small population with everything that makes one hard, in every kind of file."""

import json
from datetime import UTC, datetime

from tests.unit.batch.populations import line, ordinary_lines, sample_lines, tumor, write

PATIENT_SYSTEM = "urn:oid:2.999.1"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


def merged():
    """Two Patients who are one person, the evidence under both names."""
    link = {"other": {"reference": "Patient/old"}, "type": "replaces"}
    return [
        line("Patient", "new", link=[link]),
        line("Patient", "old", active=False),
        tumor("old"),
        tumor("new", "second"),
    ]


def known_by_identifier():
    """A patient whose statements name the business identifier alone."""
    identifier = {"system": PATIENT_SYSTEM, "value": "4711"}
    stated = json.loads(tumor("x")) | {"subject": {"identifier": identifier}}
    return [line("Patient", "known", identifier=[identifier]), json.dumps(stated).encode()]


def referring():
    """A statement with a Medication that is nobody's, beside one that nobody needs."""
    code = {"coding": [{"system": RXNORM, "code": "2047626"}], "text": "Lutetium dotatate"}
    given = line(
        "MedicationStatement",
        "given",
        "taking",
        status="completed",
        effectivePeriod={"start": "2024-01-01", "end": "2024-06-01"},
        medicationReference={"reference": "Medication/lutate"},
    )
    return [
        line("Patient", "taking"),
        tumor("taking"),
        given,
        line("Medication", "lutate", code=code),
        line("Medication", "other", code={"text": "Something else"}),
    ]


def deletion(name):
    """A line by which the exporting server withdraws a resource."""
    moment = datetime(2026, 5, 1, tzinfo=UTC).isoformat()
    entry = {"request": {"method": "DELETE", "url": name}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "meta": {"lastUpdated": moment}}
    return json.dumps(bundle | {"entry": [entry]}).encode()


def bundle_of(patient, *lines):
    entries = [{"resource": json.loads(one)} for one in (line("Patient", patient), *lines)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def everything(folder):
    """Write all of it, as exports of any server may look."""
    lines = [
        *sample_lines("meets-all", "a"),
        *sample_lines("clock-of-stability", "b"),
        *ordinary_lines(3),
        *merged(),
        *known_by_identifier(),
        *referring(),
        tumor("gone", "withdrawn"),
        line("Patient", "gone"),
        tumor("a", "cut")[:-20] + b"}",
        b'{"resourceType":"Condi',
    ]
    for number in range(3):
        write(folder / f"deep/a b={number}/[part]%20{number}.ndjson", lines[number::4])
    write(folder / "packed.ndjson.gz", lines[3::4])
    write(folder / "deleted/1.ndjson", [deletion("Condition/gone-withdrawn")])
    write(folder / "error.ndjson", [line("OperationOutcome", "o", issue=[])])
    returned = (tumor("returns") + b"\r", b"", line("Patient", "returns") + b"\r")
    write(folder / "returns.ndjson", returned, end=b"")
    marked = [b"\xef\xbb\xbf" + line("Patient", "m"), tumor("m")]
    write(folder / "marked.ndjson", marked, end=b"")
    of_bundles = [json.dumps(bundle_of(f"n{n}", tumor(f"n{n}"))).encode() for n in range(3)]
    write(folder / "bundles.ndjson", of_bundles)
    write(folder / "pretty.json", [json.dumps(bundle_of("p", tumor("p")), indent=1).encode()])
    one = json.dumps(bundle_of("q", tumor("q"))).encode()
    write(folder / "one.json", [one], end=b"")
    write(folder / "many.json", [b"[", line("Patient", "list") + b",", tumor("list"), b"]"])
    write(folder / "unusable.json", [b'{"resourceType": "Bundle", "entry": 7}'])
    write(folder / "notes.pdf", [b"%PDF-1.7 Patient/a"])
    write(folder / "log.txt", [b'{"some": "json"}'])
    write(folder / ".hidden.ndjson", [tumor("hidden")])
    write(folder / "empty.ndjson", [])
