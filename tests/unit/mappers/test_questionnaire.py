"""Answers to the tumor-board form say what Observations say (attested-entry.md section 3).

Each statement is described once, made into both carriers, read through the whole line, and the
profiles are compared, evidence apart.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import structs
from tests.unit.both_carriers import (
    AS_OF,
    BOARD,
    NOT_KNOWN,
    Said,
    around,
    catalogue,
    coded,
    observations,
    profile_of,
    response,
)
from tests.unit.mappers.mapping import (
    EXTRA,
    condition,
    data,
    kinds,
    mapped,
    of,
    one,
    quantity,
    reason,
    ref,
    resource,
    table,
)

from nelm_fhir import pipeline
from nelm_fhir.core.canonical import FORM
from nelm_fhir.core.evidence import Evidence
from nelm_fhir.core.reading import Reading
from nelm_fhir.profile.findings import Finding

Json = dict[str, Any]
PRIMARY, NODE = ref("Condition/primary"), ref("Condition/node")
OF_TISSUE = {"specimen-origin", "ki67", "mitotic-count"}
OF_PRIMARY = {"primary-site", "primary-resected"}
UNITS = {"percent": "%", "mitoses": "/(2.mm2)", "volume": "mL"}
DAYS = ("2026-05-11", "2026-05", "2026", "2026-05-11T08:00:00+02:00", None)
ELEMENTS = sorted(table().elements)


def name(said: Said) -> str:
    told = {**said.value, **dict(said.components)}
    return f"{said.element} {json.dumps(told)[:70]} {said.date}"


# --- every value, component, date and link of the table -------------------------------------------


def samples(code: str) -> Iterator[Json]:
    """Every word of a row, values of every type it takes, and some that it does not take."""
    row = table().row(code)
    assert row is not None
    yield from (coded(word) for word in sorted(row.words))
    if row.words:
        yield {"valueCodeableConcept": {"text": "a word of our own"}}
        yield {"valueCodeableConcept": {"text": min(row.words)}}
        yield {"valueCodeableConcept": {"coding": [{"system": "urn:x", "code": "y"}]}}
    if "boolean" in row.values:
        yield from ({"valueBoolean": True}, {"valueBoolean": False}, coded("true"))
    if row.unit:
        yield from _quantities(UNITS[row.unit])
    if "string" in row.values:
        yield from ({"valueString": text} for text in ("5 %", "3 per 2 mm2", "liver graft"))
    if "dateTime" in row.values:
        yield from ({"valueDateTime": day} for day in DAYS if day)
    if "integer" in row.values:
        yield from ({"valueInteger": number} for number in (0, 700))
    yield {"valueTime": "12:00:00"}
    yield NOT_KNOWN


def _quantities(unit: str) -> Iterator[Json]:
    yield from (quantity(number, unit) for number in (0, 20, 49.9, 120))
    yield from (quantity(20, unit, comparator=sign) for sign in ("<", "<=", ">=", ">"))
    yield from (quantity(20, "kg"), {"valueQuantity": {"value": 20}})
    if unit == "%":
        low, high = (quantity(number, unit)["valueQuantity"] for number in (20, 40))
        yield from ({"valueRange": span} for span in ({"low": low}, {"high": high}))
        yield from ({"valueRange": {"low": a, "high": b}} for a, b in ((low, high), (high, low)))


def about(code: str) -> Json:
    """What an element needs to be placed."""
    if code in OF_PRIMARY:
        return {"focus": [PRIMARY]}
    if table().elements[code].focus:
        return {"focus": [NODE]}
    return {"specimen": ref("Specimen/tissue")} if code in OF_TISSUE else {}


def first(code: str) -> Json:
    return next(samples(code))


def of_values() -> Iterator[Said]:
    for code in ELEMENTS:
        yield from (Said(code, value, **about(code)) for value in samples(code))


def of_components() -> Iterator[Said]:
    for code in ELEMENTS:
        for part in sorted(table().elements[code].components):
            for value in samples(part):
                yield Said(code, first(code), [(part, value)], **about(code))
            yield Said(code, {}, [(part, first(part))], **about(code))
            yield Said(code, first(code), [(part, v) for v in list(samples(part))[:2]])


def of_dates_and_links() -> Iterator[Said]:
    own = {"identifier": {"system": "urn:board", "value": "1"}}
    lost = ref("Condition/gone")
    for code in ELEMENTS:
        value = first(code)
        yield from (Said(code, value, date=day, **about(code)) for day in DAYS)
        for link in (PRIMARY, NODE, own, lost):
            yield Said(code, value, focus=[link])
        yield Said(code, value, focus=[PRIMARY, NODE])
        yield Said(code, value)
        yield from (Said(code, value, specimen=it) for it in (ref("Specimen/tissue"), own, lost))
        for study in ("ImagingStudy/pet", "Procedure/op", "ImagingStudy/gone"):
            yield Said(code, value, study=ref(study), **about(code))


EVERYTHING = [*of_values(), *of_components(), *of_dates_and_links()]


@pytest.mark.parametrize("said", EVERYTHING, ids=name)
def test_answers_give_the_same_profile_as_the_observation(said: Said) -> None:
    assert profile_of(response([said])) == profile_of(*observations([said]))


@pytest.mark.parametrize("said", EVERYTHING, ids=name)
def test_answers_give_the_same_findings_as_the_observation(said: Said) -> None:
    """Also of what the profile shows only under conditions, as recurrence."""
    assert findings_of(response([said])) == findings_of(*observations([said]))


def findings_of(*resources: Json) -> list[Finding]:
    """The findings without what differs between carriers: key and place."""
    nowhere = Evidence("", "")
    return [
        structs.replace(finding, key="", evidence=nowhere)
        for finding in mapped(*resources, *around()).findings
        if finding.attested
    ]


def test_the_profiles_that_are_compared_differ_with_what_is_said() -> None:
    """The comparison is awake: hardly two statements of the table give one profile."""
    seen = {json.dumps(profile_of(*observations([said]))) for said in of_values()}
    assert len(seen) > len(list(of_values())) / 3


def test_every_element_component_and_link_is_among_them() -> None:
    assert {said.element for said in EVERYTHING} == table().elements.keys()
    assert {code for said in EVERYTHING for code, _ in said.components} == table().components.keys()
    assert all(any(getattr(said, link) for said in EVERYTHING) for link in ("focus", "specimen"))


UPTAKE = [
    Said("focus-uptake", coded(word), date=None, focus=[NODE])
    for word in ("positive", "negative", "equivocal")
]
PET = [("scan-modality", coded("PET/CT")), ("scan-tracer", coded("68Ga-DOTATATE"))]


@pytest.mark.parametrize("result", ["negative", "positive", None])
@pytest.mark.parametrize("uptake", UPTAKE, ids=name)
def test_uptake_inside_a_scan_belongs_to_that_scan(uptake: Said, result: str | None) -> None:
    scan = Said("scan", coded(result) if result else {}, PET, inside=[uptake])
    both = [scan, Said("scan", coded("negative"), PET, date="2026-01-05")]
    assert profile_of(response(both)) == profile_of(*observations(both))
    assert [s for s in profile_of(response(both))["scans"].values() if s.get("foci")]


TEN_YEARS_AGO = {"valueDateTime": "2016-05-11"}
SEVEN, EIGHT = ({"identifier": {"value": value}} for value in "78")
SITES = [("recurrence-site", {"valueString": site}) for site in ("liver graft", "bone")]
SEVERAL = [
    [Said("failed-therapy", coded(word)) for word in ("SSA", "PRRT")],
    [Said("failed-therapy", coded("none")), Said("failed-therapy", coded("SSA"))],
    [Said("liver-resectability", coded(w)) for w in ("resectable", "unresectable")],
    [
        Said("liver-resectability", coded("resectable"), date="2026-01-01"),
        Said("liver-resectability", coded("unresectable"), date="2026-03-01"),
    ],
    [Said("liver-involvement", quantity(n, "%"), date=f"2026-0{n}-01") for n in (2, 4)],
    [Said("response", coded(w), [("response-modality", coded("CT"))]) for w in ("SD", "PD")],
    [Said("scan", coded(w), PET) for w in ("negative", "positive")],
    [Said("ki67", {"valueString": t}, specimen=ref("Specimen/tissue")) for t in ("2 %", "5 %")],
    [
        Said("specimen-origin", coded("liver-metastasis"), specimen=SEVEN),
        Said("ki67", {"valueString": "2 %"}, specimen=SEVEN),
        Said("mitotic-count", {"valueString": "1 per 2 mm2"}, specimen=SEVEN),
        Said("ki67", {"valueString": "30 %"}, specimen=EIGHT),
    ],
    [
        Said("liver-transplant", {"valueBoolean": True}, [("transplant-date", TEN_YEARS_AGO)]),
        Said("recurrence", coded("confirmed"), SITES),
    ],
]


@pytest.mark.parametrize("said", SEVERAL, ids=lambda said: name(said[0]))
def test_several_statements_agree_or_conflict_alike(said: list[Said]) -> None:
    assert profile_of(response(said)) == profile_of(*observations(said))


def test_results_of_one_tissue_that_has_no_specimen_are_joined_by_its_identifier() -> None:
    specimens = profile_of(response(SEVERAL[8]))["specimens"]
    told = [
        (one.get("origin"), one["ki67_text"], one.get("mitoses_text")) for one in specimens.values()
    ]
    assert sorted(told, key=str) == [
        ("liver-metastasis", "2 %", "1 per 2 mm2"),
        (None, "30 %", None),
    ]


# --- whose statement it is ------------------------------------------------------------------------

FALSE_POSITIVE = Said("focus-adjudication", coded("false-positive"), focus=[NODE])
AUTHORS = [
    (BOARD, True),
    (ref("Practitioner/surgeon"), True),
    ({"type": "Organization", "display": "Board"}, True),
    (ref("Patient/p"), False),
    (ref("RelatedPerson/r"), False),
    ({"type": "Patient", "display": "The patient"}, False),
    (ref("Device/d"), False),
    (None, False),
]


@pytest.mark.parametrize(("author", "signed"), AUTHORS)
@pytest.mark.parametrize(("answered", "observed"), [("completed", "final"), ("amended", "amended")])
def test_the_author_signs_as_a_performer_does(
    author: Json | None, *, signed: bool, answered: str, observed: str
) -> None:
    answers = profile_of(response([FALSE_POSITIVE], author=author, status=answered))
    sent = observations([FALSE_POSITIVE], performer=author, status=observed)
    assert answers == profile_of(*sent)
    (focus,) = answers["extrahepatic"].values()
    assert (focus["adjudication"].get("signed") is True) is signed


@pytest.mark.parametrize("left_out", ["authored", "author"])
def test_answers_without_author_or_moment_are_read_and_not_signed(left_out: str) -> None:
    sent = response([FALSE_POSITIVE])
    del sent[left_out]
    result = mapped(sent, condition("sct 94392001", id_="node"))
    assert one(result, "focus-adjudication").signed is False
    assert kinds(result) == ["form-not-signed"]


# --- which responses are read ---------------------------------------------------------------------

PD = Said("response", coded("PD"), [("response-modality", coded("CT"))])
RESECTABLE = Said("liver-resectability", coded("resectable"))


@pytest.mark.parametrize("version", ["", "|0.1.0", "|9"])
def test_the_form_is_named_with_or_without_version(version: str) -> None:
    sent = response([RESECTABLE], questionnaire=f"{FORM}{version}")
    assert one(mapped(sent), "liver-resectability").value == "resectable"


@pytest.mark.parametrize(
    "questionnaire", [f"{FORM}-2", f"{FORM}/x", "Questionnaire/nelm-tumor-board", ""]
)
def test_answers_to_another_questionnaire_are_not_read(questionnaire: str) -> None:
    sent = response([RESECTABLE], questionnaire=questionnaire)
    assert not of(mapped(sent), "liver-resectability")


def test_answers_to_another_questionnaire_say_nothing_when_an_observation_names_them() -> None:
    sent = response([RESECTABLE], questionnaire="urn:other")
    derived = observations([PD], derived=ref("QuestionnaireResponse/r"))
    assert {f.element for f in mapped(sent, *derived).findings} == {"response"}


@pytest.mark.parametrize("status", ["in-progress", "stopped"])
@pytest.mark.parametrize("said", [PD, RESECTABLE, *UPTAKE], ids=name)
def test_unfinished_answers_are_as_uncertain_as_an_observation_of_unknown_status(
    status: str, said: Said
) -> None:
    stable = Said("response", coded("SD"), [("response-modality", coded("CT"))], date="2026-05-20")
    beside = observations([stable])
    beside[0]["id"] = "beside"
    unfinished = response([said], status=status)
    uncertain = observations([said], status="unknown")
    assert profile_of(*beside, unfinished) == profile_of(*beside, *uncertain)
    result = mapped(unfinished)
    assert {f.reading for f in result.findings} == {Reading.UNKNOWN}
    assert "form-not-completed" in kinds(result)


def test_void_answers_and_those_of_another_patient_are_dropped() -> None:
    assert not mapped(response([PD], status="entered-in-error")).findings
    other = response([PD], subject=ref("Patient/other"))
    assert not of(mapped(other, condition("sct 94392001")), "response")


def read(*resources: Json) -> pipeline.Read:
    return pipeline.read_one(data(*resources), catalogue(), as_of=AS_OF, subject="Patient/p")


@pytest.mark.parametrize(
    "harm",
    [
        {"status": 5},
        {"status": None},
        {"status": "finished"},
        {"subject": "Patient/p"},
        {"questionnaire": 7},
        {"implicitRules": "urn:x"},
        {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]},
    ],
    ids=str,
)
def test_answers_of_which_one_cannot_tell_what_they_say_damage_the_record(harm: Json) -> None:
    sent = {k: v for k, v in (response([PD]) | harm).items() if v is not None}
    found = read(sent, resource("Condition", "c"))
    assert found.profile.damaged
    assert not found.profile.response_events


def test_a_modifier_at_any_depth_of_the_answers_damages_the_record() -> None:
    sent = response([Said("scan", coded("negative"), PET, inside=[UPTAKE[0]])])
    sent["item"][0]["item"][-1]["item"][0]["answer"][0]["modifierExtension"] = [{"url": "urn:x"}]
    assert read(sent).profile.damaged


def test_answers_without_subject_are_told_and_not_read() -> None:
    sent = response([PD])
    del sent["subject"]
    found = read(sent, resource("Condition", "c"))
    assert not found.profile.response_events
    assert "no-subject" in {issue.kind for issue in found.origin.issues}


def test_amended_answers_replace_those_with_the_same_identifier() -> None:
    named = {"identifier": {"system": "urn:board", "value": "1"}}
    old = response([RESECTABLE], **named)
    new = response([PD], id_="r2", status="amended", **named) | {
        "authored": "2026-05-20T09:00:00+02:00"
    }
    assert {f.element for f in mapped(old, new).findings} == {"response"}


# --- answers that are not as the form has them ----------------------------------------------------


def items(*pairs: tuple[str, Json], **more: Any) -> list[Json]:
    return [{"linkId": link, "answer": [answer], **more} for link, answer in pairs]


def answered(*entries: Json) -> Json:
    return response([]) | {"item": list(entries)}


AN = EXTRA["an"]
NEGATIVE = {"valueCoding": {"system": AN, "code": "negative"}}


def test_answers_outside_their_group_are_one_statement_of_their_element() -> None:
    sent = answered(*items(("scan", NEGATIVE), ("scan.date", {"valueDate": "2026-05-11"})))
    found = one(mapped(sent), "scan")
    assert (found.value, str(found.day)) == ("negative", "2026-05-11")


def test_answers_below_another_answer_or_in_a_page_of_their_own_are_found() -> None:
    inner = items(("scan.scan-modality", {"valueCoding": {"system": AN, "code": "CT"}}))
    entry = {
        "linkId": "scan.entry",
        "item": [{"linkId": "scan", "answer": [NEGATIVE | {"item": inner}]}],
    }
    found = one(mapped(answered({"linkId": "page-1", "item": [entry]})), "scan")
    assert (found.value, found.components) == ("negative", {"scan-modality": "CT"})


def test_what_is_named_by_identifier_alone_is_no_link_that_leads_nowhere() -> None:
    own = {"identifier": {"system": "urn:board", "value": "1"}}
    said = [
        Said("focus-class", coded("node"), focus=[own]),
        Said("ki67", {"valueString": "2 %"}, specimen=own),
        Said("scan", coded("negative"), study=own),
    ]
    assert not read(response(said)).origin.issues
    lost = [Said("scan", coded("negative"), study=ref("ImagingStudy/gone"))]
    (issue,) = read(response(lost)).origin.issues
    assert issue.kind == "unresolved-reference"


def test_two_answers_to_one_question_are_two_statements() -> None:
    both = [{"valueBoolean": True}, {"valueBoolean": False}]
    entry = {
        "linkId": "comorbidity-contraindication.entry",
        "item": [{"linkId": "comorbidity-contraindication", "answer": both}],
    }
    found = of(mapped(answered(entry)), "comorbidity-contraindication")
    assert [f.value for f in found] == [True, False]
    assert len({f.key for f in found}) == 2
    assert read(answered(entry)).profile.comorbidity_contraindication is None


def test_an_answer_to_no_question_of_the_form_is_told_with_its_place() -> None:
    sent = answered({"linkId": "scan.entry", "item": items(("scan.resullt", NEGATIVE))})
    result = mapped(sent)
    assert not of(result, "scan")
    (issue,) = result.issues
    assert issue.kind == "form-question-unknown"
    assert issue.location.endswith(".item[0].item[0].answer[0]")


def test_a_group_of_which_only_links_are_filled_in_says_nothing() -> None:
    focus = items(("focus-class.focus", {"valueReference": {"identifier": {"value": "1"}}}))
    assert not mapped(answered({"linkId": "focus-class.entry", "item": focus})).findings


def test_a_bound_that_is_no_quantity_makes_the_share_unreadable() -> None:
    for low in ({"valueDecimal": 20}, {"valueString": "20 %"}):
        entry = items(("liver-involvement.low", low), ("liver-involvement.high", HIGH))
        found = one(mapped(answered({"linkId": "liver-involvement.entry", "item": entry})), SHARE)
        assert reason(found.value) == "unreadable"


def test_one_number_beside_its_bounds_is_unreadable() -> None:
    entry = items((SHARE, HIGH), (f"{SHARE}.high", HIGH))
    found = one(mapped(answered({"linkId": f"{SHARE}.entry", "item": entry})), SHARE)
    assert reason(found.value) == "unreadable"


SHARE = "liver-involvement"
HIGH = quantity(40, "%")


def test_a_coding_of_a_display_alone_is_a_word_of_our_own() -> None:
    entry = items(("primary-site", {"valueCoding": {"display": "spleen"}}))
    found = one(mapped(answered({"linkId": "primary-site.entry", "item": entry})), "primary-site")
    assert found.value == "spleen"


def test_an_unreadable_date_is_told_at_its_answer_and_leaves_the_statement_undated() -> None:
    entry = items(("scan", NEGATIVE), ("scan.date", {"valueString": "in spring"}))
    result = mapped(answered({"linkId": "scan.entry", "item": entry}))
    assert one(result, "scan").day is None
    assert [issue.location.partition("resource.")[2] for issue in result.issues] == [
        "item[0].item[1].answer[0]"
    ]


def test_evidence_names_the_response_its_version_and_the_answer() -> None:
    sent = response([RESECTABLE], meta={"versionId": "3"})
    evidence = one(mapped(sent), "liver-resectability").evidence
    assert (evidence.resource, evidence.version) == ("QuestionnaireResponse/r", "3")
    assert evidence.path == "QuestionnaireResponse.item[0].item[1].answer[0]"
    assert evidence.text == "resectable"


def test_a_contained_condition_can_be_the_focus() -> None:
    said = Said("focus-class", coded("node"), focus=[ref("#c")])
    inner = condition("sct 94392001") | {"id": "c"}
    found = one(mapped(response([said], contained=[inner])), "focus-class")
    assert found.links.focus == ("QuestionnaireResponse/r#c",)


# --- the same statement as Observation ------------------------------------------------------------

SOURCE = ref("QuestionnaireResponse/r")
STATEMENTS = [
    Said("scan", coded("positive"), PET, inside=[UPTAKE[0], UPTAKE[2]]),
    Said("scan", coded("negative"), PET, date="2026-01-05", inside=[UPTAKE[1]]),
    Said("liver-involvement", quantity(30, "%"), [("involvement-method", coded("visual"))]),
    Said("failed-therapy", coded("SSA")),
    Said("failed-therapy", coded("PRRT")),
    Said("focus-class", coded("node"), focus=[NODE]),
]


def keys(found: list[Finding]) -> set[str]:
    return {finding.key.partition("/")[0] for finding in found}


def test_observations_that_are_derived_from_the_answers_are_read_in_their_place() -> None:
    sent, derived = response(STATEMENTS), observations(STATEMENTS, derived=SOURCE)
    assert profile_of(sent, *derived) == profile_of(sent) == profile_of(*derived)
    found = mapped(sent, *derived, condition("sct 94392001", id_="node"))
    entries = [f for f in found.findings if f.attested]
    assert keys(entries) == {"Observation"}
    assert len(entries) == len(observations(STATEMENTS))


@pytest.mark.parametrize("left_out", range(len(observations(STATEMENTS))))
def test_what_no_observation_says_is_read_from_the_answers(left_out: int) -> None:
    derived = observations(STATEMENTS, derived=SOURCE)
    gone = derived.pop(left_out)
    if gone["code"]["coding"][0]["code"] == "scan":
        derived = [one for one in derived if not one["id"].startswith(f"{gone['id']}-")]
    sent = response(STATEMENTS)
    assert profile_of(sent, *derived) == profile_of(sent)


def test_an_observation_about_one_scan_does_not_stand_for_the_same_about_another() -> None:
    scans = [
        Said("scan", coded("positive"), PET, date=day, inside=[UPTAKE[0]])
        for day in ("2026-05-11", "2026-01-05")
    ]
    derived = observations(scans, derived=SOURCE)
    assert [one["id"] for one in derived] == ["o1", "o1-1", "o2", "o2-1"]
    del derived[1]
    assert profile_of(response(scans), *derived) == profile_of(response(scans))


def test_an_observation_that_says_otherwise_conflicts_unless_it_corrects() -> None:
    sent = response([RESECTABLE])
    other = Said("liver-resectability", coded("unresectable"))
    beside = observations([other], derived=SOURCE)
    assert profile_of(sent, *beside)["liver"].get("resectability") is None
    corrected = observations([other], derived=SOURCE, status="corrected")
    assert profile_of(sent, *corrected)["liver"]["resectability"] == "unresectable"


def test_a_void_or_uncertain_observation_does_not_silence_the_answers() -> None:
    for status in ("entered-in-error", "cancelled", "registered", "unknown"):
        derived = observations([PD], derived=SOURCE, status=status)
        events = profile_of(response([PD]), *derived)["response_events"]
        assert any(event.get("date") == "2026-05-11" for event in events.values())


def test_an_observation_of_which_the_answers_are_not_there_is_read_without_complaint() -> None:
    derived = observations(STATEMENTS, derived=SOURCE)
    assert profile_of(*derived) == profile_of(*observations(STATEMENTS))
    found = one(mapped(*observations([PD], derived=SOURCE)), "response")
    assert not found.links.lost


def test_other_statements_of_the_record_stand_beside_the_answers() -> None:
    older = observations([Said("liver-resectability", coded("unresectable"), date="2026-01-01")])
    assert profile_of(response([RESECTABLE]), *older)["liver"]["resectability"] == "resectable"
