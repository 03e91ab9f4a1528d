"""The digest of a catalogue: one hash over every file that was loaded.

In: files by path, those of overlays below `overlays/NAME/`. Out: `sha256:...`. It stands apart from
the loader, so that a program can tell its digest without reading what the files say.
"""

from collections.abc import Mapping
from hashlib import sha256


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return the hash over path, length and bytes of every file, in order of path."""
    total = sha256()
    for path in sorted(files):
        total.update(f"{path}\0{len(files[path])}\0".encode())
        total.update(files[path])
    return f"sha256:{total.hexdigest()}"
