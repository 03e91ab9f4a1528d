"""Looking at many lines at once finds what looking at each of them finds."""

import json
import random

import pytest
from tests.unit.batch.populations import AS_OF, catalogue, line, ordinary_lines, sample_lines, tumor

from nelm_fhir import pipeline
from nelm_fhir.batch.lines.keys import NOBODY, SPECIAL, key_of
from nelm_fhir.batch.lines.scan import LineScan

URL = "https://nelm-fhir.example/fhir/CodeSystem/attested-element"
ODD = [
    line("Patient", "p", link=[{"type": "replaces", "other": {"reference": "Patient/q"}}]),
    json.dumps(
        {"resourceType": "Patient", "id": "x", "subject": {"reference": "Patient/y"}}
    ).encode(),
    line("Organization", "o"),
    line("Appointment", "a"),
    line("OperationOutcome", "o"),
    json.dumps({"not": "FHIR"}).encode(),
    json.dumps({"subject": {"reference": "Patient/p"}}).encode(),
    line("Observation", "contained", "p", contained=[json.loads(tumor("p"))]),
    line("Encounter", "e", "p", contained=[json.loads(tumor("p"))]),
    line("Observation", "c", "p", component=[{"code": {"coding": [{"system": URL, "code": "x"}]}}]),
    line("Immunization", "i", subject={"identifier": {"system": "s", "value": "1"}}),
    line("Condition", "q", subject={"reference": "Patient?identifier=s|1"}),
    line("Condition", "w", subject="Patient/p"),
    line("Condition", "g", subject={"reference": "Group/1"}),
    line("Condition", "u", subject={"reference": "urn:uuid:1"}),
    line("Condition", "n", subject=None),
    b'{"resourceType":"Condition","id":"e","subject":{"reference":"Patient\\/p"}}',
    b'{"resourceType":"Condition","id":"s","subject":{"reference":"Patient/p"},"c\\u006fde":{}}',
    b'{"resourceType":"Condition","id":"d","subject":{"reference":"Patient/p"}',
    b'{"resourceType":"Condition","id":"d"}{"resourceType":"Condition","id":"d"}',
    tumor("p")[:-1] + b', "subject": {"reference": "Patient/q"}}',
    line("Immunization", "t", "p")[:-1] + b', "subject": {"reference": "Patient/q"}}',
    b"{",
    b"17",
    b"",
]


def expected(lines):
    """Return what each line gives by itself."""
    keys, concerned, people, loose = [], set(), set(), []
    for one in lines:
        found = pipeline.scan(one, catalogue()) if one.strip() else None
        names = [key_of(name) for name, _ in found.texts] if found else []
        people.update(names)
        concerned.update(name for name, _ in found.texts if found.concerns) if found else None
        loose += found.loose if found else ()
        keys.append(tuple(names))
    return keys, concerned, people, sorted(loose)


def shown(scan, lines, keys):
    seen = scan.seen
    alone = []
    for one, key in zip(lines, keys, strict=True):
        names = (key,) if key not in (NOBODY, SPECIAL) else ()
        if key == SPECIAL:
            names = tuple(key_of(name) for name, _ in pipeline.scan(one, catalogue()).texts)
        alone.append(names)
    others = {NOBODY, SPECIAL}
    return alone, seen.concerned, seen.people - others, sorted(seen.loose)


def pool():
    names = ("meets-all", "mostly-free-text", "local-codes")
    return [line for name in names for line in sample_lines(name, name)] + ordinary_lines(3)


@pytest.mark.parametrize("seed", range(30))
def test_a_block_gives_what_its_lines_give(seed):
    chance = random.Random(seed)  # noqa: S311 - which lines does not matter
    lines = chance.sample(pool(), 60) + chance.sample(ODD, seed % 3)
    chance.shuffle(lines)
    lines = [one for one in lines if one or seed % 2] + [tumor("last")]
    scan = LineScan(catalogue())
    keys, lengths = scan.block(b"\n".join(lines) + b"\n")
    assert lengths == list(map(len, lines))
    assert shown(scan, lines, keys) == expected(lines)


@pytest.mark.parametrize("number", range(len(ODD)))
def test_every_odd_line_among_others(number):
    lines = [*ordinary_lines(1), ODD[number], tumor("p")]
    scan = LineScan(catalogue())
    keys, _ = scan.block(b"\n".join(lines) + b"\n")
    assert shown(scan, lines, keys) == expected(lines)


def test_a_patient_is_passed_over_only_if_reading_finds_nothing():
    """What the heads call unread is never what the reader finds neuroendocrine."""
    for one in pool():
        found = pipeline.scan(one, catalogue())
        if found.head is not None and not found.concerns:
            with_it = (
                pipeline.assess(found.texts[0][0], [one], catalogue(), as_of=AS_OF)
                if (found.texts)
                else None
            )
            assert with_it is None
