"""The options of `nelm serve` that say where it listens, by what it judges, and how much it takes.

    @service_options
    def command(**values): ...

Every key of them can stand in the table `[serve]` of nelm.toml.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from nelm_fhir.cli.option_groups import Command, with_options
from nelm_fhir.cli.server_settings import BASE

if TYPE_CHECKING:
    from nelm_fhir.service.settings import Limits

_SIZE: Final = click.IntRange(min=1)
_LIMITS: Final = {
    "max_bytes": "bytes",
    "max_packed_bytes": "packed_bytes",
    "body_seconds": "seconds",
    "at_once": "at_once",
    "queue": "waiting",
    "grace": "grace",
}
"""Which limit an option sets."""

_OPTIONS: Final = (
    click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on."),
    click.option(
        "--port",
        type=click.IntRange(0, 65535),
        default=8080,
        show_default=True,
        help="Port to listen on; 0 takes a free one.",
    ),
    click.option("--base", type=BASE, help="Address under which others reach the service."),
    click.option(
        "--anonymous",
        is_flag=True,
        help="Answer whoever can reach it, also from other machines.",
    ),
    click.option(
        "--audit",
        "audit_path",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="File that notes who saw or wrote what about whom; only loopback does without.",
    ),
    click.option("--max-bytes", type=_SIZE, help="Bytes of a body, unpacked."),
    click.option("--max-packed-bytes", type=_SIZE, help="Bytes of a body packed with gzip."),
    click.option(
        "--body-seconds",
        type=click.FloatRange(min=0, min_open=True),
        help="Seconds in which a body has to arrive.",
    ),
    click.option("--at-once", type=_SIZE, help="Records that are judged at a time."),
    click.option("--queue", type=_SIZE, help="Requests that may wait for that; more are told 429."),
    click.option("--grace", type=_SIZE, help="Seconds to finish in when it is told to end."),
)


def service_options(command: Command) -> Command:
    """Give a command the options of a service."""
    return with_options(command, _OPTIONS)


def limits_of(values: dict[str, Any]) -> "Limits":
    """Take the limits out of a command's values; what was not said stays as it is by default."""
    from nelm_fhir.service.settings import Limits  # noqa: PLC0415 - only where one serves

    said = {limit: values.pop(option) for option, limit in _LIMITS.items()}
    return Limits(**{name: value for name, value in said.items() if value is not None})
