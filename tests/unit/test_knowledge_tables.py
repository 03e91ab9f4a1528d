"""The tables of the definitions against tables transcribed from rules sections 6 to 10."""

from decimal import Decimal

import pytest
from tests.unit.knowledge_copies import shipped

from nelm_fhir.core.unknown import Reason

TABLES = shipped().definitions
COLUMNS = ("gep", "portal", "m07-range", "optn-sitex", "b-sitex")
WORDS = {"+": "met", "-": "not-met", "?": "unknown", "x": "not-applicable"}

# columns as in rules 7.1: GEP, portal, M07 range, OPTN-SITEX, B-SITEX
SITES = """
+++++ stomach-distal duodenum jejunum ileum meckel small-intestine ampulla appendix cecum
+++++ colon-ascending colon-transverse colon-descending colon-sigmoid colon
+++++ pancreas pancreas-head pancreas-body pancreas-tail
+?-++ stomach-proximal rectum-mid
+??++ stomach
++-++ rectum-upper
+---- rectum-lower esophagus
+?-?? rectum
----- lung adrenal thyroid
---++ thymus ovary testis kidney bladder breast skin
???++ gallbladder bile-duct
????- unknown-primary
xxxxx liver
"""
ROWS = {word: row.split()[0] for row in SITES.strip().splitlines() for word in row.split()[1:]}


@pytest.mark.parametrize(("site", "signs"), ROWS.items())
def test_every_site_has_the_statuses_of_the_site_table(site: str, signs: str) -> None:
    expected = {c: WORDS[sign] for c, sign in zip(COLUMNS, signs, strict=True)}
    assert TABLES.sites.sites[site].columns == expected


def test_there_is_no_other_site() -> None:
    assert set(TABLES.sites.sites) == set(ROWS)


def test_only_an_unknown_primary_is_never_removed_and_never_in_the_outcome_table() -> None:
    sites = TABLES.sites.sites.values()
    assert [s.word for s in sites if not s.removable] == ["unknown-primary"]
    assert [s.word for s in sites if not s.outcome_table] == ["unknown-primary"]
    assert TABLES.sites.unknown_primary == "unknown-primary"
    assert TABLES.sites.liver == "liver"


def test_an_open_site_says_that_it_is_not_classified() -> None:
    assert TABLES.sites.sites["stomach"].reason is Reason.SITE_NOT_CLASSIFIED
    assert TABLES.sites.sites["unknown-primary"].reason is Reason.RECORDED_AS_UNKNOWN


@pytest.mark.parametrize(
    ("coarse", "fine"),
    [
        ("rectum", {"rectum-upper", "rectum-mid", "rectum-lower"}),
        ("stomach", {"stomach-distal", "stomach-proximal"}),
        ("small-intestine", {"duodenum", "jejunum", "ileum", "meckel"}),
        ("pancreas", {"pancreas-head", "pancreas-body", "pancreas-tail"}),
        (
            "colon",
            {"cecum", "colon-ascending", "colon-transverse", "colon-descending", "colon-sigmoid"},
        ),
    ],
)
def test_a_part_of_an_organ_refines_the_organ(coarse: str, fine: set[str]) -> None:
    assert {site for site, of in TABLES.sites.refines.items() if of == coarse} == fine


def test_the_who_2019_limits_are_those_of_the_rule_book() -> None:
    grading = TABLES.grading
    assert (grading.ki67.g2_from, grading.ki67.g3_above, grading.ki67.unit) == (3, 20, "%")
    assert (grading.mitoses.g2_from, grading.mitoses.g3_above) == (2, 20)
    assert grading.mitoses.unit == "/(2.mm2)"
    assert (grading.edition, grading.regraded_editions) == ("2019", {"2010"})
    assert (grading.low_count_below, grading.low_count_materials) == (500, {"cytology"})
    assert grading.other_scale_sites == {"lung", "thymus"}
    assert grading.grade_of_differentiation == {"moderate": "G2"}
    assert grading.carcinoma_histologies == {"NEC", "NEC-large-cell", "NEC-small-cell"}
    assert grading.out_of_scope_histologies == {"MiNEN", "other"}


def test_numbers_are_exact_decimals() -> None:
    assert isinstance(TABLES.grading.ki67.g3_above, Decimal)
    assert isinstance(TABLES.burden.highest, Decimal)


def test_the_accepted_tests_of_each_family_are_those_of_the_rule_book() -> None:
    families = TABLES.staging.families
    pet = {"PET/CT", "PET/MR"}
    gallium = {"68Ga-DOTATATE", "68Ga-DOTATOC", "68Ga-DOTANOC"}
    assert {key: (f.modalities, f.tracers) for key, f in families.items()} == {
        "sstr-pet": (pet, gallium | {"64Cu-DOTATATE"}),
        "68ga-pet": (pet, gallium),
        "optn": (pet | {"scintigraphy"}, None),
        "ct-or-mri": ({"CT", "MRI"}, None),
    }


def test_the_classes_of_foci_and_the_imaging_modalities_are_those_of_the_rule_book() -> None:
    staging = TABLES.staging
    assert staging.node_classes == {"regional-node", "hilar-node", "node"}
    assert staging.solid_classes == {"solid-organ", "bone"}
    assert staging.deposit_classes == {"peritoneum", "other"}
    parts = staging.node_classes | staging.solid_classes | staging.deposit_classes
    assert staging.known_classes == parts
    assert staging.confirm_months == 1
    assert staging.imaging == {"CT", "MRI", "PET/CT", "PET/MR", "ultrasound"}
    assert staging.non_imaging == {"chromogranin-a", "clinical"}
    assert staging.typical_imaging == {"CT": "multiphase", "MRI": "hepatobiliary"}


def test_freshness_burden_symptoms_and_scope_are_those_of_the_rule_book() -> None:
    assert TABLES.freshness.imaging_months == 3
    assert (TABLES.burden.lowest, TABLES.burden.highest, TABLES.burden.unit) == (0, 100, "%")
    assert TABLES.symptoms.analog == "SSA"
    assert TABLES.symptoms.multiple == 2
    assert TABLES.symptoms.locoregional == {"TACE", "TAE", "TARE"}
    assert TABLES.symptoms.systemic == {
        "SSA",
        "PRRT",
        "everolimus",
        "sunitinib",
        "chemotherapy",
        "interferon",
        "telotristat",
    }
    assert TABLES.scope.adult_years == 18
    assert len(TABLES.scope.texts) == 6


def test_the_words_of_the_grammars_are_those_of_the_rule_book() -> None:
    grammar = TABLES.grammar
    assert {word: sign for word, sign in grammar.comparators.items() if word.isalpha()} == {
        "lessthan": "<",
        "atmost": "<=",
        "upto": "<=",
        "max": "<=",
        "morethan": ">",
        "atleast": ">=",
    }
    assert set(grammar.percent) == {"%", "percent"}
    assert (grammar.hpf_at_least, grammar.hpf_canonical, grammar.mm2_canonical) == (10, 10, 2)
    assert grammar.ki67_max == 100
