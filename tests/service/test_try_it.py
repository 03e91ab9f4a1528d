"""The try-it page as a browser without script uses it: choose a sample or give a record."""

import json
import re
from pathlib import Path

import pytest
import requests

from nelm_fhir.service.settings import Limits, Settings
from nelm_fhir.service.site import Site

SAMPLES = Path(__file__).parents[2] / "sample_bundles"
BUNDLE = (SAMPLES / "meets-all" / "bundle.json").read_bytes()
DAY = "2026-06-01"


@pytest.fixture
def base(served, catalogue):
    return served(Site(catalogue, Settings()))


def test_the_first_page_leads_to_the_report_of_every_sample_in_one_click(base):
    page = requests.get(base, timeout=30).text
    names = {path.parent.name for path in SAMPLES.glob("*/bundle.json")}
    linked = dict(re.findall(r'href="(/try\?sample=([\w-]+)&amp;as_of=[\d-]+)"', page))
    assert set(linked.values()) == names
    address = next(one for one, name in linked.items() if name == "meets-all")
    report = requests.get(base + address.replace("&amp;", "&"), timeout=30)
    assert report.status_code == 200
    assert "Milan 2007" in report.text


def test_a_file_is_judged_and_a_pasted_text_the_same(base):
    fields = {"as_of": DAY}
    file = requests.post(f"{base}/try", data=fields, files={"file": BUNDLE}, timeout=30)
    text = requests.post(
        f"{base}/try",
        data=fields | {"pasted": BUNDLE.decode()},
        files={"file": ("", b"")},
        timeout=30,
    )
    assert file.status_code == text.status_code == 200
    assert file.text == text.text


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"pasted": ""}, 400, "nothing to judge yet"),
        ({"pasted": "{"}, 400, "JSON"),
        ({"pasted": '{"resourceType": "Patient"}', "as_of": "June"}, 400, "no date"),
        ({"pasted": '{"resourceType": "ValueSet"}'}, 422, "is a Patient"),
        ({"pasted": BUNDLE.decode(), "set": "paris"}, 422, "criteria set number 1 is not known"),
        ({"sample": "nobody"}, 404, "no such sample"),
    ],
)
def test_what_cannot_be_used_is_told_with_what_to_do(base, fields, status, told):
    answer = requests.post(f"{base}/try", data=fields, timeout=30)
    assert answer.status_code == status
    assert told in answer.text
    assert 'role="alert"' in answer.text


def test_what_is_no_form_is_refused(base):
    answer = requests.post(f"{base}/try", json={"sample": "meets-all"}, timeout=30)
    assert answer.status_code == 415
    assert "no form" in answer.text


def test_more_than_the_limit_is_refused(served, catalogue):
    base = served(Site(catalogue, Settings(limits=Limits(bytes=1000))))
    answer = requests.post(f"{base}/try", data={"pasted": "x" * 2000}, timeout=30)
    assert answer.status_code == 413


def test_every_page_is_closed_to_caches_frames_and_other_origins(base):
    for path in ("/", "/try?sample=meets-all", "/try?sample=nobody"):
        answer = requests.get(base + path, timeout=30)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", answer.text)


def test_words_of_a_record_never_become_markup(base):
    bundle = json.loads(BUNDLE)
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    for entry in bundle["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] == "Patient":
            resource["name"] = [{"family": evil, "given": [evil]}]
        for code in [resource.get("code"), resource.get("bodySite")]:
            if isinstance(code, dict):
                code["text"] = evil
    answer = requests.post(f"{base}/try", data={"pasted": json.dumps(bundle)}, timeout=30)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text


def test_a_page_speaks_the_language_that_is_asked_for(base):
    german = requests.get(f"{base}/?language=de", timeout=30)
    assert '<html lang="de">' in german.text
    assert german.headers["Content-Language"] == "de"
    assert "/try?sample=meets-all&amp;as_of=2026-06-01&amp;language=de" in german.text
    asked = requests.get(base, headers={"Accept-Language": "de-AT,de;q=0.9"}, timeout=30)
    assert '<html lang="de">' in asked.text
