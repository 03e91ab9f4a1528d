"""The options of a server: how they are written, and where their values come from.

Each may be an option, a variable `NELM_*` that holds for every command (`NELM_SERVER`) or for one
(`NELM_DOCTOR_SERVER`), a key in the table of a command, or one in the table `[server]` of
nelm.toml, which holds for every command that talks to a server:

    [server]
    server     = "https://ehr.example/fhir"
    client-id  = "nelm"
    key-file   = "/etc/nelm/key.pem"
    header     = ["Epic-Client-ID: 0000"]

Secrets are only ever paths of files. Source: architecture, decision 13.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource

from nelm_fhir.cli.settings import ENV_PREFIX, SHARED

_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""RFC 9110, token: what the name of a header may consist of."""
_VALUE: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")
_OURS: Final = frozenset(
    {"accept", "accept-encoding", "authorization", "cache-control", "connection", "content-length"}
    | {"content-encoding", "content-type", "cookie", "expect", "host", "if-match", "if-none-exist"}
    | {"if-none-match", "prefer", "te", "trailer", "transfer-encoding", "upgrade"}
)
"""Headers that the program sets, or that would change what a request is."""


class ServerOption(click.Option):
    """An option that the table `[server]` of nelm.toml sets for every command."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        long = next(one for one in self.opts if one.startswith("--"))
        self.key = long.removeprefix("--")
        self.envvar = f"{ENV_PREFIX}_{self.key.upper().replace('-', '_')}"

    def consume_value(
        self, ctx: click.Context, opts: Mapping[str, Any]
    ) -> tuple[Any, ParameterSource]:
        """Return the value and its source; the shared table comes before the default."""
        value, source = super().consume_value(ctx, opts)
        shared: Mapping[str, Any] = ctx.meta.get(SHARED, {})
        if source is ParameterSource.DEFAULT and self.key in shared:
            value, source = shared[self.key], ParameterSource.DEFAULT_MAP
        if source is ParameterSource.DEFAULT_MAP and self.multiple and isinstance(value, str):
            value = [value]
        return value, source


class Base(click.ParamType[str]):
    """The base address of a server, or an origin."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the address as it was written."""
        from nelm_fhir.exchange.origins import Address  # noqa: PLC0415 - only where one is given

        try:
            address = Address.of(str(value))
        except ValueError:
            address = None
        if address is None or address.query:
            self.fail("not an address; write https://HOST[:PORT]/PATH.", param, ctx)
        return str(value)


class Header(click.ParamType[tuple[str, str]]):
    """A header as HTTP writes it; `Name: @PATH` takes its value from a file."""

    name = "header"
    envvar_list_splitter = ";"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return name and value. What is wrong is told without the value: it may be a key."""
        if isinstance(value, tuple):
            return value
        name, _, content = (part.strip() for part in str(value).partition(":"))
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(content):
            self.fail("not a header; write 'Name: value' or 'Name: @FILE'.", param, ctx)
        if name.lower() in _OURS:
            self.fail(f"{name} is set by the program itself.", param, ctx)
        return name, content


BASE: Final = Base()
HEADER: Final = Header()
PRESENT: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


def source_of(ctx: click.Context, option: click.Parameter) -> str:
    """Say where the value of an option comes from."""
    source = ctx.get_parameter_source(str(option.name))
    if source is ParameterSource.COMMANDLINE:
        return "option"
    if source is ParameterSource.ENVIRONMENT:
        return "environment"
    return "nelm.toml" if source is ParameterSource.DEFAULT_MAP else "default"
