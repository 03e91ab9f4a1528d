"""How a command ends: the exit codes, and how an error of this project is shown.

0 done, whatever the verdict; 1 only with `--fail-on`; 2 wrong usage (click); 10 to 13 the class of
the error (`nelm_fhir.errors`); 14 several inputs, some not assessed; 70 a defect of the program.
Numbers are never given a second meaning. Source: architecture section 5.
"""

from typing import IO, Any, Final

import click

from nelm_fhir.errors import NelmError

DONE: Final = 0
VERDICT_FOUND: Final = 1
SOME_NOT_ASSESSED: Final = 14
DEFECT: Final = 70


class Refused(click.ClickException):
    """An error of this project on its way to the terminal: message, remedy, exit code."""

    def __init__(self, error: NelmError) -> None:
        super().__init__(error.message)
        self.error = error

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        """The exit code of the class of the error; click declares a class variable."""
        return self.error.exit_code

    def show(self, file: IO[Any] | None = None) -> None:
        """Write what is wrong and what to do to stderr."""
        click.echo(error_text(self.error), file=file, err=file is None)


def error_text(error: NelmError) -> str:
    """Return message, faults and remedy, one under the other."""
    faults = [f"  {fault}" for fault in getattr(error, "faults", ())]
    return "\n".join([f"Error: {error.message}", *faults, *([error.remedy] * bool(error.remedy))])


def unknown_word(option: str, word: str, known: list[str]) -> click.BadParameter:
    """Return the usage error for a word that is not known, with the nearest one."""
    from difflib import get_close_matches  # noqa: PLC0415 - only where a word is wrong

    near = get_close_matches(word, known, n=1, cutoff=0.4)
    hint = f" Did you mean {near[0]}?" if near else ""
    return click.BadParameter(
        f"{word!r} is not known.{hint} There are: {', '.join(known)}.", param_hint=option
    )
