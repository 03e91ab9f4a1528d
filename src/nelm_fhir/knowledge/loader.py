"""`load_catalogue`: mapping files and overlays into one checked, immutable Catalogue.

In: the definitions that criteria may ask (handed in by the evaluator), the folders of overlays.
Out: the Catalogue with its digest, or KnowledgeError with every fault of every file at once.
Source: architecture sections 2 and 3.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from nelm_fhir.knowledge.catalogue import Catalogue, OverlayName
from nelm_fhir.knowledge.check import check
from nelm_fhir.knowledge.code_build import build_code_tables
from nelm_fhir.knowledge.code_overlays import OverlayCodes
from nelm_fhir.knowledge.codes import CodeTables
from nelm_fhir.knowledge.criteria import DefinitionSpec
from nelm_fhir.knowledge.digest import digest_of
from nelm_fhir.knowledge.faults import Faults
from nelm_fhir.knowledge.files import mapping_files, overlay_files
from nelm_fhir.knowledge.language_check import Named, check_language, check_named
from nelm_fhir.knowledge.overlay import Answers, Overlay, Shipped, read_json, read_overlay
from nelm_fhir.knowledge.shipped_reading import OTHERS, TEXTS, Parts, ShippedFiles, read_shipped
from nelm_fhir.knowledge.tables import Definitions
from nelm_fhir.knowledge.wording_check import check_words
from nelm_fhir.knowledge.wording_reading import language_of

Specs = Mapping[str, DefinitionSpec]

_SYSTEMS: Final = "codes/systems.toml"
_CODE_FILES: Final = ("codes/", "fhir/CodeSystem-attested-", "fhir/ValueSet-attested-")
_shipped: list[tuple[Specs, Catalogue]] = []
"""What was loaded last without overlays: a process asks for it again and again."""


def load_catalogue(definitions: Specs, overlays: Sequence[Path] = ()) -> Catalogue:
    """Return the catalogue; without overlays it is read once per process.

    Raises KnowledgeError with every fault, if any file has one.
    """
    if overlays:
        contents = [overlay_files(folder) for folder in overlays]
        return build_catalogue(mapping_files(), definitions, contents)
    for known, catalogue in _shipped:
        if known == definitions:
            return catalogue
    catalogue = build_catalogue(mapping_files(), definitions)
    _shipped[:] = [(definitions, catalogue)]
    return catalogue


def build_catalogue(
    files: Mapping[str, bytes],
    definitions: Specs,
    overlays: Sequence[tuple[str, Mapping[str, bytes]]] = (),
) -> Catalogue:
    """Return the catalogue of these files; an overlay is its folder's name and its files."""
    reader = ShippedFiles(files, Faults())
    parts = read_shipped(reader, definitions)
    shipped = Shipped(
        frozenset(parts.registers.options),
        definitions,
        parts.attested,
        parts.definitions.freshness.imaging_months,
    )
    read = [read_overlay(name, content, shipped, reader.faults) for name, content in overlays]
    _check_names(read, reader.faults)
    catalogue = _assemble(reader, parts, tuple(read))
    reader.faults.raise_if_any()
    return catalogue


def _check_names(overlays: Sequence[Overlay], faults: Faults) -> None:
    names = [overlay.name for overlay in overlays]
    for name in sorted({name for name in names if names.count(name) > 1}):
        faults.add("overlays", "name", f"two overlays are named {name!r}")


def _assemble(reader: ShippedFiles, parts: Parts, overlays: tuple[Overlay, ...]) -> Catalogue:
    own = tuple(loaded for overlay in overlays for loaded in overlay.sets)
    checked = replace(parts.checked, sets=parts.checked.sets + own)
    check(checked, reader.faults)
    _check_languages(reader, parts)
    codes = _read_codes(reader, overlays)
    reader.close()
    sets = sorted((loaded.found for loaded in checked.sets), key=lambda found: found.order)
    return Catalogue(
        sets=MappingProxyType({found.id: found for found in sets}),
        bodies=checked.bodies,
        record=checked.record,
        sources=parts.registers.sources,
        policies=parts.registers.policies,
        definitions=_with_freshness(parts.definitions, overlays),
        texts=parts.texts,
        codes=codes,
        options=_joined_options(overlays, reader.faults),
        overlays=tuple(OverlayName(overlay.name, overlay.version) for overlay in overlays),
        digest=digest_of(_all_files(reader.files, overlays)),
        attested=parts.attested,
        form=parts.form,
        answers=_joined_answers(overlays, reader.faults),
        known_options=parts.registers.options,
        units=parts.units,
    )


