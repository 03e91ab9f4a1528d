"""The card: short, sourced, never urgent, and nothing of the record becomes markup in it."""

import re
from itertools import product

import pytest
from tests.service.cds.ehr_calls import call, patient_of, prefetch, resources

from nelm_fhir.assessment.result import Verdict
from nelm_fhir.assessment.voice import voice_of
from nelm_fhir.service.cds.cards import MOST, OVERRIDES, safe

SAMPLES = ("meets-all", "sets-that-disagree", "neuroendocrine-carcinoma", "local-codes")
FORBIDDEN = ("eligible", "rejected", "cured", "recommend", "should ")


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_card_holds_what_an_ehr_needs_to_show_it(house, sample):
    card = house().card(call(sample))
    assert 0 < len(card["summary"]) < 140
    assert card["indicator"] == "info"
    assert card["source"]["label"]
    assert card["uuid"]
    assert "suggestions" not in card
    assert "selectionBehavior" not in card


@pytest.mark.parametrize("sample", SAMPLES)
def test_an_answer_proposes_no_action(house, sample):
    assert set(house().called(call(sample)).json()) == {"cards"}


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_set_stands_in_it_by_itself_with_its_version(house, catalogue, sample):
    detail = house().card(call(sample))["detail"]
    for one in catalogue.sets.values():
        assert f"**{safe(one.title)} (version {one.version})**" in detail


@pytest.mark.parametrize("sample", SAMPLES)
def test_it_says_what_decides_as_of_when_and_that_people_decide(house, catalogue, sample):
    detail = house().card(call(sample))["detail"]
    assert "**As of 20 May 2026.**" in detail
    assert catalogue.texts.notice.split(".")[0] in detail
    if sample == "neuroendocrine-carcinoma":
        assert "does not meet it: M16-GRADE Grade G1 or G2" in detail


@pytest.mark.parametrize("sample", SAMPLES)
def test_it_never_decides(house, sample):
    card = house().card(call(sample))
    said = (card["summary"] + card["detail"]).lower()
    assert [word for word in FORBIDDEN if word in said] == []


def test_it_names_what_is_missing_and_no_more_than_can_be_read(house):
    detail = house().card(call("local-codes"))["detail"]
    assert "**What would settle more:**" in detail
    assert detail.count("asked by") == 5
    assert "more, see the report" in detail


def test_every_reason_to_set_it_aside_has_words(house):
    for reason in house().card(call())["overrideReasons"]:
        assert reason["system"] == OVERRIDES
        assert reason["code"]
        assert reason["display"]


def test_it_links_to_the_report_where_there_is_one(house):
    report = "https://nelm.example/patients/{patient}/report"
    card = house(report=report).card(call())
    [link] = card["links"]
    assert "url" not in card["source"]
    address = f"https://nelm.example/patients/{patient_of('meets-all')}/report"
    assert (link["type"], link["url"]) == ("absolute", address)
    assert "appContext" not in link
    assert "links" not in house().card(call())


def test_at_an_order_it_tells_what_is_missing(house):
    card = house().card(call("local-codes", hook="order-select"), "order-select")
    assert card["summary"].startswith("Missing for published transplant criteria, 20 May 2026")
    assert len(card["summary"]) < 140


def test_at_an_order_there_is_none_where_nothing_is_missing(house):
    answer = house().called(call("neuroendocrine-carcinoma", hook="order-select"), "order-select")
    assert answer.json() == {"cards": []}


def test_draft_orders_are_no_part_of_the_record(house):
    """What is about to be ordered did not happen; it changes no verdict."""
    drafts = [one for one in resources("meets-all") if one["resourceType"] == "Procedure"]
    context = {
        "userId": "Practitioner/1",
        "patientId": patient_of("meets-all"),
        "selections": [f"Procedure/{one['id']}" for one in drafts],
        "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": one} for one in drafts]},
    }
    without = {**prefetch("meets-all"), "Procedure": None}
    body = call("meets-all", "order-select", context=context, prefetch=without)
    nothing = call("meets-all", "order-select", prefetch=without)
    service = house()
    assert service.card(body, "order-select") == service.card(nothing, "order-select")


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_summary_is_short_whatever_the_verdicts_are(catalogue, language):
    """Also where every set has another verdict, on the longest date."""
    voice = voice_of(catalogue, language)
    numbers = [voice.phrase("card", f"number-{one}", number="7") for one in Verdict]
    told = "; ".join(numbers)
    line = voice.phrase("card", "numbers", date="22 September 2026", all="7", told=told)
    assert len(line) <= MOST


@pytest.mark.threat(18)
@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("<script>alert(1)</script>", "<script"),
        ("[click](https://evil.example)", "[click]("),
        ("![x](https://evil.example/x.png)", "!["),
        ("https://evil.example", "https://evil"),
        ("www.evil.example", "www.evil"),
        ("nurse@evil.example", "nurse@evil"),
        ("**bold** _it_ `code`", "**bold**"),
        ("line\n# heading", "\n"),
        ("a | b", " | "),
        ("~~gone~~", "~~gone"),
        ("&lt;b&gt;", "&lt;b"),
    ],
)
def test_words_of_a_record_become_neither_markup_nor_links(text, never):
    unescaped = re.sub(r"\\.", "", safe(text))
    assert never not in unescaped


@pytest.mark.threat(18)
@pytest.mark.parametrize("service", ["patient-view", "order-select"])
def test_markup_in_a_record_does_not_reach_the_card(house, service):
    hostile = "<img src=x onerror=alert(1)> [a](javascript:alert(1)) https://evil.example"
    body = call("local-codes", hook=service)
    for page in body["prefetch"].values():
        for entry in (page or {}).get("entry", ()):
            entry["resource"] = told(entry["resource"], hostile)
    card = house().card(body, service)
    for text in (card["summary"], card["detail"]):
        assert "<img" not in text
        assert "](javascript" not in text
        assert "https://evil" not in text


def told(resource, text):
    """The resource with this text wherever it says something in words."""
    if isinstance(resource, dict):
        return {
            key: text
            if key in ("text", "display", "title", "conclusion") and isinstance(value, str)
            else told(value, text)
            for key, value in resource.items()
        }
    return [told(one, text) for one in resource] if isinstance(resource, list) else resource


def test_the_words_of_the_card_exist_for_every_verdict(catalogue):
    phrases = catalogue.texts.wording.phrases["card"]
    forms = ("", "set-", "number-")
    assert [f"{a}{b}" for a, b in product(forms, Verdict) if f"{a}{b}" not in phrases] == []


def test_a_card_speaks_the_language_of_the_house(house, catalogue):
    card = house(language="de").card(call())
    assert card["summary"].startswith("7 veröffentlichte Kriteriensets, ")
    assert catalogue.texts.languages["de"].notice.split(".")[0] in card["detail"]
    assert f"**{safe('Milan 2007 (Version 2007.1)')}**" in card["detail"]
    labels = catalogue.texts.languages["de"].wording.words["labels"]
    assert safe(f"E16-FUNC {labels['E16-FUNC']}") in card["detail"]
