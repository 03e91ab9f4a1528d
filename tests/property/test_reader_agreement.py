"""The fast reader against a slow and obvious one: the standard library, everything read, no index.

The slow reader parses the whole text with `json`, sees every repeated key, and finds what is wanted
and joined by looking at all pairs again and again. Both must give the same resources, the same
damage, and the same passed-over resources.
"""

import json
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.fhir_r4.samples import HEMOGLOBIN, KI67, LOINC, MAPPED, OnlyKi67

from nelm_fhir.errors import NotJson
from nelm_fhir.fhir_r4 import read
from nelm_fhir.fhir_r4.usable import Use, usable

IDS = ["a", "b", "c", "d"]
TYPES = ["Observation", "DiagnosticReport", "Specimen", "Condition", "Procedure", "Encounter"]
HELD = ("result", "hasMember", "imagingStudy")
FOLLOWED = ("focus", "specimen", "partOf", "derivedFrom", "reasonReference", "parent", *HELD)


class Members(dict):
    """A JSON object that remembers whether a key was repeated in it."""

    repeated = False


def members(pairs):
    found = Members(pairs)
    found.repeated = len(found) < len(pairs)
    return found


def repeats(value):
    if isinstance(value, Members):
        return value.repeated or any(map(repeats, value.values()))
    return isinstance(value, list) and any(map(repeats, value))


def codes(data):
    found = []
    for holder in [data, *data.get("component", [])]:
        for coding in holder.get("code", {}).get("coding", []):
            found += [(coding.get("system"), coding.get("code"))]
    return tuple(found)


def targets(data, elements):
    found = set()
    for element in elements:
        value = data.get(element, [])
        for reference in value if isinstance(value, list) else [value]:
            found.add(reference["reference"])
    return found


def name(data):
    return f"{data['resourceType']}/{data['id']}"


def slowly(text, wanted):
    """Return (resources by key, damaged, passed over), or None where the Bundle is refused."""
    bundle = json.loads(text, parse_float=Decimal, object_pairs_hook=members)
    if bundle.repeated or any(e.repeated for e in bundle["entry"]):
        return None
    every = [e["resource"] for e in bundle["entry"]]
    broken = [
        d for d in every
        if d["resourceType"] in MAPPED and "status" not in d
        and d["resourceType"] not in ("Condition", "Specimen", "Patient")
    ]  # fmt: skip
    whole = {name(d): d for d in every if d not in broken}
    chosen = {k for k, d in whole.items() if d["resourceType"] == "Patient"}
    chosen |= {
        k for k, d in whole.items()
        if d["resourceType"] in MAPPED and wanted(d["resourceType"], codes(d))
    }  # fmt: skip
    while True:
        held = (*HELD,)
        more = {k for k in whole if any(k in targets(whole[c], FOLLOWED) for c in chosen
                                        if not repeats(whole[c]))}  # fmt: skip
        more |= {
            k for k, d in whole.items()
            if targets(d, (*held, "partOf") if d["resourceType"] == "Procedure" else held) & chosen
        }  # fmt: skip
        if more <= chosen:
            break
        chosen |= more
    damaged = bool(broken) or any(
        repeats(whole[k]) and whole[k]["resourceType"] in MAPPED for k in chosen
    )
    good = {
        k: whole[k] for k in chosen if not repeats(whole[k]) and isinstance(usable(whole[k]), Use)
    }
    return good, damaged, len(whole) - len(chosen)


