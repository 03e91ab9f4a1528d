"""What `nelm assess` prints, letter for letter at 80 columns, and what every terminal can show.

To renew the expected texts after a wanted change, run this file as a module
(`python -m tests.unit.cli.test_tables`) and read the difference.
"""

import re
from pathlib import Path

import pytest
from tests.unit.assessment.made import catalogue, vignette, vignettes
from tests.unit.cli.run import DAY, MEETS_ALL, process, profile_file

from nelm_fhir.cli.output import fitting
from nelm_fhir.cli.page import Page
from nelm_fhir.cli.pages.assessment import assessment_page
from nelm_fhir.cli.pages.explanation import explanation_page
from nelm_fhir.cli.pages.view import View
from nelm_fhir.report.one_line import one_line

GOLDEN = Path(__file__).parent / "golden"
SHOWN = {
    "V14": "fails and meets at the limit",
    "V26": "deferred while listed",
    "V40": "indeterminate by an equivocal focus",
}


def shown(name: str) -> str:
    """Return the page of a vignette without the digest of the catalogue, which changes often."""
    page = assessment_page(vignette(name), catalogue(), View(80))
    return re.sub(r"sha256:[0-9a-f]{12}", "sha256:------------", page)


@pytest.mark.parametrize("name", list(SHOWN))
def test_the_page_of_a_vignette_is_as_it_was_read_and_approved(name: str):
    assert shown(name) == (GOLDEN / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_page_is_wider_than_the_terminal(width: int):
    for name in list(vignettes())[::5]:
        page = assessment_page(vignette(name), catalogue(), View(width, verbose=True))
        explained = explanation_page(vignette(name), catalogue(), View(width))
        for line in (page + explained).split("\n"):
            assert len(line) <= width


def test_every_page_names_every_set_with_version_and_verdict_and_ends_with_the_notice():
    for name in vignettes():
        page = assessment_page(vignette(name), catalogue(), View(120))
        table = page.split("WHY")[0]
        for verdict in vignette(name).verdicts:
            assert verdict.version in table
            assert verdict.title.split()[0] in table
        assert "research use; not a medical device." in " ".join(page.split()).lower()


def test_every_criterion_has_its_place_in_the_explanation():
    page = explanation_page(vignette("V40"), catalogue(), View(80))
    for verdict in vignette("V40").verdicts:
        for result in verdict.criteria:
            assert f" {result.id}  " in page


def test_color_changes_no_word():
    plain = assessment_page(vignette("V40"), catalogue(), View(80))
    colored = assessment_page(vignette("V40"), catalogue(), View(80, color=True))
    assert "\x1b[" in colored
    assert "\x1b" not in plain
    uncolored = re.sub(r"\x1b\[[0-9;]*m", "", colored)
    assert [line.rstrip() for line in uncolored.split("\n")] == plain.split("\n")


def test_a_pipe_gets_no_color():
    assert b"\x1b" not in process("assess", MEETS_ALL, *DAY).stdout


def test_a_terminal_without_unicode_gets_every_mark_in_ascii():
    done = process("assess", MEETS_ALL, *DAY, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0
    text = done.stdout.decode("ascii")
    assert "+ met" in text
    assert "x not met" in text
    assert "Bosca Robledo" in text


def test_letters_that_fit_are_kept():
    assert fitting("Boscà ✓ ≤ 漢", "latin-1") == "Boscà + <= ?"
    assert fitting("Boscà ✓", "utf-8") == "Boscà ✓"


def test_a_word_of_the_record_can_not_command_the_terminal():
    assert one_line("a\x1b[2Jb\x07\u202ec\nd") == "a [2Jb  c d"
    page = Page(80, color=False)
    page.line("[red]x[/red]\x1b]0;title\x07")
    assert page.text() == "[red]x[/red] ]0;title\n"


def test_a_profile_shows_the_same_page(tmp_path: Path):
    done = process("assess", "--profile", profile_file(tmp_path, "V26"))
    lines = done.stdout.decode().split("\n")
    assert lines[8:24] == shown("V26").split("\n")[8:24]


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for one in SHOWN:
        (GOLDEN / f"{one}.txt").write_text(shown(one), "utf-8")
