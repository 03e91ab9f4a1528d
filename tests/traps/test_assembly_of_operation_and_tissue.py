"""The table *Assembly* of ARCHITECTURE.md, clause by clause: resection, specimen, histology.

From bytes to profile; the tests bear the name of their row.
"""

import pytest
from tests.traps.line import issues, only, profile
from tests.unit.mappers.mapping import (
    MCODE,
    coded,
    concept,
    condition,
    observation,
    procedure,
    quantity,
    ref,
    resource,
)

DAY = {"effectiveDateTime": "2026-05-12"}
NET = condition("sct 737313007")
LIVER = concept("sct 10200004")


def index(id_, percent, **more):
    return observation("ln 29593-1", id_, **quantity(percent, "%"), **DAY | more)


def specimen(id_="s", **more):
    return resource("Specimen", id_, **{"collection": {"bodySite": LIVER}} | more)


def specimens(*resources):
    return profile(NET, *resources).specimens


def report(**more):
    told = {"status": "final", "code": concept("ln 60568-3")}
    return resource("DiagnosticReport", "r", **told, **more)


def operation(id_="op", of="sct 51346007", **more):
    return procedure(of, id_=id_, **{"performedDateTime": "2024-07-15"} | more)


def resection(*resources):
    return only(profile(*resources).primaries).resection


def margin(id_, status, **more):
    return observation("ln 84892-9", id_, **coded(f"residual {status}"), **more)


# --- resection ------------------------------------------------------------------------------------


BOTH = {"of": "sct 174071004"}
"""An operation on ileum and ascending colon."""
SECOND = condition("cm C7A.022", id_="d")
AT_FIRST = {"reasonReference": [ref("Condition/c")]}


@pytest.mark.parametrize(
    "sent",
    [
        [operation(**BOTH, **AT_FIRST)],
        [
            operation("part", partOf=[ref("Procedure/op")], **BOTH),
            operation(of="sct 387713003", **AT_FIRST),
        ],
        [observation("el primary-resected", valueBoolean=True, focus=[ref("Condition/c")], **DAY)],
        [operation()],
    ],
    ids=["reasonReference", "partOf", "focus", "organ"],
)
def test_resection_finds_its_primary(sent):
    found = profile(NET, SECOND, *sent).primaries
    assert (found["c"].resection.performed, found["d"].resection.performed) == (True, None)


def test_resection_of_organs_with_two_primaries_needs_a_link():
    found = profile(NET, SECOND, operation(**BOTH)).primaries
    assert [primary.resection.performed for primary in found.values()] == [None, None]


def test_resection_completed_last_counts_and_beats_one_not_done_before():
    twice = [operation(f"op{year}", performedDateTime=f"{year}-07-15") for year in (2022, 2024)]
    assert str(resection(NET, *twice).date) == "2024-07-15"
    undone = operation("no", status="not-done", performedDateTime="2022-07-15")
    assert resection(NET, operation(), undone).performed is True


def test_resection_of_a_period_without_end_is_dated_by_its_start():
    sent = procedure("sct 51346007", performedPeriod={"start": "2024-07-15"})
    assert str(resection(NET, sent).date) == "2024-07-15"


def test_resection_has_the_margin_linked_to_it_else_the_latest_since():
    old, since = margin("old", "R2", effectiveDateTime="2024-07-01"), margin("a", "R1", **DAY)
    assert resection(NET, operation(), old, since).margin == "R1"
    linked = margin("b", "R0", partOf=[ref("Procedure/op")], effectiveDateTime="2024-07-15")
    assert resection(NET, operation(), old, linked).margin == "R0"


@pytest.mark.parametrize("code", ["sct 387713003", "local excision"])
def test_resection_has_no_margin_or_nodes_of_an_act_for_a_metastasis_or_of_its_parts(code):
    bone = condition("sct 94222008", id_="bone")
    act = operation("act", of=code, reasonReference=[ref("Condition/bone")])
    inner = operation("inner", of="local part", partOf=[ref("Procedure/act")])
    for whole in ("Procedure/act", "Procedure/inner"):
        part = {"partOf": [ref(whole)]}
        sent = (margin("m", "R0", **part, **DAY), operation("n", of="ops 5-406.2", **part))
        found = resection(NET, bone, operation(**AT_FIRST), act, inner, *sent)
        assert (found.margin, found.lymphadenectomy) == (None, None)


