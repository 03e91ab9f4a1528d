"""The options of `nelm serve` that say how messages are taken, and with which ledger.

@messages_options
def command(**values): ...
    messaging = messaging_of(values)      # the options are taken out of `values`
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from nelm_fhir.cli.option_groups import Command, with_options
from nelm_fhir.cli.server_settings import BASE

if TYPE_CHECKING:
    from nelm_fhir.ledger.store import Ledger
    from nelm_fhir.service.messages.settings import Messaging

ACKNOWLEDGMENTS: Final = ("200", "202")

_OPTIONS: Final = (
    click.option(
        "--ledger",
        "ledger_path",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Ledger of what was accepted and judged; messages and subscriptions need one.",
    ),
    click.option(
        "--acknowledge",
        type=click.Choice(ACKNOWLEDGMENTS),
        help="Answer messages with this status once they are kept, and judge them afterwards.",
    ),
    click.option(
        "--waiting",
        type=click.IntRange(min=1),
        default=1000,
        show_default=True,
        help="How many messages may wait; further ones are told to come again.",
    ),
    click.option(
        "--reply-to",
        "replies",
        type=BASE,
        multiple=True,
        help="Address below which answers may be sent later (response-url).",
    ),
)


def messages_options(command: Command) -> Command:
    """Give a command the options that say how messages are taken."""
    return with_options(command, _OPTIONS)


def messaging_of(values: dict[str, Any]) -> "Messaging":
    """Take the options out of a command's values and return what they describe."""
    from nelm_fhir.exchange.server import Server  # noqa: PLC0415 - only where one serves
    from nelm_fhir.service.messages.settings import Messaging  # noqa: PLC0415 - as above

    return Messaging(
        acknowledge=int(values.pop("acknowledge") or 0),
        waiting=values.pop("waiting"),
        replies=tuple(Server(base) for base in values.pop("replies")),
    )


@contextmanager
def ledger_of(values: dict[str, Any]) -> "Iterator[Ledger | None]":
    """Open the ledger that was named, until the block ends; None where none was.

    Raises WriteRefused while another run has it.
    """
    path: Path | None = values.pop("ledger_path")
    if path is None:
        yield None
        return
    from nelm_fhir.ledger.store import Ledger  # noqa: PLC0415 - only where one is kept

    with Ledger.open(path, exclusive=True) as ledger:
        yield ledger
