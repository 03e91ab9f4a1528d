"""Threats 1 to 3: somebody else's data, references that lead elsewhere, and merged patients."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.threats.line import (
    BUNDLES,
    SAMPLE_NAMES,
    SERVER,
    STYLES,
    bundle,
    changed,
    issues,
    judged,
    met,
    named,
    patient,
    read,
    refusal,
    resources,
    restyled,
    said,
)
from tests.unit.cli.run import DAY, nelm

from nelm_fhir.errors import MergedPatient, SeveralPatients
from nelm_fhir.fhir_r4.references import FOLLOWED

EVERY_SAMPLE = pytest.mark.parametrize("name", SAMPLE_NAMES)
OTHER_SERVER = "https://other.example/fhir/"
HOLDING = ("result", "hasMember", "partOf", "derivedFrom", "focus", "parent", "specimen")


def of_another(name, server):
    """The entries of another sample, all of them renamed, on some server."""
    other = bundle(name)
    names = {named(one): f"{one['resourceType']}/other-{one['id']}" for one in resources(other)}
    names |= {
        entry["fullUrl"]: server + names[named(entry["resource"])]
        for entry in other["entry"] if "fullUrl" in entry
    }  # fmt: skip

    def moved(part):
        text = part.get("reference")
        return part | {"reference": names.get(text, text)} if isinstance(text, str) else part

    entries = []
    for one in changed(resources(other), moved):
        one["id"] = f"other-{one['id']}"
        entries.append({"fullUrl": server + named(one), "resource": one})
    return entries


# --- 1: two patients in one Bundle ----------------------------------------------------------------


@pytest.mark.threat(1)
@settings(max_examples=40)
@given(st.sampled_from(SAMPLE_NAMES), st.data())
def test_adding_resources_of_other_patients_never_changes_the_result(name, data):
    mine = bundle(name)
    me = named(patient(mine))
    before = read(mine, name, subject=me)
    foreign = of_another(
        data.draw(st.sampled_from(SAMPLE_NAMES)),
        data.draw(st.sampled_from([SERVER, OTHER_SERVER])),
    )
    kept = data.draw(
        st.lists(st.sampled_from(foreign), min_size=1, unique_by=lambda e: e["fullUrl"])
    )
    for entry in kept:  # they lay hold of what is mine, too
        element = data.draw(st.sampled_from([None, *HOLDING]))
        if element is not None:
            target = named(data.draw(st.sampled_from(resources(mine))))
            entry["resource"][element] = [{"reference": target}]
    both = mine | {"entry": data.draw(st.permutations(mine["entry"] + kept))}
    after = read(both, name, subject=me)
    assert after.profile == before.profile
    assert said(judged(both, name, subject=me)) == said(judged(mine, name))


@pytest.mark.threat(1)
@EVERY_SAMPLE
def test_one_statement_about_somebody_else_refuses_the_record_of_nobody_chosen(name):
    for entry in of_another("fails-by-ki67-alone", SERVER):
        if "subject" not in entry["resource"]:
            continue
        both = bundle(name)
        both["entry"].append(entry)
        assert isinstance(refusal(both, name=name), SeveralPatients), entry["fullUrl"]


@pytest.mark.threat(1)
def test_the_command_refuses_two_patients_and_reads_the_one_that_is_named(tmp_path):
    both = bundle("meets-all")
    both["entry"] += of_another("fails-by-ki67-alone", SERVER)
    path = tmp_path / "two.json"
    path.write_text(json.dumps(both))
    refused = nelm("assess", str(path), *DAY)
    assert refused.exit_code == 10
    assert "--subject" in refused.stderr
    mine = nelm(
        "assess",
        str(path),
        *DAY,
        "--format",
        "json",
        "--subject",
        named(patient(BUNDLES["meets-all"])),
    )
    found = json.loads(mine.stdout)
    assert mine.exit_code == 0
    assert {v["verdict"] for v in found["verdicts"]} == {
        str(v.verdict) for v in judged(bundle("meets-all")).verdicts
    }


@pytest.mark.threat(1)
@EVERY_SAMPLE
def test_a_statement_of_mine_told_about_another_subject_is_worth_nothing(name):
    """Whatever resource is moved to somebody else, the result is the one without it."""
    generator = random.Random(name)  # noqa: S311 - any fixed choice will do
    me = named(patient(BUNDLES[name]))
    others = [n for n, one in enumerate(resources(BUNDLES[name])) if "subject" in one]
    for n in generator.sample(others, 12):
        moved = bundle(name)
        moved["entry"][n]["resource"]["subject"] = {"reference": "Patient/somebody-else"}
        without = bundle(name) | {"type": "collection"}  # a search result counts its matches
        del without["entry"][n]
        found, expected = (read(told, name, subject=me) for told in (moved, without))
        assert found.profile.to_record() == expected.profile.to_record()


# --- 2: wrong or absent subject; every way to write a reference -----------------------------------


@pytest.mark.threat(2)
@EVERY_SAMPLE
@pytest.mark.parametrize("style", STYLES)
def test_every_way_to_write_addresses_and_references_gives_the_same_result(name, style):
    assert said(judged(restyled(bundle(name), lambda _: style), name)) == said(
        judged(bundle(name), name)
    )


@pytest.mark.threat(2)
@settings(max_examples=60)
@given(st.sampled_from(SAMPLE_NAMES), st.randoms(use_true_random=False))
def test_any_mixture_of_these_ways_gives_the_same_result(name, generator):
    mixed = restyled(bundle(name), lambda _: generator.choice(STYLES))
    assert said(judged(mixed, name)) == said(judged(bundle(name), name))


def links(of):
    """Every followed reference of a record: (number of the entry, element, place in it)."""
    for n, one in enumerate(resources(of)):
        for element in FOLLOWED & one.keys():
            value = one[element]
            for at in range(len(value)) if isinstance(value, list) else [None]:
                yield n, element, at


def with_reference(of, n, element, at, reference):
    told = changed(of, lambda part: part)
    owner = told["entry"][n]["resource"]
    if at is None:
        owner[element] = reference
    else:
        owner[element][at] = reference
    return told


@pytest.mark.threat(2)
@EVERY_SAMPLE
@pytest.mark.parametrize(
    "lost",
    [
        {"reference": "urn:uuid:00000000-0000-4000-8000-000000000000"},
        {"reference": "https://elsewhere.example/fhir/Specimen/1"},
        {"reference": "Specimen/nobody-knows"},
        {"reference": "#not-contained"},
        {"type": "Specimen", "identifier": {"system": "urn:other", "value": "1"}},
    ],
    ids=["uuid", "absolute", "relative", "contained", "identifier"],
)
def test_a_reference_that_leads_nowhere_is_listed_and_betters_nothing(name, lost):
    told = bundle(name)
    before = met(judged(told, name))
    unread = {one.location for one in read(told, name).named}
    every = [at for at in links(told) if f"Bundle.entry[{at[0]}].resource" not in unread]
    for n, element, at in random.Random(name).sample(every, min(4, len(every))):  # noqa: S311
        after = judged(with_reference(told, n, element, at, lost), name)
        place = f"Bundle.entry[{n}].resource.{element}"
        named_only = "reference" not in lost  # a thing that is named need not be in the record
        assert named_only or ("unresolved-reference", place) in issues(after)
        assert met(after) <= before


@pytest.mark.threat(2)
@EVERY_SAMPLE
@pytest.mark.parametrize("subject", [None, {}, {"display": "the patient"}, {"reference": ""}])
def test_a_statement_about_nobody_is_not_used_and_never_betters_a_verdict(name, subject):
    told = bundle(name)
    before = met(judged(told, name))
    clinical = [
        n
        for n, one in enumerate(resources(told))
        if "subject" in one and one["resourceType"] != "Specimen"
    ]  # a Specimen without subject is of whom those resources speak that refer to it
    for n in random.Random(name).sample(clinical, 6):  # noqa: S311 - any fixed choice will do
        less = bundle(name)
        del less["entry"][n]["resource"]["subject"]
        if subject is not None:
            less["entry"][n]["resource"]["subject"] = subject
        error = refusal(less, name=name)
        assert error is None or isinstance(error, SeveralPatients)
        if error is None:
            found = read(less, name)
            assert named(less["entry"][n]["resource"]) not in str(found.profile.to_record())
            assert met(judged(less, name)) <= before


# --- 3: merged patients ---------------------------------------------------------------------------


def merged(name, generator, *, forward, backward):
    """The record under two numbers of the one patient, linked in one direction or both."""
    told = bundle(name)
    current = patient(told)
    old = {"resourceType": "Patient", "id": "old-number"}
    if forward:
        old["active"] = False
        old["link"] = [{"other": {"reference": named(current)}, "type": "replaced-by"}]
    if backward:
        current["link"] = [{"other": {"reference": "Patient/old-number"}, "type": "replaces"}]
    for one in resources(told):
        if "subject" in one and generator.random() < 0.5:
            one["subject"] = {"reference": "Patient/old-number"}
    (url,) = (e["fullUrl"] for e in told["entry"] if e["resource"] is current)
    beside = url.removesuffix(named(current)) + "Patient/old-number"
    told["entry"].append({"fullUrl": beside, "resource": old})
    return told


@pytest.mark.threat(3)
@EVERY_SAMPLE
@pytest.mark.parametrize(("forward", "backward"), [(True, False), (False, True), (True, True)])
def test_a_record_under_two_numbers_of_one_patient_is_one_record(name, forward, backward):
    generator = random.Random(name)  # noqa: S311 - any fixed choice will do
    told = merged(name, generator, forward=forward, backward=backward)
    assert said(judged(told, name)) == said(judged(bundle(name), name))


@pytest.mark.threat(3)
@EVERY_SAMPLE
def test_the_record_of_a_patient_merged_into_somebody_who_is_not_here_is_refused(name):
    told = bundle(name)
    patient(told)["link"] = [{"other": {"reference": "Patient/new"}, "type": "replaced-by"}]
    assert isinstance(refusal(told, name=name), MergedPatient)
    told = bundle(name)
    patient(told)["active"] = False
    assert isinstance(refusal(told, name=name), MergedPatient)


@pytest.mark.threat(3)
@pytest.mark.parametrize(("active", "error"), [(True, SeveralPatients), (False, MergedPatient)])
def test_two_numbers_that_no_link_joins_are_never_one_record(active, error):
    told = merged("meets-all", random.Random(1), forward=False, backward=False)  # noqa: S311
    told["entry"][-1]["resource"]["active"] = active
    assert isinstance(refusal(told), error)
