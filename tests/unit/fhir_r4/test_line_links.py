"""References in a text of a population are found however JSON spells them."""

import pytest

from nelm_fhir.fhir_r4.line_links import mentioned


@pytest.mark.parametrize(
    "written",
    [
        b"Medication/lutate",
        rb"Medication\/lutate",
        rb"\u004dedication/lutate",
        b"Medication/lutate/_history/2",
    ],
)
def test_a_reference_is_found_in_every_spelling(written):
    text = b'{"medicationReference": {"reference" : "%s"}}' % written
    assert mentioned(text) == {"Medication/lutate"}


def test_a_reference_that_is_no_json_is_taken_as_it_stands():
    assert mentioned(rb'{"reference": "Medication/\x"}') == {r"Medication/\x"}