@st.composite
def resources(draw):
    kind = draw(st.sampled_from(TYPES))
    data = {"resourceType": kind, "subject": {"reference": "Patient/p"}}
    data["note"] = draw(st.lists(st.text(max_size=5), max_size=2))
    data["valueQuantity"] = {"value": 0}
    status = {"Encounter": "finished", "Procedure": "completed"}.get(kind, "final")
    if kind not in ("Condition", "Specimen"):
        data["status"] = draw(st.sampled_from([status, status, status, "entered-in-error"]))
        if draw(st.integers(0, 9)) == 0:
            del data["status"]
    code = st.sampled_from([KI67, HEMOGLOBIN, "1", "2"])
    if kind != "Specimen":
        data["code"] = {"coding": [{"system": LOINC, "code": draw(code)}]}
    if kind == "Observation":
        data["component"] = draw(
            st.lists(code.map(lambda c: {"code": {"coding": [{"system": LOINC, "code": c}]}}),
                     max_size=2)
        )  # fmt: skip
    return data


@st.composite
def texts(draw):
    """Return the text of a Bundle with links at random, written in some style, damaged a little."""
    found = draw(st.lists(resources(), min_size=1, max_size=6))
    for n, data in enumerate(found):
        data["id"] = f"{data['resourceType'].lower()}{n}"
    names = [name(data) for data in found]
    for data in found:
        element = draw(st.sampled_from([None, *FOLLOWED]))
        if element is not None:
            data[element] = [{"reference": draw(st.sampled_from(names))}]
    spaces = draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    written = [json.dumps(data, separators=spaces, ensure_ascii=draw(st.booleans()))
               for data in [{"resourceType": "Patient", "id": "p"}, *found]]  # fmt: skip
    hit = draw(st.integers(0, 3 * len(written)))
    if hit < len(written):
        written[hit] = draw(repeated(written[hit]))
    number = draw(st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=999))
    text = ",".join(f'{{"resource":{w}}}' for w in written).replace(
        '"value":0', f'"value":{number:f}'
    )
    return f'{{"resourceType":"Bundle","type":"collection","entry":[{text}]}}'


def repeated(written):
    """Repeat a key of a resource that does not decide whether it is read."""
    return st.sampled_from(['"note":[],"note":[]', '"x":{"y":1,"y":1}', '"id":"z","id":"z"']).map(
        lambda twice: f"{written[:-1]},{twice}}}" if '"id"' not in twice else
        f'{{"id":"zz",{written[1:]}'
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(texts())
def test_the_fast_reader_agrees_with_the_slow_one(text):
    expected = slowly(text, OnlyKi67())
    if expected is None:
        outcome = next(read.records(text, wanted=OnlyKi67()))
        assert isinstance(outcome, NotJson)
        return
    found = read.record(text, wanted=OnlyKi67())
    good, damaged, passed = expected
    assert {r.key: r.data for r in found.resources} == good
    assert found.damaged == damaged
    assert sum(found.passed_over.values()) == passed


@settings(max_examples=60, deadline=None)
@given(texts())
def test_bytes_text_and_parsed_json_read_alike(text):
    found = read.record(text, wanted=OnlyKi67())
    assert read.record(text.encode(), wanted=OnlyKi67()) == found
    if not found.damaged:
        parsed = json.loads(text, parse_float=Decimal)
        assert read.record(parsed, wanted=OnlyKi67()) == found


@settings(max_examples=60, deadline=None)
@given(texts(), st.randoms(use_true_random=False))
def test_the_order_of_entries_does_not_matter(text, random):
    bundle = json.loads(text, parse_float=Decimal)
    found = read.record(bundle, wanted=OnlyKi67())
    random.shuffle(bundle["entry"])
    again = read.record(bundle, wanted=OnlyKi67())
    assert {r.key: r.data for r in again.resources} == {r.key: r.data for r in found.resources}
    assert (again.read, again.passed_over, again.unusable, again.damaged) == (
        found.read,
        found.passed_over,
        found.unusable,
        found.damaged,
    )


@settings(max_examples=60, deadline=None)
@given(texts())
def test_every_entry_is_counted_exactly_once(text):
    found = read.record(text, wanted=OnlyKi67())
    counted = (found.read, found.passed_over, found.unusable)
    assert sum(sum(c.values()) for c in counted) == len(json.loads(text)["entry"])
