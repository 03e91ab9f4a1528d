"""Resections: table Assembly, row resection; attested-entry sections 1 and 2; T20, T21, T22."""

from decimal import Decimal

from msgspec.structs import replace
from tests.unit.assemble.finding import (
    NOT_EXACT,
    assembled,
    coded,
    condition,
    entry,
    kinds,
    on,
    profile,
    resection,
)

from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.profile.provenance import reason, set_aside

NET = condition("net", "ileum")
OTHER = condition("other", "pancreas")
LINK = {"focus": ["Condition/net"]}


def of_net(*findings):
    return profile(NET, *findings).primaries["net"].resection


def r_status(value, key="Observation/r", day=None, **more):
    return coded("residual-tumor", value, key, day, **more)


NODE = coded("metastasis", True, "Condition/n", "2025-03-01", parts={"focus-class": "node"})
FOR_NODE = {"focus": ["Condition/n"]}


# --- which tumor ----------------------------------------------------------------------------------


def test_a_procedure_is_the_resection_of_the_tumor_in_its_reason_reference():
    both = profile(NET, OTHER, resection("p", "2025-04-01", **LINK)).primaries
    assert both["net"].resection.performed is True
    assert "other" not in both or both["other"].resection.performed is None


def test_a_procedure_without_link_is_of_the_only_primary_in_its_organ():
    both = profile(NET, OTHER, resection("p", "2025-04-01", site="ileum")).primaries
    assert both["net"].resection.performed is True


def test_a_procedure_on_a_coarser_organ_finds_the_primary_that_lies_in_it():
    both = profile(NET, OTHER, resection("p", "2025-04-01", site="small-intestine")).primaries
    assert both["net"].resection.performed is True


def test_a_procedure_of_several_organs_finds_the_only_primary_in_its_field():
    field = {"resection-field": "cecum colon-ascending ileum"}
    assert of_net(resection("p", "2025-04-01", parts=field)).performed is True


def test_a_procedure_on_an_organ_with_two_primaries_is_an_issue_and_no_resection():
    result = assembled(
        NET, condition("b", "jejunum"), resection("p", "2025", site="small-intestine")
    )
    assert all(p.resection.performed is None for p in result.profile.primaries.values())
    assert kinds(result.issues) == ["procedure-not-placed"]


def test_a_procedure_on_the_organ_of_another_malignancy_is_not_the_resection():
    cancer = coded("primary-site-plain", "ileum", "Condition/cancer")
    only = coded("primary-site-plain", "breast", "Condition/breast")
    net = [*NET, coded("histology", "NET", "Condition/net")]
    result = assembled(net, cancer, only, resection("p", "2025", site="ileum"))
    assert result.profile.primaries["net"].resection.performed is None


def test_a_procedure_on_an_organ_without_primary_is_an_issue():
    result = assembled(NET, resection("p", "2025", site="pancreas"))
    assert result.profile.primaries["net"].resection.performed is None
    assert kinds(result.issues) == ["procedure-not-placed"]


def test_a_child_procedure_belongs_to_the_tumor_of_its_parent():
    wrapper = coded("procedure", True, "Procedure/wrapper", "2025-04-01", **LINK)
    child = resection("child", "2025-04-01", studies=["Procedure/wrapper"])
    assert profile(NET, OTHER, wrapper, child).primaries["net"].resection.performed is True


def test_nodes_and_margins_of_an_operation_for_a_metastasis_are_not_those_of_the_primary():
    dissection = coded("lymphadenectomy", True, "Procedure/n", "2025-08-01", **FOR_NODE)
    found = of_net(NODE, resection("p", "2025-04-01", **LINK), dissection)
    assert found.lymphadenectomy is None
    own = r_status("R0", day="2025-08-01", **FOR_NODE)
    of_its_operation = r_status("R0", day="2025-08-01", studies=["Procedure/n"])
    for told in (own, of_its_operation):
        assert of_net(NODE, resection("p", "2025-04-01", **LINK), dissection, told).margin is None


