"""Units are read by the table of terminology 2.5 only; every trap of its rows is a test."""

import tomllib
from decimal import Decimal

import pytest
from tests.unit.shipped_codes import MAPPINGS

from nelm_fhir.core.unknown import Reason
from nelm_fhir.knowledge.units import Converted, UnitTable, build_unit_table

UCUM = "http://unitsofmeasure.org"
PARSED = tomllib.loads((MAPPINGS / "units.toml").read_text())
TABLE, FAULTS = build_unit_table(PARSED)


def convert(
    kind: str,
    value: str,
    code: str | None = None,
    text: str | None = None,
    system: str | None = UCUM,
) -> Converted | Reason:
    return TABLE.convert(kind, Decimal(value), system if code else None, code, text)


def read(*unit: str | None, kind: str = "percent", value: str = "8.5", **more: str | None) -> str:
    found = convert(kind, value, *unit, **more)
    assert isinstance(found, Converted)
    return found.text


def test_the_shipped_table_has_no_faults() -> None:
    assert FAULTS == ()


@pytest.mark.parametrize("code", ["%", "pct", "percent", "{Ki67}%"])
def test_a_percentage_is_read_from_its_code(code: str) -> None:
    assert read(code) == "8.5 %"


@pytest.mark.parametrize("text", ["%", "pct", "Percent", " % "])
def test_a_percentage_is_read_from_its_unit_text_alone(text: str) -> None:
    assert read(None, text) == "8.5 %"


def test_the_value_keeps_its_digits() -> None:
    found = convert("percent", "6.30", "%")
    assert isinstance(found, Converted)
    assert str(found.value) == "6.30"
    assert found.text == "6.30 %"


@pytest.mark.parametrize(
    ("code", "mark"), [("%", None), ("pct", "table"), ("percent", "table"), ("{Ki67}%", "table")]
)
def test_a_unit_that_is_no_ucum_is_accepted_with_a_mark(code: str, mark: str | None) -> None:
    found = convert("percent", "1", code)
    assert isinstance(found, Converted)
    assert found.unit.mark == mark


@pytest.mark.parametrize("unit", [("1", None), (None, "1"), ("1", "1")])
def test_a_fraction_is_unreadable_and_never_multiplied(unit: tuple[str | None, str | None]) -> None:
    assert convert("percent", "0.08", *unit) is Reason.UNREADABLE


@pytest.mark.parametrize("kind", ["percent", "mitoses", "volume", "chromogranin-a-mass"])
def test_a_missing_unit_is_unknown(kind: str) -> None:
    assert convert(kind, "5") is Reason.UNIT_NOT_CONVERTIBLE


@pytest.mark.parametrize("kind", ["inr", "ecog", "mitoses-per-10-hpf"])
def test_a_missing_unit_is_read_where_the_question_fixes_it(kind: str) -> None:
    found = convert(kind, "5")
    assert isinstance(found, Converted)
    assert found.unit.mark == "fixed by the question code"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("/(10.[HPF])", "3 per 10 HPF"),
        ("{mitoses}/(10.[HPF])", "3 per 10 HPF"),
        ("/10.[HPF]", "3 per 10 HPF"),
        ("{mitoses}/[10 HPF]", "3 per 10 HPF"),
        ("/(2.mm2)", "3 per 2 mm2"),
        ("{mitoses}/(2.mm2)", "3 per 2 mm2"),
        ("{mitoses}/2.mm2", "3 per 2 mm2"),
        ("/mm2", "3 per mm2"),
    ],
)
def test_a_mitotic_count_keeps_its_denominator(code: str, text: str) -> None:
    assert read(code, kind="mitoses", value="3") == text


@pytest.mark.parametrize("code", ["/10.[HPF]", "{mitoses}/[10 HPF]", "{mitoses}/2.mm2"])
def test_a_denominator_that_parses_as_something_else_is_marked(code: str) -> None:
    found = convert("mitoses", "3", code)
    assert isinstance(found, Converted)
    assert found.unit.mark == "table"


@pytest.mark.parametrize("text", ["/10 HPF", "per 10 HPF", "/10HPF", "/10 hpf"])
def test_ten_fields_are_read_from_text(text: str) -> None:
    assert read(None, text, kind="mitoses", value="3") == "3 per 10 HPF"


