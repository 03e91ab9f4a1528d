"""Missing data by what has to be found, over all sets: one scan, many criteria."""

from msgspec import structs
from tests.unit.assessment.made import catalogue, judged, vignette, vignettes, voice

from nelm_fhir.assessment.missing_data import Datum, Settling, missing_data
from nelm_fhir.assessment.result import Assessment


def missing(assessment: Assessment) -> dict[str, Datum]:
    families = catalogue().definitions.staging.families
    return {datum.name: datum for datum in missing_data(assessment, voice(), families)}


def ids(settling: Settling) -> list[str]:
    return [named.id for settled in settling.settles for named in settled.criteria]


def test_one_scan_is_asked_for_once_with_all_that_it_would_settle():
    (scan, *others) = missing(vignette("V44"))["Disease outside the liver"].settlings
    assert scan.settle == (
        "a 68Ga somatostatin-receptor PET, not older than 3 months, with its result outside the"
        " liver"
    )
    by_condition = {settled.condition: settled.criteria for settled in scan.settles}
    negative = {named.id for named in by_condition["if it is negative"]}
    assert negative >= {"M16-EHD", "ESMO-EHD", "OPTN-WORK", "B-EHD", "C-EHD"}
    assert {named.id for named in by_condition["whatever it shows"]} == {"B-PET", "C-PET"}
    assert not [one for one in others if "PET" in one.settle]


def test_what_a_lesser_test_would_do_for_is_said_beside():
    scan = missing(vignette("V44"))["Disease outside the liver"].settlings[0]
    lesser = {settled.condition: [n.id for n in settled.criteria] for settled in scan.lesser}
    assert "M16-EHD" in lesser["somatostatin-receptor PET"]
    assert set(lesser["PET or scintigraphy"]) == {"OPTN-LIVER", "OPTN-WORK"}
    assert not [name for names in lesser.values() for name in names if name.startswith("B-")]


def test_the_same_thing_to_settle_is_said_once():
    for datum in missing(vignette("V18")).values():
        texts = [settling.settle for settling in datum.settlings]
        assert len(texts) == len(set(texts))
    half = missing(vignette("V18"))["Liver involvement"].settlings
    assert {"M16-BURD", "ESMO-BURD"} <= set(ids(half[0]))


def test_one_report_answers_what_is_asked_of_the_same_tissue():
    nothing = judged_without("specimens")
    (report,) = missing(nothing)["Pathology"].settlings
    assert {"M07-HIGH", "M16-GRADE", "OPTN-KI67", "OPTN-MIT", "ESMO-KI67"} <= set(ids(report))
    assert not [n for s in report.settles for n in s.criteria if n.partly]


def test_what_settles_a_criterion_only_in_part_says_so():
    nothing = judged_without("scans", "liver")
    named = [
        n
        for d in missing(nothing).values()
        for s in d.settlings
        for x in s.settles
        for n in x.criteria
        if n.id == "OPTN-LIVER"
    ]
    assert len(named) == 3
    assert all(one.partly for one in named)


def judged_without(*names: str) -> Assessment:
    record = {key: value for key, value in vignettes()["V01"].record.items() if key not in names}
    return judged(structs.replace(vignettes()["V01"], record=record))


def test_nothing_is_lost_on_the_way():
    for name in vignettes():
        assessment = vignette(name)
        expected = {m.criterion for verdict in assessment.verdicts for m in verdict.missing}
        shown = {one for d in missing(assessment).values() for s in d.settlings for one in ids(s)}
        assert shown == expected


def test_a_record_that_meets_or_fails_everything_misses_nothing():
    assert missing(vignette("V01")) == {}
