"""What must not matter does not matter, and a fact less or in doubt never betters a verdict.

Each sample record is told again: in another order, twice, as every kind of Bundle and as lines, all
dates 28 years later (the calendar repeats), with the noise of real records. Then facts are taken
away, or put in doubt where they stand.
"""

import copy
import json
import random
import re
import tomllib
import uuid

import pytest
from tests.property.fhir_parts import (
    MEETS_ALL,
    SAMPLES,
    concept,
    judged,
    observation,
    percent,
    statuses,
    verdicts,
    verified,
)

from nelm_fhir.errors import InputError

SAMPLE = {
    path.parent.name: tomllib.loads(path.read_text()) for path in SAMPLES.glob("*/sample.toml")
}
BUNDLE = {name: json.loads((SAMPLES / name / "bundle.json").read_bytes()) for name in SAMPLE}
TEXT = {name: json.dumps(bundle) for name, bundle in BUNDLE.items()}
EVERY = pytest.mark.parametrize("name", sorted(SAMPLE))
DATE = re.compile(r"(19|20)\d\d(-\d\d(-\d\d(T.*)?)?)?")
CYCLE = 28
NEEDS_URLS = re.compile(r'"reference": "urn:')
"""References to addresses that only the entries of a Bundle have."""


def said(data, as_of):
    """Everything a reader of the assessment acts on, without places."""
    found = judged(data, as_of)
    criteria = {c.id: (c.status, c.reason, c.earliest) for v in found.verdicts for c in v.criteria}
    return criteria, {v.set: (v.verdict, v.flags) for v in found.verdicts}, found.flags


def unchanged(name, data):
    as_of = str(SAMPLE[name]["as_of"])
    assert said(data, as_of) == said(BUNDLE[name], as_of)


def mapped(value, change):
    """The value with every string changed; `change` is given the key it stands under, too."""

    def walk(item, key):
        if isinstance(item, dict):
            return {k: walk(v, k) for k, v in item.items()}
        if isinstance(item, list):
            return [walk(v, key) for v in item]
        return change(key, item) if isinstance(item, str) else item

    return walk(value, "")


def resources(name):
    return [entry["resource"] for entry in BUNDLE[name]["entry"]]


@EVERY
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_entries_and_keys_does_not_matter(name, seed):
    generator = random.Random(seed)  # noqa: S311 - any fixed order will do
    bundle = copy.deepcopy(BUNDLE[name])
    generator.shuffle(bundle["entry"])
    for entry in bundle["entry"]:
        keys = list(entry["resource"])
        generator.shuffle(keys)
        entry["resource"] = {key: entry["resource"][key] for key in keys}
    unchanged(name, bundle)


@EVERY
def test_the_same_entry_twice_does_not_matter(name):
    bundle = copy.deepcopy(BUNDLE[name]) | {"type": "collection"}
    bundle["entry"] += copy.deepcopy(bundle["entry"])
    unchanged(name, bundle)


@EVERY
def test_the_same_statement_under_two_ids_does_not_matter(name):
    bundle = copy.deepcopy(BUNDLE[name])
    for entry in copy.deepcopy(bundle["entry"]):
        if entry["resource"]["resourceType"] == "Observation":
            entry["resource"]["id"] += "-copy"
            entry["fullUrl"] = f"{entry.get('fullUrl', 'urn:x')}-copy"
            bundle["entry"].append(entry)
    unchanged(name, bundle)


# --- other carriers of the same resources ---------------------------------------------------------


@EVERY
@pytest.mark.parametrize("kind", ["collection", "searchset", "batch-response"])
def test_the_type_of_the_bundle_does_not_matter(name, kind):
    entries = [
        {k: v for k, v in entry.items() if k in {"fullUrl", "resource"}}
        for entry in BUNDLE[name]["entry"]
    ]
    unchanged(name, {"resourceType": "Bundle", "type": kind, "entry": entries})


