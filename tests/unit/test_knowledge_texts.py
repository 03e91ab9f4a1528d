"""Texts and figures: flags of rules 1.6, outcomes of 11, surveillance of 12, words, safety rule 5.

The lists were transcribed from the rule book.
"""

import re
from decimal import Decimal

import pytest
from tests.unit.knowledge_copies import shipped

from nelm_fhir.core.unknown import NotApplicable, Reason
from nelm_fhir.knowledge.files import mapping_files
from nelm_fhir.knowledge.not_encoded import NOT_ENCODED

TEXTS = shipped().texts

FLAGS = """
milan-2007: M07-G2 M07-AGE55 M07-UNRES EHD-HISTORY
milan-net-2016: M16-UNRES M16-AGE M16-KI67 M16-RECTUM EHD-HISTORY
enets-2016: E16-DEFAULT
optn: OPTN-D2 OPTN-TEST OPTN-PROG OPTN-MARGIN
esmo-2020: ESMO-MARGIN ESMO-SITE EHD-HISTORY
la-fe-2026: B-AGE
citterio-2023: C-MARGIN C-AGE C-KI67 C-OBS-SHORT C-STAB-SHORT C-DEP C-PANC
patient: AGE-SOON GRADE-NO-MITOSES GRADE-RANGE GRADE-CONFLICT UNREADABLE-VALUE KI67-APPROX
patient: KI67-LOW-COUNT UNIT-HPF WHO-EDITION EHD-FALSE-POSITIVE EHD-DISCORDANT BURDEN-CONFLICT
patient: NON-IMAGING-RESPONSE OTHER-MALIGNANCY CARCINOID-HEART LISTING-UNKNOWN SCOPE-OPEN
patient: FUTURE-DATED
"""

# id: population size, figures that its sentence must show
FIGURES = """
O1 42 97.2 88.8
O2 46 50.9 22.4
O3 88 13.1 83.5 89
O4 88 7.4 2.4-23.0 6.82 38.43 1.10-12.54 21.41-55.45
O5 48 95 93 75 52 1984-2019
O6 56 90 75 33 18
O7 25 42 48 12 8 88 78 24
O8 53 92 84 69 45 2004-2018
O9 213 52 30 1982-2009
O10 79 57 1982-2009
O11 85 47 1989-2005
O12 206 64.9 46.1 1988-2018
O13 49.2 57.8
O14 85 52 1988-2012
O15 14 65 36-97.2 50 46.1-88.8
O16 455 2.52 1.15-5.52 2.40 1.16-4.92 2.22 1.04-4.77
O17 75 68.3
O19 28 238 83 83.3 71.4
O20 1,108 67.5 26.6
O21 60-75 25-65
O22 5,509 36.2
O23 69-97.2 34-50.9
P1=0 55 68
P1=1 55 68
P1=2 23 12
R1 32 76.3 45.5
R2 25 89.5
R3 7
R4 14 90.9
R5 18 64.5
R6 14 87.5
R7 7 75
R8 32 57.2
R9 32 90.6 79.6
"""
FIGURE_ROWS = [line.split() for line in FIGURES.strip().splitlines()]


def test_every_flag_of_the_rule_book_is_there_and_no_other() -> None:
    expected: dict[str, set[str]] = {}
    for line in FLAGS.strip().splitlines():
        place, ids = line.split(": ")
        for flag in ids.split():
            expected.setdefault(flag, set()).add(place)
    assert {flag.id: set(flag.where) for flag in TEXTS.flags.values()} == expected


def test_flags_carry_the_numbers_of_their_rules() -> None:
    numbers = {flag.id: dict(flag.numbers) for flag in TEXTS.flags.values() if flag.numbers}
    assert numbers == {
        "M07-AGE55": {"years": 55},
        "AGE-SOON": {"first": 56, "second": 60, "months": 12},
    }


def test_a_prompt_without_published_source_says_so() -> None:
    assert TEXTS.flags["CARCINOID-HEART"].source == "prompt of this project"
    assert TEXTS.flags["M07-AGE55"].source == "L2, S0"


@pytest.mark.parametrize("row", FIGURE_ROWS, ids=[row[0] for row in FIGURE_ROWS])
def test_every_figure_shows_the_numbers_of_the_rule_book(row: list[str]) -> None:
    text = TEXTS.figures[row[0]].text
    for number in row[1:]:
        assert re.search(rf"(?<![\d.,-]){re.escape(number)}(?![\d-]|[.,]\d)", text), number


def test_there_is_no_other_figure() -> None:
    shown = {row[0] for row in FIGURE_ROWS}
    assert set(TEXTS.figures) - shown == {"P1", "O18"}


def test_no_figure_stands_without_population_n_era_and_source() -> None:
    for figure in TEXTS.figures.values():
        assert figure.population
        assert figure.n
        assert figure.era
        assert figure.source
        assert "not given" in figure.n or re.search(r"\d", figure.n)


def test_what_has_no_n_says_so_and_stays_in_the_reference_table() -> None:
    without = {f.id for f in TEXTS.figures.values() if f.n.startswith("n not given")}
    assert without == {"O10", "O13", "O17", "O18", "O21", "O23"}
    for key in without:
        assert "n not given" in TEXTS.figures[key].text
        assert not TEXTS.figures[key].beside_verdict