def test_nodes_removed_for_a_focus_in_text_alone_are_not_those_of_the_primary():
    told = coded("condition", True, "Condition/n"), entry("focus-class", "node", "c", **FOR_NODE)
    dissection = coded("lymphadenectomy", True, "Procedure/n", "2025-08-01", **FOR_NODE)
    found = of_net(*told, resection("p", "2025-04-01", **LINK), dissection)
    assert found.lymphadenectomy is None


def test_the_margin_of_a_liver_resection_is_not_that_of_the_primary():
    liver = coded("procedure", True, "Procedure/l", "2025-08-01", site="liver")
    told = r_status("R0", day="2025-08-01", studies=["Procedure/l"])
    assert of_net(resection("p", "2025-04-01", **LINK), liver, told).margin is None


def test_nodes_removed_with_the_primary_count_for_it_whatever_their_reason():
    nodes = coded(
        "lymphadenectomy", True, "Procedure/n", "2025-04-01", studies=["Procedure/p"], **FOR_NODE
    )
    assert of_net(NODE, resection("p", "2025-04-01", **LINK), nodes).lymphadenectomy is True


def test_a_procedure_for_a_metastasis_is_no_resection_of_the_primary():
    nodes = coded(
        "metastasis", True, "Condition/nodes", parts={"focus-class": "node", "organ": "node"}
    )
    result = assembled(NET, nodes, resection("p", "2025", focus=["Condition/nodes"], site="ileum"))
    assert result.profile.primaries["net"].resection.performed is None
    assert result.profile.extrahepatic["nodes"].treatment == "resection"


# --- done or not, and when ------------------------------------------------------------------------


def test_the_latest_completed_resection_counts():
    found = of_net(resection("p1", "2020-01-01", **LINK), resection("p2", "2025-04-01", **LINK))
    assert str(found.date) == "2025-04-01"


def test_a_completed_resection_beats_an_earlier_one_that_was_not_done():
    skipped = resection("p1", "2024-01-01", reading=Reading.NOT_DONE, **LINK)
    assert of_net(skipped, resection("p2", "2025-04-01", **LINK)).performed is True


def test_only_a_resection_that_was_not_done_is_a_documented_no():
    assert (
        of_net(resection("p1", "2024-01-01", reading=Reading.NOT_DONE, **LINK)).performed is False
    )


def test_a_not_done_of_the_same_day_conflicts():
    found = of_net(
        resection("p1", "2025-04-01", reading=Reading.NOT_DONE, **LINK),
        resection("p2", "2025-04-01", **LINK),
    )
    assert found.performed is None
    assert reason(found, "performed") is Reason.CONFLICTING


def test_a_planned_resection_shows_nothing():
    assert of_net(resection("p", "2026-07-01", reading=Reading.PLANNED, **LINK)).performed is None


def test_a_resection_later_than_an_attested_no_was_done():
    no = entry("primary-resected", False, "a", "2024-01-01", **LINK)
    assert of_net(no, resection("p", "2025-04-01", **LINK)).performed is True


def test_an_attested_no_later_than_a_completed_procedure_conflicts():
    no = entry("primary-resected", False, "a", "2026-01-01", **LINK)
    found = of_net(no, resection("p", "2025-04-01", **LINK))
    assert reason(found, "performed") is Reason.CONFLICTING


def test_the_latest_attested_statement_counts():
    older = entry("primary-resected", True, "a", "2025-01-01", **LINK)
    newer = entry("primary-resected", False, "b", "2026-01-01", **LINK)
    assert of_net(older, newer).performed is False


def test_a_resection_after_the_evaluation_date_is_entered_with_its_date():
    found = of_net(resection("p", "2026-09-01", **LINK))
    assert (found.performed, str(found.date)) == (True, "2026-09-01")


def test_a_past_resection_counts_beside_a_future_one():
    found = of_net(resection("p1", "2025-04-01", **LINK), resection("p2", "2026-09-01", **LINK))
    assert str(found.date) == "2025-04-01"


