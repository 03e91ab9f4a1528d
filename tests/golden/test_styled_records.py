"""The worked vignettes as records of five kinds of hospitals, each read with the expected findings.

The Bundles lie in `styled_records`, one resource per line, with the findings beside them. Both are
written anew by `make golden`; here the stored bytes are read, so that a change of the writer shows
as well as one of the reader. A record that a style leaves partly in text may be less certain than
its vignette, never more.
"""

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from nelm_fhir import pipeline
from nelm_fhir.core.unknown import Unknown
from nelm_fhir.fhir_r4.read import records
from nelm_fhir.knowledge.cases import worked_cases
from nelm_fhir.knowledge.style_reading import load_styles
from nelm_fhir.mappers import registry
from nelm_fhir.profile.findings import Finding
from nelm_fhir.writers.fhir_json import fhir_json

FOLDER = Path(__file__).with_name("styled_records")
VIGNETTES = {case.id: case for case in worked_cases() if case.file == "vignettes.json"}
STYLES = ("mcode", "mii", "nl", "plain", "messy")
CASES = {name: STYLES[n % len(STYLES)] for n, name in enumerate(VIGNETTES)}
UPDATE = os.environ.get("NELM_UPDATE_GOLDEN") == "1"
NOISE = 8
MET, NOT_MET = "criteria-met", "criteria-not-met"

every_case = pytest.mark.parametrize("case", CASES)


@pytest.fixture(scope="module")
def catalogue():
    knowledge = pipeline.load()
    for case in CASES if UPDATE else ():
        FOLDER.mkdir(exist_ok=True)
        path(case, "json").write_text(written(case, knowledge))
        path(case, "txt").write_text(findings(case, knowledge))
    return knowledge


def judged_on(case):
    return date.fromisoformat(VIGNETTES[case].record["as_of"])


def path(case, ending):
    return FOLDER / f"{case}-{CASES[case]}.{ending}"


def written(case, catalogue):
    """The Bundle of that hospital, one resource per line."""
    profile = pipeline.read_profile(VIGNETTES[case].record).profile
    number = list(CASES).index(case)
    bundle = pipeline.to_record(profile, catalogue, style=CASES[case], noise=NOISE, seed=number)
    entries = ",\n".join(fhir_json(entry).decode() for entry in bundle.pop("entry"))
    head = fhir_json(bundle).decode().removesuffix("}")
    return f'{head},"entry":[\n{entries}\n]}}\n'


def findings(case, catalogue):
    """What the mappers find in the stored Bundle, one line per finding."""
    sent = path(case, "json").read_bytes()
    (record,) = records(sent, wanted=registry.Wanted(catalogue.codes), subject=None)
    line = pipeline.line_of(record, catalogue, as_of=judged_on(case))
    return "".join(sorted(f"{described(finding)}\n" for finding in line.mapped.findings))


def described(finding: Finding) -> str:
    parts = {code: said(value) for code, value in sorted(finding.components.items())}
    evidence = finding.evidence
    told = (
        finding.element,
        said(finding.value),
        str(finding.day or "undated"),
        str(finding.reading),
        ", ".join(f"{code} {value}" for code, value in parts.items()) or "-",
        f"{evidence.resource} {evidence.path} ({evidence.match})",
    )
    return " | ".join(told)


def said(value: Any) -> str:
    return f"unknown: {value.reason}" if isinstance(value, Unknown) else str(value)


@every_case
def test_a_vignette_is_written_as_the_stored_record(case, catalogue):
    assert written(case, catalogue) == path(case, "json").read_text()


@every_case
def test_a_stored_record_is_read_with_the_expected_findings(case, catalogue):
    assert findings(case, catalogue) == path(case, "txt").read_text()


@every_case
def test_a_stored_record_is_judged_as_its_vignette_or_less_certain(case, catalogue):
    wanted, sent = VIGNETTES[case].expected, path(case, "json").read_bytes()
    options = VIGNETTES[case].record.get("options", {})
    read = pipeline.read_one(sent, catalogue, as_of=judged_on(case), options=options)
    found = {v.set: str(v.verdict) for v in pipeline.judge(read, catalogue).verdicts}
    if CASES[case] != "messy":
        assert {name: found[name] for name in wanted} == wanted
    assert not [name for name, verdict in wanted.items() if found[name] == MET != verdict]
    assert not [n for n, verdict in wanted.items() if found[n] == NOT_MET and verdict == MET]


def test_there_are_forty_records_in_every_style():
    assert len(CASES) >= 40
    assert set(CASES.values()) == set(load_styles())


def test_every_stored_record_belongs_to_a_vignette():
    stored = {file.name for file in FOLDER.iterdir()}
    assert stored == {path(case, ending).name for case in CASES for ending in ("json", "txt")}