def test_only_what_pol_31_lists_may_stand_beside_a_verdict() -> None:
    assert {f.id for f in TEXTS.figures.values() if f.beside_verdict} == {
        *("O1", "O3", "O5", "O6", "O9", "O12"),
        *("P1", "P1=0", "P1=1", "P1=2"),
        *(f"R{number}" for number in range(1, 10)),
    }


def test_no_text_ever_prints_zero_or_hundred_percent() -> None:
    figures = [part for f in TEXTS.figures.values() for part in (f.text, f.details)]
    rows = [part for t in TEXTS.treatments for part in (t.outcome, t.action)]
    notes = [note.text for note in TEXTS.reference_notes.values()]
    for text in figures + rows + notes:
        assert not re.search(r"(?<![\d.,-])(0|100)(\.0+)? ?%", text), text


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ("R3", "no 5-year survivors in a group of 7"),
        ("R6", "without surgery no 5-year survivors"),
        ("R7", "no deaths by 5 years after surgery"),
    ],
)
def test_extremes_are_written_in_the_words_of_the_rule_book(figure: str, words: str) -> None:
    assert words in TEXTS.figures[figure].text


def test_the_subgroup_without_deaths_is_written_in_words() -> None:
    assert "no deaths by 5 years in that subgroup" in TEXTS.figures["O19"].details


def test_which_figures_accompany_a_candidate_is_pol_31() -> None:
    rules = TEXTS.outcome_rules
    assert rules.always == ("O9", "O12")
    assert rules.with_milan_net == ("O1", "O3", "O5")
    assert rules.with_milan_net_resectable == ("O6",)
    assert (rules.milan_net, rules.warning) == ("milan-net-2016", "O-WARNING")
    assert (rules.le_treut_id, rules.hepatomegaly_percent) == ("P1", Decimal(120))
    assert rules.le_treut_sites == {
        *("duodenum", "ampulla"),
        *("pancreas", "pancreas-head", "pancreas-body", "pancreas-tail"),
    }


def test_which_figures_follow_a_recurrence_is_rules_11_3() -> None:
    rules = TEXTS.outcome_rules
    assert rules.recurrence_always == ("R1", "R8", "R9")
    assert (rules.late_months, rules.late, rules.early) == (24, "R2", "R3")
    assert (rules.surgery, rules.no_surgery) == ("R4", "R5")
    assert (rules.mib1_limit, rules.mib1_high, rules.mib1_low) == (2, "R6", "R7")
    notes = (rules.exact_note, rules.not_milan_note, rules.le_treut_boundary_note)
    assert notes == ("E10", "E13", "P1-BOUNDARY")


def test_every_row_of_surveillance_and_treatment_is_there() -> None:
    assert list(TEXTS.surveillance) == [f"SURV-{number}" for number in range(1, 15)]
    assert [row.id for row in TEXTS.treatments] == [f"T{number}" for number in range(1, 9)]


def test_the_calendar_that_is_not_encoded_is_never_shown() -> None:
    assert [row.id for row in TEXTS.surveillance.values() if not row.shown] == ["SURV-14"]


def test_surveillance_describes_and_never_instructs() -> None:
    for row in TEXTS.surveillance.values():
        if row.shown:
            assert re.search(r"\bS[013] (describes|writes)\b", row.text)
        assert not re.search(r"\b(must be done|should be)\b", row.text)


def test_every_reason_has_a_word_for_people() -> None:
    assert set(TEXTS.reasons) == {*Reason, *NotApplicable}


def test_the_standard_notice_is_that_of_the_rule_book() -> None:
    assert TEXTS.notice == (
        "Prepared for discussion by a multidisciplinary team with neuroendocrine and transplant "
        "expertise. Documented data are compared with published criteria; people decide. "
        "Research use; not a medical device."
    )


def test_what_is_not_encoded_stands_in_no_mapping_file() -> None:
    for file, content in mapping_files().items():
        text = content.decode()
        for key in NOT_ENCODED:
            assert not re.search(rf"(?<![A-Za-z0-9-]){key}(?![A-Za-z0-9])", text), (file, key)


def test_the_list_of_what_is_not_encoded_holds_every_id_of_section_17() -> None:
    assert set(NOT_ENCODED) >= {
        *("enets-2012", "enets-2023", "M07-KI67", "E16-BURD", "E16-NUM", "UK-TAB", "P2", "P6"),
        *("OPTN-AGE", "OPTN-3M", "OPTN-LAP", "OPTN-SCORE"),
    }


@pytest.mark.parametrize("word", ["eligible", "rejected", "cured"])
def test_forbidden_result_words_stand_in_no_text_of_ours(word: str) -> None:
    own = [flag.text for flag in TEXTS.flags.values()]
    own += [*TEXTS.verdicts.values(), *TEXTS.statuses.values(), *TEXTS.reasons.values()]
    own += [c.statement for found in shipped().sets.values() for c in found.criteria]
    assert not [text for text in own if re.search(rf"\b{word}\b", text.lower())]


def test_sources_and_policies_are_complete() -> None:
    catalogue = shipped()
    keys = {f"S{n}" for n in range(4)} | {f"L{n}" for n in range(1, 43)} - {"L41"}
    assert set(catalogue.sources) == keys
    assert set(catalogue.policies) == {f"POL-{n:02}" for n in range(1, 37)}
    assert catalogue.sources["L4"].citation.endswith("doi:10.1111/ajt.17156")