# --- specimen -------------------------------------------------------------------------------------


def mitoses(**more):
    return observation("sct 406094009", "m", **quantity(1, "/[HPF]"), **DAY | more)


NEXT_DAY = {"effectiveDateTime": "2026-05-13"}
AT_LIVER = {"bodySite": LIVER}
ON_IT = {"specimen": ref("Specimen/s")}
PAIR = [ref("Observation/k"), ref("Observation/m")]


@pytest.mark.parametrize(
    ("number", "sent"),
    [
        (1, [specimen(), index("k", 15, **ON_IT), mitoses(**ON_IT | NEXT_DAY)]),
        (1, [index("k", 15), mitoses(**NEXT_DAY), report(result=PAIR)]),
        (
            1,
            [
                index("k", 15),
                mitoses(**NEXT_DAY),
                observation(concept(text="panel"), "p", hasMember=PAIR),
            ],
        ),
        (1, [index("k", 15, **AT_LIVER), mitoses(**AT_LIVER)]),
        (2, [index("k", 15, **AT_LIVER), mitoses(**AT_LIVER | NEXT_DAY)]),
        (2, [index("k", 15), mitoses()]),
    ],
    ids=["specimen", "report", "panel", "day and site", "another day", "nothing in common"],
)
def test_specimen_joins_the_observations_on_it(number, sent):
    assert len(specimens(*sent)) == number


def test_specimen_is_dated_by_its_collection_else_by_the_observation_else_by_the_report():
    taken = specimen(collection={"collectedDateTime": "2026-04-02", "bodySite": LIVER})
    known = index("k", 15, **ON_IT)
    undated = {key: value for key, value in known.items() if key not in DAY}
    reported = report(result=[ref("Observation/k")], effectiveDateTime="2026-05-20")
    days = [
        str(only(specimens(*sent)).date)
        for sent in ((taken, known, reported), (specimen(), known, reported), (undated, reported))
    ]
    assert days == ["2026-04-02", "2026-05-12", "2026-05-20"]


# --- origin of a specimen -------------------------------------------------------------------------


def test_origin_of_a_specimen_is_told_by_body_site_or_by_focus_on_a_metastasis():
    there = condition("sct 94381002", id_="met")
    told = [
        (specimen(), index("k", 15, **ON_IT)),
        (index("k", 15, **AT_LIVER),),
        (there, index("k", 15, focus=[ref("Condition/met")])),
    ]
    assert [only(specimens(*sent)).origin for sent in told] == ["liver-metastasis"] * 3


def test_origin_of_a_specimen_with_focus_on_the_primary_stays_open():
    assert only(specimens(index("k", 15, focus=[ref("Condition/c")]))).origin is None


# --- histology in a Condition ---------------------------------------------------------------------


def test_histology_in_a_condition_is_a_specimen_of_its_own_dated_by_onset():
    shown = [{"url": f"{MCODE}mcode-histology-morphology-behavior", **coded("ico 8240/3")}]
    found = profile(condition("cm C17.2", extension=shown, onsetDateTime="2024-03-01"), specimen())
    tissue = only(found.specimens)
    assert (tissue.histology, str(tissue.date), tissue.origin) == ("NET", "2024-03-01", None)


def test_histology_in_a_condition_that_only_says_carcinoma_gives_way_to_a_who_grade():
    carcinoma = condition("sct 1186869002", id_="n", onsetDateTime="2024-03-01")
    grade = observation(
        "ncit C18000", "g", focus=[ref("Condition/n")], **coded("sct 1286770005"), **DAY
    )
    before, after = profile(carcinoma), profile(carcinoma, grade)
    assert [s.histology for s in before.specimens.values()] == ["NEC"]
    assert "NEC" not in {s.histology for s in after.specimens.values()}
    assert issues(carcinoma, grade) == ["carcinoma-set-aside"]
