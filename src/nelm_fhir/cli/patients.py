"""Which patients of a server: options and lists of ids.

In: `--patient` and the file of `--patients`, one id a line, as `nelm candidates` writes it; blank
lines and those that begin with `#` are passed over. Out: `Patient/ID`, each once, in their order.
"""

from collections.abc import Iterator
from typing import Any, Final

import click

from nelm_fhir.cli.options import FILE
from nelm_fhir.cli.records import bytes_of
from nelm_fhir.errors import NoPatient

PATIENT: Final = click.option(
    "--patient",
    "patients",
    multiple=True,
    metavar="ID",
    help="The id of a patient on the server, or Patient/ID; may be given several times.",
)
PATIENTS: Final = click.option(
    "--patients",
    "patients_file",
    type=FILE,
    help="File with one patient's id a line, as nelm candidates writes it; - for stdin.",
)
_REMARK: Final = "#"


def patients_of(values: dict[str, Any]) -> list[str] | None:
    """Take both options out of a command's values and return the patients, each once.

    None where neither was given. Raises click.BadParameter, without the word that is no id.
    """
    given = list(values.pop("patients", ()))
    file = values.pop("patients_file", None)
    if not given and file is None:
        return None
    names = [named(one) for one in given]
    if file is not None:
        names += [named(one, f"--patients, line {n}") for n, one in _lines(file)]
    return list(dict.fromkeys(names))


def _lines(file: str) -> Iterator[tuple[int, str]]:
    text = bytes_of(file).decode("utf-8", "replace")
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith(_REMARK):
            yield number, line.strip()


def named(text: str, where: str = "--patient") -> str:
    """Return `Patient/ID`; raises click.BadParameter without the text."""
    from nelm_fhir.exchange.home import patient_name  # noqa: PLC0415 - only where a server is asked

    try:
        return patient_name(text)
    except NoPatient as error:
        raise click.BadParameter(str(error), param_hint=where) from None
