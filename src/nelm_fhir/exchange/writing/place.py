"""Where results go: a server, the strategy that fits it, and how much one request may carry.

In: what the server says it can do, and the strategy that the site chose, if it did. Out: a Place,
or a refusal that says what is lacking. Source: interop 6, terminology 6.5.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from nelm_fhir.errors import WriteRefused
from nelm_fhir.exchange.capability import Capability
from nelm_fhir.ledger.results import Target
from nelm_fhir.writers.strategies import BY_PREFERENCE, STRATEGIES, Interaction, Offered, Strategy

_OWNERS: Final = ("patient", "subject")


class Way(StrEnum):
    """How much one request carries: all of a patient or nothing, independent entries, or one."""

    TRANSACTION = "transaction"
    BATCH = "batch"
    SINGLE = "single"


@dataclass(frozen=True, slots=True)
class Place:
    """A server as the target of results.

    `in_place`: a changed result is an update, else a new resource; `guarded`: a create can be made
    to depend on there being none; `named_provenance`: Provenance may be put under an id of ours,
    `guarded_provenance`: its create can be guarded, too; either way it stands there once, however
    often it is sent; `searched_by`: the parameter by which
    results are found again; `narrowed`: a search by patient can be narrowed to our code.
    """

    base: str
    strategy: Strategy
    way: Way
    in_place: bool
    guarded: bool
    provenance: bool
    named_provenance: bool
    guarded_provenance: bool
    searched_by: str
    narrowed: bool = False

    @property
    def target(self) -> Target:
        """How the ledger names it."""
        return Target(self.base, self.strategy.name)

    @property
    def type(self) -> str:
        """The type of resource that carries the results."""
        return self.strategy.resource_type


def place_of(base: str, capability: Capability, name: str | None = None) -> Place:
    """Return the place that a server is, by the strategy of that name or the first that fits.

    Raises WriteRefused where it does not offer enough.
    """
    strategy = _chosen(capability, name)
    kind = strategy.resource_type
    parameters = capability.search_params(kind)
    return Place(
        base=base,
        strategy=strategy,
        way=_way(capability),
        in_place=strategy.in_place(_offered(capability)),
        guarded=capability.conditional_create(kind),
        provenance=strategy.provenance and capability.can_create("Provenance"),
        named_provenance=capability.resource("Provenance").update_create,
        guarded_provenance=capability.conditional_create("Provenance"),
        searched_by=_found_by(capability, kind),
        narrowed="code" in parameters,
    )


def _chosen(capability: Capability, name: str | None) -> Strategy:
    if name is not None:
        strategy = STRATEGIES[name]
        if lacking := _lacking(capability, strategy):
            raise WriteRefused(
                f"The server does not offer what the strategy {name} needs: {lacking}.",
                "Choose another --strategy; nelm doctor --server shows what it offers.",
            )
        return strategy
    for candidate in BY_PREFERENCE:
        if candidate != "communication" and not _lacking(capability, STRATEGIES[candidate]):
            return STRATEGIES[candidate]
    raise WriteRefused(
        "The server takes results in none of the ways there are: it neither creates nor finds "
        "again RiskAssessment, Observation, DocumentReference or Basic.",
        "Have one of them allowed for this client, choose --strategy communication where messages "
        "are wanted, or keep the results as files (--format fhir).",
    )


def _lacking(capability: Capability, strategy: Strategy) -> str:
    """Name what the server does not offer, of all that the strategy needs; empty for nothing."""
    kind, offered = strategy.resource_type, _offered(capability)
    lacking = [f"{one} of {kind}" for one in sorted(strategy.needs) if not offered(kind, one)]
    if strategy.sends and not _found_by(capability, kind):
        lacking.append(f"a search of {kind} by identifier or patient")
    return ", ".join(lacking)


def _offered(capability: Capability) -> Offered:
    def offers(resource_type: str, interaction: Interaction) -> bool:
        ask = capability.can_create if interaction == "create" else capability.can_update
        return ask(resource_type)

    return offers


def _found_by(capability: Capability, kind: str) -> str:
    """Return the parameter by which our results are found; a server that names none knows all."""
    parameters = capability.search_params(kind)
    if not parameters or "identifier" in parameters:
        return "identifier"
    return next((name for name in _OWNERS if name in parameters), "")


def _way(capability: Capability) -> Way:
    if capability.transaction:
        return Way.TRANSACTION
    return Way.BATCH if capability.batch else Way.SINGLE
