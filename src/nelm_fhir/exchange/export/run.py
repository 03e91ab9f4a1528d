"""One export from kick-off to clean-up, each step noted before the next begins.

In: a client, what is wanted, a folder. Out: what the folder holds. The same call after an
interruption waits for the same export and fetches what is not here yet.
Source: interop 5 (resume, manifest, clean-up).
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from msgspec.structs import replace

from nelm_fhir.errors import ExchangeError, ExportFailed
from nelm_fhir.events import Event, event
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.export.downloads import Manifests, Progress, download
from nelm_fhir.exchange.export.kick_off import AUTO, kick_off
from nelm_fhir.exchange.export.manifest import Manifest, all_manifests, check_types
from nelm_fhir.exchange.export.place import made
from nelm_fhir.exchange.export.polling import Expired, Pacing, manifest_of
from nelm_fhir.exchange.export.request import ExportRequest
from nelm_fhir.exchange.export.state import Current, Done, State, read_state, write_state
from nelm_fhir.ledger.lock import sole_writer


def _silent(_here: int, _of: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How an export is asked for and waited for, and who is told of each file."""

    pacing: Pacing = field(default_factory=Pacing)
    method: str = AUTO
    progress: Progress = _silent
    sleep: Callable[[float], None] = time.sleep


def last_moment(folder: Path, client: Client) -> str:
    """Return the `_since` for what is new since the last finished export; "" where none is."""
    done = read_state(folder, client.base).done
    return done[-1].transaction_time if done else ""


def export(
    client: Client,
    wanted: ExportRequest,
    folder: Path,
    manner: Manner,
    *,
    fresh: bool = False,
) -> Done:
    """Run an export, or go on with it where the same one is under way; `fresh` leaves that one.

    Raises ExchangeError or InputError; what is here stays, and the same call goes on.
    """
    with _alone(made(folder)):
        state = read_state(folder, client.base)
        current = None if fresh else state.current
        if current is None:
            current = _begun(client, wanted, len(state.done) + 1, manner)
            state = _kept(folder, replace(state, current=current))
        elif current.request != wanted:
            raise ExportFailed(
                "Another export is under way in this folder.",
                "Give the same options again to go on with it, or --fresh to leave it.",
            )
        return _finished(client, folder, state, current, manner)


def _begun(client: Client, wanted: ExportRequest, number: int, manner: Manner) -> Current:
    url = kick_off(client, wanted, manner.method)
    event(Event.EXPORT_STARTED, number=number)
    return Current(wanted, f"export-{number:04d}", url)


def _finished(client: Client, folder: Path, state: State, current: Current, manner: Manner) -> Done:
    manifests = _asking(client, current, manner)
    try:
        found = manifests()
        _check(found[0], current, folder, state)
        here = made(folder / current.folder)
        for files in download(
            client, here, current.files, found=found, again=manifests, progress=manner.progress
        ):
            current = replace(current, files=files)
            _kept(folder, replace(state, current=current))
    except Expired:
        _kept(folder, replace(state, current=None))
        raise
    done = Done(current.request, current.folder, found[0].transaction_time, current.files)
    _kept(folder, replace(state, done=(*state.done, done), current=None))
    _clean_up(client, current.status_url)
    return done


def _check(manifest: Manifest, current: Current, folder: Path, state: State) -> None:
    """Leave an export that is not the one that was asked for; raises ExportFailed."""
    try:
        check_types(manifest, current.request.types)
    except ExportFailed:
        _kept(folder, replace(state, current=None))
        raise


def _asking(client: Client, current: Current, manner: Manner) -> Manifests:
    def page(url: str) -> Manifest:
        return Manifest.of(manifest_of(client, url, manner.pacing, sleep=manner.sleep))

    return lambda: all_manifests(page, current.status_url, client.url)


def _kept(folder: Path, state: State) -> State:
    write_state(folder, state)
    return state


def _clean_up(client: Client, status_url: str) -> None:
    """Tell the server that its files are not needed any more; whether it listens is its affair."""
    try:
        client.send("DELETE", status_url, None, accept={*HTTPStatus}, repeatable=False)
    except ExchangeError as error:
        event(Event.EXPORT_NOT_CLEANED_UP, status=error.status or 0)


def _alone(folder: Path) -> AbstractContextManager[None]:
    return sole_writer(
        folder / "export", "An export into this folder is under way.", "Wait until it has ended."
    )
