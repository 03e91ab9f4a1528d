"""The words of one language read and checked: `mappings/texts/<language>.toml`.

In: the file, and the definitions with the cases they are told by. Out: a Wording. A case without a
sentence, an unknown answer without what would settle it, a failed one without what would change
it, and a field that a case does not have are faults.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from nelm_fhir.core.logic import Status
from nelm_fhir.knowledge.criteria import DefinitionSpec
from nelm_fhir.knowledge.toml_reading import Section
from nelm_fhir.knowledge.wording import ANY_CASE, NO_CASES, Cases, Template, Wording, Words

Specs = Mapping[str, DefinitionSpec]
FORMS: Final = frozenset({"on", "of", "optional", "within"})


class _Table(Struct, frozen=True):
    """Texts by definition and case: of which outcomes, and whether one may stand for all cases."""

    name: str
    outcomes: frozenset[str]
    has_default: bool = True


_TABLES: Final = (
    _Table("sentences", frozenset({*map(str, Status), "running", "beside"}), has_default=False),
    _Table("needs", frozenset({str(Status.UNKNOWN)})),
    _Table("changes", frozenset({str(Status.NOT_MET)})),
)


def read_wording(file: Section, specs: Specs, more: Mapping[str, Words]) -> Wording:
    """Return the wording; `more` are tables of words that stand elsewhere in the file."""
    words = {name: _texts(section) for name, section in file.section("words").entries()}
    phrases = {name: _templates(section) for name, section in file.section("phrases").entries()}
    same = file.mapping("same")
    told = [_told(file.section(table.name), table, specs, same) for table in _TABLES]
    return Wording(
        MappingProxyType({**more, **words}),
        MappingProxyType(phrases),
        told[0],
        told[1],
        told[2],
        language_of(file.file),
    )


def language_of(file: str) -> str:
    """Return the code of the language that a file speaks: its name."""
    return file.rpartition("/")[2].removesuffix(".toml")


def _texts(section: Section) -> Words:
    return MappingProxyType({key: section.text(key) for key in section.values})


def _templates(section: Section) -> Cases:
    return MappingProxyType(
        {key: _template(section, key, text) for key, text in _texts(section).items()}
    )


def _template(section: Section, key: str, text: str) -> Template:
    try:
        template = Template.parse(text)
    except ValueError as error:
        section.fault(key, f"is no template: {error}")
        return Template(())
    for form in sorted(template.forms - FORMS):
        section.unknown(key, "form", form, FORMS)
    return template


def _told(
    section: Section, table: _Table, specs: Specs, same: Mapping[str, str]
) -> Mapping[str, Cases]:
    """Return the texts of every definition, those that it shares with another one included."""
    own = {name: _templates(entry) for name, entry in section.entries()}
    for name in sorted(own.keys() - specs.keys()):
        section.unknown(name, "definition", name, specs)
    found = {name: _with_shared(name, own, specs[name], same) for name in specs}
    for name, cases in found.items():
        _check(section, table, specs[name], cases, own.get(name, NO_CASES))
    return MappingProxyType(found)


def _with_shared(
    name: str, own: Mapping[str, Cases], spec: DefinitionSpec, same: Mapping[str, str]
) -> Cases:
    """Return own texts, and for cases without one those of the definition it is told like."""
    texts: dict[str, Template] = {}
    current: str | None = name
    while current is not None:
        for case, template in own.get(current, NO_CASES).items():
            if current == name or case in spec.cases or case == ANY_CASE:
                texts.setdefault(case, template)
        current = same.get(current)
    return MappingProxyType(texts)


def _check(section: Section, table: _Table, spec: DefinitionSpec, cases: Cases, own: Cases) -> None:
    known = {case for case, its in spec.cases.items() if its.outcome in table.outcomes}
    for case in sorted(own.keys() - known - ({ANY_CASE} if table.has_default else set())):
        section.unknown(f"{spec.name}.{case}", "case", case, known)
    for case in sorted(known):
        template = cases.get(case) or cases.get(ANY_CASE)
        if template is None:
            section.fault(f"{spec.name}.{case}", "is missing")
            continue
        for name in sorted(template.fields - spec.cases[case].fields):
            section.unknown(f"{spec.name}.{case}", "field", name, spec.cases[case].fields)