@EVERY
def test_a_history_says_what_its_last_versions_say(name):
    entries = []
    for entry in BUNDLE[name]["entry"]:
        found = entry["resource"]
        when = found.get("meta", {}).get("lastUpdated", "2026-01-01T00:00:00Z")
        request = {"method": "PUT", "url": f"{found['resourceType']}/{found['id']}"}
        held = {k: v for k, v in entry.items() if k in {"fullUrl", "resource"}}
        entries.append(
            held | {"request": request, "response": {"status": "200", "lastModified": when}}
        )
    unchanged(name, {"resourceType": "Bundle", "type": "history", "entry": entries})


@EVERY
def test_a_transaction_with_uuids_says_the_same(name):
    names = {}
    for entry in BUNDLE[name]["entry"]:
        own = f"{entry['resource']['resourceType']}/{entry['resource']['id']}"
        names[own] = uuid.uuid5(uuid.NAMESPACE_URL, own).urn
        names[entry.get("fullUrl", own)] = names[own]
    entries = []
    for found in resources(name):
        own = f"{found['resourceType']}/{found['id']}"
        moved = mapped(
            found, lambda key, text: names.get(text, text) if key == "reference" else text
        )
        del moved["id"]
        request = {"method": "POST", "url": found["resourceType"]}
        entries.append({"fullUrl": names[own], "resource": moved, "request": request})
    unchanged(name, {"resourceType": "Bundle", "type": "transaction", "entry": entries})


@pytest.mark.parametrize("name", [n for n in sorted(SAMPLE) if not NEEDS_URLS.search(TEXT[n])])
@pytest.mark.parametrize("form", ["list", "lines"])
def test_bare_resources_say_the_same(name, form):
    found = resources(name)
    unchanged(name, found if form == "list" else "\n".join(map(json.dumps, found)))


# --- time and noise -------------------------------------------------------------------------------


@EVERY
def test_all_dates_28_years_later_give_the_same(name):
    def later(_, text):
        return f"{int(text[:4]) + CYCLE}{text[4:]}" if DATE.fullmatch(text) else text

    as_of = str(SAMPLE[name]["as_of"])
    after = said(mapped(BUNDLE[name], later), later("", as_of))
    before = said(BUNDLE[name], as_of)
    assert after[1:] == before[1:]
    assert {k: v[:2] for k, v in after[0].items()} == {k: v[:2] for k, v in before[0].items()}


@EVERY
def test_the_noise_of_real_records_does_not_matter(name):
    noise = {
        "text": {"status": "generated", "div": "<div>bone metastasis, Ki-67 90 %</div>"},
        "language": "en",
        "extension": [{"url": "urn:noise", "valueString": "C79.51"}],
        "note": [{"text": "progression"}],
        "vendorElement": {"code": "94222008"},
    }
    bundle = copy.deepcopy(BUNDLE[name])
    for entry in bundle["entry"]:
        found = entry["resource"]
        found["extension"] = [*found.get("extension", []), *noise["extension"]]
        found |= {key: value for key, value in noise.items() if key not in found}
    person = next(r["id"] for r in resources(name) if r["resourceType"] == "Patient")
    for number in range(20):
        other = observation(("http://loinc.org", "718-7"), percent(30), id=f"noise-{number}")
        other["subject"] = {"reference": f"Patient/{person}"}
        bundle["entry"].append({"resource": other})
    bundle["entry"].append(
        {"resource": {"resourceType": "Basic", "id": "b", "code": concept(text="x")}}
    )
    unchanged(name, json.dumps(bundle, indent=3))


# --- a fact less, or in doubt ---------------------------------------------------------------------


ONE_OF_A_LIST = "failed-therapy"
"""The therapies that failed are one list: a shorter one says that fewer have failed (10.2)."""


@EVERY
def test_no_entry_less_makes_a_set_met_that_was_not(name):
    as_of = str(SAMPLE[name]["as_of"])
    before = verdicts(judged(BUNDLE[name], as_of))
    for at, found in enumerate(resources(name)):
        if found["resourceType"] == "Patient" or found["id"].startswith(ONE_OF_A_LIST):
            continue
        entries = BUNDLE[name]["entry"]
        bundle = BUNDLE[name] | {"entry": entries[:at] + entries[at + 1 :]}
        after = verdicts(judged(bundle, as_of))
        better = [s for s in after if after[s] == "criteria-met" != before[s]]
        worse = [s for s in after if after[s] == "criteria-not-met" != before[s]]
        assert (found["id"], better, worse) == (found["id"], [], [])


