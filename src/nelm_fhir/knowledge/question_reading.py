"""What a criterion asks: one definition, or several joined by all or any, nested once.

In: the keys of a criterion that are not its own; the definitions by name. Out: an Ask or a Group.
Refused: an unknown definition or parameter, a limit where nothing is compared, a unit that does
not fit. Source: architecture section 3.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from nelm_fhir.core.amounts import TESTS, Test
from nelm_fhir.knowledge.criteria import Ask, DefinitionSpec, Group, Joined, Parameter
from nelm_fhir.knowledge.toml_reading import Section

Question = Ask | Group
Definitions = Mapping[str, DefinitionSpec]
NOTHING: Final = Ask("")
_FORMS: Final = ("asks", "all", "any")
_COMPARISON: Final = ("test", "limit", "unit")
_DEEPEST: Final = 2
_WHOLE: Final = Decimal(100)


def read_question(section: Section, definitions: Definitions, depth: int = 0) -> Question:
    """Return the one question of a table: `asks`, or `all` or `any` of several."""
    forms = [form for form in _FORMS if section.has(form)]
    if len(forms) != 1:
        found = "holds " + " and ".join(forms) if forms else "asks nothing"
        section.fault("", f"{found}; it must have exactly one of asks, all, any")
        return NOTHING
    if forms == ["asks"]:
        return _read_ask(section, definitions)
    return _read_group(section, Joined(forms[0]), definitions, depth)


def _read_group(section: Section, joined: Joined, definitions: Definitions, depth: int) -> Question:
    parts = section.sections(joined)
    if len(parts) == 1:
        section.fault(joined, "joins one question only")
    return Group(joined, tuple(_read_part(part, definitions, depth + 1) for part in parts))


def _read_part(section: Section, definitions: Definitions, depth: int) -> Question:
    if depth == _DEEPEST and not section.has("asks"):
        section.fault("", "all and any nest once; a deeper question is a definition of its own")
        return NOTHING
    question = read_question(section, definitions, depth)
    section.close()
    return question


def _read_ask(section: Section, definitions: Definitions) -> Ask:
    name = section.word("asks", definitions, "definition")
    spec = definitions.get(name)
    if spec is None:
        _ask_for_everything(section)
        return Ask(name)
    parameters = {key: _read_parameter(section, key, spec) for key in _named(section, spec)}
    if not spec.units:
        _refuse_comparison(section, name)
        return Ask(name, parameters=parameters)
    return Ask(
        name, _read_test(section), _read_limit(section), _read_unit(section, spec), parameters
    )


def _ask_for_everything(section: Section) -> None:
    """Mark all keys as read: what an unknown definition takes cannot be said."""
    for key in section.values:
        section.has(key)


def _named(section: Section, spec: DefinitionSpec) -> list[str]:
    present = [key for key in sorted(spec.parameters) if section.has(key)]
    for key in sorted(spec.required - set(present)):
        section.fault(key, f"is missing; {spec.name} needs it")
    return present


def _read_parameter(section: Section, key: str, spec: DefinitionSpec) -> Parameter:
    allowed = spec.parameters[key]
    if allowed:
        return section.word(key, allowed, key)
    value = section.values[key]
    if isinstance(value, str | bool | int | Decimal):
        return value
    return section.texts(key)


def _refuse_comparison(section: Section, name: str) -> None:
    for key in _COMPARISON:
        if section.has(key):
            section.fault(key, f"does not fit; {name} compares nothing")


def _read_test(section: Section) -> Test:
    word = section.word("test", TESTS, "sign")
    return next((test for test in TESTS if test == word), "<")


def _read_limit(section: Section) -> Decimal:
    limit = section.number("limit")
    if limit < 0 or (section.values.get("unit") == "%" and limit > _WHOLE):
        section.fault("limit", "lies outside what its unit can be")
    return limit


def _read_unit(section: Section, spec: DefinitionSpec) -> str:
    unit = section.text("unit")
    if unit and unit not in spec.units:
        fitting = " or ".join(sorted(spec.units))
        section.fault("unit", f"{unit!r} does not fit {spec.name}; it takes {fitting}")
    return unit
