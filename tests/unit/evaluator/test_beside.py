"""Whatever stands beside the verdicts stands there with its sentence and source (rules 11, 12)."""

from tests.property.records import CATALOGUE, assess
from tests.unit.evaluator.changed import LISTED, changed

from nelm_fhir.assessment.result import Text

TEXTS = CATALOGUE.texts
WARNING = TEXTS.outcome_rules.warning
RESECTABLE = {"liver/resectability": "resectable"}
EXACT = {"liver/volume_ml": 1800, "liver/standard_volume_ml": 1500}
RECURRED = {
    "liver_transplant": {"performed": True, "date": "2024-01-10"},
    "recurrence": {"status": "confirmed", "date": "2026-01-10"},
}
RECORDS = [assess(changed(changes)) for changes in ({}, {**LISTED, **EXACT}, RESECTABLE, RECURRED)]


def shown(name):
    """Yield every id of that kind with its text, over all records."""
    for assessment in RECORDS:
        for one in getattr(assessment, name):
            yield one, assessment.texts[one]


def test_a_flag_has_the_sentence_of_the_flag_file():
    flags = list(shown("flags"))
    for assessment in RECORDS:
        flags += [(f, assessment.texts[f]) for v in assessment.verdicts for f in v.flags]
    assert flags
    for flag, text in flags:
        assert text == Text(TEXTS.flags[flag].text, TEXTS.flags[flag].source)


def test_a_figure_has_its_population_number_and_era():
    figures = dict(shown("references"))
    assert {"O9", "P1=1", "R1"} <= figures.keys()
    for name, text in figures.items():
        figure = TEXTS.figures[name]
        whole = (figure.text, figure.source, figure.population, figure.n, figure.era)
        assert text == Text(*whole)
        assert all(whole)


def test_figures_of_one_center_need_its_criteria_met_and_come_with_their_warning():
    met = [a.verdict_of("milan-net-2016").verdict == "criteria-met" for a in RECORDS]
    assert [("O1" in a.references) for a in RECORDS] == met
    assert [WARNING in a.texts for a in RECORDS] == met
    assert set(met) == {True, False}
    note = TEXTS.reference_notes[WARNING]
    assert RECORDS[met.index(True)].texts[WARNING] == Text(note.text, note.source)


def test_figures_follow_the_verdict_of_their_own_set_and_no_other():
    outside = assess(changed({"liver/involvement": {"e": {"low": 60, "high": 60}}}))
    assert "O1" not in outside.references
    for name in CATALOGUE.sets:
        assert assess(changed({}), sets=[name]).references == RECORDS[0].references


def test_a_note_on_figures_and_a_row_of_practice_have_their_sentences():
    for name, texts in (
        ("reference_notes", TEXTS.reference_notes),
        ("surveillance", TEXTS.surveillance),
    ):
        found = dict(shown(name))
        assert found
        for one, text in found.items():
            assert text == Text(texts[one].text, texts[one].source)
