"""The entries in another order give the same result, byte for byte, but for the places they name.

In: what was sent and its outcome. Out: whether the shuffled record gives the same. Places are
entries of the Bundle, so they move with the order; of entries that say the same, the first counts.
"""

import json
import re
from random import Random
from typing import Any

from tests.fuzz.line import Outcome, judged
from tests.fuzz.oracle import Failure
from tests.fuzz.sent import Sent

PLACE = re.compile(r"Bundle\.entry\[(\d+)\]")


def of_order(sent: Sent, after: Outcome, subject: str | None, chance: Random) -> list[Failure]:
    """Return the failure of a result that changes with the order of the entries."""
    numbers = list(range(len(sent.pieces)))
    chance.shuffle(numbers)
    other = Sent(sent.base, sent.head, [sent.pieces[n] for n in numbers])
    again = judged(other.text(), sent.base, subject)
    first = [sent.pieces.index(piece) for piece in sent.pieces]
    one = _without_order(after, first)
    two = _without_order(again, [first[n] for n in numbers])
    if one == two:
        return []
    differ = [key for key in json.loads(one) if json.loads(one)[key] != json.loads(two)[key]]
    return [Failure("any-order", ", ".join(differ))]


def _without_order(outcome: Outcome, numbers: list[int]) -> str:
    """Return the JSON result with every place as in the first order."""
    text = outcome.assessment.to_json()
    moved = PLACE.sub(lambda found: f"Bundle.entry[{numbers[int(found[1])]}]", text)
    result: dict[str, Any] = json.loads(moved)
    for name in ("issues", "left_out"):
        result[name].sort(key=json.dumps)
    return json.dumps(result)
