"""What the code lists call a treatment, assembly understands: the words of the two rooms meet."""

import pytest
from tests.unit.assemble.finding import coded, tables
from tests.unit.mappers.mapping import table
from tests.unit.shipped_codes import shipped

from nelm_fhir.core.unknown import Unknown
from nelm_fhir.mappers.therapies import KINDS
from nelm_fhir.profile.assemble.kinds import focus_word, treats_the_liver


def words():
    """Every kind that a code of a treatment can stand for, as mappers hand it over."""
    hits = [m.hit for group in KINDS for m in shipped().members(group) if m.hit and m.hit.exact]
    listed = {hit.word or hit.group for hit in hits} - {"radionuclide-therapy"}
    return sorted({table().treatments.get(word, word) for word in listed})


@pytest.mark.parametrize("word", words())
def test_a_word_of_the_lists_is_a_treatment_of_a_focus_or_of_the_liver(word):
    act = coded("procedure", True, "Procedure/p", parts={"procedure-kind": word}, site="liver")
    understood = not isinstance(focus_word(act), Unknown)
    assert understood or treats_the_liver(act, tables().symptoms)


def test_the_lists_name_every_kind_of_treatment_but_radiotherapy_and_tae():
    assert words() == ["TACE", "TARE", "ablation", "prrt", "resection", "systemic"]
