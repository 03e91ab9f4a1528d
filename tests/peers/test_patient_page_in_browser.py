"""The page of one patient in a real browser: two pages of A4, nothing clipped, nobody kept out."""

import re
import shutil
import subprocess

import pytest
from tests.peers.fixtures import started
from tests.peers.judges import PeerMissing
from tests.unit.report.made import LANGUAGES, NAMES, page, sample

pytestmark = pytest.mark.peer

PAPER = {"width": 733, "height": 1070}  # A4 without its margins, in CSS pixels
SCREEN = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
WHITE = 250
CLIPPED = """
() => [...document.querySelectorAll("td, th, li, p, dd, dt, h1, h2, h3, b")]
  .filter(one => one.getClientRects().length && !one.closest(".hidden, .skip"))
  .filter(one => getComputedStyle(one).display !== "inline")
  .filter(one => one.scrollWidth > one.clientWidth + 1)
  .map(one => one.outerHTML.slice(0, 120))
"""
OUTSIDE_THE_DRAWING = """
() => [...document.querySelectorAll("svg text")]
  .filter(one => { const box = one.getBBox(); return box.x < -1 || box.x + box.width > 1001; })
  .map(one => one.textContent)
"""
WIDER_THAN_THE_WINDOW = "() => document.documentElement.scrollWidth > window.innerWidth + 1"


@pytest.fixture(scope="session")
def pdftoppm():
    """The program that shows the pages of a PDF as images."""

    class Found:
        def __enter__(self):
            found = shutil.which("pdftoppm")
            if found is None:
                raise PeerMissing("pdftoppm is missing (apt-get install poppler-utils)")
            return found

        def __exit__(self, *_):
            return None

    yield from started(Found)


@pytest.fixture
def shown(browser):
    """A page of the browser that shows a text and notes what goes wrong."""
    context = browser.new_context(viewport=SCREEN)
    window = context.new_page()
    window.complaints = []
    window.on("console", lambda said: window.complaints.append(said.text))
    window.on("request", lambda asked: window.complaints.append(asked.url))
    yield window
    context.close()


def images(pdf: bytes, program: str, folder) -> list[tuple[int, int, bytes]]:
    """The pages in gray: width, height, one byte for each dot."""
    (folder / "page.pdf").write_bytes(pdf)
    subprocess.run(
        [program, "-gray", "-r", "60", str(folder / "page.pdf"), str(folder / "page")], check=True
    )
    found = []
    for file in sorted(folder.glob("page-*.pgm")):
        head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+\d+\s", file.read_bytes())
        found.append((int(head[1]), int(head[2]), file.read_bytes()[head.end() :]))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_it_prints_on_two_pages_with_white_margins_and_nothing_clipped(
    name, language, shown, pdftoppm, tmp_path
) -> None:
    shown.set_content(page(*sample(name), language))
    pdf = shown.pdf(prefer_css_page_size=True, print_background=True)
    pages = images(pdf, pdftoppm, tmp_path)
    assert 1 <= len(pages) <= 2
    for width, height, dots in pages:
        ink = sum(dot < WHITE for dot in dots) / len(dots)
        assert ink > 0.02, "a page is empty"
        edges = [dots[row * width + column] for row in range(height) for column in (0, width - 1)]
        assert min(edges) >= WHITE, "something is cut at the side of the paper"
    shown.emulate_media(media="print")
    shown.set_viewport_size(PAPER)
    assert shown.evaluate(CLIPPED) == []
    assert shown.evaluate(OUTSIDE_THE_DRAWING) == []
    assert shown.complaints == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["meets-all", "sets-that-disagree", "mostly-free-text"])
def test_nobody_is_kept_out(name, language, shown, axe) -> None:
    shown.set_content(page(*sample(name), language))
    assert axe.faults(shown) == []


def test_a_link_of_the_matrix_opens_its_criterion_with_evidence(shown) -> None:
    shown.set_content(page(*sample("sets-that-disagree")))
    target = shown.locator("#ESMO-BURD")
    assert not target.is_visible()
    shown.locator('table.matrix a[href="#ESMO-BURD"]').click()
    assert target.is_visible()
    assert "less than 50 %" in target.inner_text()


def test_it_can_be_read_on_a_narrow_screen(shown) -> None:
    shown.set_viewport_size(PHONE)
    shown.set_content(page(*sample("sets-that-disagree"), "de"))
    assert not shown.evaluate(WIDER_THAN_THE_WINDOW)
