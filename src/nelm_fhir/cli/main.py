"""The command `nelm`: its group, its settings, its version. Commands are imported when called.

Settings come from options, from `NELM_*` variables and from one `nelm.toml`, in that order.
"""

import os
import signal
import sys
from importlib import import_module
from types import TracebackType
from typing import Any, Final

import click

from nelm_fhir.cli import loading
from nelm_fhir.cli.exits import DEFECT, Refused
from nelm_fhir.cli.settings import ENV_PREFIX, read_settings
from nelm_fhir.errors import NelmError

COMMANDS: Final = {
    "assess": "Judge records against the criteria sets.",
    "explain": "Show why each criterion is met or not, with its evidence.",
    "batch": "Judge a whole population and write a worklist.",
    "profile": "Show the candidate profile that a record gives.",
    "form": "Write the tumor board's form, or its answers as Observations.",
    "serve": "Serve HTTP, CDS Hooks and pages to a hospital.",
    "fetch": "Fetch one patient's record from a FHIR server.",
    "candidates": "Find who has a neuroendocrine tumor on a FHIR server.",
    "export": "Export many patients' resources from a FHIR server.",
    "criteria": "List, show, test and check the criteria sets.",
    "codes": "Show which codes are read, and where a code comes from.",
    "coverage": "Show what records hold, and which codes near it nobody maps.",
    "overlay": "Make, check and test the overlay of a hospital.",
    "samples": "List the sample records, or copy one.",
    "make-bundle": "Turn a candidate profile into the record a hospital would send.",
    "schema": "Print the JSON Schema of what goes in or comes out.",
    "ledger": "Show, compare, mend and shorten the ledger of results.",
    "doctor": "Check that this installation can do its work.",
    "completion": "Print the completion script of a shell.",
}
"""Every command is the module of that name in this folder (`-` as `_`), and its `command`."""


class LazyGroup(click.Group):
    """A group that imports a command only when somebody asks for it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order of their importance."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return one command; None for a name that is none."""
        if cmd_name not in COMMANDS:
            return None
        module = cmd_name.replace("-", "_")
        command: click.Command = import_module(f"nelm_fhir.cli.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; errors of this project end it with their own exit code."""
        try:
            return super().invoke(ctx)
        except NelmError as error:
            raise Refused(error) from None


def _show_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(import_module("nelm_fhir.cli.version").version_line())
        ctx.exit()


EPILOG: Final = """\b
Start here:
  nelm samples list                       fictional patients to try it on
  nelm samples copy meets-all             copies one into the current folder
  nelm assess meets-all/bundle.json --as-of 2026-06-01
  nelm explain meets-all/bundle.json --as-of 2026-06-01 --set optn

\b
Exit codes: 0 done, 1 a verdict named by --fail-on, 2 wrong usage, 10 unusable
input, 11 wrong criteria or overlay, 12 another system failed, 14 some of several
inputs not assessed.
"""


@click.group(
    cls=LazyGroup,
    epilog=EPILOG,
    context_settings={
        "auto_envvar_prefix": ENV_PREFIX,
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
    },
)
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False),
    callback=read_settings,
    is_eager=True,
    expose_value=False,
    help="Settings file; without it nelm.toml of the current folder, where there is one.",
)
@click.option(
    "--version",
    is_flag=True,
    callback=_show_version,
    is_eager=True,
    expose_value=False,
    help="Show program and catalogue digest.",
)
def cli() -> None:
    """Judge FHIR R4 records against published criteria for liver transplantation.

    The documented data of a patient with neuroendocrine liver metastases are compared with each
    criteria set; people decide. Nothing leaves this computer, except to a FHIR server you name.
    """


def _say_only_where(
    kind: type[BaseException], _error: BaseException, trace: TracebackType | None
) -> None:
    """Show where a defect lies, never what was in the values: they may come from a record."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else ""
    sys.stderr.write(
        f"Error: a defect of the program ({kind.__name__}{place}).\n"
        "Please report this line; it holds nothing of the record.\n"
    )
    sys.stdout.flush()
    os._exit(DEFECT)


def main() -> None:
    """Run the command line; where its reader goes away (`| head`) it ends as other programs do."""
    loading.begin()
    sys.excepthook = _say_only_where
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    cli(prog_name="nelm")


if __name__ == "__main__":
    main()
