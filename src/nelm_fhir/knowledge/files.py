"""The only module that reads files: mappings, overlays and samples, found and read as bytes.

In an installed wheel they lie beside the package (`nelm_fhir/mappings`), in a checkout at the root
of the repository. Files are named by their path below the folder, with slashes.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from nelm_fhir.errors import KnowledgeError

MAPPINGS: Final = "mappings"
SAMPLES: Final = "sample_bundles"
_BESIDE: Final = frozenset({"cases", "coverage", "overlays", "pages", "rules", "styles"})
"""Folders of the mappings that judge nothing and are not loaded with them: worked cases, tables of
coverage reports, example overlays, words of the pages, the documents, how hospitals write."""
_PROSE: Final = "README.md"
_ROOT_ABOVE: Final = 3
"""How many folders above this file's own the repository lies: knowledge, nelm_fhir, src."""


@cache
def _folder(name: str) -> Traversable:
    packaged = files("nelm_fhir") / name
    if packaged.is_dir():
        return packaged
    checkout = Path(__file__).resolve().parents[_ROOT_ABOVE] / name
    if checkout.is_dir():
        return checkout
    raise KnowledgeError(
        f"The folder {name} is neither in the package nor in a checkout.",
        "Install the package again.",
    )


def mapping_files() -> Mapping[str, bytes]:
    """Return every mapping file that is knowledge, by path."""
    return dict(_walk(_folder(MAPPINGS), _BESIDE))


def case_files() -> Mapping[str, bytes]:
    """Return the worked cases, by path below `mappings/cases`."""
    return dict(_walk(_folder(MAPPINGS) / "cases"))


def coverage_files() -> Mapping[str, bytes]:
    """Return the tables of coverage reports, by path below `mappings/coverage`."""
    return dict(_walk(_folder(MAPPINGS) / "coverage"))


def page_files() -> Mapping[str, bytes]:
    """Return the words of the pages that a service shows, one file per language."""
    return dict(_walk(_folder(MAPPINGS) / "pages"))


def style_files() -> Mapping[str, bytes]:
    """Return the files that say how hospitals write, by path below `mappings/styles`."""
    return dict(_walk(_folder(MAPPINGS) / "styles"))


def example_overlays() -> Mapping[str, Traversable]:
    """Return the folders of the example overlays, by name."""
    return _folders(_folder(MAPPINGS) / "overlays")


def samples() -> Mapping[str, Traversable]:
    """Return the folders of the samples, by name."""
    return _folders(_folder(SAMPLES))


def overlay_files(folder: Path) -> tuple[str, Mapping[str, bytes]]:
    """Return the name of a hospital's overlay folder and every file in it, by path.

    Raises KnowledgeError if there is no such folder or a file cannot be read.
    """
    name = folder.resolve().name
    if not folder.is_dir():
        raise KnowledgeError(
            f"The overlay {name} is not a folder.", "Give the folder that holds overlay.toml."
        )
    try:
        return name, dict(_walk(folder))
    except OSError:
        raise KnowledgeError(
            f"The overlay {name} cannot be read.", "Check the rights of its files."
        ) from None


def _folders(folder: Traversable) -> Mapping[str, Traversable]:
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return {entry.name: entry for entry in entries if entry.is_dir()}


def _walk(
    folder: Traversable, passed_over: frozenset[str] = frozenset(), above: str = ""
) -> Iterator[tuple[str, bytes]]:
    """Yield path and content, hidden files and prose left out, in order of path."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.startswith(".") or entry.name in passed_over or entry.name == _PROSE:
            continue
        path = above + entry.name
        if entry.is_dir():
            yield from _walk(entry, above=f"{path}/")
        else:
            yield path, entry.read_bytes()
