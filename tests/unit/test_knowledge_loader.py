"""The catalogue: found, cached, immutable, with a digest over every byte."""

from collections.abc import MutableMapping
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import cast

import pytest
from msgspec import structs
from tests.unit.knowledge_copies import ESMO, OVERLAY_HEAD, changed, overlay, shipped

from nelm_fhir.evaluator.registry import SPECS
from nelm_fhir.knowledge.files import case_files, mapping_files, samples
from nelm_fhir.knowledge.loader import build_catalogue, load_catalogue


def test_without_overlays_the_catalogue_is_read_once() -> None:
    assert load_catalogue(SPECS) is load_catalogue(dict(SPECS))


def test_other_definitions_give_another_catalogue() -> None:
    more = {**SPECS, "another": structs.replace(SPECS["age"], cases={})}
    assert load_catalogue(more) is not load_catalogue(SPECS)


def test_the_catalogue_cannot_be_changed() -> None:
    catalogue = shipped()
    with pytest.raises(FrozenInstanceError):
        catalogue.digest = "x"  # type: ignore[misc] # that it is refused is the test
    for table in (catalogue.sets, catalogue.texts.flags, catalogue.definitions.sites.sites):
        with pytest.raises(TypeError):
            cast("MutableMapping[str, object]", table)["x"] = 1


def test_the_digest_is_a_sha256_and_stays_the_same() -> None:
    first, second = (build_catalogue(mapping_files(), SPECS).digest for _ in range(2))
    assert first == second
    assert first.startswith("sha256:")
    assert len(first) == len("sha256:") + 64


@pytest.mark.parametrize(
    "file", [ESMO, "flags.toml", "codes/ki67.json", "fhir/CodeSystem-criterion.json"]
)
def test_any_byte_of_any_file_changes_the_digest(file: str) -> None:
    files = {**mapping_files(), file: mapping_files()[file] + b"\n"}
    assert build_catalogue(files, SPECS).digest != shipped().digest


def test_a_changed_word_in_a_comment_changes_the_digest() -> None:
    files = changed(ESMO, "# ESMO 2020", "# ESMO  2020")
    assert build_catalogue(files, SPECS).digest != shipped().digest


def test_moving_bytes_from_one_file_to_another_changes_the_digest() -> None:
    one = {**mapping_files(), "fhir/a.json": b"12", "fhir/b.json": b"3"}
    two = {**mapping_files(), "fhir/a.json": b"1", "fhir/b.json": b"23"}
    assert build_catalogue(one, SPECS).digest != build_catalogue(two, SPECS).digest


def test_an_overlay_changes_the_digest_by_its_name_and_by_each_byte(tmp_path: Path) -> None:
    heads = [OVERLAY_HEAD, OVERLAY_HEAD + "\n", OVERLAY_HEAD.replace("ward-7", "ward-8")]
    folders = [overlay(tmp_path / str(n), overlay_toml=head) for n, head in enumerate(heads)]
    digests = {load_catalogue(SPECS, [folder]).digest for folder in folders}
    assert len(digests | {shipped().digest}) == 4


def test_the_folder_name_of_an_overlay_does_not_matter(tmp_path: Path) -> None:
    folders = [overlay(tmp_path / name, overlay_toml=OVERLAY_HEAD) for name in ("a", "b")]
    one, two = (load_catalogue(SPECS, [folder]).digest for folder in folders)
    assert one == two


def test_cases_and_prose_are_no_knowledge_and_not_in_the_digest() -> None:
    files = mapping_files()
    assert not [file for file in files if file.startswith(("cases/", "overlays/"))]
    assert "README.md" not in files
    assert "vignettes.json" in case_files()


def test_samples_are_found() -> None:
    assert "meets-all" in samples()
