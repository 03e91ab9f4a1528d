"""What is said about criteria, verdicts and missing data, word by word."""

from datetime import date
from decimal import Decimal

import pytest
from tests.unit.assessment.made import catalogue, result, vignette, vignettes

from nelm_fhir.assessment.result import Counts, CriterionResult, Limit, Missing, Text
from nelm_fhir.assessment.sentences import (
    counted,
    counts_sentence,
    criterion_sentence,
    issue_sentence,
    missing_sentence,
    reference_sentence,
    value_words,
    verdict_sentence,
)
from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.issues import Issue, Severity
from nelm_fhir.core.logic import Status

HALF = (Limit("<", "50", "%"),)
WORDS = {"no-record": "what it asks for is not documented"}
FORBIDDEN = ("eligible", "listed for transplant", "rejected", "cured")


def measured(low: str, high: str, status: Status, reason: str | None = None) -> CriterionResult:
    amount = Amount(Decimal(low), Decimal(high), "%")
    return result(
        status=status,
        reason=reason,
        observed=amount,
        value=f"{amount} (2026-05-04)",
        limits=HALF,
    )


def test_a_measured_value_that_satisfies_its_limit_says_both():
    said = criterion_sentence(measured("30", "30", Status.MET))
    assert said == "Liver involvement 30 % (2026-05-04) satisfies < 50 %."


def test_a_measured_value_that_fails_says_both():
    said = criterion_sentence(measured("60", "60", Status.NOT_MET))
    assert said == "Liver involvement 60 % (2026-05-04) does not satisfy < 50 %."


def test_a_value_on_both_sides_of_the_limit_spans_it_and_says_what_would_settle_it():
    said = criterion_sentence(measured("45", "55", Status.UNKNOWN, "straddles-limit"))
    assert said == (
        "Liver involvement 45-55 % (2026-05-04) spans the limit of < 50 %. To settle it: Volumetry."
    )


def test_what_would_settle_it_can_be_left_out():
    unknown = result(status=Status.UNKNOWN, reason="no-record")
    assert criterion_sentence(unknown, WORDS, settle=False) == (
        "Liver involvement: cannot be judged, because what it asks for is not documented."
    )


def test_without_words_the_reason_itself_is_said():
    unknown = result(status=Status.UNKNOWN, reason="too-old", settle="")
    assert criterion_sentence(unknown).endswith("because too old.")


def test_an_amount_that_is_only_possible_is_not_said_as_if_it_were_recorded():
    anything = Amount(Decimal(0), Decimal(100), "%")
    unknown = result(
        status=Status.UNKNOWN, reason="no-record", observed=anything, value="<=100 %", limits=HALF
    )
    assert "100" not in criterion_sentence(unknown, WORDS)


def test_an_unreadable_value_is_not_said_as_if_the_whole_scale_were_recorded():
    unread = result(
        status=Status.UNKNOWN,
        reason="unreadable",
        value="<=100 % (2026-05-04)",
        observed=Amount(Decimal(0), Decimal(100), "%"),
        limits=HALF,
    )
    assert criterion_sentence(unread, settle=False) == (
        "Liver involvement: cannot be judged, because unreadable."
    )


def test_a_running_clock_says_from_when_it_can_be_satisfied():
    clock = result(
        label="Stable disease",
        status=Status.NOT_MET,
        running=True,
        earliest=date(2026, 8, 10),
        value="stable since 2026-02-10",
        observed=DaySpan.parse("2026-02-10"),
        limits=(Limit(">=", "6", "mo"),),
    )
    assert criterion_sentence(clock) == (
        "Stable disease: still running (stable since 2026-02-10; at least 6 months are asked);"
        " it can be satisfied from 2026-08-10 at the earliest."
    )


def test_alternatives_with_several_limits_say_the_statement_and_quote_no_limit():
    failed = result(
        status=Status.NOT_MET,
        value="60 % (2026-05-04); controlled",
        observed=Amount(Decimal(60), Decimal(60), "%"),
        limits=(*HALF, Limit("<", "75", "%")),
    )
    said = criterion_sentence(failed)
    assert "75" not in said
    assert said.endswith("Asked: Less than 50 % of the liver volume is replaced by tumor.")
    assert "Asked" not in criterion_sentence(failed, asked=False)


def test_the_kind_in_a_label_is_not_repeated_in_the_sentence():
    guard = result(
        kind="guard", label="Primary removed (guard)", status=Status.UNKNOWN, reason="no-record"
    )
    assert criterion_sentence(guard, WORDS).startswith("Primary removed: cannot be judged")


def test_a_criterion_that_does_not_apply_says_why():
    outside = result(status=Status.NOT_APPLICABLE, reason="not-listed")
    assert criterion_sentence(outside) == "Liver involvement: does not apply, because not listed."


def test_units_are_words():
    mitoses = result(value="4 /(2.mm2)")
    assert value_words(mitoses) == "4 per 2 mm2"


VERDICTS = {
    ("V01", "optn"): "The record meets OPTN/UNOS exception guidance (version 2025.1).",
    ("V03", "esmo-2020"): (
        "The record does not meet ESMO 2020 (version 2020.1): ESMO-KI67 Ki-67 (G1 or G2)."
    ),
    ("V26", "esmo-2020"): (
        "The record cannot meet ESMO 2020 (version 2020.1) before 2026-12-01:"
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
    assert verdict_sentence(vignette(case).verdict_of(set_id)) == said


def test_missing_data_say_why_and_what_would_settle_them():
    missing = Missing("ESMO-EHD", "no-record", (), "A negative SSTR PET not older than 3 months")
    assert missing_sentence(missing, WORDS) == (
        "ESMO-EHD: what it asks for is not documented."
        " To settle it: A negative SSTR PET not older than 3 months."
    )


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
    reasons = catalogue().texts.reasons
    for name in vignettes():
        for verdict in vignette(name).verdicts:
            said = [verdict_sentence(verdict)]
            said += [criterion_sentence(one, reasons) for one in verdict.criteria]
            said += [missing_sentence(one, reasons) for one in verdict.missing]
            for sentence in said:
                assert not [word for word in FORBIDDEN if word in sentence.lower()], sentence
                assert sentence.endswith(".")
