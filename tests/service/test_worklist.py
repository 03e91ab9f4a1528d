"""The worklist and the reports behind it, as a browser without script uses them."""

import re
from html import unescape

import requests
from tests.service.populations import judged, samples

from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site

ROW = re.compile(r"<tr><th scope=\"row\"><a href=\"([^\"]+)\">([^<]+)</a>(.*?)</tr>")


def page(base, **query):
    answer = requests.get(f"{base}/worklist", params=query, timeout=30)
    assert answer.status_code == 200
    return answer.text


def patients(base, **query):
    return [name for _, name, _ in ROW.findall(page(base, **query))]


def test_every_patient_of_the_run_stands_in_it_in_its_order(base, ledger):
    shown = patients(base)
    lines = (ledger.parent / "worklist.ndjson").read_text().splitlines()
    order = [re.search(r'"patient":"Patient/([^"]+)"', line)[1] for line in lines]
    assert shown == order
    assert len(shown) == 21


def test_a_verdict_of_one_set_can_be_chosen(base):
    met = patients(base, set="esmo-2020", verdict="criteria-met")
    open_ = patients(base, set="esmo-2020", verdict="indeterminate")
    assert met
    assert open_
    assert not set(met) & set(open_)
    assert set(met) <= set(patients(base, verdict="criteria-met"))


def test_words_find_patients_missing_data_and_criteria(base):
    everybody = patients(base)
    assert patients(base, text=everybody[3]) == [everybody[3]]
    without_burden = patients(base, text="liver involvement")
    assert without_burden
    assert len(without_burden) < len(everybody)
    assert patients(base, text="no such words") == []


def test_it_can_be_sorted(base):
    assert patients(base, order="patient") == sorted(patients(base))
    rows = ROW.findall(page(base, order="earliest"))
    days = [re.findall(r'class="day">([\d-]{10})?', rest) for _, _, rest in rows]
    told = [day[0] for day in days if day[0]]
    assert told == sorted(told)
    assert all(not day[0] for day in days[len(told) :])


def test_every_row_leads_to_its_report_and_back(base):
    address, name, _ = ROW.findall(page(base))[0]
    report = requests.get(base + unescape(address), timeout=30)
    assert report.status_code == 200
    assert name in report.text
    assert 'href="/worklist"' in report.text
    assert f'href="/patients/{name}/form"' in report.text


def test_the_report_tells_how_the_record_was_read(base):
    """What no profile can hold comes from the stored assessment."""
    texts = [
        requests.get(f"{base}/patients/{name}/report", timeout=30).text for name in patients(base)
    ]
    assert any("resources" in text for text in texts)


def test_an_id_with_slashes_and_quotes_is_escaped_in_its_address(served, catalogue, tmp_path):
    """A Patient without id is known by its identifier, which may hold anything."""
    bundle = samples()[0]
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] == "Patient":
            entry["resource"]["name"] = [{"family": "<script>alert(1)</script>"}]
    base = served(Site(catalogue, Settings(worklist=judged(tmp_path, [bundle]))))
    shown = page(base)
    assert "<script>alert" not in shown
    for evil in ("<script>alert(1)</script>", "../../etc/passwd", 'a"b', "a%2Fb"):
        answer = requests.get(f"{base}/patients/{requests.utils.quote(evil, '')}/report", timeout=9)
        assert answer.status_code == 404
        assert evil not in answer.text
        assert 'role="alert"' in answer.text


def test_what_is_searched_for_is_shown_as_text_only(base):
    evil = '"><script>alert(1)</script>'
    shown = page(base, text=evil)
    assert "<script>alert" not in shown


def test_without_ledger_or_run_the_page_says_what_to_do(served, catalogue, tmp_path):
    base = served(Site(catalogue, Settings()))
    answer = requests.get(f"{base}/worklist", timeout=30)
    assert answer.status_code == 404
    assert "nelm batch" in answer.text
    base = served(Site(catalogue, Settings(worklist=tmp_path / "none.sqlite")))
    answer = requests.get(f"{base}/worklist", timeout=30)
    assert answer.status_code == 400
    assert "no ledger" in answer.text


def test_a_page_behind_the_last_is_the_last(base):
    assert patients(base, page="99") == patients(base)
    assert patients(base, page="x") == patients(base)


def test_the_fact_sheet_of_a_patient_is_plain_text(base):
    name = patients(base)[0]
    assert (
        f'href="/patients/{name}/facts"'
        in requests.get(f"{base}/patients/{name}/report", timeout=30).text
    )
    sheet = requests.get(f"{base}/patients/{name}/facts", timeout=30)
    assert sheet.status_code == 200
    assert sheet.headers["Content-Type"].startswith("text/plain")
    assert sheet.headers["Cache-Control"] == "no-store"
    assert name in sheet.text
