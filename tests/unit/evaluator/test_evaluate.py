"""What the verdict of one set carries beside its criteria (rules 1.2 to 1.5, 1.7)."""

from tests.property.records import BASELINE, CATALOGUE, assess, having, verdicts

from nelm_fhir.core.logic import Status

LUNG = having(BASELINE, ("primaries", "primary-1", "site"), "lung")


def test_a_verdict_names_its_set_as_the_file_does():
    for name, verdict in verdicts(assess(BASELINE)).items():
        published = CATALOGUE.sets[name]
        assert (verdict.version, verdict.title) == (published.version, published.title)
        assert verdict.citation == published.citation


def test_a_damaged_record_adds_one_criterion_to_every_set():
    whole, damaged = (verdicts(assess({**BASELINE, "damaged": flag})) for flag in (False, True))
    for name, verdict in damaged.items():
        ids = [result.id for result in verdict.criteria]
        assert ids == [*(result.id for result in whole[name].criteria), CATALOGUE.record.id]


def test_outside_its_scope_a_set_judges_only_the_criterion_that_says_so():
    esmo = verdicts(assess(LUNG))["esmo-2020"]
    judged = {r.id: r.status for r in esmo.criteria if r.status is not Status.NOT_APPLICABLE}
    assert judged == {"ESMO-SCOPE": Status.NOT_MET}


def test_the_notes_of_a_set_are_shown_where_it_is_judged():
    found = {name: verdict.notes for name, verdict in verdicts(assess(LUNG)).items()}
    assert found["optn"] == ("OPTN-STATUS", "OPTN-BOARD")
    assert found["esmo-2020"] == ()
