"""What is missing as a form: asked, answered, judged again, had as FHIR; without script."""

import json
import re
from html import unescape

import pytest
import requests
from tests.service.populations import judged, samples

from nelm_fhir.fhir_r4.models import validate
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site
from nelm_fhir.writers.questionnaire import questionnaire

SAMPLE = {"sample": "indeterminate-old-pet", "as_of": "2026-06-30"}
SCAN = "scan.entry|0|scan"
NEGATIVE_PET = {
    f"{SCAN}.date": "2026-06-20",
    SCAN: "negative",
    f"{SCAN}.scan-modality": "PET/CT",
    f"{SCAN}.scan-tracer": "68Ga-DOTATATE",
    "author": "Dr. Example <b>(fictional)</b>",
}
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
BEFORE_AND_AFTER = re.compile(r'<th scope="row">([^<]+)</th><td class="verdict ([\w-]+)">'
                              r'.*?<td class="verdict ([\w-]+)">')  # fmt: skip


@pytest.fixture
def base(served, catalogue):
    return served(Site(catalogue, Settings()))


def form(base, path="/try/form", **query):
    answer = requests.get(base + path, params=query, timeout=60)
    assert answer.status_code == 200
    return answer.text


def hidden(page):
    return {name: unescape(value) for name, value in HIDDEN.findall(page)}


def answered(base, fields, path="/try/answers"):
    return requests.post(base + path, data=fields, timeout=60)


def verdicts(page):
    return {name: (before, after) for name, before, after in BEFORE_AND_AFTER.findall(page)}


def test_only_what_would_change_a_verdict_is_asked(base):
    page = form(base, **SAMPLE)
    groups = re.findall(r"<legend>([^<]+)</legend>", page)
    assert groups == ["Imaging: scan (one group per scan)"]
    assert "nothing to ask" in form(base, sample="meets-all", as_of="2026-06-01")


@pytest.mark.parametrize("sample", ["mostly-free-text", "local-codes", "indeterminate-old-pet"])
def test_everything_that_is_asked_says_why(base, sample):
    page = form(base, sample=sample, as_of="2026-06-30")
    asked = re.findall(r'<fieldset class="asked"><legend>([^<]+)</legend><p[^>]*>([^<]+)', page)
    assert len(asked) == len(re.findall("<legend>", page))
    assert all(why.startswith(("Lacking for: ", "No criterion lacks this")) for _, why in asked)


def test_the_new_verdicts_stand_beside_the_old(base):
    page = answered(base, hidden(form(base, **SAMPLE)) | NEGATIVE_PET)
    assert page.status_code == 200
    told = verdicts(page.text)
    assert told["ESMO 2020"] == ("indeterminate", "criteria-met")
    assert len(told) == 7
    assert "Dr. Example &lt;b&gt;(fictional)&lt;/b&gt;" in page.text


def test_an_open_question_stays_unknown(base):
    """A scan of which only the day is told answers nothing."""
    only_a_day = {f"{SCAN}.date": "2026-06-20", "author": "Dr. Example"}
    page = answered(base, hidden(form(base, **SAMPLE)) | only_a_day)
    assert page.status_code == 200
    assert all(before == after for before, after in verdicts(page.text).values())


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({f"{SCAN}.date": ""}, "the day is missing"),
        ({f"{SCAN}.date": "June"}, "YYYY-MM-DD"),
        ({SCAN: "perhaps"}, "choose from the list"),
    ],
)
def test_what_cannot_be_an_answer_is_told_and_nothing_typed_is_lost(base, wrong, told):
    page = answered(base, hidden(form(base, **SAMPLE)) | NEGATIVE_PET | wrong)
    assert page.status_code == 422
    assert told in page.text
    assert '<option value="PET/CT" selected="">' in page.text
    assert 'value="Dr. Example &lt;b&gt;(fictional)&lt;/b&gt;"' in page.text


def test_nobody_answers_without_a_name(base):
    fields = hidden(form(base, **SAMPLE)) | NEGATIVE_PET | {"author": " "}
    assert answered(base, fields).status_code == 400


def test_a_form_that_was_not_shown_here_is_refused(base):
    fields = hidden(form(base, **SAMPLE)) | NEGATIVE_PET
    assert answered(base, fields | {"form_token": "1.x"}).status_code == 403
    del fields["form_token"]
    assert answered(base, fields).status_code == 403


