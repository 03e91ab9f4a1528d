"""The files of `mappings/styles/`, read and checked: `load_styles`.

In: one TOML file per style, the names of code systems of `codes/systems.toml`. Out: the styles by
id, or KnowledgeError with every fault of every file. A code is written `system-id#code`.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from nelm_fhir.core.codes import Code, Coding
from nelm_fhir.core.unknown import Reason
from nelm_fhir.knowledge.faults import Faults
from nelm_fhir.knowledge.files import mapping_files, style_files
from nelm_fhir.knowledge.noise import NoiseRow, read_noise
from nelm_fhir.knowledge.styles import BUNDLES, HABITS, Carrier, Codings, FocusCode, Style
from nelm_fhir.knowledge.toml_reading import Section, read_toml

NOISE: Final = "noise.toml"
SHARED: Final = "shared.toml"
_SYSTEMS: Final = "codes/systems.toml"
_REASONS: Final = frozenset(str(reason) for reason in Reason)
_CODED: Final = "coded"
_ATTESTED: Final = "attested"


@cache
def load_styles() -> Mapping[str, Style]:
    """Return the styles by id; read once per process."""
    return build_styles(style_files(), system_uris(mapping_files()[_SYSTEMS]))


@cache
def load_noise() -> tuple[NoiseRow, ...]:
    """Return what stands around a record without being about the disease."""
    faults = Faults()
    file = read_toml(NOISE, style_files()[NOISE], faults)
    uris = dict(system_uris(mapping_files()[_SYSTEMS])) | file.mapping("systems")
    rows = read_noise(file, Codes(uris, {}).read)
    faults.raise_if_any()
    return rows


def system_uris(content: bytes) -> Mapping[str, str]:
    """Return the canonical URI of each code system by its id."""
    return {row["id"]: row["uri"] for row in tomllib.loads(content.decode())["system"]}


def build_styles(files: Mapping[str, bytes], uris: Mapping[str, str]) -> Mapping[str, Style]:
    """Return the styles of these files; raises KnowledgeError with every fault."""
    faults = Faults()
    sections = {name: read_toml(name, files[name], faults) for name in sorted(files)}
    sections.pop(NOISE, None)
    words = _said(sections.pop(SHARED), Codes(uris, {}))
    styles = [_style(section, uris, words) for section in sections.values()]
    faults.raise_if_any()
    return MappingProxyType({style.id: style for style in styles})


class _Said(Struct, frozen=True):
    """What is said by code: questions by group, answers by group and word."""

    questions: Mapping[str, Codings]
    answers: Mapping[str, Mapping[str, Codings]]


def _said(file: Section, codes: "Codes") -> _Said:
    answers = {key: _questions(part, codes) for key, part in file.section("says").entries()}
    return _Said(_questions(file.section("asks"), codes), answers)


class Codes:
    """Reads codes of one file: `snomed#1255078008`."""

    def __init__(self, uris: Mapping[str, str], versions: Mapping[str, str]) -> None:
        self._uris = uris
        self._versions = versions

    def read(self, section: Section, key: str) -> Codings:
        """Return the codings of a list of codes."""
        return tuple(self._one(section, key, text) for text in section.texts(key))

    def _one(self, section: Section, key: str, text: str) -> Coding:
        system, mark, code = text.partition("#")
        if not mark or not code or system not in self._uris:
            section.unknown(key, "code system", system, self._uris)
        return Coding(Code(self._uris.get(system, ""), code), None, self._versions.get(system))


def _style(file: Section, uris: Mapping[str, str], shared: _Said) -> Style:
    codes = Codes({**uris, **_table(file, "systems")}, _table(file, "versions"))
    own = _said(file, codes)
    style = Style(
        id=file.text("id"),
        title=file.text("title"),
        bundle=file.word("bundle", BUNDLES, "type of Bundle"),
        base=file.text("base"),
        zone=file.text("zone"),
        language=file.text("language"),
        speaks=frozenset(uris.get(name, "") for name in file.words("speaks", uris, "system")),
        carriers=_carriers(file.section("carries")),
        questions={**shared.questions, **own.questions},
        answers={**shared.answers, **own.answers},
        foci=tuple(_focus(row, codes) for row in _rows(file, "focus")),
        texts=_table(file, "texts"),
        profiles=_table(file, "profiles"),
        extensions=_table(file, "extensions"),
        other=_questions(file.section("other"), codes),
        habits=frozenset(file.words("habits", HABITS, "habit")),
    )
    file.close()
    return style


def _rows(file: Section, key: str) -> list[Section]:
    return file.sections(key) if file.has(key) else []


def _table(file: Section, key: str) -> Mapping[str, str]:
    return file.mapping(key) if file.has(key) else {}


def _questions(section: Section, codes: Codes) -> Mapping[str, Codings]:
    return {key: codes.read(section, key) for key in section.values}


def _carriers(section: Section) -> Mapping[str, Carrier]:
    """Return the carriers; a line may be said like another one, under the same conditions."""
    found: dict[str, Carrier] = {}
    for key, value in section.values.items():
        like = value.get("like") if isinstance(value, dict) else None
        found[key] = found[like] if like in found else _carrier(section, key)
    return found


def _carrier(section: Section, key: str) -> Carrier:
    value = section.values[key]
    if isinstance(value, str):
        section.word(key, (_CODED, _ATTESTED), "carrier")
        return Carrier(key, coded=value == _CODED)
    row = section.section(key)
    reason = row.word("text", _REASONS, "reason")
    carrier = Carrier(
        element=key,
        coded=row.boolean(_CODED, default=False),
        lost=Reason(reason) if reason in _REASONS else None,
        words=frozenset(row.texts("words", optional=True)),
        leaf=row.text("leaf", default=""),
        without=row.texts("without", optional=True),
        alone=row.boolean("alone", default=False),
    )
    row.close()
    return carrier


def _focus(row: Section, codes: Codes) -> FocusCode:
    focus = FocusCode(codes.read(row, "codes"), row.text("organ"), row.optional_text("class"))
    row.close()
    return focus