def test_square_millimeters_are_read_from_text() -> None:
    assert read(None, "/2 mm²", kind="mitoses", value="1") == "1 per 2 mm2"


@pytest.mark.parametrize("code", ["/[HPF]", "{mitoses}/[HPF]"])
def test_mitoses_per_one_field_are_unreadable(code: str) -> None:
    assert convert("mitoses", "15", code) is Reason.UNREADABLE


@pytest.mark.parametrize("code", ["/[HPF]", "{mitoses}/[HPF]", "/(2.mm2)", "/mm2"])
def test_another_denominator_than_the_code_says_is_conflicting(code: str) -> None:
    assert convert("mitoses-per-10-hpf", "15", code) is Reason.CONFLICTING


def test_milliliters_and_cubic_centimeters_are_equal() -> None:
    assert read("cm3", kind="volume", value="640") == read("mL", kind="volume", value="640")


def test_code_and_text_that_say_different_units_are_conflicting() -> None:
    assert convert("mitoses", "3", "/(2.mm2)", "/10 HPF") is Reason.CONFLICTING
    assert convert("percent", "3", "%", "1") is Reason.CONFLICTING
    assert convert("percent", "3", "mm2", "%") is Reason.CONFLICTING


def test_a_text_beside_the_code_that_is_not_listed_is_only_a_display() -> None:
    assert read("%", "Prozent der Tumorzellen") == "8.5 %"


def test_a_code_without_system_counts_as_text() -> None:
    assert read("%", system=None) == "8.5 %"
    assert convert("percent", "3", "mm2", "%", system=None) is Reason.CONFLICTING


def test_a_code_of_another_system_is_not_ucum() -> None:
    assert convert("percent", "3", "%", system="urn:local") is Reason.UNIT_NOT_CONVERTIBLE
    assert read("PCT7", "%", system="urn:local") == "8.5 %"


def test_ucum_codes_are_compared_with_their_case() -> None:
    assert convert("volume", "3", "CM3") is Reason.UNIT_NOT_CONVERTIBLE


@pytest.mark.parametrize(
    ("kind", "code"),
    [("percent", "mm2"), ("chromogranin-a-mass", "nmol/L"), ("chromogranin-a-moles", "ng/mL")],
)
def test_a_unit_that_is_not_listed_is_not_convertible(kind: str, code: str) -> None:
    assert convert(kind, "3", code) is Reason.UNIT_NOT_CONVERTIBLE


def test_daily_excretion_is_read_in_its_forms() -> None:
    assert read("umol/(24.h)", kind="hiaa-moles", value="40") == "40 umol/d"
    assert read(None, "mg/24h", kind="hiaa-mass", value="8") == "8 mg/d"


def test_a_factor_converts_exactly() -> None:
    row = {"ucum": ["L"], "factor": "1000", "source": "R4"}
    rows = {"l": {"unit": "mL", "suffix": "mL", "accept": [row]}}
    table, faults = build_unit_table(rows)
    found = table.convert("l", Decimal("1.83"), UCUM, "L")
    assert faults == ()
    assert isinstance(found, Converted)
    assert found.value == Decimal(1830)


def test_an_unknown_kind_is_an_error_of_the_caller() -> None:
    with pytest.raises(KeyError):
        UnitTable().convert("percent", Decimal(1), UCUM, "%")


def test_every_fault_of_the_table_is_reported_at_once() -> None:
    rows = {
        "percent": {
            "unit": "%",
            "color": "red",
            "accept": [
                {"ucum": ["%"], "factor": "1", "source": "R4"},
                {"ucum": ["%"], "factor": "0.01", "source": "R4"},
                {"text": ["pct"], "factor": 1, "source": ""},
                {"refuse": "never", "source": "R4", "mark": "odd", "size": 1},
            ],
        }
    }
    _, faults = build_unit_table(rows)
    where = "units.toml: percent"
    assert faults == (
        f"{where}: color: unknown key",
        f"{where}: suffix: missing",
        f"{where}: %: has two meanings",
        f"{where}: accept[2]: source: missing",
        f"{where}: accept[2]: factor: must be an exact positive decimal in quotes",
        f"{where}: accept[3]: size: unknown key",
        f"{where}: accept[3]: needs ucum or text",
        f"{where}: accept[3]: mark: unknown word",
        f"{where}: accept[3]: refuse: unknown word",
    )