def _check_languages(reader: ShippedFiles, parts: Parts) -> None:
    """Note what a language lacks: words of records and tables, and what another one says."""
    languages, named = parts.texts.languages, _named(parts)
    for file in (TEXTS, *OTHERS):
        wording = languages[language_of(file)].wording
        check_words(file, wording, parts.definitions, parts.attested, reader.faults)
        both = reader.values(TEXTS) and wording.phrases  # one that cannot be read is one fault
        if file != TEXTS and both:
            check_language(file, reader.values(file), reader.values(TEXTS), reader.faults)
            check_named(file, wording, named, reader.faults)


def _named(parts: Parts) -> Named:
    """Return the ids of the shipped files whose words other languages need."""
    checked, texts = parts.checked, parts.texts
    criteria = [c for loaded in checked.sets for c in loaded.found.criteria]
    notes = [note for body in checked.bodies for note in body.notes]
    written = {one.id for one in (*criteria, *notes) if one.text is not None}
    figures = {key for key, figure in texts.figures.items() if figure.beside_verdict}
    own = (*texts.flags, *texts.reference_notes, *texts.surveillance)
    return Named(
        frozenset(one.id for one in (*criteria, checked.record)),
        frozenset({*written, *own, *figures, *parts.definitions.scope.texts}),
        frozenset(figures),
    )


def _read_codes(reader: ShippedFiles, overlays: Sequence[Overlay]) -> CodeTables:
    names = [
        name for name in reader.files if name.endswith(".json") and name.startswith(_CODE_FILES)
    ]
    resources = read_json({name: reader.files[name] for name in names}, reader.faults)
    tables_, found = build_code_tables(
        resources,
        reader.values(_SYSTEMS),
        [OverlayCodes(o.name, o.codes, o.switched_off) for o in overlays],
    )
    reader.faults.found.extend(found)
    return tables_


def _with_freshness(definitions: Definitions, overlays: Sequence[Overlay]) -> Definitions:
    """Return the tables with the strictest freshness that any overlay asks for."""
    ours = definitions.freshness.imaging_months
    months = min([ours, *(o.imaging_months for o in overlays if o.imaging_months is not None)])
    return replace(definitions, freshness=replace(definitions.freshness, imaging_months=months))


def _joined_options(overlays: Sequence[Overlay], faults: Faults) -> Mapping[str, bool]:
    options: dict[str, bool] = {}
    for overlay in overlays:
        for name, value in overlay.options.items():
            if options.setdefault(name, value) is not value:
                faults.add(overlay.name, f"options.{name}", "another overlay sets it otherwise")
    return MappingProxyType(options)


def _joined_answers(overlays: Sequence[Overlay], faults: Faults) -> Answers:
    joined: dict[str, dict[str, str]] = {}
    for overlay in overlays:
        for element, strings in overlay.answers.items():
            known = joined.setdefault(element, {})
            for string, word in strings.items():
                if known.setdefault(string, word) != word:
                    what = "another overlay gives it another meaning"
                    faults.add(f"{overlay.name}/answers.toml", f"{element}.{string}", what)
    return MappingProxyType({key: MappingProxyType(words) for key, words in joined.items()})


def _all_files(files: Mapping[str, bytes], overlays: Sequence[Overlay]) -> Mapping[str, bytes]:
    everything = dict(files)
    for overlay in overlays:
        everything |= {f"overlays/{overlay.name}/{p}": body for p, body in overlay.content.items()}
    return everything
