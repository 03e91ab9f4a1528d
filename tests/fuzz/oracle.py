"""What must hold of every damaged record, whatever was done to it.

In: the outcome of the original, what was sent, what was touched, what came out. Out: failures, each
a clause and where it broke; never a value of the record.

- `ours`: an Assessment, or an error of ours with message and remedy that holds no value.
- `no-better`: no set turns `criteria-met`, but for the exception of `adverse.py`.
- `counted-once`: every entry with a resource is read, passed over or left out: once.
- `told`: damage is named in issues or left out; or it changed nothing but towards unknown.
- `same-again`: what says nothing new changes no verdict.
- `any-order`: the entries in another order give the same result, byte for byte, but for places.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.fuzz.adverse import excuse
from tests.fuzz.line import Outcome
from tests.fuzz.mutation import Effect, Touch
from tests.fuzz.sent import Piece, Sent
from tests.fuzz.telling import is_told

MET = "criteria-met"
OPEN = {"unknown", "not-applicable"}
EXACT_COPIES = {"repeat-entry", "repeat-item"}


@dataclass(frozen=True)
class Failure:
    """One clause that does not hold, and where."""

    clause: str
    where: str


@dataclass
class Findings:
    """What the oracle says of one run, and which exceptions it made."""

    failures: list[Failure]
    excuses: Counter[str]


def judge(before: Outcome, sent: Sent, touches: list[Touch], after: Outcome) -> Findings:
    """Return every clause that the outcome of a damaged record breaks."""
    found = Findings([], Counter())
    _no_better(before, sent, touches, after, found)
    found.failures.extend(_counted_once(sent, after))
    if len(touches) == 1:
        found.failures.extend(_told(before, sent, touches[0], after))
        found.failures.extend(_same_again(before, touches[0], after))
    return found


def _no_better(
    before: Outcome, sent: Sent, touches: list[Touch], after: Outcome, found: Findings
) -> None:
    lost = [touch for touch in touches if touch.effect is Effect.LOST]
    damaged = [t for t in touches if t.effect is Effect.DAMAGED and is_told(sent, t, before, after)]
    for name, verdict in after.verdicts.items():
        if verdict != MET or before.verdicts[name] == MET:
            continue
        if why := excuse(lost, name, before, after):
            found.excuses[f"lost {why.value}"] += 1
        elif why := excuse(damaged, name, before, after):
            found.excuses[f"damaged {why.value}"] += 1
        else:
            was = ", ".join(before.assessment.verdict_of(name).deciding)
            found.failures.append(Failure("no-better", f"{name}, which was {was}"))


def _counted_once(sent: Sent, after: Outcome) -> Iterator[Failure]:
    record, counts = after.record, after.assessment.counts
    places = [r.location for r in record.resources] + [one.location for one in record.named]
    if counts.total != len(places):
        yield Failure("counted-once", f"counts say {counts.total}, named are {len(places)}")
    times = Counter(place for place in places if ".contained[" not in place)
    for n, piece in enumerate(sent.pieces):
        found = times.pop(sent.place(n), 0)
        if found != 1 and not _is_no_resource(piece):
            yield Failure("counted-once", f"entry[{piece.origin}] {found} times")
    if foreign := [place for place in times if ".entry[" not in place.partition("]")[2]]:
        yield Failure("counted-once", f"never sent: {foreign}")


def _is_no_resource(piece: Piece) -> bool:
    """Whether the entry says by its request or response that there is no resource."""
    return (
        piece.raw is None
        and not piece.resource
        and bool({"request", "response"} & set(piece.entry))
    )


def _told(before: Outcome, sent: Sent, touch: Touch, after: Outcome) -> Iterator[Failure]:
    """Ask of damage that it is told, or moved answers only towards unknown."""
    if touch.effect is not Effect.DAMAGED or is_told(sent, touch, before, after):
        return
    for key, status in after.statuses.items():
        was = before.statuses.get(key)
        if status not in {was, *OPEN}:
            yield Failure("told", f"{'/'.join(key)} was {was}, is {status}, and nothing tells why")


def _same_again(before: Outcome, touch: Touch, after: Outcome) -> Iterator[Failure]:
    if touch.mutation in EXACT_COPIES and before.verdicts != after.verdicts:
        changed = [
            name for name in before.verdicts if before.verdicts[name] != after.verdicts[name]
        ]
        yield Failure("same-again", ", ".join(changed))