def test_another_site_cannot_make_a_browser_send_it(base):
    fields = hidden(form(base, **SAMPLE)) | NEGATIVE_PET
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = requests.post(f"{base}/try/answers", data=fields, headers=headers, timeout=60)
    assert answer.status_code == 403


@pytest.mark.parametrize("kind", ["response", "observations"])
def test_the_answers_are_had_as_valid_fhir(base, kind):
    page = answered(base, hidden(form(base, **SAMPLE)) | NEGATIVE_PET).text
    fields = hidden(page[page.index('action="/try/answers/file"') :]) | {"kind": kind}
    file = answered(base, fields, "/try/answers/file")
    assert file.status_code == 200, file.text
    assert file.headers["Content-Type"] == "application/fhir+json"
    assert "attachment" in file.headers["Content-Disposition"]
    resource = file.json()
    if kind == "response":
        assert resource["author"]["display"] == NEGATIVE_PET["author"]
        assert validate(resource) == []
    else:
        (entry,) = [e for e in resource["entry"] if e["resource"]["resourceType"] == "Observation"]
        assert entry["resource"]["effectiveDateTime"] == "2026-06-20"


def test_the_report_with_the_answers_is_one_click_away(base):
    page = answered(base, hidden(form(base, **SAMPLE)) | NEGATIVE_PET).text
    record = page[page.index('action="/try"') : page.index('action="/try/answers/file"')]
    fields = hidden(page[: page.index('action="/try/answers/file"')])
    assert record
    assert "sample" not in fields
    report = answered(base, fields, "/try")
    assert report.status_code == 200
    assert "20 June 2026" in report.text


def test_a_patient_of_the_ledger_is_asked_the_same_and_judged_the_same(served, catalogue, tmp_path):
    """The record of a stored profile is written anew; the answers name the real one."""
    ledger = judged(tmp_path, samples())
    base = served(Site(catalogue, Settings(worklist=ledger)))
    asked = 0
    for line in (ledger.parent / "worklist.ndjson").read_text().splitlines():
        name = json.loads(line)["patient"].removeprefix("Patient/")
        page = form(base, f"/patients/{name}/form")
        asked += 'name="form_token"' in page
    assert asked >= 5
    path = "/patients/sample-cecum-5/form"
    page = form(base, path)
    answers = {
        "liver-resectability.entry|0|liver-resectability.date": "2026-05-20",
        "liver-resectability.entry|0|liver-resectability": "unresectable",
        "liver-distribution.entry|0|liver-distribution.date": "2026-05-20",
        "liver-distribution.entry|0|liver-distribution": "bilobar",
        "author": "Dr. Example",
    }
    done = answered(base, hidden(page) | answers, path)
    assert done.status_code == 200
    assert len(verdicts(done.text)) == 7
    fields = hidden(done.text) | {"kind": "response"}
    response = answered(base, fields, "/try/answers/file").json()
    assert response["subject"] == {"reference": "Patient/sample-cecum-5"}


def test_answers_are_added_to_records_of_any_form(base):
    """A Bundle, lines of resources, and a packed one: the scan is read from each."""
    import gzip

    from tests.peers.loading import record

    bundle = record("indeterminate-old-pet")
    whole = json.dumps(bundle).encode()
    lines = "\n".join(json.dumps(entry["resource"]) for entry in bundle["entry"]).encode()
    for data in (whole, gzip.compress(whole), lines):
        page = requests.post(
            f"{base}/try/form",
            data={"as_of": SAMPLE["as_of"]},
            files={"file": data},
            timeout=60,
        ).text
        done = answered(base, hidden(page) | NEGATIVE_PET)
        assert verdicts(done.text)["ESMO 2020"][1] == "criteria-met"


def test_nothing_of_a_record_that_was_given_is_kept(base, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    answered(base, hidden(form(base, **SAMPLE)) | NEGATIVE_PET)
    assert list(tmp_path.iterdir()) == []


def test_every_kind_of_question_has_a_field(catalogue):
    whole = questionnaire(catalogue.form, catalogue.attested)
    kinds = {item["type"] for group in whole["item"] for item in group["item"]}
    shown = {"boolean", "choice", "date", "integer", "open-choice", "quantity", "reference"}
    assert kinds <= shown | {"string", "display", "group"}
