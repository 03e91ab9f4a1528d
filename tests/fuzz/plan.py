"""Which record is damaged how, from a seed and a number alone: the same again on every machine.

In: seed, number of the run, a pool of records. Out: a Plan; `carried_out` gives the record that is
sent and what was touched. Any part of a plan can be carried out by itself, which minimizes a
failure.
"""

from dataclasses import dataclass, replace
from functools import cache
from random import Random

from tests.fuzz.bases import POOLS, base
from tests.fuzz.broken_text import BROKEN_TEXTS
from tests.fuzz.damages import DAMAGES
from tests.fuzz.losses import LOSSES
from tests.fuzz.mutation import Mutation, Touch
from tests.fuzz.repeats import REPEATS
from tests.fuzz.sent import Sent

MUTATIONS = {m.name: m for m in (*LOSSES, *REPEATS, *DAMAGES, *BROKEN_TEXTS)}
HOW_MANY = (1, 1, 1, 2, 2, 3)
CHOSEN = 0.7
"""How often the caller names the patient, so that what is about another one is set aside."""


@dataclass(frozen=True)
class Plan:
    """One run: the record, the mutations each with its own chance, and whether whose is told."""

    record: str
    steps: tuple[tuple[str, int], ...]
    asks: bool

    def only(self, *steps: int) -> "Plan":
        """Return the plan with these steps alone."""
        return replace(self, steps=tuple(self.steps[n] for n in steps))


def plan(seed: int, number: int, pool: str = "all") -> Plan:
    """Return the plan of one run."""
    chance = Random(f"{seed}/{number}")  # noqa: S311 - a fixed walk, no secret
    record = chance.choice(names(pool))
    count = chance.choice(HOW_MANY)
    kinds = sorted(MUTATIONS)
    steps = tuple((chance.choice(kinds), chance.getrandbits(32)) for _ in range(count))
    return Plan(record, steps, asks=chance.random() < CHOSEN)


@cache
def names(pool: str) -> tuple[str, ...]:
    """Return the records of a pool."""
    return POOLS[pool]()


def carried_out(plan: Plan) -> tuple[Sent, list[Touch]]:
    """Return the damaged record, and what was touched; a mutation that finds nothing is none."""
    sent = Sent.of(base(plan.record))
    touches = [_step(sent, MUTATIONS[name], seed) for name, seed in plan.steps]
    return sent, [touch for touch in touches if touch is not None]


def _step(sent: Sent, mutation: Mutation, seed: int) -> Touch | None:
    return mutation(sent, Random(seed))  # noqa: S311 - a fixed walk, no secret
