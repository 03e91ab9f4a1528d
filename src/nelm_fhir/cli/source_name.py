"""The word that names a population: a path of this machine, or an address in an object store."""

from pathlib import Path
from typing import Any

import click

from nelm_fhir.batch.lines.sources import source_named
from nelm_fhir.errors import InputError


class SourceName(click.ParamType[Path | str]):
    """A path that exists, or an address such as `s3://bucket/folder`."""

    name = "source"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path | str:
        """Return what is named; a path that is not there is refused, and so is a secret."""
        try:
            source = source_named(value) if isinstance(value, str) else value
        except InputError as error:
            self.fail(str(error), param, ctx)
        if isinstance(source, Path) and not source.exists():
            self.fail(f"{str(source)!r} does not exist.", param, ctx)
        return source
