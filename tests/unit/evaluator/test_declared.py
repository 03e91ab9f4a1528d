"""What definitions and tellers declare about themselves is what they do (architecture 3)."""

import pytest
from tests.golden.questions import QUESTIONS
from tests.property.records import BASELINE, CATALOGUE
from tests.unit.evaluator.changed import GONE, LISTED, changed

from nelm_fhir.evaluator.answers import answers_of
from nelm_fhir.evaluator.asking import ask
from nelm_fhir.evaluator.registry import DEFINITIONS, SPECS
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.profile.candidate import Part, Profile
from nelm_fhir.profile.record_format import CandidateProfile

PD = {"date": "2026-05-20", "category": "PD", "modality": "CT"}
ABSENT = {"present": False}
RECORDS = {
    "favorable": {},
    "nothing known": {section: GONE for section in BASELINE if section != "as_of"},
    "no primary, no scan": {"primaries": {}, "scans": {}, "response_events": {}},
    "site of a primary unknown": {"primaries/primary-1/site": GONE},
    "resection of a primary unknown": {"primaries/primary-1/resection": GONE},
    "primary never found": {"primaries/primary-1/site": "unknown-primary"},
    "progressing": {"response_events/pd": PD},
    "progressing while listed": {**LISTED, "response_events/pd": PD},
    "listed after the day": {"listing": {"status": "listed", "listing_date": "2026-07-01"}},
    "not listed": {"listing": {"status": "not-listed"}},
    "no syndrome": {"functional_syndrome": ABSENT},
    "control of a syndrome unknown": {"functional_syndrome": {"present": True}},
    "therapies unknown": {"functional_syndrome": {"present": True, "control": "refractory"}},
    "graded, not shown to be a NET": {
        "specimens": {"s": {"origin": "liver-metastasis", "ki67_text": "2 %"}}
    },
    "treatments without an end": {
        **LISTED,
        "response_events/pd": {**PD, "date": "2025-08-01"},
        "progression_treatments": {"t": {"type": "TACE"}},
    },
    "estimates without a value": {"liver/involvement": {"e": {"date": "2026-05-04"}}},
    "scans without a result": {"scans": {"s": {"modality": "PET/CT", "tracer": "68Ga-DOTATATE"}}},
}


def view(changes):
    return View(CandidateProfile.from_record(changed(changes)), CATALOGUE.definitions)


def statuses(question):
    """Return the statuses that a definition says it can give to this question."""
    spec = SPECS[question.asks]
    return spec.statuses.union(*(spec.adds.get(key, ()) for key in question.parameters))


def element(path):
    """Return the part or value type that a path of rules 15.2 names; fails where there is none."""
    part = Profile
    for step in path.split("."):
        if isinstance(part, type) and issubclass(part, Part):
            fields = {field.alias or name: field for name, field in part.model_fields.items()}
            part = fields[step].annotation
        else:
            part = part.__args__[-1]
    return part


@pytest.mark.parametrize("changes", RECORDS.values(), ids=RECORDS)
def test_a_definition_gives_no_status_but_those_it_declares(changes):
    seen = view(changes)
    for question in QUESTIONS.values():
        assert ask(seen, question).status in statuses(question), question


@pytest.mark.parametrize("changes", RECORDS.values(), ids=RECORDS)
def test_what_is_lacking_is_named_by_a_path_of_the_record(changes):
    seen = view(changes)
    for question in QUESTIONS.values():
        for path in ask(seen, question).paths:
            assert element(path), path


@pytest.mark.parametrize("changes", RECORDS.values(), ids=RECORDS)
def test_a_sentence_is_filled_with_the_fields_that_its_case_declares(changes):
    seen = view(changes)
    for question in QUESTIONS.values():
        for answer in answers_of(seen, question):
            for told in answer.told:
                spec = SPECS[answer.asks].cases[told.case]
                assert told.words.keys() == spec.fields, (answer.asks, told.case)
                assert (spec.outcome == "beside") is told.beside


@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_definition_that_needs_a_parameter_says_so(name):
    spec = SPECS[name]
    limit = {"test": ">=", "limit": 6, "unit": next(iter(spec.units))} if spec.units else {}
    if spec.required:
        with pytest.raises(KeyError, match="|".join(spec.required)):
            DEFINITIONS[name].judge(view({}), Ask(name, **limit))
    else:
        DEFINITIONS[name].judge(view({}), Ask(name, **limit))
