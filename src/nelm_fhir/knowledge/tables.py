"""Types of the tables that definitions read: grading, sites, tests, freshness, scope, treatments.

Every number of rules sections 6 to 10 that is not a criterion's own limit stands in
`mappings/definitions/*.toml` and arrives here.
"""

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from nelm_fhir.core.logic import Status
from nelm_fhir.core.unknown import Reason


class GradeLimits(Struct, frozen=True):
    """Votes of one index (rules 6.1, WHO 2019): below `g2_from` G1, above `g3_above` G3."""

    g2_from: Decimal
    g3_above: Decimal
    unit: str


class Grading(Struct, frozen=True):
    """WHO 2019 grading and what goes with it (rules 6.1, 6.2).

    `edition` is the edition that grades; a report by one of `regraded_editions` is regraded from
    its numbers. `low_count_below` cells is a low count. `other_scale_sites` have another scale
    (lung, thymus). `carcinoma_histologies`, `net_histologies`, `out_of_scope_histologies` are words
    of rules 15.2. `grade_of_differentiation` maps moderate to G2.
    """

    edition: str
    ki67: GradeLimits
    mitoses: GradeLimits
    low_count_below: int
    low_count_materials: frozenset[str]
    regraded_editions: frozenset[str]
    other_scale_sites: frozenset[str]
    carcinoma_histologies: frozenset[str]
    net_histologies: frozenset[str]
    out_of_scope_histologies: frozenset[str]
    carcinoma_differentiation: frozenset[str]
    net_differentiation: frozenset[str]
    net_grades: frozenset[str]
    grade_of_differentiation: Mapping[str, str]


class TextGrammar(Struct, frozen=True):
    """Words of the Ki-67 and mitosis grammars (rules 6.4, 6.5); all lower case, spaces removed.

    `comparators` maps a sign or word to `<`, `<=`, `>`, `>=`; `hpf_at_least` is the smallest number
    of fields that is converted, `mm2_canonical` the area that counts are reported per, and
    `hpf_canonical` the number of fields taken for it.
    """

    labels: tuple[str, ...]
    label_words: tuple[str, ...]
    percent: tuple[str, ...]
    comparators: Mapping[str, str]
    approximations: tuple[str, ...]
    range_words: tuple[str, ...]
    mitosis_words: tuple[str, ...]
    ki67_max: Decimal
    hpf_at_least: int
    hpf_canonical: Decimal
    mm2_canonical: Decimal


class Site(Struct, frozen=True):
    """One row of the site table 7.1: the status of each column, and the reason where unknown.

    `outcome_table`: P1 may be shown (rules 11.1); `removable`: can be *removed* (7.2); `basis` as
    printed in the table.
    """

    word: str
    columns: Mapping[str, Status]
    reason: Reason
    outcome_table: bool
    removable: bool
    basis: str = ""


class SiteTable(Struct, frozen=True):
    """Table 7.1; a word outside it is unknown, `site-not-classified`.

    `liver` is the word of a primary of the liver, `unknown_primary` that of a primary established
    as unknown; `refines` maps a site to the coarser site that it refines.
    """

    sites: Mapping[str, Site]
    liver: str
    unknown_primary: str
    refines: Mapping[str, str]


class TestFamily(Struct, frozen=True):
    """A family of rules 8.1: accepted modalities; `tracers` None accepts any, also unknown ones."""

    id: str
    modalities: frozenset[str]
    tracers: frozenset[str] | None

    def serves(self, other: "TestFamily") -> bool:
        """Whether every test of this family is one of the other, too."""
        if not self.modalities <= other.modalities or other.tracers is None:
            return self.modalities <= other.modalities
        return self.tracers is not None and self.tracers <= other.tracers


class Staging(Struct, frozen=True):
    """Tables of section 8.

    `sstr_tracers` are the somatostatin receptor PET tracers, `gallium_tracers` those of 68Ga,
    `fdg_tracer` FDG. `confirm_months` is the calendar month of 8.4. `imaging` and `non_imaging` are
    modality words of responses (9.3).
    """

    families: Mapping[str, TestFamily]
    pet_modalities: frozenset[str]
    sstr_tracers: frozenset[str]
    fdg_tracer: str
    node_classes: frozenset[str]
    solid_classes: frozenset[str]
    deposit_classes: frozenset[str]
    hilar_class: str
    regional_class: str
    known_classes: frozenset[str]
    confirm_months: int
    imaging: frozenset[str]
    non_imaging: frozenset[str]
    typical_imaging: Mapping[str, str]
    """Modality to technique of rules 8.6."""
    cross_sectional: frozenset[str]


class Freshness(Struct, frozen=True):
    """How many calendar months imaging-derived evidence is fresh (rules 8.2, POL-07)."""

    imaging_months: int


class Burden(Struct, frozen=True):
    """Bounds of liver involvement in percent (rules 10.1)."""

    lowest: Decimal
    highest: Decimal
    unit: str


class Symptoms(Struct, frozen=True):
    """Refractory hormonal symptoms (rules 10.2)."""

    analog: str
    systemic: frozenset[str]
    locoregional: frozenset[str]
    multiple: int


class Scope(Struct, frozen=True):
    """The scope gate (rules 1.5): adult age in completed years, and the text of each scope id."""

    adult_years: int
    texts: Mapping[str, str]
    post_transplant: str


class Definitions(Struct, frozen=True):
    """All tables of `mappings/definitions/`."""

    grading: Grading
    grammar: TextGrammar
    sites: SiteTable
    staging: Staging
    freshness: Freshness
    burden: Burden
    symptoms: Symptoms
    scope: Scope
