"""Copies of the mapping files with something changed, for the tests of the knowledge room."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from nelm_fhir.errors import KnowledgeError
from nelm_fhir.evaluator.registry import SPECS
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.files import mapping_files
from nelm_fhir.knowledge.loader import build_catalogue, load_catalogue

ESMO = "criteria/esmo-2020.toml"
OVERLAY_HEAD = 'name = "ward-7"\nversion = "1"\n'


def shipped() -> Catalogue:
    """The catalogue as shipped."""
    return load_catalogue(SPECS)


def changed(file: str, old: str, new: str) -> dict[str, bytes]:
    """The shipped files, in one of which the first occurrence of `old` is replaced."""
    files = dict(mapping_files())
    text = files[file].decode()
    assert old in text, f"{file} does not hold what the test wants to change"
    files[file] = text.replace(old, new, 1).encode()
    return files


def faults_of(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Every fault of these files."""
    with pytest.raises(KnowledgeError) as refused:
        build_catalogue(files, SPECS)
    return refused.value.faults


def overlay(folder: Path, **content: str) -> Path:
    """Write an overlay; in a key `__` stands for a slash, `_toml` and `_json` for the suffix."""
    for key, text in content.items():
        name = key.replace("__", "/").replace("_toml", ".toml").replace("_json", ".json")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def overlay_faults(*folders: Path) -> tuple[str, ...]:
    """Every fault of these overlays."""
    with pytest.raises(KnowledgeError) as refused:
        load_catalogue(SPECS, folders)
    return refused.value.faults
