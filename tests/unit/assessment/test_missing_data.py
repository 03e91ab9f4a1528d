"""Missing data by what has to be found, over all sets: one scan, many criteria."""

from tests.unit.assessment.made import vignette, vignettes

from nelm_fhir.assessment.missing_data import missing_data


def test_one_kind_of_scan_stands_once_with_all_that_it_would_settle():
    data = {datum.name: datum for datum in missing_data(vignette("V44"))}
    scans = data["Imaging outside the liver"].settlings
    named = [name for settling in scans for _, name in settling.criteria]
    assert {"M16-EHD", "ESMO-EHD", "OPTN-WORK", "B-PET"} <= set(named)
    assert len(named) == len(set(named))


def test_the_same_thing_to_settle_is_said_once():
    for datum in missing_data(vignette("V18")):
        texts = [settling.settle for settling in datum.settlings]
        assert len(texts) == len(set(texts))
    burden = next(d for d in missing_data(vignette("V18")) if d.name == "Liver involvement")
    assert ("Milan-NET 2016", "M16-BURD") in burden.settlings[0].criteria
    assert ("ESMO 2020", "ESMO-BURD") in burden.settlings[0].criteria


def test_nothing_is_lost_on_the_way():
    for name in vignettes():
        assessment = vignette(name)
        missing = [m.criterion for verdict in assessment.verdicts for m in verdict.missing]
        shown = [
            criterion
            for datum in missing_data(assessment)
            for settling in datum.settlings
            for _, criterion in settling.criteria
        ]
        assert sorted(shown) == sorted(missing)


def test_a_record_that_meets_or_fails_everything_misses_nothing():
    assert missing_data(vignette("V01")) == ()
