"""One result on its way: the row as the ledger notes it meanwhile, and the request.

Apart from what makes it, because whoever sends it need not know how it was made.
"""

from dataclasses import dataclass
from typing import Any

from nelm_fhir.exchange.writing.decide import Action
from nelm_fhir.ledger.results import Result, State

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One result on its way.

    `row` is how the ledger notes it while it is on the way, `landed` the state that it has then;
    `entry` the entry of a Bundle with its request, `provenance` that of what tells how it came
    about, where both go together; else the row owes it.
    """

    row: Result
    landed: State
    action: Action
    entry: Json
    provenance: Json | None

    @property
    def creates(self) -> bool:
        """Whether it is a create."""
        return bool(self.entry["request"]["method"] == "POST")
