"""What stands beside verdicts: figures never without their warning, notes of the judged sets."""

from tests.unit.assessment.made import catalogue, vignette, vignettes

from nelm_fhir.assessment.published import figures, notes_of_sets
from nelm_fhir.assessment.result import Verdict


def test_figures_within_milan_net_stand_together_with_the_warning():
    for name in vignettes():
        assessment = vignette(name)
        within = {"O1", "O3", "O5"} & set(assessment.references)
        assert ("O-WARNING" in figures(assessment, catalogue())) == bool(within)


def test_figures_are_the_references_and_the_notes_on_them():
    for name in vignettes():
        assessment = vignette(name)
        shown = [one for one in figures(assessment, catalogue()) if one != "O-WARNING"]
        assert shown == [*assessment.references, *assessment.reference_notes]


def test_notes_of_a_set_stand_beside_it_while_it_is_judged():
    for name in vignettes():
        assessment = vignette(name)
        notes = dict(notes_of_sets(assessment))
        judged = assessment.verdict_of("optn").verdict is not Verdict.NOT_APPLICABLE
        assert ("OPTN-STATUS" in notes) == judged


def test_a_note_has_its_text_and_source_and_one_that_is_a_flag_is_not_repeated():
    notes = dict(notes_of_sets(vignette("V01")))
    assert notes["OPTN-STATUS"].text.startswith("This is guidance, not policy.")
    assert notes["OPTN-STATUS"].source == "L10"
    assert "C-EXP" in notes
    assert not {"E16-DEFAULT", "M16-UNRES"} & set(notes)
