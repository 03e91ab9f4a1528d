"""Tokens and keys, read from files that only their owner can read.

Secrets are given as paths, never as values: a value would stand in the list of processes, in
histories of shells and in settings. A file that everybody on the machine can read is refused.
In: a path. Out: its text. Source: architecture, decision 13.
"""

import os
import stat
from pathlib import Path
from typing import Final

from nelm_fhir.errors import AuthFailed

_OTHERS: Final = stat.S_IRWXO
_MOST: Final = 64 * 1024


def read_secret(path: Path, what: str) -> str:
    """Return the text of a file; raises AuthFailed where it is open to others or unreadable."""
    content = _guarded(path, what)
    try:
        return content.decode("ascii").strip()
    except UnicodeDecodeError:
        raise AuthFailed(f"{what} {path} is no text.", "Give a PEM or JSON file.") from None


def check_secret(path: Path, what: str) -> None:
    """Raise AuthFailed for a file with a private key that others can read, or nobody."""
    _guarded(path, what)


def _guarded(path: Path, what: str) -> bytes:
    try:
        with path.open("rb") as file:
            open_to_others = os.fstat(file.fileno()).st_mode & _OTHERS
            content = file.read(_MOST)
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise AuthFailed(f"{what} {path}: {reason}.", "Check the path and its owner.") from None
    if open_to_others and os.name == "posix":
        raise AuthFailed(
            f"{what} {path} can be read by everybody on this machine.", f"chmod 600 {path}"
        )
    return content
