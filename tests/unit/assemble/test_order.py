"""The order of findings never matters (I1), no finding costs the record, and ids are stable."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.assemble.finding import (
    UNREADABLE,
    assembled,
    coded,
    condition,
    entry,
    metastasis,
    on,
    percent,
    resection,
)

from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.evidence import Evidence
from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.profile.assemble.ids import named, readable_ids
from nelm_fhir.profile.findings import Finding, Links

NET, BONE = {"focus": ["Condition/net"]}, {"focus": ["Condition/bone"]}
PET = {"studies": ["ImagingStudy/pet"]}
RECORD = [
    *condition("net", "ileum", "2025-03-04"),
    *condition("same", "small-intestine"),
    coded("primary-site-plain", "breast", "Condition/breast", "2010"),
    resection("p", "2025-04-01", **NET),
    resection("q", "2020", reading=Reading.NOT_DONE, **NET),
    entry("primary-resected", True, "cut", "2025-04-17", parts={"residual-tumor": "R0"}, **NET),
    coded("residual-tumor", "R1", "Observation/r", "2025-04-17", **NET),
    coded("specimen", True, "Specimen/s", "2025-05-06", site="liver"),
    coded("ki67", "2 %", "Observation/k1", "2025-05-06", specimen="Specimen/s"),
    coded("ki67", "21 %", "Observation/k2", "2025-05-07", specimen="Specimen/s"),
    coded("ki67", "4 %", "Observation/k3", "2025-05-07"),
    coded("ki67", "4 %", "Observation/k4", "2025-05-07"),
    coded("report", True, "DiagnosticReport/d", members=["Observation/k3"]),
    coded("histology", "carcinoma", "Condition/net", "2025-03-04"),
    coded("reported-grade", "G1", "Observation/g", "2025-05-06", specimen="Specimen/s", **NET),
    coded("liver-metastases-present", True, "Condition/lm", "2025-03-04"),
    entry("liver-involvement", percent("30"), "i1", "2026-05-04"),
    entry("liver-involvement", percent("40"), "i2", "2026-05-04"),
    entry("liver-resectability", "unresectable", "j1", "2026-05-11", author="MDT"),
    entry("liver-resectability", "resectable", "j2", "2026-05-11", author="Surgery"),
    coded("study", True, "ImagingStudy/pet", "2026-05-11", parts={"scan-modality": "PET/CT"}),
    entry("scan", "negative", "s1", "2026-05-11", **PET),
    entry("scan", "equivocal", "s2", "2026-05-11", **PET),
    metastasis("bone", "bone", "femur", "2025-01-01"),
    metastasis("bone-again", "bone", "femur", "2025-01-01"),
    metastasis("Observation/o", "bone", "femur", "2026-01-01"),
    metastasis("Observation/m1", None, "unspecified", "2026-01-01"),
    entry("focus-class", "bone", "c", "2026-01-01", **BONE),
    entry("focus-uptake", "positive", "u", "2026-05-11", **BONE, **PET),
    entry("focus-treatment", "prrt", "t1", parts={"treatment-end": on("2025-09")}, **BONE),
    entry("focus-treatment", "ablation", "t2", parts={"treatment-end": on("2025-09-11")}, **BONE),
    coded("response", "SD", "Observation/v1", "2026-01-12", **PET),
    coded("response", "PD", "Observation/v1", "2026-01-12", **PET),
    entry("failed-therapy", "SSA", "f1", "2026-01-01"),
    entry("failed-therapy", "none", "f2", "2025-01-01"),
    entry("listing", "listed", "l1", "2026-01-01", parts={"listing-date": on("2026-01-01")}),
    coded("liver-transplant", True, "Procedure/lt", "2015", parts={"transplant-date": on("2015")}),
    coded("death", True, "Patient/p"),
]


@given(st.permutations(RECORD))
@settings(max_examples=40, deadline=None)
def test_the_order_of_findings_changes_neither_profile_nor_issues(shuffled):
    first, again = assembled(RECORD), assembled(list(shuffled))
    assert again.profile.to_record() == first.profile.to_record()
    assert again.issues == first.issues


def test_findings_of_one_place_that_differ_only_in_links_are_ordered_too():
    here = coded("primary-resected", True, "Procedure/p", "2025", site="ileum")
    there = coded("primary-resected", True, "Procedure/p", "2025", site="lung", lost=["focus"])
    one, two = (
        assembled(condition("net", "ileum"), here, there),
        assembled(there, here, condition("net", "ileum")),
    )
    assert one.profile.to_record() == two.profile.to_record()
    assert one.issues == two.issues


def test_every_finding_sent_twice_changes_no_value():
    def values(record):
        if isinstance(record, dict):
            return {key: values(item) for key, item in record.items() if key != "evidence"}
        return record

    assert values(assembled(RECORD + RECORD).profile.to_record()) == values(
        assembled(RECORD).profile.to_record()
    )


ELEMENTS = [
    *sorted({finding.element for finding in RECORD}),
    "birth-date",
    "sex",
    "condition",
    "procedure",
    "primary-site",
    "margin-involved",
    "lymphadenectomy",
    "node-count",
    "pn",
    "mitotic-count",
    "differentiation",
    "specimen-origin",
    "cells-counted",
    "focus-adjudication",
    "progression-treatment",
    "recurrence",
    "recurrence-site",
    "recurrence-date",
    "syndrome-present",
    "syndrome-control",
    "comorbidity-contraindication",
    "other-malignancy",
    "liver-volume",
    "frilling-type",
]
COMPONENTS = [
    *sorted({code for finding in RECORD for code in finding.components}),
    "procedure-kind",
    "scan-tracer",
    "cells-counted",
    "recurrence-mib1",
    "organ",
    "resection-field",
]
KEYS = [
    "Condition/a",
    "Condition/b",
    "Observation/a",
    "Procedure/a",
    "ImagingStudy/a",
    "Specimen/a",
    "urn:uuid:x",
]
DAYS = st.sampled_from(
    [None, "2024", "2025-05", "2026-06-01", "2027-01-01", "2025-01-01/2025-03-04"]
).map(on)
VALUES = st.one_of(
    st.booleans(),
    st.sampled_from(
        [
            "ileum",
            "lung",
            "bone",
            "R0",
            "R2",
            "NET",
            "carcinoma",
            "positive",
            "",
            " ",
            "odd word",
            "PD",
        ]
    ),
    st.sampled_from(
        [Decimal(3), Decimal(-1), Decimal("0.5"), percent("5"), Amount(Decimal(1), None, "mL")]
    ),
    st.sampled_from([UNREADABLE, Unknown(), Unknown(Reason.CONFLICTING), on("2025-05")]),
)
FINDINGS = st.builds(
    Finding,
    element=st.sampled_from(ELEMENTS),
    value=VALUES,
    key=st.sampled_from(KEYS),
    evidence=st.builds(Evidence, st.sampled_from(KEYS), st.just("Observation.value")),
    day=DAYS,
    components=st.dictionaries(st.sampled_from(COMPONENTS), VALUES, max_size=3),
    links=st.builds(
        Links,
        focus=st.lists(st.sampled_from(KEYS), max_size=2).map(tuple),
        specimen=st.sampled_from([None, "Specimen/a"]),
        studies=st.lists(st.sampled_from(KEYS), max_size=2).map(tuple),
        members=st.lists(st.sampled_from(KEYS), max_size=2).map(tuple),
        lost=st.sampled_from([frozenset(), frozenset({"focus"})]),
    ),
    reading=st.sampled_from(list(Reading)),
    attested=st.booleans(),
    signed=st.booleans(),
    author=st.sampled_from([None, "MDT"]),
    body_site=st.sampled_from([None, "liver", "ileum", "bone"]),
)


@given(st.lists(FINDINGS, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_no_finding_costs_the_record_and_no_order_matters(findings, random):
    first = assembled(findings)
    shuffled = list(findings)
    random.shuffle(shuffled)
    assert assembled(shuffled).profile.to_record() == first.profile.to_record()


def test_ids_are_the_readable_part_of_a_key_and_unique():
    keys = [
        "Condition/a",
        "Observation/a",
        "Observation/b.c",
        "urn:uuid:12-3",
        "identifier:urn:x|left rib",
    ]
    assert readable_ids(keys) == {
        "Condition/a": "Condition-a",
        "Observation/a": "Observation-a",
        "Observation/b.c": "b-c",
        "urn:uuid:12-3": "12-3",
        "identifier:urn:x|left rib": "left-rib",
    }


def test_ids_of_keys_that_differ_only_in_signs_are_told_apart():
    assert sorted(readable_ids(["Condition/a.b", "Condition/a_b"]).values()) == [
        "Condition-a-b",
        "Condition-a-b-2",
    ]
    assert readable_ids(["Condition/äö", "Condition/!"]).keys() == {"Condition/äö", "Condition/!"}


def test_an_id_made_longer_never_takes_that_of_another_key():
    ids = readable_ids(["Condition/a", "Observation/a", "X/Condition-a"])
    assert len(set(ids.values())) == 3


def test_several_statements_of_one_resource_have_ids_of_their_own():
    first, second = (
        coded("response", "SD", "Observation/v"),
        coded("response", "PD", "Observation/v"),
    )
    assert len({name for name, _ in named([(first,), (second,)])}) == 2
