"""Which server, who we are there, and how patient we are: the options that commands share.

    @server_options
    def command(**values): ...
        server = server_of(values)      # the options are taken out of `values`

In: values of options. Out: `exchange.server.Server`, None without --server; usage errors for
options that do not fit together, AuthFailed for secrets that others can read.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from nelm_fhir.cli.option_groups import Command, with_options
from nelm_fhir.cli.server_settings import BASE, HEADER, PRESENT, ServerOption

if TYPE_CHECKING:
    from nelm_fhir.exchange.patience import Patience
    from nelm_fhir.exchange.server import Auth, Server

_FILE_MARK: Final = "@"


def _option(*names: str, **settings: Any) -> Callable[[Command], Command]:
    return click.option(*names, cls=ServerOption, **settings)


_OPTIONS: Final = (
    _option("--server", type=BASE, help="Base address of the FHIR server."),
    _option("--token-file", type=PRESENT, help="File with a bearer token."),
    _option("--client-id", metavar="ID", help="Our name at the server (SMART Backend Services)."),
    _option("--key-file", type=PRESENT, help="Private key of the client: PEM or JWK."),
    _option("--key-id", metavar="KID", help="Name of the key; else that of the JWK."),
    _option("--token-url", type=BASE, help="Token endpoint; without it the server names it."),
    _option("--scope", metavar="SCOPES", help="Scopes to ask for, separated by spaces."),
    _option(
        "--header",
        "headers",
        type=HEADER,
        multiple=True,
        metavar="'NAME: VALUE'",
        help="Further header (Epic-Client-ID); 'NAME: @FILE' keeps a secret out of sight.",
    ),
    _option(
        "--origin",
        "origins",
        type=BASE,
        multiple=True,
        help="Further origin that may be asked with the token.",
    ),
    _option(
        "--file-origin",
        "file_origins",
        type=BASE,
        multiple=True,
        help="Origin that may be asked for files of an export, without token and headers.",
    ),
    _option("--client-cert", type=PRESENT, help="Our certificate (PEM), for mutual TLS."),
    _option("--client-key", type=PRESENT, help="Its private key, where not in the same file."),
    _option("--ca-file", type=PRESENT, help="Authorities to trust, instead of the usual ones."),
    _option(
        "--patience",
        type=click.FloatRange(min=0),
        metavar="SECONDS",
        help="How long to ask again where the server fails; 0 is once.",
    ),
)


def _by_key() -> dict[str, ServerOption]:
    """Return the options by their name in nelm.toml."""

    @server_options
    def nothing(**_values: Any) -> None:
        """Carry the options."""

    made = click.command()(nothing).params
    return {one.key: one for one in made if isinstance(one, ServerOption)}


def server_options(command: Command) -> Command:
    """Give a command the options that say which server and how."""
    return with_options(command, _OPTIONS)


def server_of(values: dict[str, Any], *, bulk: bool = False) -> "Server | None":
    """Take the options of a server out of a command's values and return what they describe.

    `bulk`: a job without anybody waiting is more patient. None without --server.
    """
    given = {option.name: values.pop(str(option.name)) for option in BY_KEY.values()}
    if given["server"] is None:
        _refuse_alone()
        return None
    _check(given)
    from nelm_fhir.exchange.server import Server  # noqa: PLC0415 - only where a server is asked

    return Server(
        base=given["server"],
        auth=_auth(given),
        headers={name: _header(name, value) for name, value in given["headers"]},
        origins=frozenset(given["origins"]),
        file_origins=frozenset(given["file_origins"]),
        client_cert=given["client_cert"],
        client_key=given["client_key"],
        ca_file=given["ca_file"],
        patience=_patience(given["patience"], bulk=bulk),
    )


def needed_server(values: dict[str, Any], *, bulk: bool = False) -> "Server":
    """Return the server as `server_of` does; a usage error where none is named."""
    server = server_of(values, bulk=bulk)
    if server is None:
        raise click.UsageError("Name the server: --server URL, NELM_SERVER or nelm.toml.")
    return server


def _refuse_alone() -> None:
    """Refuse options that were written on the command line without the server they are for."""
    ctx = click.get_current_context()
    for key, option in BY_KEY.items():
        if ctx.get_parameter_source(str(option.name)) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--{key} needs --server.")


_NEEDS: Final = {
    "client_id": "key_file",
    "key_file": "client_id",
    "key_id": "client_id",
    "token_url": "client_id",
    "scope": "client_id",
    "client_key": "client_cert",
}
"""Options that say nothing without another."""


def _check(given: Mapping[str, Any]) -> None:
    for name, needed in _NEEDS.items():
        if given[name] and not given[needed]:
            raise click.UsageError(f"{_long(name)} needs {_long(needed)}.")
    if given["token_file"] and given["client_id"]:
        raise click.UsageError("--token-file and --client-id are two ways to sign in: choose one.")


def _long(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _auth(given: Mapping[str, Any]) -> "Auth":
    from nelm_fhir.exchange.auth import BackendServices, Bearer  # noqa: PLC0415 - as above
    from nelm_fhir.exchange.server import NoAuth  # noqa: PLC0415 - as above

    if given["token_file"]:
        return Bearer(given["token_file"])
    if given["client_id"]:
        names = ("client_id", "key_file", "key_id", "token_url", "scope")
        return BackendServices(**{name: given[name] for name in names})
    return NoAuth()


def _header(name: str, value: str) -> str:
    if not value.startswith(_FILE_MARK):
        return value
    from nelm_fhir.exchange.secret_files import read_secret  # noqa: PLC0415 - as above

    return read_secret(Path(value.removeprefix(_FILE_MARK)), f"The file of header {name}")


def _patience(seconds: float | None, *, bulk: bool) -> "Patience":
    from nelm_fhir.exchange.patience import BULK, INTERACTIVE, NONE  # noqa: PLC0415 - as above

    usual = BULK if bulk else INTERACTIVE
    if seconds is None:
        return usual
    return usual.within(seconds) if seconds else NONE


BY_KEY: Final = _by_key()
"""Every option of a server by its name in nelm.toml."""
