"""What is done about a result: the whole truth table, row by row.

A row is the new result, what the ledger knows, what the server holds, and the action that follows.
Letters stand for digests, numbers for days of June 2026 and for hours of input moments.
"""

from datetime import date
from itertools import product

import pytest
from msgspec.structs import replace

from nelm_fhir.exchange.writing.decide import AMENDED, CORRECTED, Action, Do, Known, Why, decide
from nelm_fhir.exchange.writing.held import Held, Word
from nelm_fhir.ledger.results import Result, State

BASIS = ("Observation/ki67/_history/2", "Condition/lm/_history/1")
KEYS = {day: f"key-of-day-{day}" for day in range(1, 31)}


def hour(number: int) -> str:
    return f"2026-05-01T{number:02}:00:00.000000+00:00"


def result(day=1, *, made="a", says="x", newest=8, state=State.EVALUATED, **more) -> Result:
    return Result(
        server="https://fhir.lakeside.example/r4",
        strategy="risk-assessment",
        key=KEYS[day],
        patient="Patient/p",
        set_id="optn",
        set_version=more.pop("set_version", "2024.1"),
        as_of=date(2026, 6, day),
        input_digest=made,
        catalogue_digest="k",
        content=says,
        verdict="deferred",
        valid_until=date(2026, 6, min(day + 9, 30)),
        newest_input=hour(newest) if newest is not None else "",
        basis=more.pop("basis", BASIS),
        state=state,
        assessment=b"{}",
        **more,
    )


def row(day=1, **more) -> Result:
    more.setdefault("state", State.WRITTEN)
    more.setdefault("server_id", "7")
    more.setdefault("server_version", "1")
    return result(day, **more)


def held(made="a", word=Word.OURS, *, patient="Patient/p", version="1", basis=BASIS) -> Held:
    digests = (made, "k") if made else ()
    keys = frozenset({KEYS[1]})
    return Held("7", version, patient, word, digests, basis, keys, {})


NEW = result()
NOTHING_KNOWN = Known()

BY_LEDGER = {
    "nothing is known of it": (NEW, Known(), Do.ASK, Why.UNKNOWN),
    "it is written, from the same": (NEW, Known(row(), row()), Do.NOTHING, Why.SAME),
    "it is written, the same from a record without moments": (
        result(newest=None), Known(row(), row()), Do.NOTHING, Why.SAME,
    ),
    "it is written, from other input": (
        result(made="b"), Known(row(), row()), Do.ASK, Why.UNKNOWN,
    ),
    "it is written, by other knowledge": (
        replace(NEW, catalogue_digest="other"), Known(row(), row()), Do.ASK, Why.UNKNOWN,
    ),
    "it is written, and an updated program says otherwise": (
        result(says="y"), Known(row(), row()), Do.ASK, Why.UNKNOWN,
    ),
    "it is in doubt whether it landed": (
        NEW, Known(row(state=State.SENDING)), Do.ASK, Why.UNKNOWN,
    ),
    "its retraction is in doubt": (
        NEW, Known(row(state=State.RETRACTING)), Do.ASK, Why.UNKNOWN,
    ),
    "it was retracted": (NEW, Known(row(state=State.RETRACTED)), Do.ASK, Why.UNKNOWN),
    "it failed": (NEW, Known(row(state=State.FAILED)), Do.ASK, Why.UNKNOWN),
    "it comes from older input than the written one": (
        result(made="b", newest=7), Known(row(), row()), Do.REFUSE, Why.OLDER,
    ),
    "it comes from older input than one that may have landed": (
        result(made="b", newest=7), Known(row(state=State.SENDING)), Do.REFUSE, Why.OLDER,
    ),
    "it comes from older input than one that failed": (
        result(made="b", newest=7), Known(row(state=State.FAILED)), Do.ASK, Why.UNKNOWN,
    ),
    "its record tells no moment, the written one did": (
        result(made="b", newest=None), Known(row(), row()), Do.REFUSE, Why.OLDER,
    ),
    "the record of the written one told no moment": (
        result(made="b"), Known(row(newest=None), row(newest=None)), Do.ASK, Why.UNKNOWN,
    ),
    "neither record tells a moment": (
        result(made="b", newest=None), Known(row(newest=None)), Do.ASK, Why.UNKNOWN,
    ),
    "a later day, from older input": (
        result(5, made="b", newest=7), Known(None, row(1)), Do.REFUSE, Why.OLDER,
    ),
    "a later day alone": (result(5), Known(None, row(1)), Do.NOTHING, Why.ONLY_LATER),
    "a later day alone, on the last day of the written one": (
        result(10), Known(None, row(1)), Do.NOTHING, Why.ONLY_LATER,
    ),
    "a later day alone, the written one has ended": (
        result(11), Known(None, row(1)), Do.ASK, Why.UNKNOWN,
    ),
    "an earlier day alone": (result(1), Known(None, row(5)), Do.NOTHING, Why.ONLY_LATER),
    "a later day, and another word": (
        result(5, says="y"), Known(None, row(1)), Do.ASK, Why.UNKNOWN,
    ),
    "a later day, from other input": (
        result(5, made="b"), Known(None, row(1)), Do.ASK, Why.UNKNOWN,
    ),
    "a later day, by other knowledge": (
        replace(result(5), catalogue_digest="other"), Known(None, row(1)), Do.ASK, Why.UNKNOWN,
    ),
    "a later day, by another version of the set": (
        result(5, set_version="2025.1"), Known(None, row(1)), Do.ASK, Why.UNKNOWN,
    ),
    "a later day alone, and that one may have landed": (
        result(5), Known(row(5, state=State.SENDING), row(1)), Do.ASK, Why.UNKNOWN,
    ),
    "a later day alone, and that one once failed": (
        result(5), Known(row(5, state=State.FAILED), row(1)), Do.NOTHING, Why.ONLY_LATER,
    ),
    "an alarm stands": (NEW, Known(row(), row(), alarmed=True), Do.ALARM, Why.ALARMED),
}  # fmt: skip

