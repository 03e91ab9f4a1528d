"""Every page of the service, and how a person gets there: for screenshots and for axe-core."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from playwright.sync_api import Page

Way = Callable[[Page, str], None]
"""Leads a browser to a page; the second argument is the base address of the service."""
ASKED = "/try/form?sample=indeterminate-old-pet&as_of=2026-06-30"
SCAN = "scan.entry|0|scan"


def _at(path: str) -> Way:
    def go(page: Page, base: str) -> None:
        page.goto(base + path)

    return go


def _answered(page: Page, base: str, language: str = "") -> None:
    page.goto(base + ASKED + language)
    answer_with_a_negative_pet(page)


def answer_with_a_negative_pet(page: Page) -> None:
    """Fill in the form of the sample whose scan is too old, and send it."""
    page.fill(f'[name="{SCAN}.date"]', "2026-06-20")
    page.select_option(f'[name="{SCAN}"]', "negative")
    page.select_option(f'[name="{SCAN}.scan-modality"]', "PET/CT")
    page.select_option(f'[name="{SCAN}.scan-tracer"]', "68Ga-DOTATATE")
    page.fill('[name="author"]', "Dr. Example (fictional)")
    page.locator("main button.main").click()
    page.wait_for_load_state("load")  # the style is there, too


def _answered_in_german(page: Page, base: str) -> None:
    _answered(page, base, "&language=de")


def _refused(page: Page, base: str) -> None:
    page.goto(base)
    page.fill("#pasted", "{")
    page.locator("main button.main").click()
    page.wait_for_load_state("load")  # the style is there, too


def _both(name: str, path: str) -> dict[str, Way]:
    mark = "&" if "?" in path else "?"
    return {f"{name}-en": _at(path), f"{name}-de": _at(f"{path}{mark}language=de")}


EVERY: Mapping[str, Way] = MappingProxyType(
    {
        **_both("try-it", "/"),
        **_both("worklist", "/worklist"),
        **_both("worklist-filtered", "/worklist?set=optn&verdict=deferred&order=earliest"),
        **_both("report", "/try?sample=sets-that-disagree&as_of=2026-04-20"),
        **_both("report-open", "/try?sample=indeterminate-old-pet&as_of=2026-06-30"),
        **_both("report-of-patient", "/patients/sample-jejunum-4/report"),
        **_both("form", "/try/form?sample=mostly-free-text&as_of=2026-05-29"),
        **_both("form-of-patient", "/patients/sample-cecum-5/form"),
        **_both("nothing-to-ask", "/try/form?sample=meets-all&as_of=2026-06-01"),
        **_both("not-found", "/try?sample=nobody"),
        "answered-en": _answered,
        "answered-de": _answered_in_german,
        "refused-en": _refused,
    }
)
