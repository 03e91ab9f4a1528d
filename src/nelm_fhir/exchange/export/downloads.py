"""Fetching everything that a manifest lists, one file after the other, from where it stopped.

In: the manifests, what is here already. Out: after each file, all that are here. A link that has
expired is looked up in the manifest again, which a server may write anew for that.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from nelm_fhir.errors import ExchangeError, ExportFailed
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.export.files import NO_LONGER, fetch, name_of
from nelm_fhir.exchange.export.manifest import ExportFile, Manifest
from nelm_fhir.exchange.export.place import made
from nelm_fhir.exchange.export.state import Fetched

Manifests = Callable[[], Sequence[Manifest]]
Progress = Callable[[int, int], None]
"""Told how many files are here, and of how many."""
Listed = tuple[ExportFile, bool]
"""A file, and whether the token goes with the question for it."""


def download(
    client: Client,
    folder: Path,
    here: tuple[Fetched, ...],
    *,
    found: Sequence[Manifest],
    again: Manifests,
    progress: Progress,
) -> Iterator[tuple[Fetched, ...]]:
    """Yield what is here after each further file; `again` asks for the manifests once more."""
    files = _listed(found)
    for kind in {file.kind for file, _ in files}:
        made(folder / kind.value)
    for number in range(len(here), len(files)):
        try:
            one = _fetched(client, files[number], folder, number)
        except ExchangeError as error:
            if error.status not in NO_LONGER:
                raise
            files = _renewed(files, _listed(again()))
            one = _fetched(client, files[number], folder, number)
        here = (*here, one)
        progress(len(here), len(files))
        yield here


def _listed(manifests: Sequence[Manifest]) -> list[Listed]:
    return [(file, one.requires_token) for one in manifests for file in one.files]


def _fetched(client: Client, listed: Listed, folder: Path, number: int) -> Fetched:
    file, token = listed
    return fetch(client, file, folder, name_of(number + 1, file), token=token)


def _renewed(before: Sequence[Listed], now: list[Listed]) -> list[Listed]:
    """Return the files under their new links; it must be the same list."""
    if [_what(one) for one in before] != [_what(one) for one in now]:
        raise ExportFailed(
            "The links of the export expired, and its new manifest lists other files.",
            "Start a new export with --fresh.",
        )
    return now


def _what(listed: Listed) -> tuple[str, str, int | None]:
    file, _ = listed
    return file.kind, file.type, file.count
