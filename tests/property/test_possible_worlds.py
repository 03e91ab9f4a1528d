"""The possible-worlds oracle: whatever the three-valued judge says for certain, every world agrees.

A world replaces each unknown by one of the values it could have. In a world with nothing unknown
only two answers are left, so the oracle does not share the three-valued logic it checks.
"""

import itertools
from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st
from tests.property.records import BASELINE, assess, criteria, having, verdicts, without

from nelm_fhir.core.logic import MET, NOT_MET, UNKNOWN
from nelm_fhir.evaluator.judgment import Judgment, all_met, any_met, running

LATER = date(2026, 12, 1)
FAILED, OPEN, FINE, CLOCK = (
    Judgment(NOT_MET),
    Judgment(UNKNOWN),
    Judgment(MET),
    running(LATER),
)
LEAF = st.sampled_from([FAILED, OPEN, FINE])
TREES = st.recursive(
    LEAF,
    lambda inner: st.tuples(
        st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)


def judged(tree):
    if isinstance(tree, Judgment):
        return tree
    joined, parts = tree
    return (all_met if joined == "all" else any_met)([judged(part) for part in parts])


def worlds(tree):
    """Yield the tree with every unknown leaf set to true or false, evaluated in plain logic."""
    if isinstance(tree, Judgment):
        yield from ({MET: [True], NOT_MET: [False], UNKNOWN: [True, False]}[tree.status])
        return
    joined, parts = tree
    for values in itertools.product(*(list(worlds(part)) for part in parts)):
        yield all(values) if joined == "all" else any(values)


@given(TREES)
def test_a_definite_answer_of_a_tree_holds_in_every_world(tree):
    found = set(worlds(tree))
    status = judged(tree).status
    if status is not UNKNOWN:
        assert found == {status is MET}
    else:
        assert found == {True, False}


@given(st.lists(st.sampled_from([FAILED, OPEN, FINE, CLOCK]), min_size=1, max_size=4))
def test_parts_of_one_criterion_join_as_failure_then_clock_then_unknown(parts):
    joined = all_met(parts)
    assert joined.failed is (FAILED in parts)
    assert joined.running is (FAILED not in parts and CLOCK in parts)
    if not joined.failed and not joined.running:
        assert (joined.status is UNKNOWN) is (OPEN in parts)


VALUES = {
    ("patient", "birth_date"): ["1981-03-15", "1970-06-01", "1970-06-02", "1960-01-01"],
    ("primaries", "primary-1", "site"): ["ileum", "stomach-proximal", "esophagus", "rectum-lower"],
    ("primaries", "primary-1", "resection", "margin"): ["R0", "R1", "RX"],
    ("primaries", "primary-1", "resection", "lymphadenectomy"): [True, False],
    ("primaries", "primary-1", "resection", "date"): ["2025-04-01", "2026-05-01", "2025-12-02"],
    ("specimens", "liver-1", "ki67_text"): ["1 %", "10 %", "20 %"],
    ("specimens", "liver-1", "mitoses_text"): ["1 per 2 mm2", "19 per 2 mm2", "20 per 2 mm2"],
    ("liver", "distribution"): ["bilobar", "unilobar"],
    ("liver", "resectability"): ["resectable", "unresectable"],
    ("liver", "extent_judgment"): ["extended", "limited"],
    ("liver", "involvement", "estimate-1", "low"): [0, 30],
    ("liver", "involvement", "estimate-1", "high"): [30, 49.9, 50, 60, 80],
    ("functional_syndrome", "present"): [True, False],
    ("functional_syndrome", "control"): ["controlled", "refractory"],
    ("functional_syndrome", "failed_therapies"): [["SSA", "PRRT"], ["SSA"], []],
    ("comorbidity_contraindication",): [True, False],
    ("listing", "last_update_date"): ["2026-05-04", "2026-01-04"],
    ("response_events", "response-3", "category"): ["SD", "PR", "PD"],
    ("response_events", "response-1", "date"): ["2025-09-01", "2026-04-01"],
}
"""What each datum could turn out to be, on or before the evaluation date.

Left out is what the rules let pass when absent: histology beside a differentiation, a mitotic count
or Ki-67 above the reported grade (POL-14), Ki-67 of a further specimen (6.3), an R2 margin (7.2).
"""

CHANGES = st.dictionaries(st.sampled_from(sorted(VALUES)), st.integers(0, 4), max_size=5)


def changed(record, choice):
    for path, index in choice.items():
        record = having(record, path, VALUES[path][index % len(VALUES[path])])
    return record


@given(CHANGES, st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=2, unique=True))
def test_a_certain_failure_holds_in_every_world_that_completes_the_record(choice, removed):
    full = changed(BASELINE, choice)
    record = full
    for path in removed:
        record = without(record, path) if path_in(record, path) else record
    assume(record != full)
    before = assess(record)
    certain = {
        key: status for key, status in criteria(before).items() if status in {"met", "not-met"}
    }
    for values in itertools.product(*(VALUES[path] for path in removed)):
        world = record
        for path, value in zip(removed, values, strict=True):
            world = having(world, path, value)
        after = criteria(assess(world))
        for key, status in certain.items():
            if not overturned(removed, key, status, after[key]):
                assert after[key] == status, (removed, values, key)


def path_in(record, path):
    for step in path:
        if not isinstance(record, dict) or step not in record:
            return False
        record = record[step]
    return True


def overturned(removed, key, status, after):
    """The set left its scope, or an event that was not recorded is evidence about this very part.

    An undated or uncategorized event is no event (9.1, 9.3): dating it adds an event rather than
    completing a value, so only what rests on responses may then change.
    """
    about_responses = any(path[0] == "response_events" for path in removed)
    rests_on_responses = key[1].endswith(("-STAB", "C-PROG", "-LPROG"))
    left_scope = after == "not-applicable" and status in {"met", "not-met"}
    return left_scope or (about_responses and rests_on_responses)


def test_the_baseline_is_definite():
    assert {v.verdict for v in verdicts(assess(BASELINE)).values()} == {
        "criteria-met",
        "criteria-not-met",
    }
