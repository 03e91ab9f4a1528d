"""The words of a language: templates, and that a missing or wrong word is a fault with its key."""

import pytest
from tests.unit.knowledge_copies import changed, faults_of, shipped

from nelm_fhir.evaluator.registry import SPECS
from nelm_fhir.knowledge.wording import NO_WORDING, Template
from nelm_fhir.profile import candidate

EN = "texts/en.toml"
BURDEN = (
    'within      = "Tumor replaces {value} of the liver volume by {estimates}, {limit:within}."'
)
BROKEN = [
    (BURDEN, "", "sentences.liver-involvement.within: is missing"),
    (BURDEN, BURDEN.replace("within ", "inside "), "liver-involvement.inside: case 'inside'"),
    ("{estimates}, {limit:within}", "{estimate}", "within: field 'estimate' is not known"),
    ("{limit:within}", "{limit:inside}", "within: form 'inside' is not known"),
    ("{limit:within}", "{limit", "is no template"),
    ("{limit:within}", "{0}", "is no template: a field is a name"),
    ("[sentences.age]", "[sentences.aged]", "sentences.aged: definition 'aged' is not known"),
    ('[needs.age]\ndefault = "the full birth date"\n', "", "needs.age.none: is missing"),
    ("[changes.liver-involvement]", "[changes.liver]", "changes.liver-involvement.beyond: is miss"),
    (
        'pancreas-head    = "the head of the pancreas"\n',
        "",
        "words.primary.site.pancreas-head: is m",
    ),
    ("hilar-node    = ", "hilar-nodes    = ", "words.focus.class.hilar-node: is missing"),
    ('"liver-metastasis.biopsy"    =', '"liver-metastasis.b"    =', "liver-metastasis.biopsy: is"),
    ('12 = "December"\n', "", "words.months-of-year.12: is missing"),
    ('"portal.met"         =', '"portal.yes"         =', "words.quality.portal.met: is missing"),
    ('month   = "{month} {year}"\n', "", "phrases.date.month: is missing"),
    ('about            = "about', 'circa            = "about', "phrases.amount.about: is missing"),
    (
        '"specimen.ki67_text"                     = "Ki-67"\n',
        "",
        "words.element.specimen.ki67_text",
    ),
    ("age                              =", "aged =", "words.datum.age: is missing"),
    ('listing         = "Waiting list"\n', "", "words.topic.listing: is missing"),
    ('listing         = "the listing"\n', "", "phrases.head.listing: stands in one of"),
]


@pytest.mark.parametrize(("old", "new", "fault"), BROKEN)
def test_a_missing_or_wrong_word_is_a_fault_with_its_key(old: str, new: str, fault: str) -> None:
    found = faults_of(changed(EN, old, new))
    assert [line for line in found if line.startswith(f"{EN}: ") and fault in line], found


def test_a_language_that_is_not_there_is_one_fault() -> None:
    from nelm_fhir.knowledge.files import mapping_files

    files = dict(mapping_files())
    del files[EN]
    assert faults_of(files) == (f"{EN}: is missing",)


def test_a_template_is_text_and_fields_in_forms() -> None:
    template = Template.parse("On {day:on} it was {value}.")
    assert template.fields == {"day", "value"}
    assert template.forms == {"on"}
    assert template.filled(lambda name, form: f"<{name}|{form}>") == "On <day|on> it was <value|>."


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "Single"),
        ("}", "encountered"),
        ("{}", "a field is a name"),
        ("{a.b}", "a field is a name"),
        ("{a!r}", "a field is a name"),
        ("{a[0]}", "a field is a name"),
    ],
)
def test_what_is_no_template_is_refused(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Template.parse(text)


def test_a_definition_told_like_another_one_takes_its_texts_and_keeps_its_own() -> None:
    wording = shipped().texts.wording
    shared = wording.sentence("curatively-removed", "removed")
    assert shared == wording.sentence("removed", "removed")
    own, other = (wording.sentence(name, "none") for name in ("removed", "refractory"))
    assert own != other


def test_what_no_language_says_is_empty() -> None:
    assert NO_WORDING.word("statuses", "met") is None
    assert NO_WORDING.sentence("age", "within").parts == ()
    assert NO_WORDING.need("age", "none").parts == ()


def test_every_definition_declares_how_it_is_told() -> None:
    outcomes = {"met", "not-met", "running", "unknown", "not-applicable", "beside"}
    for name, spec in SPECS.items():
        assert spec.cases, name
        told = {case.outcome for case in spec.cases.values()}
        assert told <= outcomes
        possible = set(spec.statuses).union(*spec.adds.values())
        assert possible - {"not-met"} <= told, name
        assert "not-met" not in possible or told & {"not-met", "running"}, name


KINDS = {
    "person": (candidate.Person, {"sex"}),
    "primary": (candidate.Primary, set()),
    "specimen": (candidate.Specimen, set()),
    "response": (candidate.ResponseEvent, set()),
    "treatment": (candidate.ProgressionTreatment, set()),
    "scan": (candidate.Scan, set()),
    "focus": (candidate.Focus, set()),
    "syndrome": (candidate.FunctionalSyndrome, set()),
    "listing": (candidate.Listing, set()),
}


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_element_of_the_record_format_has_its_claim(kind: str) -> None:
    model, unused = KINDS[kind]
    claims = shipped().texts.wording.phrases["claim"]
    nested = {"evidence", "resection", "adjudication"}
    names = {info.alias or name for name, info in model.model_fields.items()} - unused - nested
    assert {f"{kind}.{name}" for name in names} <= claims.keys()
