"""Checks across files: every key that one file uses must stand in the file that defines it.

In: all that was read. Out: faults. Refused are unknown sources, policies, flags, options, scope
ids and figures, ids given twice, and whatever rules section 17 lists as not encoded.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec import Struct

from nelm_fhir.knowledge.criteria import BodyNote, CriteriaSet, Criterion, asks_of
from nelm_fhir.knowledge.faults import Faults
from nelm_fhir.knowledge.not_encoded import NOT_ENCODED
from nelm_fhir.knowledge.registers import Registers
from nelm_fhir.knowledge.tables import Definitions
from nelm_fhir.knowledge.texts import Texts

Place = tuple[str, str]
"""File and key."""


class LoadedSet(Struct, frozen=True):
    """A criteria set and the file it came from; `overlay` None for a published one."""

    file: str
    found: CriteriaSet
    overlay: str | None = None


class Everything(Struct, frozen=True):
    """All that was read, as far as it is cross-checked."""

    sets: tuple[LoadedSet, ...]
    bodies: tuple[BodyNote, ...]
    record: Criterion
    registers: Registers
    definitions: Definitions
    texts: Texts


def check(everything: Everything, faults: Faults) -> None:
    """Note every fault that shows only across files."""
    _check_ids(everything, faults)
    for loaded in everything.sets:
        _check_set(loaded, everything, faults)
    for body in everything.bodies:
        _check_body(body, everything, faults)
    _check_criterion("definitions/record.toml", everything.record, everything, faults)
    _check_flags(everything, faults)
    _check_outcomes(everything, faults)


def _check_ids(everything: Everything, faults: Faults) -> None:
    """Refuse an id that stands twice, and any that is not encoded."""
    seen: dict[str, str] = {}
    for file, key in _ids(everything):
        if key in NOT_ENCODED:
            faults.add(file, key, f"must not be encoded: {NOT_ENCODED[key]} (rules 17)")
        if key in seen:
            faults.add(file, key, f"stands in {seen[key]} already")
        seen.setdefault(key, file)


def _ids(everything: Everything) -> Iterator[tuple[str, str]]:
    for loaded in everything.sets:
        yield loaded.file, loaded.found.id
        yield from ((loaded.file, criterion.id) for criterion in loaded.found.criteria)
    for body in everything.bodies:
        yield "criteria/bodies.toml", body.id
        yield from (("criteria/bodies.toml", note.id) for note in body.notes)
    yield "definitions/record.toml", everything.record.id
    yield from (("outcomes", key) for key in everything.texts.figures)


def _check_set(loaded: LoadedSet, everything: Everything, faults: Faults) -> None:
    found, file = loaded.found, loaded.file
    _known(faults, (file, "sources"), "source", found.sources, everything.registers.sources)
    _known(faults, (file, "scope"), "scope id", found.scope, everything.definitions.scope.texts)
    if not found.scope:
        faults.add(file, "scope", "is empty; every set has a scope (rules 1.5)")
    _check_origin(loaded, everything, faults)
    for criterion in found.criteria:
        _check_criterion(file, criterion, everything, faults)
        _check_sources_named(file, criterion, found, faults)
        _check_flag_place(file, criterion, found, everything, faults)


def _check_origin(loaded: LoadedSet, everything: Everything, faults: Faults) -> None:
    """A set of an overlay names the published one it comes from; a published one names none."""
    origin = loaded.found.derived_from
    published = {entry.found.id for entry in everything.sets if entry.overlay is None}
    if loaded.overlay is None:
        if origin is not None:
            faults.add(loaded.file, "derived_from", "is for sets of an overlay")
        return
    if loaded.found.id in published:
        what = "a published set is never changed; give it an own id and derived_from"
        faults.add(loaded.file, "id", what)
    titles = {entry.found.title for entry in everything.sets if entry.overlay is None}
    if loaded.found.title in titles:
        what = "is that of a published set; people must be able to tell the two apart"
        faults.add(loaded.file, "title", what)
    if origin is None:
        faults.add(loaded.file, "derived_from", "is missing; name the published set it comes from")
    else:
        _known(faults, (loaded.file, "derived_from"), "criteria set", (origin,), published)


def _check_criterion(
    file: str, criterion: Criterion, everything: Everything, faults: Faults
) -> None:
    registers, key = everything.registers, criterion.id
    _known(faults, (file, f"{key}.source"), "source", _source_keys(criterion), registers.sources)
    _known(faults, (file, f"{key}.policy"), "policy", criterion.policy, registers.policies)
    _check_parameters(file, criterion, everything, faults)
    if criterion.flag is not None:
        flags = everything.texts.flags
        _known(faults, (file, f"{key}.flag"), "flag", (criterion.flag.id,), flags)
    for option in criterion.options:
        where = f"{key}.option.{option.name}"
        _known(faults, (file, where), "option", (option.name,), registers.options)
        _known(faults, (file, f"{where}.policy"), "policy", option.policy, registers.policies)


def _check_parameters(
    file: str, criterion: Criterion, everything: Everything, faults: Faults
) -> None:
    """A column or a test family that is asked for must stand in its table."""
    families = everything.definitions.staging.families
    sites = everything.definitions.sites.sites.values()
    columns = frozenset[str]().union(*(site.columns for site in sites))
    tables: Mapping[str, Collection[str]] = {"family": families, "column": columns}
    for ask in asks_of(criterion.question):
        for key in sorted(tables.keys() & ask.parameters.keys()):
            place = (file, f"{criterion.id}.{key}")
            _known(faults, place, key, [str(ask.parameters[key])], tables[key])


def _source_keys(criterion: Criterion) -> list[str]:
    own = [criterion.source.key] if criterion.source else []
    return own + [quotation.source.key for quotation in criterion.further]


def _check_sources_named(
    file: str, criterion: Criterion, found: CriteriaSet, faults: Faults
) -> None:
    for key in _source_keys(criterion):
        if key not in found.sources:
            faults.add(file, f"{criterion.id}.source", f"{key} is not among the set's sources")


def _check_flag_place(
    file: str, criterion: Criterion, found: CriteriaSet, everything: Everything, faults: Faults
) -> None:
    flag = everything.texts.flags.get(criterion.flag.id) if criterion.flag else None
    if flag is not None and not {found.id, found.derived_from} & set(flag.where):
        faults.add(file, f"{criterion.id}.flag", f"{flag.id} is not a flag of this set")


def _check_body(body: BodyNote, everything: Everything, faults: Faults) -> None:
    file, ids = "criteria/bodies.toml", _set_ids(everything)
    _known(faults, (file, f"{body.id}.beside"), "criteria set", body.beside, ids)
    for note in body.notes:
        _check_criterion(file, note, everything, faults)


def _set_ids(everything: Everything) -> frozenset[str]:
    return frozenset(loaded.found.id for loaded in everything.sets)


def _check_flags(everything: Everything, faults: Faults) -> None:
    places = _set_ids(everything) | {"patient"}
    for flag in everything.texts.flags.values():
        _known(faults, ("flags.toml", f"{flag.id}.where"), "place", flag.where, places)


def _check_outcomes(everything: Everything, faults: Faults) -> None:
    texts, rules, file = everything.texts, everything.texts.outcome_rules, "outcomes/rules.toml"
    shown = [*rules.always, *rules.with_milan_net, *rules.with_milan_net_resectable]
    shown += [*rules.recurrence_always, rules.late, rules.early, rules.surgery, rules.no_surgery]
    shown += [rules.mib1_high, rules.mib1_low, rules.le_treut_id]
    shown += [f"{rules.le_treut_id}={points}" for points in (0, 1, 2)]
    _known(faults, (file, ""), "figure", shown, texts.figures)
    for key in shown:
        if key in texts.figures and not texts.figures[key].beside_verdict:
            faults.add(file, key, "may not stand beside a verdict (POL-31)")
    notes = (rules.le_treut_boundary_note, rules.exact_note, rules.not_milan_note, rules.warning)
    _known(faults, (file, ""), "note", notes, texts.reference_notes)
    _known(faults, (file, "milan_net"), "criteria set", (rules.milan_net,), _set_ids(everything))
    sites = everything.definitions.sites.sites
    _known(faults, (file, "le_treut.sites"), "site", sorted(rules.le_treut_sites), sites)


def _known(
    faults: Faults, place: Place, what: str, words: Iterable[str], known: Collection[str]
) -> None:
    """Note every word that is not known, at that file and key."""
    file, key = place
    for word in words:
        if word and word not in known:
            faults.unknown(file, key, what, word, known)
