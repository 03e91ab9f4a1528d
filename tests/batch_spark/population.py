"""A small population with everything that makes one hard, in every kind of file."""

import gzip
import json
from datetime import UTC, datetime

from tests.batch_spark.both import SAMPLES
from tests.bench import data
from tests.bench.export_data import export_lines

from nelm_fhir import pipeline

PATIENT_SYSTEM = "urn:oid:2.999.1"
CONFIRMED = "http://terminology.hl7.org/CodeSystem/condition-ver-status"


def line(kind, identity, patient=None, **more):
    """Return one resource as a line."""
    subject = {"subject": {"reference": f"Patient/{patient}"}} if patient else {}
    return json.dumps({"resourceType": kind, "id": identity, **subject, **more}).encode()


def tumor(patient, name="tumor", **more):
    """Return a line that states a neuroendocrine tumor of the ileum."""
    coding = [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C7A.012"}]
    status = {"coding": [{"system": CONFIRMED, "code": "confirmed"}]}
    told = {"verificationStatus": status, "code": {"coding": coding}, **more}
    return line("Condition", f"{patient}-{name}", patient, **told)


def sample(name):
    return json.loads((SAMPLES / name / "bundle.json").read_bytes())


def sample_lines(name, patient):
    return list(export_lines(sample(name), patient))


def ordinary_lines(count):
    """Return the lines of patients without any neuroendocrine finding."""
    records = data.ordinary(pipeline.load(), count, 12).records
    return [
        one
        for number, record in enumerate(records)
        for one in export_lines(json.loads(record), f"ordinary-{number}")
    ]


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
    """A statement with a Medication that is nobody's, and that with another."""
    drug = {"text": "lanreotide"}
    given = line(
        "MedicationAdministration",
        "given",
        "taking",
        status="completed",
        effectiveDateTime="2026-01-02",
        medicationReference={"reference": "Medication/m"},
    )
    return [
        line("Patient", "taking"),
        tumor("taking"),
        given,
        line("Medication", "m", code=drug),
        line("Medication", "unused", code=drug),
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


def write(path, *lines, end=b"\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = b"\n".join(lines) + end
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)


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
        write(folder / f"deep/a b={number}/[part]%20{number}.ndjson", *lines[number::4])
    write(folder / "packed.ndjson.gz", *lines[3::4])
    write(folder / "deleted/1.ndjson", deletion("Condition/gone-withdrawn"))
    write(folder / "error.ndjson", line("OperationOutcome", "o", issue=[]))
    returned = (tumor("returns") + b"\r", b"", line("Patient", "returns") + b"\r")
    write(folder / "returns.ndjson", *returned, end=b"")
    write(folder / "marked.ndjson", b"\xef\xbb\xbf" + line("Patient", "m"), tumor("m"), end=b"")
    of_bundles = (json.dumps(bundle_of(f"n{n}", tumor(f"n{n}"))).encode() for n in range(3))
    write(folder / "bundles.ndjson", *of_bundles)
    write(folder / "pretty.json", json.dumps(bundle_of("p", tumor("p")), indent=1).encode())
    write(folder / "one.json", json.dumps(bundle_of("q", tumor("q"))).encode(), end=b"")
    write(folder / "many.json", b"[", line("Patient", "list") + b",", tumor("list"), b"]")
    write(folder / "unusable.json", b'{"resourceType": "Bundle", "entry": 7}')
    write(folder / "notes.pdf", b"%PDF-1.7 Patient/a")
    write(folder / "log.txt", b'{"some": "json"}')
    write(folder / ".hidden.ndjson", tumor("hidden"))
    write(folder / "empty.ndjson", end=b"")
