"""CSV and Markdown: nothing of a record becomes a formula, markup or a link."""

import csv
import io
from dataclasses import replace

import pytest
from msgspec import structs
from tests.unit.assessment.made import catalogue, vignette, vignettes

from nelm_fhir.errors import NoPatient
from nelm_fhir.report.markdown import escaped, markdown
from nelm_fhir.report.rows import COLUMNS, error_row, header_row, rows, safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "  =1", "＝1"])
def test_a_cell_that_a_spreadsheet_would_run_begins_with_an_apostrophe(text: str):
    assert safe_cell(text) == f"'{text}"


def test_a_formula_behind_a_semicolon_is_none_either():
    assert safe_cell("a; =1+1;-2") == "a;' =1+1;'-2"


@pytest.mark.parametrize("text", ["\t=1", "\r\n=1", "\x1b=1", "\u202e=1"])
def test_a_control_character_becomes_a_space_and_hides_no_formula(text: str):
    assert safe_cell(text).lstrip() == "'" + " " * (len(text) - 2) + "=1"


@pytest.mark.parametrize("text", ["", "30 %", "a=1", "< 50 %", "2026-05-04"])
def test_other_cells_stay_as_they_are(text: str):
    assert safe_cell(text) == text


@pytest.mark.parametrize("before", ["\t", "\r", "\n", "\v", " \n ", "\u00a0", "\u2028"])
def test_a_formula_behind_what_is_not_seen_is_one_too(before: str):
    cell = safe_cell(f"{before}=1+1")
    assert cell.startswith("'")
    assert cell.isprintable()


@pytest.mark.parametrize("mark", ["\x1b[2J", "\x07", "\u202e", "\r\n"])
def test_no_cell_commands_a_terminal(mark: str):
    assert safe_cell(f"2 %{mark}criteria-met").isprintable()


def test_every_row_has_every_column():
    text = (
        header_row() + rows("a.json", vignette("V40")) + error_row("b", NoPatient("x"))
    ).decode()
    lines = list(csv.reader(io.StringIO(text)))
    assert {len(line) for line in lines} == {len(COLUMNS)}
    assert lines[-1][-1] == "x"


def test_a_formula_in_a_value_is_disarmed():
    first = vignette("V01").verdicts[0]
    changed = structs.replace(first.criteria[0], value='=HYPERLINK("http://x")')
    assessment = replace(vignette("V01"), verdicts=(replace(first, criteria=(changed,)),))
    row = next(csv.reader(io.StringIO(rows("a", assessment).decode())))
    assert row[COLUMNS.index("value")] == '\'=HYPERLINK("http://x")'


def test_words_of_a_record_are_no_markup():
    assert escaped("a|b <i>*c*</i> [x](y)\n# d") == "a\\|b \\<i\\>\\*c\\*\\</i\\> \\[x\\](y) \\# d"


def test_the_document_says_everything_and_ends_with_the_notice():
    for name in vignettes():
        assessment = vignette(name)
        text = markdown(assessment, catalogue())
        for verdict in assessment.verdicts:
            assert f"| {verdict.version} | {verdict.verdict} |" in text
            for flag in verdict.flags:
                assert f"Flag **{flag}**" in text
        for reference in assessment.references:
            assert f"**{reference}**" in text
        assert text.rstrip().split("\n")[-1] == f"> {assessment.notice}"


def test_figures_within_milan_net_and_notes_of_sets_stand_in_the_document():
    text = markdown(vignette("V01"), catalogue())
    assert "**O-WARNING**: O3 (progression" in text
    assert "**OPTN-STATUS**: This is guidance, not policy." in text


def test_what_would_settle_it_stands_only_beside_an_unknown():
    lines = list(csv.DictReader(io.StringIO((header_row() + rows("a", vignette("V40"))).decode())))
    assert {line["status"] for line in lines if line["settle"]} == {"unknown"}