def test_an_entry_made_after_the_evaluation_date_about_an_earlier_resection_is_left_out():
    late = entry(
        "primary-resected",
        True,
        "a",
        "2026-07-01",
        parts={"resection-date": on("2025-04-01")},
        **LINK,
    )
    result = assembled(NET, late)
    assert result.profile.primaries["net"].resection.performed is None
    assert kinds(result.issues) == ["future-dated"]


def test_two_operations_of_which_one_is_undated_leave_the_date_open():
    found = of_net(resection("p1", "2020-01-01", **LINK), resection("p2", None, **LINK))
    assert (found.performed, found.date) == (True, None)


# --- a component beside the Procedure -------------------------------------------------------------


def test_an_attested_date_within_a_partial_one_refines_it():
    told = entry(
        "primary-resected",
        True,
        "a",
        "2026-01-01",
        parts={"resection-date": on("2025-04-07")},
        **LINK,
    )
    assert str(of_net(resection("p", "2025-04", **LINK), told).date) == "2025-04-07"


def test_an_attested_date_that_differs_conflicts():
    told = entry(
        "primary-resected",
        True,
        "a",
        "2026-01-01",
        parts={"resection-date": on("2025-05-07")},
        **LINK,
    )
    found = of_net(resection("p", "2025-04", **LINK), told)
    assert found.date is None
    assert reason(found, "date") is Reason.CONFLICTING


def test_a_component_fills_what_the_procedure_leaves_open():
    told = entry(
        "primary-resected",
        True,
        "a",
        "2026-01-01",
        studies=["Procedure/p"],
        parts={"residual-tumor": "R0", "lymphadenectomy": True, "resection-date": on("2025-04-01")},
        **LINK,
    )
    found = of_net(resection("p", None, **LINK), told)
    assert (found.margin, found.lymphadenectomy, str(found.date)) == ("R0", True, "2025-04-01")


def test_a_component_that_differs_from_the_code_conflicts():
    told = entry(
        "primary-resected", True, "a", "2026-01-01", parts={"residual-tumor": "R0"}, **LINK
    )
    found = of_net(resection("p", "2025-04-01", parts={"residual-tumor": "R1"}, **LINK), told)
    assert reason(found, "margin") is Reason.CONFLICTING


def test_an_entry_may_state_components_alone():
    told = entry(
        "primary-resected", Unknown(), "a", "2026-01-01", parts={"residual-tumor": "R0"}, **LINK
    )
    found = of_net(resection("p", "2025-04-01", **LINK), told)
    assert (found.performed, found.margin) == (True, "R0")


def test_planned_at_transplantation_comes_from_the_latest_entry():
    told = entry(
        "primary-resected",
        False,
        "a",
        "2026-01-01",
        parts={"planned-at-transplantation": True},
        **LINK,
    )
    found = of_net(told)
    assert (found.performed, found.planned_at_lt) == (False, True)


# --- margin and nodes -----------------------------------------------------------------------------


def test_the_margin_linked_to_the_operation_counts():
    cut = [resection("p1", "2020-01-01", **LINK), resection("p2", "2025-04-01", **LINK)]
    linked = r_status("R0", studies=["Procedure/p2"], day="2025-04-08")
    older = r_status("R2", key="Observation/old", studies=["Procedure/p1"], day="2025-04-09")
    assert of_net(*cut, linked, older).margin == "R0"


def test_without_a_linked_margin_the_latest_on_or_after_the_day_counts():
    cut = resection("p", "2025-04-01", **LINK)
    before = r_status("R2", key="Observation/b", day="2025-03-01", **LINK)
    same = r_status("R1", key="Observation/s", day="2025-04-01", **LINK)
    later = r_status("R0", key="Observation/l", day="2025-04-09", **LINK)
    assert of_net(cut, before).margin is None
    assert of_net(cut, before, same).margin == "R1"
    assert of_net(cut, before, same, later).margin == "R0"


