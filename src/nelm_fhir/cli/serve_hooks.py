"""The options of `nelm serve` that say which subscriptions are listened to.

They stand in a TOML file, one table each; secrets are only ever paths of files:

    [[subscription]]
    name = "conditions"            # the end of its address: /hooks/subscription/conditions
    id = "123"                     # its id at the server, for $events
    criteria = "Condition?category=problem-list-item"
    header = "X-Hook-Secret"       # where its notifications carry the secret
    secret-file = "/etc/nelm/hook-secret"
    full-resource = true           # believe whom a resource is about; needs the secret
    heartbeat-seconds = 60

In: values of options. Out: `Hooks`, with what writes results back where `--write` says so.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from nelm_fhir.cli.option_groups import Command, with_options
from nelm_fhir.cli.server_settings import PRESENT
from nelm_fhir.cli.write_options import BUNDLE_FILE, NONE, SiteCodes, writing_of_service
from nelm_fhir.errors import AuthFailed
from nelm_fhir.knowledge.catalogue import Catalogue

if TYPE_CHECKING:
    from nelm_fhir.exchange.server import Server
    from nelm_fhir.ledger.store import Ledger
    from nelm_fhir.service.subscriptions.settings import Hook, Hooks, Writes

TABLE: Final = "subscription"
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_KEYS: Final[Mapping[str, tuple[type, ...]]] = {
    "name": (str,),
    "id": (str,),
    "criteria": (str,),
    "header": (str,),
    "secret-file": (str,),
    "full-resource": (bool,),
    "heartbeat-seconds": (int, float),
}
_OPTIONS: Final = (
    click.option(
        "--hooks",
        "hooks_file",
        type=PRESENT,
        help="Subscriptions to listen to, a TOML file; needs --server and --ledger.",
    ),
    click.option(
        "--hook-rate",
        type=click.IntRange(min=1),
        default=600,
        show_default=True,
        metavar="NUMBER",
        help="Notifications of one subscription that are taken per minute.",
    ),
    click.option(
        "--hook-settle",
        type=click.FloatRange(min=0),
        default=2.0,
        show_default=True,
        metavar="SECONDS",
        help="How long notifications are gathered before records are fetched.",
    ),
)


def hooks_options(command: Command) -> Command:
    """Give a command the options that say which subscriptions are listened to."""
    command = writing_of_service(command)
    return with_options(command, _OPTIONS)


@contextmanager
def hooks_of(
    values: dict[str, Any],
    server: "Server | None",
    catalogue: Catalogue,
    ledger: "Ledger | None",
) -> "Iterator[Hooks]":
    """Return the subscriptions of a command's values; what writes results back lives in the block.

    Raises WriteRefused where the server takes no results.
    """
    from nelm_fhir.service.subscriptions.settings import Hooks  # noqa: PLC0415 - needs the extra

    file: Path | None = values.pop("hooks_file")
    hooks = _read(file) if file else ()
    if hooks and (server is None or ledger is None):
        raise click.UsageError("--hooks needs --server, to fetch from, and --ledger, to keep.")
    wanted, strategy = values.pop("write"), values.pop("strategy")
    codes = SiteCodes(values.pop("category"), values.pop("document_type"))
    if wanted and not hooks:
        raise click.UsageError("--write writes what subscriptions lead to: give --hooks.")
    if wanted and strategy in {BUNDLE_FILE, NONE}:
        raise click.UsageError("--write sends to the server: choose another --strategy.")
    with _writes(server, ledger, catalogue, strategy, codes, wanted=wanted) as write:
        yield Hooks(hooks, values.pop("hook_rate"), values.pop("hook_settle"), write)


@contextmanager
def _writes(
    server: "Server | None",
    ledger: "Ledger | None",
    catalogue: Catalogue,
    strategy: str | None,
    codes: SiteCodes,
    *,
    wanted: bool,
) -> "Iterator[Writes | None]":
    """Open the server for results; None where nothing is to be written."""
    if not wanted or server is None or ledger is None:
        yield None
        return
    from nelm_fhir.cli.records import Found  # noqa: PLC0415 - only where one writes
    from nelm_fhir.cli.write_results import ResultsBack  # noqa: PLC0415 - as above
    from nelm_fhir.exchange.capability import Capability  # noqa: PLC0415 - as above
    from nelm_fhir.exchange.client import Client  # noqa: PLC0415 - as above
    from nelm_fhir.exchange.writing.place import place_of  # noqa: PLC0415 - as above

    with Client(server) as client:
        place = place_of(client.base, Capability.ask(client), strategy)

        def write(fetched: Any, read: Any, assessment: Any) -> Any:
            back = ResultsBack(client, place, ledger, catalogue=catalogue, moment=None, codes=codes)
            return back.write(Found(fetched.patient, read, fetched=fetched), assessment)

        yield write


def _read(file: Path) -> "tuple[Hook, ...]":
    try:
        tables = tomllib.loads(file.read_text("utf-8")).get(TABLE)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError):
        raise _wrong("it cannot be read as TOML.") from None
    if not isinstance(tables, list) or not tables:
        raise _wrong(f"it holds no [[{TABLE}]].")
    hooks = tuple(_hook(one, number) for number, one in enumerate(tables, start=1))
    if len({one.name for one in hooks}) != len(hooks):
        raise _wrong("two subscriptions have the same name.")
    return hooks


def _hook(table: Mapping[str, Any], number: int) -> "Hook":
    from nelm_fhir.service.subscriptions.settings import Hook  # noqa: PLC0415 - needs the extra

    for key, value in table.items():
        if key not in _KEYS or not isinstance(value, _KEYS[key]):
            raise _wrong(f"{TABLE} {number}: {key} is no key of it, or of another type.")
    if not _NAME.fullmatch(table.get("name", "")):
        raise _wrong(f"{TABLE} {number}: its name is not one of letters, digits and . _ -")
    secret = _secret(table)
    if bool(secret) != bool(table.get("header")) or (table.get("full-resource") and not secret):
        raise _wrong(f"{TABLE} {number}: header, secret-file and full-resource need each other.")
    return Hook(
        name=table["name"],
        subscription=table.get("id", ""),
        criteria=table.get("criteria", ""),
        header=table.get("header", ""),
        secret=secret,
        full=table.get("full-resource", False),
        heartbeat=float(table.get("heartbeat-seconds", 0)),
    )


def _secret(table: Mapping[str, Any]) -> str:
    path = table.get("secret-file")
    if not path:
        return ""
    from nelm_fhir.exchange.secret_files import read_secret  # noqa: PLC0415 - only with one

    secret = read_secret(Path(path), "The file with the secret of a subscription")
    if not secret:
        raise AuthFailed("The file with the secret of a subscription is empty.", "Write one.")
    return secret


def _wrong(why: str) -> click.BadParameter:
    return click.BadParameter(why, param_hint="--hooks")
