"""The fast reader against a slow one, the standard library reading everything: one profile, always.

`slow_reader.py` says what the two share and what not. The records are the samples, what hospitals
of every style write, and random ones, with noise, copies, void statements, other patients' data,
lost references and repeated keys put in.
"""

import copy
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property import hospitals
from tests.property.patients import patients
from tests.property.records import CATALOGUE
from tests.property.slow_reader import slow_record
from tests.threats.line import BUNDLES, DAYS, SAMPLE_NAMES
from tests.unit.mappers.mapping import concept, observation, quantity, resource
from tests.unit.mappers.mapping import data as data_of

from nelm_fhir import pipeline
from nelm_fhir.fhir_r4 import read
from nelm_fhir.mappers.registry import Wanted
from nelm_fhir.writers.fhir_json import fhir_json

STYLED = sorted((Path(__file__).parents[1] / "golden" / "styled_records").glob("*.json"))
WANTED = Wanted(CATALOGUE.codes)
AS_OF = date(2026, 6, 1)
ACCIDENTS = ["copy", "void", "no status", "lost", "modified", "renamed", "panel", "panel"]
ALWAYS_READ = {"Condition", "DiagnosticReport", "ImagingStudy", "Procedure", "Specimen"}
"""Chosen by their type. What is passed over by its code is not asked what may modify it."""


def profiles(text, as_of=AS_OF):
    """The profile by the fast reader, and the one by the slow one."""
    both = (read.record(text, wanted=WANTED), slow_record(text, WANTED.types))
    return [
        pipeline.line_of(record, CATALOGUE, as_of=as_of).read.profile.to_record() for record in both
    ]


def agree(text, as_of=AS_OF):
    fast, slow = profiles(text, as_of)
    assert fast == slow


@pytest.mark.parametrize("name", SAMPLE_NAMES)
def test_every_sample_gives_the_same_profile(name):
    agree(json.dumps(BUNDLES[name]), DAYS[name])


@pytest.mark.parametrize("path", STYLED, ids=lambda path: path.stem)
def test_every_record_of_a_hospital_gives_the_same_profile(path):
    agree(path.read_bytes())


def panel(draw, entries):
    """A panel that nobody maps and that alone holds together what was found in one tissue."""
    found = [e for e in entries if e["resource"]["resourceType"] == "Observation"]
    members = draw(st.lists(st.sampled_from(found), min_size=1, max_size=4)) if found else []
    for member in members:
        member["resource"].pop("specimen", None)
    patient = next(e["resource"] for e in entries if e["resource"]["resourceType"] == "Patient")
    told = {
        "resourceType": "Observation",
        "id": f"panel-{len(entries)}",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "24358-4"}]},
        "subject": {"reference": f"Patient/{patient['id']}"},
        "hasMember": [address(member) for member in members],
    }
    return {"resource": told}


def address(entry):
    one = entry["resource"]
    return {"reference": entry.get("fullUrl") or f"{one['resourceType']}/{one['id']}"}


def spoiled(draw, bundle):
    """The record with a few accidents in it."""
    entries = bundle["entry"]
    bundle.pop("total", None)
    for _ in range(draw(st.integers(0, 4))):
        entry = copy.deepcopy(draw(st.sampled_from(entries)))
        told = entry["resource"]
        if told["resourceType"] == "Patient":
            continue
        what = draw(st.sampled_from(ACCIDENTS))
        if what != "copy":
            told["id"] = f"{told['id']}-{len(entries)}"
            entry.pop("fullUrl", None)
        if what == "void":
            told["status"] = "entered-in-error"
            told.pop("clinicalStatus", None)
            word = {"coding": [{"code": "entered-in-error"}]}
            told |= {"verificationStatus": word} if "verificationStatus" in told else {}
        elif what == "no status":
            told.pop("status", None)
        elif what == "lost":
            told["specimen"] = {"reference": "Specimen/nobody-knows"}
        elif what == "modified" and told["resourceType"] in ALWAYS_READ:
            told["modifierExtension"] = [{"url": "urn:x", "valueBoolean": True}]
        entries.append(panel(draw, entries) if what == "panel" else entry)
    order = draw(st.permutations(range(len(entries))))
    return bundle | {"entry": [entries[n] for n in order]}


def repeated(draw, text):
    """The record with a key written twice in a resource that is read; of others nobody asks."""
    bundle = json.loads(text)
    is_read = {resource.location for resource in read.record(text, wanted=WANTED).resources}
    n = draw(st.sampled_from(range(len(bundle["entry"]))))
    told = bundle["entry"][n]["resource"]
    names = [(e["resource"]["resourceType"], e["resource"].get("id")) for e in bundle["entry"]]
    has_copy = names.count(names[n]) > 1  # then the slow reader would have to order versions, too
    if f"Bundle.entry[{n}].resource" not in is_read or has_copy:
        return text
    key = draw(st.sampled_from(sorted(told)))
    told["@@"] = told[key]
    return json.dumps(bundle).replace('"@@"', json.dumps(key))


@settings(max_examples=40)
@given(patients(), hospitals.styles, hospitals.seeds, st.integers(0, 12), st.data())
def test_any_record_with_any_accident_gives_the_same_profile(record, style, seed, noise, data):
    built = json.loads(fhir_json(hospitals.bundle(record, style, seed, noise)))
    text = json.dumps(spoiled(data.draw, built))
    if data.draw(st.booleans()):
        text = repeated(data.draw, text)
    agree(text, date.fromisoformat(record["as_of"]))


@settings(max_examples=40)
@given(st.sampled_from(SAMPLE_NAMES), st.data())
def test_a_sample_with_any_accident_gives_the_same_profile(name, data):
    agree(json.dumps(spoiled(data.draw, copy.deepcopy(BUNDLES[name]))), DAYS[name])


@pytest.mark.parametrize("holder", ["Observation", "DiagnosticReport"])
def test_what_only_a_holder_joins_is_joined_by_both(holder):
    """A panel whose own code nobody maps is read for what it holds together."""
    index = observation("ln 29593-1", "a", effectiveDateTime="2026-01-01", **quantity(4, "%"))
    count = observation("sct 27350008", "b", effectiveDateTime="2026-02-02",
                        **quantity(1, "/(2.mm2)"))  # fmt: skip
    element = "hasMember" if holder == "Observation" else "result"
    told = resource(holder, "panel", status="final", code=concept("ln 24358-4"))
    told[element] = [{"reference": "Observation/a"}, {"reference": "Observation/b"}]
    fast, slow = profiles(data_of(index, count, told))
    assert fast == slow
    assert len(fast["specimens"]) == 1


def test_the_slow_reader_is_awake():
    """A value that only it misreads makes a difference."""
    text = json.dumps(BUNDLES["meets-all"])
    fast, _ = profiles(text)
    _, slow = profiles(text.replace('"value": 2', '"value": 3'))
    assert fast != slow
