"""`nelm.toml`: default values of options, one table per command.

    [assess]
    overlay = ["/etc/nelm/our-hospital"]
    set     = ["optn", "esmo-2020"]

The table `[server]` holds the options of `cli/server_options.py` for all commands that have them.
Tables of commands with subcommands nest (`[criteria.show]`). Keys are the long names of options;
a key that no command has is refused, because a misspelled setting must not pass unseen.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from nelm_fhir.cli.exits import unknown_word

ENV_PREFIX: Final = "NELM"
FILE_NAME: Final = "nelm.toml"
SHARED: Final = "nelm_fhir.server"
"""The table of all commands that talk to a server, and where click's context keeps it."""
_TABLE: Final = "server"


def read_settings(ctx: click.Context, _option: click.Parameter, path: str | None) -> None:
    """Put the settings of the file under the options of the commands."""
    file = Path(path or FILE_NAME)
    if path is None and not file.is_file():
        return
    import tomllib  # noqa: PLC0415 - only where there are settings

    try:
        settings = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise click.UsageError(f"{file} cannot be read as TOML: {error}") from None
    if _TABLE in settings:
        ctx.meta[SHARED] = _shared(settings.pop(_TABLE), f"{file}: {_TABLE}")
    if isinstance(ctx.command, click.Group):
        ctx.default_map = _defaults(ctx, ctx.command, settings, str(file))


def _defaults(
    ctx: click.Context, group: click.Group, settings: Mapping[str, Any], where: str
) -> dict[str, Any]:
    defaults: dict[str, Any] = {}
    for name, values in settings.items():
        command = group.get_command(ctx, name)
        if command is None or not isinstance(values, Mapping):
            raise unknown_word(f"{where}: table", name, group.list_commands(ctx))
        inner = f"{where}: {name}"
        if isinstance(command, click.Group):
            defaults[name] = _defaults(ctx, command, values, inner)
        else:
            defaults[name] = _options(command, values, inner)
    return defaults


def _shared(values: Any, where: str) -> dict[str, Any]:
    """Return the table of servers; a key that is no option of a server is refused."""
    from nelm_fhir.cli.server_options import BY_KEY  # noqa: PLC0415 - only where there is one

    if not isinstance(values, Mapping):
        raise click.UsageError(f"{where} is no table.")
    for key in values:
        if key not in BY_KEY:
            raise unknown_word(f"{where}: option", key, sorted(BY_KEY))
    return dict(values)


def _options(command: click.Command, values: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the values by parameter name; keys are the long names of options."""
    names = {
        opt.removeprefix("--"): param.name
        for param in command.params
        for opt in param.opts
        if opt.startswith("--")
    }
    for key in values:
        if key not in names:
            raise unknown_word(f"{where}: option", key, sorted(names))
    return {str(names[key]): value for key, value in values.items()}
