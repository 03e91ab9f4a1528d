"""Words of the field are found whatever the case, accents, signs and compounds."""

import pytest
from tests.unit.coverage.made import catalogue

from nelm_fhir.coverage.tables import load_tables
from nelm_fhir.coverage.words import any_of, fold

TOPICS = load_tables(catalogue()).topics


def topics_of(text: str) -> set[str]:
    return {topic.id for topic in TOPICS if topic.speaks_in(fold(text))}


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ki-67 / MIB-1", "ki 67 mib 1"),
        ("Résécabilité", "resecabilite"),
        ("Größe_der-Läsion", "grosse der lasion"),
        ("  ", ""),
    ],
)
def test_case_accents_and_signs_are_folded(text: str, folded: str):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("mitos*", "Mitosezahl", True),
        ("mitos*", "Amitose", False),
        ("*metasta*", "Fernmetastasen", True),
        ("g1", "NET G1", True),
        ("g1", "G10", False),
        ("tumor burden", "Liver tumor burden", True),
        ("tumor burden", "tumor of burden", False),
    ],
)
def test_a_word_stands_alone_and_a_star_for_the_rest(word: str, text: str, found: bool):
    assert bool(any_of([word]).search(fold(text))) is found


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Ki-67 Index", "ki67"),
        ("MIB1", "ki67"),
        ("Proliferationsindex", "ki67"),
        ("Mitosezahl", "mitoses"),
        ("Tumoranteil am Lebervolumen", "liver-involvement"),
        ("Tumorlast", "liver-involvement"),
        ("Levermetastasen, betrokkenheid in %", "liver-involvement"),
        ("Envahissement du foie", "liver-involvement"),
        ("Resektabilität", "liver-resectability"),
        ("Irrésécable", "liver-resectability"),
        ("MDT: resectable?", "liver-resectability"),
        ("68Ga-DOTATOC PET/CT", "scan"),
        ("SSTR-PET", "scan"),
        ("Somatuline Autogel 120 mg", "systemic-therapy"),
        ("Lanreotid", "systemic-therapy"),
        ("NET G2", "grade"),
        ("R0-Resektion", "residual-tumor"),
        ("Bilobär", "liver-distribution"),
        ("Ziektestatus", "response"),
        ("Wachtlijst lever", "listing"),
        ("Syndrome carcinoïde", "syndrome"),
    ],
)
def test_words_of_four_languages_are_known(text: str, topic: str):
    assert topic in topics_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "Blood pressure panel with all children optional",
        "Creatinine [Mass/volume] in Serum or Plasma",
        "Hämoglobin",
        "Body weight",
        "Leberwerte",
        "Essential (primary) hypertension",
        "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma",
        "Tobacco smoking status",
        "INR in Platelet poor plasma by Coagulation assay",
    ],
)
def test_routine_codes_hold_no_word_of_the_field(text: str):
    assert topics_of(text) == set()