def test_a_margin_that_may_be_of_the_operation_contradicts_and_never_shows_anything():
    cut = resection("p", "2025-04-01", **LINK)
    free = r_status("R0", key="Observation/r0", day="2025-04-01", **LINK)
    for day in ("2025", "2025-04"):
        vague = r_status("R1", key="Observation/r1", day=day, **LINK)
        assert reason(of_net(cut, free, vague), "margin") is Reason.CONFLICTING
        assert of_net(cut, r_status("R0", day="2025", **LINK)).margin is None
        doubtful = replace(vague, reading=Reading.UNKNOWN)
        assert reason(of_net(cut, free, doubtful), "margin") is Reason.CONFLICTING
    earlier = r_status("R1", key="Observation/r1", day="2024", **LINK)
    assert of_net(cut, free, earlier).margin == "R0"


def test_the_outcome_of_a_wrapper_is_the_margin_of_its_parts():
    wrapper = r_status("R1", key="Procedure/wrapper", day="2025-04-01", **LINK)
    child = resection("child", "2025-04-01", studies=["Procedure/wrapper"], **LINK)
    assert of_net(wrapper, child).margin == "R1"


def test_r2_of_one_of_several_tumors_stays_with_it():
    cut = [resection("p", "2025", **LINK), resection("q", "2025", focus=["Condition/other"])]
    r2 = r_status("R2", day="2025-04-01", focus=["Condition/other"], studies=["Procedure/q"])
    r0 = r_status("R0", key="Observation/r0", day="2025-04-01", studies=["Procedure/p"])
    found = profile(NET, OTHER, *cut, r2, r0).primaries
    assert (found["net"].resection.margin, found["other"].resection.margin) == ("R0", "R2")


def test_an_r_status_without_tumor_link_beside_several_primaries_is_conflicting():
    cut = [resection("p", "2025", **LINK), resection("q", "2025", focus=["Condition/other"])]
    result = assembled(NET, OTHER, *cut, r_status("R0", day="2025-06-01"))
    for primary in result.profile.primaries.values():
        assert primary.resection.margin is None
        assert reason(primary.resection, "margin") is Reason.CONFLICTING
    assert kinds(result.issues) == ["not-linked-to-a-tumor"]


def test_an_unlinked_r2_is_held_against_a_linked_r0():
    cut = resection("p", "2025-04-01", parts={"residual-tumor": "R0"}, **LINK)
    found = profile(NET, OTHER, cut, r_status("R2", day="2025-06-01")).primaries
    assert found["net"].resection.margin is None


def test_an_unlinked_r_status_of_the_only_primary_is_its_own():
    assert (
        of_net(resection("p", "2025-04-01", **LINK), r_status("R0", day="2025-04-08")).margin
        == "R0"
    )


def test_one_involved_margin_beside_free_ones_is_r1():
    cut = resection("p", "2025-04-01", **LINK)
    free = coded("margin-involved", False, "Observation/proximal", "2025-04-08", **LINK)
    involved = coded("margin-involved", True, "Observation/mesenteric", "2025-04-08", **LINK)
    assert of_net(cut, free, involved).margin == "R1"
    assert of_net(cut, free).margin is None


def test_an_involved_margin_contradicts_r0_and_leaves_r2():
    cut = resection("p", "2025-04-01", **LINK)
    involved = coded(
        "margin-involved", True, "Observation/m", "2025-04-08", studies=["Procedure/p"]
    )
    whole = {"studies": ["Procedure/p"], "day": "2025-04-08"}
    assert reason(of_net(cut, involved, r_status("R0", **whole)), "margin") is Reason.CONFLICTING
    assert of_net(cut, involved, r_status("R2", **whole)).margin == "R2"


def test_danish_r01_satisfies_no_r0():
    cut = resection("p", "2025-04-01", parts={"residual-tumor": NOT_EXACT}, **LINK)
    found = of_net(cut)
    assert found.margin is None
    assert reason(found, "margin") is Reason.MAP_NOT_EXACT


