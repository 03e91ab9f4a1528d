"""The options of `nelm serve` that say which worklist the pages show.

@pages_options
def command(**values): ...
    with worklist_of(values, catalogue) as ledger:      # the options are taken out of `values`
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import click

from nelm_fhir.cli.option_groups import Command, with_options

if TYPE_CHECKING:
    from nelm_fhir.knowledge.catalogue import Catalogue


_OPTIONS: Final = (
    click.option(
        "--worklist",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Ledger of nelm batch; pages show its newest run and read it beside the next one.",
    ),
    click.option(
        "--samples",
        is_flag=True,
        help="Show the fictional sample patients as a worklist, judged when the service starts.",
    ),
    click.option(
        "--store-answers",
        is_flag=True,
        help="Let signed-in people store answers to the form at --server; off without it.",
    ),
)


def pages_options(command: Command) -> Command:
    """Give a command the options that say which worklist the pages show."""
    return with_options(command, _OPTIONS)


@contextmanager
def worklist_of(values: dict[str, Any], catalogue: "Catalogue") -> Iterator[Path | None]:
    """Give the ledger that the pages show; None where none was named."""
    path: Path | None = values.pop("worklist")
    if not values.pop("samples"):
        yield path
        return
    if path is not None:
        raise click.UsageError("--worklist and --samples are two worklists: choose one.")
    with TemporaryDirectory(prefix="nelm-samples-") as folder:
        yield _judged_samples(Path(folder), catalogue)


def _judged_samples(folder: Path, catalogue: "Catalogue") -> Path:
    """Judge the samples as one night's run, for the day that most of them are made for."""
    from nelm_fhir.batch.job import Job  # noqa: PLC0415 - only where samples are shown
    from nelm_fhir.batch.outputs.files import LEDGER, Folder  # noqa: PLC0415 - as above
    from nelm_fhir.batch.outputs.run_line import Request  # noqa: PLC0415 - as above
    from nelm_fhir.cli.clock import now  # noqa: PLC0415 - as above
    from nelm_fhir.cli.engines import EMBEDDED, ENGINES, Population  # noqa: PLC0415 - as above
    from nelm_fhir.cli.progress import shown  # noqa: PLC0415 - as above
    from nelm_fhir.ledger.store import Ledger  # noqa: PLC0415 - as above
    from nelm_fhir.service.pages.samples import shipped  # noqa: PLC0415 - as above

    source, output = folder / "samples", folder / "results"
    source.mkdir()
    for name, sample in shipped().items():
        (source / f"{name}.json").write_bytes(sample.bundle)
    day = Counter(sample.as_of for sample in shipped().values()).most_common(1)[0][0]
    sets = tuple(catalogue.sets)
    population = Population(source, output, day, sets, (), (), keep_input=False)
    request = Request("samples", population.fingerprint(), day, catalogue.digest, sets)
    with Folder.open(output) as place:
        ledger_path = place.path / LEDGER
        with Ledger.open(ledger_path, exclusive=True) as ledger, shown() as watch:
            engine = ENGINES[EMBEDDED](population, watch)
            Job(ledger, place, catalogue, now).do(request, engine, fresh=False)
    return ledger_path
