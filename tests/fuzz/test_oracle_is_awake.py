"""The oracle is awake: what it must find, it finds.

It is given outcomes of records that really differ, as if a damage had made one of the other: an
adverse statement that vanished, a resource that was not counted, a verdict that turned. And a part
of the line is made blind on purpose, to see the whole runner catch it.
"""

import re
from dataclasses import replace
from itertools import count, islice
from random import Random

import pytest
from tests.fuzz import order as order_module
from tests.fuzz.bases import base
from tests.fuzz.errors_of_ours import of_error
from tests.fuzz.line import Outcome, judged, original
from tests.fuzz.mutation import Effect, Touch
from tests.fuzz.oracle import judge
from tests.fuzz.order import of_order
from tests.fuzz.plan import Plan, carried_out
from tests.fuzz.run import Tally, failures_of, report, smallest
from tests.fuzz.sent import Sent

from nelm_fhir.errors import NotJson
from nelm_fhir.fhir_r4 import twice
from nelm_fhir.profile import assemble

ADVERSE = "adverse:bone in SNOMED"
MEETS_ALL = "sample:meets-all"


def clauses(name, touches, after, sent=None):
    found = judge(original(name), sent or Sent.of(base(name)), touches, after)
    return {failure.clause for failure in found.failures}, found.excuses


def touch(effect, origin=None, mutation="planted"):
    where = len(base(ADVERSE).entries) - 1 if origin is None else origin
    return Touch(mutation, effect, where)


def without_bone():
    """The record with the adverse entry, and the outcome of the one without it."""
    sent, _ = carried_out(Plan(ADVERSE, (), asks=True))
    sent.pieces.pop()
    return judged(sent.text(), sent.base)


def test_an_adverse_entry_that_vanishes_without_a_word_is_found():
    found, _ = clauses(ADVERSE, [touch(Effect.DAMAGED)], without_bone())
    assert {"no-better", "counted-once", "told"} <= found


def test_a_verdict_that_betters_by_damage_elsewhere_is_found():
    found, excuses = clauses(ADVERSE, [touch(Effect.LOST, origin=0)], without_bone())
    assert "no-better" in found
    assert not excuses


def test_the_exception_is_used_for_the_entry_that_spoke_against_and_is_counted():
    found, excuses = clauses(ADVERSE, [touch(Effect.LOST)], without_bone())
    assert "no-better" not in found
    assert excuses == {"lost evidence": 6}


def test_repetition_has_no_exception():
    found, excuses = clauses(ADVERSE, [touch(Effect.REPEATED)], without_bone())
    assert "no-better" in found
    assert not excuses


def test_a_copy_that_changes_a_verdict_is_found():
    copied = touch(Effect.REPEATED, mutation="repeat-entry")
    found, _ = clauses(MEETS_ALL, [copied], original(ADVERSE))
    assert "same-again" in found


@pytest.mark.parametrize("how", ["lost", "twice"])
def test_an_entry_that_is_not_counted_once_is_found(how):
    whole = original(MEETS_ALL)
    kept = whole.record.resources[1:] if how == "lost" else (*whole.record.resources,) * 2
    doctored = replace(whole.record, resources=kept)
    found, _ = clauses(MEETS_ALL, [], Outcome(doctored, whole.profile, whole.assessment))
    assert "counted-once" in found


def test_a_result_that_depends_on_the_order_is_found(monkeypatch):
    sent = Sent.of(base(MEETS_ALL))
    other = iter([original(ADVERSE)])
    monkeypatch.setattr(order_module, "judged", lambda *given: next(other))
    (failure,) = of_order(sent, original(MEETS_ALL), None, _chance())
    assert failure.clause == "any-order"
    assert "verdicts" in failure.where


def test_the_order_of_a_sound_record_does_not_matter():
    assert of_order(Sent.of(base(MEETS_ALL)), original(MEETS_ALL), None, _chance()) == []


@pytest.mark.parametrize(
    "error",
    [
        ValueError("defect"),
        NotJson("The input is not valid JSON."),
        NotJson("No Patient/sample-ileum-1.", "Send it."),
    ],
)
def test_another_exception_no_remedy_and_a_value_in_the_text_are_found(error):
    assert list(of_error(error, Sent.of(base(MEETS_ALL))))


def test_an_error_of_ours_is_no_failure():
    error = NotJson("The input is not valid JSON.", "Check that it was written whole.")
    assert list(of_error(error, Sent.of(base(MEETS_ALL)))) == []


NEITHER_SHUFFLED_NOR_WRITTEN = 2
"""A number of a run; the costlier clauses are asked for others."""


def plans(row, mutation, place):
    """Plans of one mutation that touch the adverse entry at that place."""
    for chance in count():
        chosen = Plan(f"adverse:{row}", ((mutation, chance),), asks=True)
        sent, (touched, *_) = carried_out(chosen)
        if touched.origin in sent.base.against and touched.path[: len(place)] == place:
            yield chosen


def found_in(chosen):
    """The clauses that some plans break."""
    some = list(islice(chosen, 12))
    return {
        f.clause for one in some for f in failures_of(one, NEITHER_SHUFFLED_NOR_WRITTEN, Tally())
    }


SECOND_CODE = ("Ki-67 as quoted number", "repeat-key", ("code", "coding", 0, "code"))
UNREAD = ("R1 without link", "cut-answer", ("valueCodeableConcept",))


def test_a_reader_that_overlooks_a_second_code_is_found(monkeypatch):
    """The first fault that the fuzzer found: the second code hides the first one."""
    assert found_in(plans(*SECOND_CODE)) == set()
    monkeypatch.setattr(twice.Suspicion, "of_code", lambda asked, entry: False)
    assert found_in(plans(*SECOND_CODE)) == {"no-better", "told"}


def test_an_assembly_that_keeps_unread_answers_to_itself_is_found(monkeypatch):
    assert found_in(plans(*UNREAD)) == set()
    monkeypatch.setattr(assemble, "untold", lambda findings, profile: ())
    assert found_in(plans(*UNREAD)) == {"no-better", "told"}


@pytest.fixture
def failing(monkeypatch):
    """A plan that breaks clauses, because assembly keeps something to itself."""
    monkeypatch.setattr(assemble, "untold", lambda findings, profile: ())
    return next(plans(*UNREAD))


def test_a_failure_is_reported_with_its_place_and_command_and_without_values(failing):
    told = report(7, NEITHER_SHUFFLED_NOR_WRITTEN, "adverse", failing)
    assert "cut-answer at entry[90] Observation valueCodeableConcept" in told
    assert "broken: no-better: la-fe-2026, which was B-PRIM" in told
    assert "python -m tests.fuzz --seed 7 --start 2 --runs 1 --pool adverse" in told
    assert not re.search(r"84892|Patient/|R\?|\bR1\?", told)


def test_the_smallest_part_of_a_plan_that_fails_is_reported(failing):
    whole = Plan(failing.record, (("repeat-item", 1), *failing.steps), asks=True)
    assert smallest(whole, NEITHER_SHUFFLED_NOR_WRITTEN, {"no-better"}).steps == failing.steps


def _chance():
    return Random(1)  # noqa: S311 - any fixed order will do