CHANGED = result(made="b", says="y", newest=9)
BY_SERVER = {
    "the server has nothing": (NEW, None, [], Do.CREATE, Why.NEW),
    "the server has nothing, the ledger sent it": (
        NEW, row(state=State.SENDING), [], Do.CREATE, Why.NEW,
    ),
    "the server lost what it acknowledged": (CHANGED, row(), [], Do.CREATE, Why.LOST),
    "two stand there": (NEW, None, [held(), held()], Do.ALARM, Why.DOUBLES),
    "two stand there, ours withdrawn": (
        NEW, None, [held(), held(word=Word.WITHDRAWN)], Do.ALARM, Why.DOUBLES,
    ),
    "it is of another patient": (
        CHANGED, row(), [held(patient="Patient/q")], Do.REFUSE, Why.ANOTHER_PATIENT,
    ),
    "it stands there, the ledger knows nothing": (NEW, None, [held()], Do.NOTHING, Why.LANDED),
    "the lost create landed": (
        NEW, row(state=State.SENDING, server_id="", server_version=""), [held()],
        Do.NOTHING, Why.LANDED,
    ),
    "the lost create landed, and the server dropped the digests": (
        NEW, row(state=State.SENDING, server_id="", server_version=""), [held("")],
        Do.NOTHING, Why.LANDED,
    ),
    "the update in doubt did not land": (
        CHANGED, row(state=State.SENDING, made="b", says="y"), [held("a")], Do.UPDATE, Why.CHANGED,
    ),
    "the update in doubt landed": (
        CHANGED, row(state=State.SENDING, made="b", says="y"), [held("b", version="2")],
        Do.NOTHING, Why.LANDED,
    ),
    "the update is in doubt, and the server dropped the digests": (
        CHANGED, row(state=State.SENDING, made="b", says="y"), [held("", version="2")],
        Do.UPDATE, Why.CHANGED,
    ),
    "it stands there from other input": (CHANGED, row(), [held()], Do.UPDATE, Why.CHANGED),
    "it stands there from other input, the ledger knows nothing": (
        CHANGED, None, [held()], Do.UPDATE, Why.CHANGED,
    ),
    "an updated program says otherwise of the same input": (
        result(says="y"), row(), [held()], Do.UPDATE, Why.CHANGED,
    ),
    "an input is there in an older version now": (
        replace(CHANGED, basis=("Observation/ki67/_history/1",)), None, [held()],
        Do.REFUSE, Why.OLDER,
    ),
    "an input is there in a newer version now": (
        replace(CHANGED, basis=("Observation/ki67/_history/10",)), None, [held()],
        Do.UPDATE, Why.CHANGED,
    ),
    "versions that are not counted tell nothing": (
        replace(CHANGED, basis=("Observation/ki67/_history/0a",)), None,
        [held(basis=("Observation/ki67/_history/9f",))], Do.UPDATE, Why.CHANGED,
    ),
    "we withdrew it": (
        NEW, row(state=State.RETRACTED), [held(word=Word.WITHDRAWN)], Do.UPDATE, Why.VALID_AGAIN,
    ),
    "we may have withdrawn it": (
        NEW, row(state=State.RETRACTING), [held(word=Word.WITHDRAWN)], Do.UPDATE, Why.VALID_AGAIN,
    ),
    "people withdrew it": (
        CHANGED, row(), [held(word=Word.WITHDRAWN)], Do.REFUSE, Why.WITHDRAWN,
    ),
    "somebody withdrew it, the ledger knows nothing": (
        NEW, None, [held(word=Word.WITHDRAWN)], Do.REFUSE, Why.WITHDRAWN,
    ),
    "people gave it a status of their own": (
        CHANGED, row(), [held(word=Word.OF_PEOPLE)], Do.REFUSE, Why.OF_PEOPLE,
    ),
    "people confirmed it, from the same": (
        NEW, None, [held(word=Word.CONFIRMED)], Do.NOTHING, Why.LANDED,
    ),
    "people confirmed it, nothing a reader would see changed": (
        result(made="b"), row(), [held(word=Word.CONFIRMED)], Do.NOTHING, Why.CONFIRMED_STANDS,
    ),
    "people confirmed it, and it says otherwise now": (
        CHANGED, row(), [held(word=Word.CONFIRMED)], Do.UPDATE, Why.AMENDS,
    ),
    "people confirmed it, and the ledger does not know what it said": (
        CHANGED, None, [held(word=Word.CONFIRMED)], Do.UPDATE, Why.AMENDS,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("new", "known", "do", "why"), BY_LEDGER.values(), ids=BY_LEDGER)
def test_the_ledger_alone_decides_or_the_server_is_asked(new, known, do, why):
    assert decide(new, known, None) == Action(do, why)


@pytest.mark.parametrize(("new", "own", "there", "do", "why"), BY_SERVER.values(), ids=BY_SERVER)
def test_what_the_server_holds_decides(new, own, there, do, why):
    action = decide(new, Known(own, own), there)
    assert (action.do, action.why) == (do, why)
    assert action.held == (there[0] if len(there) == 1 else None)


def test_a_confirmed_result_that_rested_on_an_error_is_corrected_else_amended():
    there = [held(word=Word.CONFIRMED)]
    known = Known(row(), row())
    assert decide(CHANGED, known, there).status == AMENDED
    void = frozenset({"Observation/ki67"})
    assert decide(CHANGED, known, there, void=void).status == CORRECTED


def test_where_nothing_can_be_updated_a_changed_result_is_refused():
    action = decide(CHANGED, Known(row(), row()), [held()], can_update=False)
    assert (action.do, action.why) == (Do.REFUSE, Why.NO_UPDATE)


def every_case():
    """Every combination of what is new, known and held; the tables name the telling ones."""
    owns = [None, *(row(state=state) for state in State), row(newest=None), row(made="z", newest=9)]
    newests = [None, row(1), row(1, newest=9), row(9, made="z")]
    news = [result(), result(made="b"), result(says="y"), result(newest=None), CHANGED]
    words = [[held(made, word)] for made in ("a", "b", "") for word in Word]
    theres = [None, [], [held(), held()], *words]
    yield from product(news, owns, newests, [False, True], theres)


def test_in_no_case_a_rule_is_broken():
    for new, own, newest, alarmed, there in every_case():
        action = decide(new, Known(own, newest, alarmed), there)
        writes = action.do in {Do.CREATE, Do.UPDATE}
        assert not (writes and alarmed)
        assert not (writes and there is None)
        assert not (writes and len(there) > 1)
        assert (action.do is Do.UPDATE) == (writes and bool(there))
        assert not (writes and newest and new.newest_input < newest.newest_input)
        if action.do is Do.UPDATE and there[0].word is Word.CONFIRMED:
            assert action.status in {AMENDED, CORRECTED}
        if there and there[0].word is Word.OF_PEOPLE:
            assert not writes
        if there and there[0].word is Word.WITHDRAWN and writes:
            assert own.state in {State.RETRACTED, State.RETRACTING}
