"""Numbers with their unit: what becomes a Quantity or Range, and what stays text."""

import pytest
from tests.unit.assessment.made import catalogue

from nelm_fhir.writers.patient_bundle.measures import index_value

UNITS = catalogue().units


@pytest.mark.parametrize(
    ("text", "kind", "element"),
    [
        ("8.50 %", "percent", "valueQuantity"),
        ("<3 %", "percent", "valueQuantity"),
        (">=20 %", "percent", "valueQuantity"),
        ("2-3 %", "percent", "valueRange"),
        ("5-3 %", "percent", "valueString"),
        ("20%", "percent", "valueString"),
        ("Ki-67 4 %", "percent", "valueString"),
        ("~10 %", "percent", "valueString"),
        ("5 per 10 HPF", "mitoses", "valueQuantity"),
        ("<2 per 2 mm2", "mitoses", "valueQuantity"),
        ("2 in 50 HPF", "mitoses", "valueString"),
        ("3", "mitoses", "valueString"),
    ],
)
def test_only_what_reads_back_word_for_word_is_no_string(text, kind, element):
    assert list(index_value(text, UNITS, kind)) == [element]


def test_the_digits_of_a_number_are_kept():
    value = index_value("8.50 %", UNITS, "percent")["valueQuantity"]
    assert (str(value["value"]), value["code"]) == ("8.50", "%")