def test_a_lymphadenectomy_of_the_same_operation_removed_nodes():
    nodes = coded("lymphadenectomy", True, "Procedure/n", "2025-04-01", studies=["Procedure/p"])
    assert of_net(resection("p", "2025-04-01", **LINK), nodes).lymphadenectomy is True


def test_a_count_of_nodes_shows_that_nodes_were_removed_and_a_zero_does_not():
    cut = resection("p", "2025-04-01", **LINK)
    counted = coded("node-count", Decimal(19), "Observation/n", "2025-04-08", **LINK)
    none = coded("node-count", Decimal(0), "Observation/n", "2025-04-08", **LINK)
    assert of_net(cut, counted).lymphadenectomy is True
    assert of_net(cut, none).lymphadenectomy is None


def test_nodes_said_to_be_left_conflict_with_nodes_that_were_counted():
    told = entry(
        "primary-resected", True, "a", "2025-04-17", parts={"lymphadenectomy": False}, **LINK
    )
    counted = coded(
        "node-count", Decimal(19), "Observation/n", "2025-04-08", studies=["Procedure/p"]
    )
    found = of_net(resection("p", "2025-04-01", **LINK), told, counted)
    assert reason(found, "lymphadenectomy") is Reason.CONFLICTING


# --- lost links -----------------------------------------------------------------------------------


def test_an_attested_resection_without_focus_is_of_the_only_primary():
    assert (
        of_net(entry("primary-resected", True, "a", "2026-01-01", lost=["focus"])).performed is True
    )


def test_an_attested_resection_without_focus_beside_several_primaries_is_a_conflict():
    lost = entry("primary-resected", True, "a", "2026-01-01", lost=["focus"])
    cut = resection("p", "2025", reading=Reading.NOT_DONE, **LINK)
    found = profile(NET, OTHER, lost, cut).primaries
    assert found["net"].resection.performed is None
    assert reason(found["net"].resection, "performed") is Reason.CONFLICTING
    assert set_aside(found["net"].resection, "performed")


def test_an_attested_resection_finds_its_tumor_through_the_procedure_it_is_part_of():
    told = entry(
        "primary-resected",
        True,
        "a",
        "2026-01-01",
        studies=["Procedure/p"],
        parts={"residual-tumor": "R0"},
    )
    found = profile(NET, OTHER, resection("p", "2025", **LINK), told).primaries
    assert found["net"].resection.margin == "R0"


def test_an_involved_margin_beside_r_states_that_conflict_leaves_the_conflict():
    cut = resection("p", "2025-04-01", **LINK)
    involved = coded(
        "margin-involved", True, "Observation/m", "2025-04-08", studies=["Procedure/p"]
    )
    r0 = r_status("R0", key="Observation/a", day="2025-04-08", studies=["Procedure/p"])
    r1 = r_status("R1", key="Observation/b", day="2025-04-08", studies=["Procedure/p"])
    assert reason(of_net(cut, involved, r0, r1), "margin") is Reason.CONFLICTING


def test_an_involved_margin_beside_danish_r01_is_r1():
    involved = coded(
        "margin-involved", True, "Observation/m", "2025-04-08", studies=["Procedure/p"]
    )
    found = of_net(
        resection("p", "2025-04-01", parts={"residual-tumor": NOT_EXACT}, **LINK), involved
    )
    assert found.margin == "R1"


def test_an_unlinked_r_status_beside_another_malignancy_may_be_of_that():
    cancer = coded("primary-site-plain", "breast", "Condition/breast")
    cut, unlinked = resection("p", "2025-04-01", **LINK), r_status("R0", day="2025-04-08")
    found = of_net(cancer, cut, unlinked)
    assert reason(found, "margin") is Reason.CONFLICTING
    told = entry("residual-tumor", "R0", "r", "2025-04-08")
    assert of_net(cancer, cut, told).margin == "R0"
