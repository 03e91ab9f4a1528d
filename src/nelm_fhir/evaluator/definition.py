"""A definition: a pure function of the view, named as in the rule book, with what it accepts."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN, Status
from nelm_fhir.evaluator.judgment import Judgment
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask, DefinitionSpec

Judge = Callable[[View, Ask], Judgment]
THREE = (MET, NOT_MET, UNKNOWN)
ANY_STATUS = (*THREE, Status.NOT_APPLICABLE)


class Definition(Struct, frozen=True):
    """One shared clinical definition; `judge` answers it, `spec` is what the loader checks."""

    spec: DefinitionSpec
    judge: Judge


def definition(
    *statuses: Status,
    unit: str | None = None,
    parameters: Mapping[str, tuple[str, ...]] | None = None,
    required: tuple[str, ...] = (),
    adds: Mapping[str, tuple[Status, ...]] | None = None,
) -> Callable[[Judge], Definition]:
    """Declare a definition: the statuses it can give, the unit of its limit, its parameters.

    `adds` names the statuses that a parameter makes possible. The name is that of the function,
    with hyphens.
    """

    def declared(judge: Judge) -> Definition:
        words = {key: frozenset(allowed) for key, allowed in (parameters or {}).items()}
        spec = DefinitionSpec(
            name=judge.__name__.replace("_", "-"),
            statuses=frozenset(str(status) for status in statuses),
            units=frozenset({unit} if unit else ()),
            parameters=words,
            required=frozenset(required),
            adds={key: frozenset(map(str, more)) for key, more in (adds or {}).items()},
        )
        return Definition(spec, judge)

    return declared


def compared(amount: Amount, ask: Ask) -> Status:
    """Return whether the amount satisfies the limit of the question.

    The loader has made sure that a definition with a unit is asked with sign and limit.
    """
    if ask.test is None or ask.limit is None:
        raise AssertionError(f"{ask.asks} is asked without a limit")
    return amount.compare(ask.test, ask.limit)


def months(ask: Ask) -> int:
    """Return the limit of a clock in whole months."""
    if ask.limit is None:
        raise AssertionError(f"{ask.asks} is asked without a length")
    return int(ask.limit)
