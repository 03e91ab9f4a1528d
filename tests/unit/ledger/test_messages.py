"""Messages: accepted once, answered once, and only the newest input of a patient stands."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from nelm_fhir.errors import WriteRefused
from nelm_fhir.ledger import messages, newest, schema
from nelm_fhir.ledger.messages import Ending, Message, Reception, State
from nelm_fhir.ledger.newest import Judgment, OfSet
from nelm_fhir.ledger.purge import purge
from nelm_fhir.ledger.store import Ledger

DAY = date(2026, 6, 1)
NOW = "2026-06-01T12:00:00+00:00"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with Ledger.open(path, exclusive=True) as opened:
        yield opened


def message(key: str, content: str = "a", **more: object) -> Message:
    known = {"job": f"job-{key}-{content}", "door": "message", "as_of": DAY, "received": NOW}
    return Message(key=key, content=content, **{**known, "body": b"{}", **more})


def judged(event: str, verdict: str, sets: tuple[str, ...] = ("optn",), **more: str) -> Judgment:
    found = {"source": "", "patient": "Patient/p", **more}
    results = tuple(OfSet(name, "1", verdict) for name in sets)
    return Judgment(
        **found, as_of=DAY, event=event, assessment=b"{}", profile=b"{}", judged=NOW, sets=results
    )


def ended(ledger: Ledger, key: str, judgment: Judgment | None = None, answer: bytes = b"yes"):
    taken = messages.accept(ledger, message(key)).message
    return messages.finish(ledger, taken, Ending(State.EVALUATED, 200, answer, judgment), NOW)


def verdicts(ledger: Ledger) -> dict[str, str]:
    return {one.set_id: one.verdict for one in newest.every(ledger)}


def test_a_message_that_comes_again_is_the_one_that_is_there(ledger):
    first = messages.accept(ledger, message("k"))
    again = messages.accept(ledger, message("k", job="another"))
    assert (first.reception, again.reception) == (Reception.NEW, Reception.REPLAYED)
    assert again.message == first.message
    assert messages.waiting(ledger) == 1


def test_the_same_key_with_other_content_is_a_conflict_and_changes_nothing(ledger):
    messages.accept(ledger, message("k"))
    assert messages.accept(ledger, message("k", "b")).reception is Reception.CONFLICT
    assert messages.all_waiting(ledger, "message")[0].content == "a"


def test_an_answer_comes_again_byte_for_byte(ledger):
    ended(ledger, "k", answer=b'{"an": "answer"}\n')
    again = messages.accept(ledger, message("k"))
    assert again.reception is Reception.REPLAYED
    assert (again.message.status, again.message.answer) == (200, b'{"an": "answer"}\n')


def test_what_a_message_held_is_forgotten_once_it_is_answered(ledger):
    taken = messages.accept(ledger, message("k", body=b"a record", wish=b"w")).message
    messages.finish(ledger, taken, Ending(State.EVALUATED, 200, b"yes"), NOW)
    assert messages.of_job(ledger, taken.job).body == b""
    assert ledger.first("SELECT body FROM message")["body"] == b""


def test_messages_wait_in_the_order_of_arrival_beside_those_in_work(ledger):
    for key in ("1", "2", "3"):
        messages.accept(ledger, message(key, door="evaluate" if key == "2" else "message"))
    first = messages.next_waiting(ledger, ["message"])
    assert first.key == "1"
    assert messages.next_waiting(ledger, ["message"], {first.number}).key == "3"
    assert messages.next_waiting(ledger, ["message", "evaluate"], {first.number}).key == "2"


def test_a_message_is_answered_once(ledger):
    taken = messages.accept(ledger, message("k")).message
    messages.finish(ledger, taken, Ending(State.EVALUATED, 200, b"first"), NOW)
    assert messages.finish(ledger, taken, Ending(State.FAILED, 422, b"second"), NOW) == "evaluated"
    assert messages.of_job(ledger, taken.job).answer == b"first"


def test_what_is_cancelled_while_it_is_judged_leaves_no_result(ledger):
    taken = messages.accept(ledger, message("k")).message
    messages.cancel(ledger, taken, NOW)
    ending = Ending(State.EVALUATED, 200, b"yes", judged("2026-05-01", "met"))
    assert messages.finish(ledger, taken, ending, NOW) is State.CANCELLED
    assert verdicts(ledger) == {}


@pytest.mark.threat(11)
def test_a_late_message_never_takes_the_place_of_a_newer_result(ledger):
    assert ended(ledger, "new", judged("2026-05-02", "met")) is State.EVALUATED
    assert ended(ledger, "late", judged("2026-05-01", "not-met")) is State.SUPERSEDED
    assert verdicts(ledger) == {"optn": "met"}


@pytest.mark.threat(11)
@pytest.mark.parametrize("seed", range(5))
def test_in_whatever_order_messages_come_the_newest_input_stands(ledger, seed):
    stories = [(f"{day}", judged(f"2026-05-{day:02}", f"v{day}")) for day in range(1, 20)]
    random.Random(seed).shuffle(stories)  # noqa: S311 - chance, not secrets
    for key, judgment in stories:
        ended(ledger, key, judgment)
    assert verdicts(ledger) == {"optn": "v19"}
    assert ledger.first("SELECT count(*) FROM judgment")[0] == 1


def test_what_tells_no_moment_gives_way_and_takes_no_place(ledger):
    ended(ledger, "1", judged("", "undated"))
    ended(ledger, "2", judged("2026-05-01", "dated"))
    assert ended(ledger, "3", judged("", "undated")) is State.SUPERSEDED
    assert verdicts(ledger) == {"optn": "dated"}


def test_of_two_inputs_of_one_moment_the_one_that_arrived_later_stands(ledger):
    first, second = (messages.accept(ledger, message(key)).message for key in ("1", "2"))
    for taken, verdict in ((second, "second"), (first, "first")):
        ending = Ending(State.EVALUATED, 200, b"", judged("2026-05-01", verdict))
        messages.finish(ledger, taken, ending, NOW)
    assert verdicts(ledger) == {"optn": "second"}


def test_a_set_that_only_an_older_input_was_judged_by_stays(ledger):
    ended(ledger, "1", judged("2026-05-01", "old", ("optn", "milan")))
    ended(ledger, "2", judged("2026-05-02", "new"))
    assert verdicts(ledger) == {"optn": "new", "milan": "old"}
    assert newest.judgment_of(ledger, "", "Patient/p").event == "2026-05-02"
    assert [one.sets[0].set_id for one in newest.judgments(ledger)] == ["milan", "optn"]


def test_patients_of_the_same_name_in_two_systems_are_two(ledger):
    ended(ledger, "1", judged("2026-05-02", "met"))
    ended(ledger, "2", judged("2026-05-01", "not-met", source="https://other.example"))
    assert [one.verdict for one in newest.every(ledger)] == ["met", "not-met"]


def test_an_answer_is_owed_until_it_was_delivered(ledger):
    taken = messages.accept(ledger, message("k", reply_to="https://e.example/in")).message
    assert messages.owing(ledger) == []
    messages.finish(ledger, taken, Ending(State.EVALUATED, 200, b"yes"), NOW)
    assert [one.answer for one in messages.owing(ledger)] == [b"yes"]
    messages.delivered(ledger, taken)
    assert messages.owing(ledger) == []


def test_what_waits_is_never_deleted_and_what_was_answered_is(ledger):
    messages.accept(ledger, message("waits"))
    ended(ledger, "done", judged("2026-05-02", "met"))
    assert purge(ledger, date(2027, 1, 1)).messages == 1
    assert verdicts(ledger) == {}
    assert [one.key for one in messages.all_waiting(ledger, "message")] == ["waits"]


def old_ledger(path: Path, version: int = 1) -> None:
    """A ledger as an older version made it, with a row."""
    later = {one for step in range(version, schema.VERSION) for one in schema.STEPS[step]}
    tables = [one for one in schema.TABLES if one not in later]
    with closing(sqlite3.connect(path, isolation_level=None)) as made:
        for statement in ("PRAGMA journal_mode=WAL", *tables, f"PRAGMA user_version={version}"):
            made.execute(statement)
        made.execute(f"PRAGMA application_id={schema.APPLICATION}")
        made.execute("INSERT INTO hold VALUES ('s', 'p', 'alarm', 'now')")


@pytest.mark.parametrize("version", range(1, schema.VERSION))
def test_an_older_ledger_is_brought_up_and_keeps_what_it_holds(path, version):
    old_ledger(path, version)
    with Ledger.open(path, exclusive=True) as ledger:
        assert ledger.first("SELECT patient FROM hold")[0] == "p"
        assert ledger.first("PRAGMA user_version")[0] == schema.VERSION
        assert messages.accept(ledger, message("k")).reception is Reception.NEW
    with Ledger.open(path, exclusive=True) as ledger:
        assert messages.waiting(ledger) == 1


@pytest.mark.parametrize("version", range(1, schema.VERSION))
def test_a_ledger_that_was_brought_up_has_the_tables_of_a_new_one(path, tmp_path, version):
    old_ledger(path, version)
    shapes = []
    for one in (path, tmp_path / "new.sqlite"):
        with Ledger.open(one, exclusive=True) as ledger:
            rows = ledger.rows("SELECT name, sql FROM sqlite_master ORDER BY name")
            shapes.append([tuple(row) for row in rows])
    assert shapes[0] == shapes[1]


def test_who_only_reads_an_older_ledger_changes_nothing_of_it(path):
    old_ledger(path)
    with Ledger.open(path, exclusive=False) as ledger:
        assert ledger.first("PRAGMA user_version")[0] == 1
        assert ledger.first("SELECT patient FROM hold")[0] == "p"
        with pytest.raises(WriteRefused):
            ledger.execute("DELETE FROM hold")
