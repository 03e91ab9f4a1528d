"""The tables of `mappings/definitions/`: one reader per file.

In: the parsed files. Out: the types of `tables.py`. Source: rules sections 1.5, 6 to 10.
"""

from types import MappingProxyType
from typing import Final

from nelm_fhir.core.logic import Status
from nelm_fhir.core.unknown import Reason
from nelm_fhir.knowledge.tables import (
    Burden,
    Freshness,
    GradeLimits,
    Grading,
    Scope,
    Site,
    SiteTable,
    Staging,
    Symptoms,
    TestFamily,
    TextGrammar,
)
from nelm_fhir.knowledge.toml_reading import Section

_SIGNS: Final = ("<", "<=", ">", ">=")
_STATUSES: Final = frozenset(status.value for status in Status)
_REASONS: Final = frozenset(reason.value for reason in Reason)
_ROW_KEYS: Final = frozenset({"sites", "reason", "outcome_table", "removable", "basis"})


def read_grading(file: Section) -> Grading:
    """Return the WHO 2019 grading table (rules 6.1, 6.2)."""
    grading = Grading(
        edition=file.text("edition"),
        ki67=_read_limits(file.section("ki67")),
        mitoses=_read_limits(file.section("mitoses")),
        low_count_below=file.integer("low_count_below"),
        low_count_materials=_set(file, "low_count_materials"),
        regraded_editions=_set(file, "regraded_editions"),
        other_scale_sites=_set(file, "other_scale_sites"),
        carcinoma_histologies=_set(file, "carcinoma_histologies"),
        net_histologies=_set(file, "net_histologies"),
        out_of_scope_histologies=_set(file, "out_of_scope_histologies"),
        carcinoma_differentiation=_set(file, "carcinoma_differentiation"),
        net_differentiation=_set(file, "net_differentiation"),
        net_grades=_set(file, "net_grades"),
        grade_of_differentiation=MappingProxyType(file.mapping("grade_of_differentiation")),
    )
    file.close()
    return grading


def _set(section: Section, key: str) -> frozenset[str]:
    return frozenset(section.texts(key))


def _read_limits(section: Section) -> GradeLimits:
    limits = GradeLimits(
        section.number("g2_from"), section.number("g3_above"), section.text("unit")
    )
    section.close()
    return limits


def read_grammar(file: Section) -> TextGrammar:
    """Return the words of the Ki-67 and mitosis grammars (rules 6.4, 6.5)."""
    comparators = file.mapping("comparators")
    for word, sign in comparators.items():
        if sign not in _SIGNS:
            file.unknown(f"comparators.{word}", "sign", sign, _SIGNS)
    grammar = TextGrammar(
        labels=file.texts("labels"),
        label_words=file.texts("label_words"),
        percent=file.texts("percent"),
        comparators=MappingProxyType(comparators),
        approximations=file.texts("approximations"),
        range_words=file.texts("range_words"),
        mitosis_words=file.texts("mitosis_words"),
        ki67_max=file.number("ki67_max"),
        hpf_at_least=file.integer("hpf_at_least"),
        hpf_canonical=file.number("hpf_canonical"),
        mm2_canonical=file.number("mm2_canonical"),
    )
    file.close()
    return grammar


def read_sites(file: Section) -> SiteTable:
    """Return the site table (rules 7.1), its rows expanded to single sites."""
    rows = file.sections("row")
    columns = sorted({key for row in rows for key in row.values} - _ROW_KEYS)
    sites: dict[str, Site] = {}
    for row in rows:
        for site in _read_row(row, columns):
            if site.word in sites:
                row.fault("sites", f"{site.word!r} stands in two rows")
            sites[site.word] = site
    refines = file.mapping("refines")
    for word in [*refines, *refines.values()]:
        if word not in sites:
            file.unknown(f"refines.{word}", "site", word, sites)
    table = SiteTable(
        sites=MappingProxyType(sites),
        liver=file.word("liver", sites, "site"),
        unknown_primary=file.word("unknown_primary", sites, "site"),
        refines=MappingProxyType(refines),
    )
    file.close()
    return table


def _read_row(row: Section, columns: list[str]) -> list[Site]:
    statuses = {column: row.word(column, _STATUSES, "status") for column in columns}
    known = {c: Status(word) for c, word in statuses.items() if word in _STATUSES}
    reason = row.word("reason", _REASONS, "reason") if row.has("reason") else ""
    outcome_table = row.boolean("outcome_table", default=True)
    removable = row.boolean("removable", default=True)
    basis = row.text("basis")
    words = row.texts("sites")
    row.close()
    return [
        Site(
            word,
            MappingProxyType(known),
            Reason(reason) if reason in _REASONS else Reason.SITE_NOT_CLASSIFIED,
            outcome_table,
            removable,
            basis,
        )
        for word in words
    ]


def read_staging(file: Section) -> Staging:
    """Return accepted tests, classes of foci and modalities (rules 8, 9.3)."""
    families = {key: _read_family(key, entry) for key, entry in file.section("family").entries()}
    staging = Staging(
        families=MappingProxyType(families),
        pet_modalities=_set(file, "pet_modalities"),
        sstr_tracers=_set(file, "sstr_tracers"),
        fdg_tracer=file.text("fdg_tracer"),
        node_classes=_set(file, "node_classes"),
        solid_classes=_set(file, "solid_classes"),
        deposit_classes=_set(file, "deposit_classes"),
        hilar_class=file.text("hilar_class"),
        regional_class=file.text("regional_class"),
        known_classes=_set(file, "known_classes"),
        confirm_months=file.integer("confirm_months"),
        imaging=_set(file, "imaging"),
        non_imaging=_set(file, "non_imaging"),
        typical_imaging=MappingProxyType(file.mapping("typical_imaging")),
        cross_sectional=_set(file, "cross_sectional"),
    )
    _check_classes(file, staging)
    file.close()
    return staging


def _read_family(key: str, section: Section) -> TestFamily:
    tracers = _set(section, "tracers") if section.has("tracers") else None
    family = TestFamily(key, _set(section, "modalities"), tracers)
    section.close()
    return family


def _check_classes(file: Section, staging: Staging) -> None:
    named = {
        "node_classes": staging.node_classes,
        "solid_classes": staging.solid_classes,
        "deposit_classes": staging.deposit_classes,
        "hilar_class": {staging.hilar_class},
        "regional_class": {staging.regional_class},
    }
    for key, words in named.items():
        for word in sorted(set(words) - staging.known_classes - {""}):
            file.unknown(key, "class", word, staging.known_classes)


def read_freshness(file: Section) -> Freshness:
    """Return how long imaging is fresh (rules 8.2)."""
    freshness = Freshness(file.integer("imaging_months"))
    file.close()
    return freshness


def read_burden(file: Section) -> Burden:
    """Return the bounds of liver involvement (rules 10.1)."""
    burden = Burden(file.number("lowest"), file.number("highest"), file.text("unit"))
    file.close()
    return burden


def read_symptoms(file: Section) -> Symptoms:
    """Return the therapies that make symptoms refractory (rules 10.2)."""
    symptoms = Symptoms(
        analog=file.text("analog"),
        systemic=_set(file, "systemic"),
        locoregional=_set(file, "locoregional"),
        multiple=file.integer("multiple"),
    )
    file.close()
    return symptoms


def read_scope(file: Section) -> Scope:
    """Return the scope gate (rules 1.5)."""
    texts = file.mapping("texts")
    scope = Scope(
        adult_years=file.integer("adult_years"),
        texts=MappingProxyType(texts),
        post_transplant=file.word("post_transplant", texts, "scope id"),
    )
    file.close()
    return scope
