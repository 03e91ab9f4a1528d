"""`nelm completion`: the script that lets a shell complete commands and options."""

from typing import Final

import click
from click.shell_completion import get_completion_class

EXAMPLES: Final = """\b
Where it goes:
  bash:  nelm completion bash >> ~/.bashrc
  zsh:   nelm completion zsh  >> ~/.zshrc
  fish:  nelm completion fish > ~/.config/fish/completions/nelm.fish
"""


@click.command(epilog=EXAMPLES)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell."""
    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"click knows no completion for {shell}.")
    click.echo(found(ctx.find_root().command, {}, "nelm", "_NELM_COMPLETE").source())
