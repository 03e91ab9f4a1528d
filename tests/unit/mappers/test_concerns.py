"""What is passed over unread holds nothing: neither a neuroendocrine finding nor an attested entry.

Asked of every record there is here (samples, hospital records in five styles, the cases of each
family, with and without their overlay) and of every code that tells something.
"""

import gzip
import json
from pathlib import Path

import pytest
from tests.families.cases import OVERLAY, cases
from tests.unit.mappers.mapping import PATIENT

from nelm_fhir import pipeline
from nelm_fhir.fhir_r4.read import records
from nelm_fhir.mappers import registry
from nelm_fhir.profile.record_format import CandidateProfile

ROOT = Path(__file__).parents[3]
FILES = [
    *sorted((ROOT / "sample_bundles").glob("*/bundle.json")),
    *sorted((ROOT / "tests" / "golden" / "styled_records").glob("*.json")),
]
STYLES = ("mcode", "mii", "nl", "plain", "messy")
TELLING = {"neuroendocrine", "grade-net", "who-method", "attested-element", "attested-answer"}
CARCINOID = {"system": "http://terminology.hl7.org/CodeSystem/icd-o-3", "code": "8240/3"}


@pytest.fixture(scope="module")
def catalogue():
    return pipeline.load()


@pytest.fixture(scope="module")
def with_overlay():
    return pipeline.load([OVERLAY])


def says_anything(text, catalogue):
    """Whether reading and mapping find what `concerns` has to announce."""
    for record in records(text, wanted=registry.Wanted(catalogue.codes)):
        if isinstance(record, Exception):
            continue
        mapped = registry.findings(
            record, catalogue.codes, catalogue.units, catalogue.answers, catalogue.attested
        )
        if mapped.neuroendocrine or any(finding.attested for finding in mapped.findings):
            return True
    return False


def bundle(*resources):
    return {"resourceType": "Bundle", "type": "collection", "entry": [
        {"resource": resource} for resource in (PATIENT, *resources)
    ]}  # fmt: skip


def condition(coding):
    return {
        "resourceType": "Condition",
        "id": "c",
        "subject": {"reference": "Patient/p"},
        "code": {"coding": [coding]},
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_record_of_such_a_patient_concerns_us(path, catalogue):
    text = path.read_bytes()
    assert says_anything(text, catalogue)
    assert pipeline.concerns(text, catalogue)


def test_what_any_family_says_is_not_passed_over(catalogue, with_overlay):
    silent = 0
    for case in cases():
        text = json.dumps(bundle(*case.resources)).encode()
        for knowledge in (catalogue, with_overlay):
            if says_anything(text, knowledge):
                assert pipeline.concerns(text, knowledge), case.name
            silent += not pipeline.concerns(text, knowledge)
    assert silent, "no case is passed over: then the question asks nothing"


def test_every_code_that_tells_concerns_us(with_overlay):
    codes = with_overlay.codes
    listed = {code for code, hits in codes.by_code.items() if any(h.group in TELLING for h in hits)}
    for code in listed | codes.limited:
        text = json.dumps(condition({"system": code.system, "code": code.code})).encode()
        assert pipeline.concerns(text, with_overlay), code


@pytest.mark.parametrize("written", ["8240/3", "M-82403", "ICDO3:8240/3-C17.2", "M8240/3"])
def test_a_code_in_any_form_its_system_knows_concerns_us(written, catalogue):
    text = json.dumps(condition(CARCINOID | {"code": written})).encode()
    assert pipeline.concerns(text, catalogue)


@pytest.mark.parametrize(
    ("plain", "spelled"),
    [
        (b"8240/3", rb"8240\/3"),
        (b"8240/3", rb"\u0038240/3"),
        (b'"code": "', b'"code"\n\t :\r "'),
        (b'"code": "', rb'"\u0063ode": "'),
    ],
)
def test_no_spelling_of_json_hides_a_code(plain, spelled, catalogue):
    text = json.dumps(bundle(condition(CARCINOID))).encode()
    assert plain in text
    hidden = text.replace(plain, spelled)
    assert says_anything(hidden, catalogue)
    assert pipeline.concerns(hidden, catalogue)


def test_an_attested_entry_with_escaped_slashes_concerns_us(catalogue):
    text = (ROOT / "sample_bundles/indeterminate-old-pet/bundle.json").read_bytes()
    ours = b"".join(line for line in text.splitlines(keepends=True) if b'"code"' not in line)
    assert pipeline.concerns(ours, catalogue)
    assert pipeline.concerns(ours.replace(b"/", rb"\/"), catalogue)


@pytest.mark.parametrize("style", STYLES)
def test_an_ordinary_patient_is_passed_over(style, catalogue):
    born = {"birth_date": "1961-05-04", "sex": "female"}
    nobody = CandidateProfile.from_record({"as_of": "2026-06-01", "patient": born})
    built = pipeline.to_record(nobody, catalogue, style=style, noise=150, seed=3, validated=False)
    built["entry"][0]["resource"]["address"] = [{"city": "Köln <Süd>", "text": "Am Hang 1\nKöln"}]
    text = json.dumps(built, default=float).replace("<", r"\u003c").encode()
    assert not says_anything(text, catalogue)
    assert not pipeline.concerns(text, catalogue)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_packed_record_concerns_us_as_it_does_unpacked(pack, catalogue):
    assert pipeline.concerns(pack(FILES[0].read_bytes()), catalogue)
    assert not pipeline.concerns(pack(b'{"resourceType":"Patient","id":"p"}'), catalogue)
