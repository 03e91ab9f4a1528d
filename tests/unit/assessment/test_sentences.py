"""What is said about verdicts, figures, issues and counts, word by word."""

import pytest
from tests.unit.assessment.made import vignette, vignettes, voice

from nelm_fhir.assessment.criterion_sentences import criterion_sentence
from nelm_fhir.assessment.result import Counts, Text
from nelm_fhir.assessment.sentences import (
    counted,
    counts_sentence,
    issue_sentence,
    reference_sentence,
    verdict_sentence,
)
from nelm_fhir.core.issues import Issue, Severity

FORBIDDEN = ("eligible", "listed for transplant", "rejected", "cured")

VERDICTS = {
    ("V01", "optn"): "The record meets OPTN/UNOS exception guidance (version 2025.1).",
    ("V03", "esmo-2020"): (
        "The record does not meet ESMO 2020 (version 2020.1): ESMO-KI67 Ki-67 (G1 or G2)."
    ),
    ("V26", "esmo-2020"): (
        "The record cannot meet ESMO 2020 (version 2020.1) before 1 December 2026:"
        " a waiting time is running (ESMO-STAB Stable disease)."
    ),
    ("V18", "esmo-2020"): (
        "The record cannot be judged against ESMO 2020 (version 2020.1) yet:"
        " ESMO-BURD Liver involvement."
    ),
    ("V55", "esmo-2020"): (
        "ESMO 2020 (version 2020.1) does not apply: outside its scope (SCOPE-POST-LT)."
    ),
}


@pytest.mark.parametrize(("place", "said"), list(VERDICTS.items()))
def test_each_verdict_has_its_sentence(place: tuple[str, str], said: str):
    case, set_id = place
    assert verdict_sentence(vignette(case).verdict_of(set_id), voice()) == said


def test_a_figure_stands_with_population_number_era_and_source():
    text = Text("Survival 52 % at 5 years.", "L6", "European registry", "213", "1982-2009")
    assert reference_sentence(text) == (
        "Survival 52 % at 5 years. (European registry; n 213; 1982-2009; L6)"
    )


def test_an_issue_says_where_it_is():
    issue = Issue(Severity.WARNING, "no-subject", "required", "Bundle.entry[3]", "Not used.")
    assert issue_sentence(issue) == "Not used. (Bundle.entry[3])"


def test_counts_are_summed():
    counts = Counts({"Patient": 1, "Observation": 4}, {"Encounter": 2}, {"refuted": 1})
    assert counts_sentence(counts) == "8 resources: 5 read, 2 passed over, 1 unusable."


def test_one_thing_is_counted_in_the_singular():
    assert [counted(number, "line") for number in (0, 1, 2)] == ["0 lines", "1 line", "2 lines"]
    assert counts_sentence(Counts({"Patient": 1}, {}, {})).startswith("1 resource: ")


def test_no_sentence_of_any_vignette_says_what_safety_forbids():
    for name in vignettes():
        for verdict in vignette(name).verdicts:
            said = [verdict_sentence(verdict, voice())]
            said += [criterion_sentence(one, voice(), settle=True) for one in verdict.criteria]
            for sentence in said:
                assert not [word for word in FORBIDDEN if word in sentence.lower()], sentence
                assert sentence.endswith(".")