SPREAD = "M16-EHD ESMO-EHD OPTN-LIVER OPTN-WORK B-EHD C-EHD"
IN_DOUBT = {
    **{
        f"scan {status}": ("pet-result-2026-05", {"status": status}, SPREAD)
        for status in ["unknown", "registered", "cancelled", "entered-in-error", "complete"]
    },
    "scan of another day than its study": (
        "pet-result-2026-05",
        {"effectiveDateTime": "2026-05-12"},
        SPREAD,
    ),
    "scan in text": ("pet-result-2026-05", {"valueCodeableConcept": {"text": "negative"}}, SPREAD),
    "scan with a reason for its absence": (
        "pet-result-2026-05",
        {"dataAbsentReason": concept(text="unknown")},
        SPREAD,
    ),
    "study too old": ("pet-2026-05", {"started": "2024-05-11"}, SPREAD),
    "index without unit": ("ki67-liver", {"valueQuantity": {"value": 2}}, "ESMO-KI67 B-KI67"),
    "index of unknown status": ("ki67-liver", {"status": "unknown"}, "ESMO-KI67 B-KI67"),
    "tissue entered in error": ("liver-core", {"status": "entered-in-error"}, "M16-GRADE B-KI67"),
    "tissue of no organ": ("liver-core", {"collection": {}}, "M16-GRADE B-KI67"),
    "tissue of the future": (
        "liver-core",
        {"collection": {"collectedDateTime": "2026-07-06"}},
        "M16-GRADE B-KI67",
    ),
    "resection without day": (
        "ileocolic-resection",
        {"performedDateTime": None},
        "OPTN-RES6 C-OBS",
    ),
    "resection of the future": (
        "ileocolic-resection",
        {"performedDateTime": "2026-08-01"},
        "OPTN-RES6 M16-PRIM",
    ),
    "resection in text": (
        "ileocolic-resection",
        {"performedDateTime": None, "performedString": "spring"},
        "OPTN-RES6",
    ),
    "resection denied by the board": (
        "resection-statement",
        {"valueBoolean": False},
        "OPTN-RES6 M16-PRIM B-PRIM",
    ),
    "margin of unknown status": ("resection-statement", {"status": "unknown"}, "M16-PRIM B-PRIM"),
    "primary suspected": (
        "ileal-net",
        {"verificationStatus": verified("provisional")},
        "M16-DRAIN",
    ),
    "primary refuted": (
        "ileal-net",
        {"verificationStatus": verified("refuted"), "clinicalStatus": None},
        "M16-DRAIN M16-PRIM",
    ),
    "primary of two sites": (
        "ileal-net",
        {"bodySite": [concept(("http://snomed.info/sct", "34402009"))]},
        "M16-DRAIN",
    ),
    "year of birth alone": ("sample-ileum-1", {"birthDate": "1970"}, "M07-AGE"),
    "no birth date": ("sample-ileum-1", {"birthDate": None}, "M07-AGE ESMO-AGE"),
}


def with_changed(target, change):
    bundle = copy.deepcopy(MEETS_ALL)
    found = next(e["resource"] for e in bundle["entry"] if e["resource"]["id"] == target)
    found |= change
    for key in [key for key, value in change.items() if value is None]:
        del found[key]
    return bundle


@pytest.mark.parametrize(("target", "change", "criteria"), IN_DOUBT.values(), ids=IN_DOUBT)
def test_a_favorable_fact_in_doubt_is_neither_met_nor_violated(target, change, criteria):
    after = statuses(judged(with_changed(target, change)))
    assert {name: after[name] for name in criteria.split()} == dict.fromkeys(
        criteria.split(), "unknown"
    )


@pytest.mark.parametrize(
    "change",
    [{"active": False}, {"link": [{"other": {"reference": "Patient/new"}, "type": "replaced-by"}]}],
)
def test_a_merged_patient_is_refused(change):
    with pytest.raises(InputError):
        judged(with_changed("sample-ileum-1", change))
