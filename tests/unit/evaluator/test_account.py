"""The account of an answer: what it rests on, what is set aside, and how its cases are declared."""

from decimal import Decimal

import pytest

from nelm_fhir.assessment.told import Aside, Fact, Limit, Term
from nelm_fhir.core.evidence import Unused
from nelm_fhir.core.unknown import Reason
from nelm_fhir.evaluator.account import (
    Account,
    absent,
    account,
    beside,
    limit_of,
    reason_term,
    say,
    teller,
)
from nelm_fhir.knowledge.criteria import Ask, CaseSpec

CT, PET, MRI = (Fact(f"scans.{name}", "scan") for name in ("ct", "pet", "mri"))


def test_a_teller_declares_its_cases_by_outcome_with_their_fields():
    def tell(*_):
        return Account((), (), ())

    made = teller("clock", "other", not_met={"late": "date length"}, unknown={"none": ""})(tell)
    assert (made.names, made.tell) == (("clock", "other"), tell)
    assert made.cases == {
        "late": CaseSpec("not-met", frozenset({"date", "length"})),
        "none": CaseSpec("unknown", frozenset()),
    }


def test_what_a_sentence_names_is_used_alone_or_in_a_list():
    told = [say("one", scan=CT), say("several", scan=(PET, "and", MRI))]
    assert account(told, [PET]).used == (PET, CT, MRI)


def test_what_is_only_said_besides_is_not_used_and_may_be_set_aside():
    found = account([beside("elsewhere", scan=PET)], [], [Aside(PET, Unused.NOT_LIVER)])
    assert (found.used, found.aside) == ((), (Aside(PET, Unused.NOT_LIVER),))


def test_a_fact_that_is_used_is_not_set_aside_and_the_first_of_two_reasons_counts():
    aside = [Aside(CT, Unused.UNDATED), Aside(PET, Unused.UNDATED), Aside(PET, Unused.NO_RESULT)]
    found = account([say("one", scan=CT)], [MRI, MRI], aside)
    assert (found.used, found.aside) == ((MRI, CT), (Aside(PET, Unused.UNDATED),))


@pytest.mark.parametrize(
    ("given", "limit"),
    [
        ({"test": "<=", "limit": Decimal(55), "unit": "a"}, Limit("<=", "55", "a")),
        ({"test": "<=", "limit": Decimal(55)}, Limit("<=", "55", "")),
        ({"test": "<="}, None),
        ({"limit": Decimal(55)}, None),
        ({}, None),
    ],
)
def test_a_limit_is_told_where_test_and_limit_are_given(given, limit):
    assert limit_of(Ask("age", **given)) == limit


def test_a_reason_that_nobody_gave_is_that_there_is_no_record():
    assert reason_term(None) == Term("reasons", "no-record")
    assert reason_term(Reason.CONFLICTING) == Term("reasons", "conflicting")
    assert absent(None) == absent(Reason.NO_RECORD) == say("none")
    assert absent(Reason.CONFLICTING) == say("unclear", why=reason_term(Reason.CONFLICTING))
