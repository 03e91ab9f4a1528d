"""From a record to the Bundle of a hospital and back, and what its style leaves in text."""

import copy
import json
from dataclasses import replace
from datetime import date

from hypothesis import strategies as st
from tests.property.records import CATALOGUE

from nelm_fhir import pipeline
from nelm_fhir.knowledge.style_reading import load_noise, load_styles
from nelm_fhir.knowledge.styles import Style
from nelm_fhir.profile.record_format import ENTRIES, CandidateProfile
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.patient_bundle.make import knowledge_of, patient_bundle

STYLES = load_styles()
KNOWLEDGE = knowledge_of(CATALOGUE)
styles = st.sampled_from(sorted(STYLES))
seeds = st.integers(0, 10**6)
WITHOUT_CODES = replace(STYLES["plain"], questions={}, answers={}, foci=(), carriers={})
"""A hospital that attests everything."""
NEED_A_CODE = (
    "primaries.resection.pn",
    "specimens.histology",
    "specimens.differentiation",
    "specimens.reported_grade",
    "liver_transplant.planned_date",
    "recurrence.chromogranin_a",
)
"""The elements that no attested entry says (attested-entry.md 2)."""


def bundle(record, style, seed=0, noise=0):
    """The Bundle that a hospital of that style sends."""
    profile, rows = CandidateProfile.from_record(record), load_noise()
    hospital = style if isinstance(style, Style) else STYLES[style]
    return patient_bundle(profile, hospital, KNOWLEDGE, count=noise, rows=rows, seed=seed)


def read(built, record):
    """The Bundle as read for the evaluation date of the record."""
    return pipeline.read_one(
        fhir_json(built),
        CATALOGUE,
        as_of=date.fromisoformat(record["as_of"]),
        options=record.get("options", {}),
    )


def told(profile):
    """The record of a profile without its evidence."""
    return _bare(json.loads(json.dumps(profile.to_record())))


def _bare(value):
    if not isinstance(value, dict):
        return value
    kept = {key: _bare(member) for key, member in value.items() if key != "evidence"}
    return {key: member for key, member in kept.items() if member != {}}


# --- what a style leaves in text ------------------------------------------------------------------


def carried(record, style):
    """The record without what the style leaves in text, by the table `carries` of the style."""
    whole = told(CandidateProfile.from_record(record))
    return lacking(whole, [element for element, _ in in_text(whole, style)])


def lacking(record, elements):
    """The record without these elements."""
    kept = copy.deepcopy(record)
    for element in elements:
        for owner in owners(kept, element.split(".")):
            owner.pop(element.rpartition(".")[2], None)
    return _bare(kept)


def in_text(record, style):
    """Every element of the record that the style leaves in text, with the reason it has then."""
    for element, carrier in STYLES[style].carriers.items():
        if carrier.lost is not None and _applies(carrier, record):
            yield element, carrier.lost


def _applies(carrier, record):
    steps = carrier.element.split(".") + ([carrier.leaf] if carrier.leaf else [])
    if carrier.alone and len(record.get(steps[0], {})) > 1:
        return False
    if any(any(_found(record, other.split("."))) for other in carrier.without):
        return False
    return not carrier.words or set(_found(record, steps)) <= carrier.words


def _found(record, steps):
    return (owner[steps[-1]] for owner in owners(record, steps) if steps[-1] in owner)


def owners(record, steps):
    """Every object that may hold the last step; entries are walked through."""
    here = [record]
    for step in steps[:-1]:
        parts = [owner[step] for owner in here if step in owner]
        here = [entry for part in parts for entry in part.values()] if step in ENTRIES else parts
    return here
