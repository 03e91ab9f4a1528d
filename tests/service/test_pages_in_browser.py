"""The pages in a real browser: try, work through the list, read, answer; nobody kept out."""

import pytest
from tests.service.every_page import ASKED, EVERY, answer_with_a_negative_pet

pytestmark = pytest.mark.peer


@pytest.fixture
def page(browser):
    """A page whose requests and errors are watched."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.asked, page.complaints = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "console",
        lambda said: page.complaints.append(said.text) if said.type == "error" else None,
    )
    yield page
    context.close()


def test_one_click_leads_from_the_first_page_to_a_report(page, base):
    page.goto(base)
    page.locator("ul.samples a").first.click()
    assert page.locator("table.matrix").is_visible()
    assert page.complaints == []


def test_a_file_is_dropped_and_its_report_shown(page, base, tmp_path):
    from tests.peers.loading import SAMPLES

    page.goto(base)
    page.set_input_files("#file", SAMPLES / "meets-all" / "bundle.json")
    page.fill("#as_of", "2026-06-01")
    page.check('[name="set"][value="optn"]')
    page.locator("main button.main").click()
    assert "OPTN" in page.locator("table.matrix").inner_text()
    assert "Citterio" not in page.locator("table.matrix").inner_text()


def test_a_filter_swaps_the_table_and_keeps_the_address(page, base):
    page.goto(f"{base}/worklist")
    page.evaluate("window.same = true")
    every = page.locator("table.worklist tbody tr").count()
    page.select_option("#set", "optn")
    page.select_option("#verdict", "deferred")
    page.wait_for_url("**/worklist?set=optn&verdict=deferred")
    page.wait_for_function(f"document.querySelectorAll('tbody tr').length < {every}")
    chosen = page.locator("table.worklist tbody tr").count()
    assert page.evaluate("window.same") is True
    page.reload()
    assert page.locator("table.worklist tbody tr").count() == chosen
    assert page.input_value("#set") == "optn"
    assert page.complaints == []


def test_a_heading_sorts_and_the_back_button_undoes_it(page, base):
    page.goto(f"{base}/worklist")
    first = page.locator("table.worklist tbody th").first.inner_text()
    page.locator("thead a", has_text="Patient").click()
    page.wait_for_url("**/worklist?order=patient")
    page.wait_for_selector('th[aria-sort="ascending"]')
    assert page.input_value("#order") == "patient"
    page.go_back()
    page.wait_for_url("**/worklist")
    page.wait_for_selector("table.worklist")
    assert page.locator("table.worklist tbody th").first.inner_text() == first


def test_the_list_leads_to_the_report_the_form_and_back(page, base):
    page.goto(f"{base}/worklist")
    page.locator("tbody a", has_text="sample-cecum-5").click()
    page.locator("nav.links a").first.click()
    assert page.locator("fieldset.asked").count() > 3
    page.locator("main a").first.click()
    page.locator("nav.links a", has_text="Worklist").click()
    assert page.url == f"{base}/worklist"


def test_answers_change_verdicts_and_come_as_a_file(page, base):
    page.goto(base + ASKED)
    answer_with_a_negative_pet(page)
    row = page.locator("table.answered tr", has_text="ESMO 2020")
    assert "changed" in row.inner_text()
    with page.expect_download() as download:
        page.locator('button[value="response"]').click()
    assert download.value.suggested_filename == "questionnaire-response.json"
    page.locator("button", has_text="Show the report").click()
    assert page.locator("table.matrix").is_visible()


@pytest.mark.parametrize("name", EVERY)
def test_no_page_keeps_anybody_out_or_asks_another_server(name, page, base, axe):
    EVERY[name](page, base)
    assert axe.faults(page) == []
    assert [url for url in page.asked if not url.startswith((base, "data:"))] == []
    assert [told for told in page.complaints if "status of 4" not in told] == []


@pytest.mark.parametrize(
    "name", [one for one in EVERY if one.endswith("-de") and "report" not in one]
)
def test_no_page_of_the_service_is_wider_than_a_telephone(name, browser, base):
    """Only what scrolls by itself may be wider than the screen."""
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    EVERY[name](page, base)
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert wide <= 390


@pytest.mark.parametrize("name", ["try-it-en", "worklist-en", "form-en", "answered-en"])
def test_the_pages_are_whole_without_script(name, browser, base):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    EVERY[name](page, base)
    assert page.locator("h1").is_visible()
    if name == "worklist-en":
        page.select_option("#set", "optn")
        page.locator("form.choosing button").click()
        assert page.url.endswith("/worklist?set=optn&verdict=&text=&order=")
    context.close()
