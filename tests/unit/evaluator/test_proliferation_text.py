"""Ki-67 and mitosis texts: every row of the tables of rules 6.4 and 6.5."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN
from nelm_fhir.evaluator.definitions.grading import Grade, grades_of
from nelm_fhir.evaluator.definitions.proliferation_text import (
    UNREADABLE,
    read_ki67,
    read_mitoses,
)
from nelm_fhir.evaluator.registry import SPECS
from nelm_fhir.knowledge.loader import load_catalogue

TABLES = load_catalogue(SPECS).definitions
G1, G2, G3 = Grade.G1, Grade.G2, Grade.G3


def percent(low, high, *, low_open=False, high_open=False):
    return Amount(Decimal(low), Decimal(high), "%", low_open=low_open, high_open=high_open)


KI67 = [
    (["<1%", "less than 1 %", "< 1percent"], percent(0, 1, high_open=True), (G1, G1), MET, MET),
    (["<2%"], percent(0, 2, high_open=True), (G1, G1), MET, MET),
    (["<=2%", "≤2%", "≤ 2 %"], percent(0, 2), (G1, G1), MET, MET),
    (["1-2%", "1%-2%", "1 – 2 %"], percent(1, 2), (G1, G1), MET, MET),
    (["<3%"], percent(0, 3, high_open=True), (G1, G1), MET, MET),
    (["2-3%"], percent(2, 3), (G1, G2), MET, MET),
    (["3%"], percent(3, 3), (G2, G2), MET, MET),
    (
        ["Ki-67: 5 %", "MIB-1 = 5 %", "5-5 %", "ki67 LI 5%", "MIB1 index: 5,0 %", "Ki 67 5%"],
        percent(5, 5),
        (G2, G2),
        MET,
        MET,
    ),
    (["<5%"], percent(0, 5, high_open=True), (G1, G2), MET, MET),
    (["<10%"], percent(0, 10, high_open=True), (G1, G2), MET, MET),
    (["5-10%", "5 to 10%", "5—10 %"], percent(5, 10), (G2, G2), UNKNOWN, MET),
    (
        ["up to 10%", "max 10%", "max. 10%", "at most 10%"],
        percent(0, 10),
        (G1, G2),
        UNKNOWN,
        MET,
    ),
    (["10%", "10.0\u00a0%"], percent(10, 10), (G2, G2), NOT_MET, MET),
    (["8-12%"], percent(8, 12), (G2, G2), UNKNOWN, MET),
    ([">=10%", "≥10%", "at least 10%"], percent(10, 100), (G2, G3), NOT_MET, UNKNOWN),
    (["15-20%"], percent(15, 20), (G2, G2), NOT_MET, UNKNOWN),
    (["20%"], percent(20, 20), (G2, G2), NOT_MET, NOT_MET),
    (["20-25%"], percent(20, 25), (G2, G3), NOT_MET, NOT_MET),
    ([">20%", "more than 20%"], percent(20, 100, low_open=True), (G3, G3), NOT_MET, NOT_MET),
]
ROWS = [(text, *row[1:]) for row in KI67 for text in row[0]]


@pytest.mark.parametrize(("text", "amount", "grades", "below_10", "below_20"), ROWS)
def test_a_ki67_text_is_read_by_the_table(text, amount, grades, below_10, below_20):
    read = read_ki67(text, TABLES.grammar).amount
    assert read == amount
    assert grades_of(read, TABLES.grading.ki67) == grades
    assert read.compare("<", Decimal(10)) is below_10
    assert read.compare("<", Decimal(20)) is below_20


@pytest.mark.parametrize(
    "text",
    [
        "~10%",
        "about 10%",
        "approx 10%",
        "approx. 10%",
        "ca 10%",
        "ca. 10%",
        "around 10%",
        "approximately 10 %",
    ],
)
def test_an_approximation_is_its_number_and_says_so(text):
    read = read_ki67(text, TABLES.grammar).amount
    assert (read.low, read.high, read.approximate) == (10, 10, True)


def test_only_a_mitotic_count_can_be_per_fields():
    readings = [read_ki67("5 %", TABLES.grammar), UNREADABLE]
    assert [reading.per_fields for reading in readings] == [False, False]


def test_an_approximate_count_stays_one_when_it_is_brought_to_2_mm2():
    read = [read_mitoses(text, TABLES.grammar).amount for text in ("~3 per mm2", "3 per mm2")]
    assert [(one.low, one.approximate) for one in read] == [(6, True), (6, False)]


@pytest.mark.parametrize(
    "text",
    [
        "low",
        "few",
        "positive",
        "0.05",
        ".5 %",
        "5. %",
        "10-5%",
        "101%",
        ">100 %",
        "<0 %",
        "5",
        "",
        "5 % (hot spot)",
        "max. 12 % (hot spot), mean 6 %",
        "1 2 %",
        "-5 %",
        "5 - %",
        "G2",
        "~<5 %",
        "2 % | 5 %",
        "5 %%",
        "Ki-675 %",
        "٥ %",
        ">=101 %",
        "5-101 %",
        "1e1 %",
        "5 % 5 %",
        "<-5 %",
        "5X10 %",
    ],
)
def test_any_other_ki67_text_is_unreadable(text):
    assert read_ki67(text, TABLES.grammar) == UNREADABLE


@pytest.mark.parametrize(("text", "amount"), [(">=100 %", (100, 100)), ("<=0 %", (0, 0))])
def test_a_bound_at_the_end_of_the_scale_leaves_one_value(text, amount):
    read = read_ki67(text, TABLES.grammar).amount
    assert (read.low, read.high, read.low_open, read.high_open) == (*amount, False, False)


@pytest.mark.parametrize(
    ("text", "count", "per_fields"),
    [
        ("3 per 2 mm2", 3, False),
        ("3/2mm²", 3, False),
        ("3 mitoses per 2 mm2", 3, False),
        ("1 mitosis/2 mm2", 1, False),
        ("100 per 10 mm2", 20, False),
        ("30 per 3 mm2", 20, False),
        ("5 per mm2", 10, False),
        ("5/mm2", 10, False),
        ("2,5 per 2 mm2", Decimal("2.5"), False),
        ("20 per 10 HPF", 20, True),
        ("95 per 50 HPF", 19, True),
        ("2/10 hpf", 2, True),
        ("2 per 50 HPF", Decimal("0.4"), True),
    ],
)
def test_a_mitotic_count_is_brought_to_2_mm2(text, count, per_fields):
    reading = read_mitoses(text, TABLES.grammar)
    assert (reading.amount.low, reading.amount.high) == (count, count)
    assert reading.per_fields is per_fields


@pytest.mark.parametrize(
    ("text", "low", "high", "low_open", "high_open"),
    [
        ("<2 per 2 mm2", 0, 2, False, True),
        ("at most 2 per 2 mm2", 0, 2, False, False),
        ("2-4/10 HPF", 2, 4, False, False),
        ("2 to 4 mitoses per 10 mm2", Decimal("0.4"), Decimal("0.8"), False, False),
        (">20 per 2 mm2", 20, None, True, False),
        (">=20 per 2 mm2", 20, None, False, False),
    ],
)
def test_a_mitotic_count_can_be_an_interval(text, low, high, low_open, high_open):
    amount = read_mitoses(text, TABLES.grammar).amount
    assert (amount.low, amount.high) == (low, high)
    assert (amount.low_open, amount.high_open) == (low_open, high_open)


@pytest.mark.parametrize(
    "text",
    [
        "2",
        "2 mitoses",
        "2 per HPF",
        "2/HPF",
        "2 per 1 HPF",
        "15 per 9 HPF",
        "2 per 0 mm2",
        "low",
        "2 in 50 HPF",
        "2 per 2 mm",
        "2 %",
        "4-2 per 2 mm2",
        "<0 per 2 mm2",
        "2 per 10 HPF (max)",
        "mitoses: 2 per 2 mm2",
        "per 2 mm2",
        "2 per cm2",
        "",
    ],
)
def test_any_other_mitosis_text_is_unreadable(text):
    assert read_mitoses(text, TABLES.grammar) == UNREADABLE


@given(st.text(max_size=20))
def test_no_text_makes_the_readers_fail(text):
    for reading in (read_ki67(text, TABLES.grammar), read_mitoses(text, TABLES.grammar)):
        assert reading == UNREADABLE or reading.amount is not None


@given(st.decimals(0, 100, places=2), st.sampled_from([".", ","]), st.sampled_from(["", " ", "  "]))
def test_decimal_comma_point_and_spaces_do_not_matter(number, sign, gap):
    text = f"{str(number).replace('.', sign)}{gap}%"
    assert read_ki67(text, TABLES.grammar).amount == Amount(number, number, "%")
