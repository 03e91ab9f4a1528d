"""Checks that one language has a word for everything that a record or a table can hold.

In: the wording, the tables of the definitions, the table of the attested entry. Out: faults. Coded
words come from these tables themselves, so that a new code without a word is a fault, too.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Final

from nelm_fhir.core.evidence import Match, Unused
from nelm_fhir.core.logic import Status
from nelm_fhir.knowledge.attested import AttestedTable
from nelm_fhir.knowledge.criteria import Basis
from nelm_fhir.knowledge.faults import Faults
from nelm_fhir.knowledge.tables import Definitions
from nelm_fhir.knowledge.wording import NO_CASES, NO_WORDS, Wording

NO_SCAN: Final = "scan-none"
"""The case of a definition that one examination would settle."""
_YES_NO: Final = ("true", "false")
_DAYS: Final = ("day", "month", "year", "span")
_ATTESTED: Final[Mapping[str, str]] = {
    "primary.site": "primary-site",
    "primary.margin": "residual-tumor",
    "resection.with-margin": "residual-tumor",
    "specimen.origin": "specimen-origin",
    "specimen.material": "specimen-material",
    "specimen.who_edition": "who-edition",
    "involvement.method": "involvement-method",
    "judgment.distribution": "liver-distribution",
    "judgment.resectability": "liver-resectability",
    "judgment.extent_judgment": "liver-extent",
    "response.category": "response",
    "response.modality": "response-modality",
    "scan.modality": "scan-modality",
    "scan.tracer": "scan-tracer",
    "scan.technique": "scan-technique",
    "scan.extrahepatic_result": "scan",
    "focus.class": "focus-class",
    "focus.treatment": "focus-treatment",
    "treatment.type": "focus-treatment",
    "focus.verdict": "focus-adjudication",
    "syndrome.control": "syndrome-control",
    "syndrome.failed_therapies": "failed-therapy",
    "listing.status": "listing",
}
"""Tables of words by the code of the attested entry whose answers they say."""
_TRUTHS: Final = (
    "primary.performed",
    "primary.lymphadenectomy",
    "primary.planned_at_lt",
    "metastases.metastases_present",
    "scan.liver_lesions_typical",
    "focus.removed_with_primary",
    "focus.signed",
    "syndrome.present",
    "comorbidity.comorbidity_contraindication",
    "transplantation.performed",
)
_PHRASES: Final[Mapping[str, tuple[str, ...]]] = {
    "list": ("two", "more"),
    "quote": ("text",),
    "months": ("one", "more"),
    "number": ("exact", "rounded"),
    "date": (*_DAYS, "none"),
    "date-on": (*_DAYS, "none"),
    "date-of": (*_DAYS, "none"),
    "date-optional": _DAYS,
    "limit": ("<", "<=", ">", ">="),
    "limit-within": ("<", "<=", ">", ">="),
    "amount": (
        *("point", "about", "range", "less-than", "at-most", "more-than", "at-least"),
        *("above-to", "from-below", "above-below"),
    ),
    "no-claim": ("unknown", "unread"),
    "verdict": ("criteria-met", "criteria-not-met", "deferred", "indeterminate", "not-applicable"),
    "withdrawn": ("source-in-error", "patient-merged"),
    "join": (
        *("and", "or", "and-change", "or-change", "settle", "change"),
        *("outside-scope", "nothing-adverse", "no-source-text"),
        *("alternative-not-met", "alternative-running", "alternative-unknown"),
    ),
    "outlook": ("not-met-one", "not-met-more", "deferred", "open-one", "open-more"),
    "missing": ("scan",),
}


def check_words(
    file: str, wording: Wording, definitions: Definitions, attested: AttestedTable, faults: Faults
) -> None:
    """Note every word and phrase that the language lacks; a missing file is one fault."""
    if not wording.phrases:
        return
    for table, keys in _needed(wording, definitions, attested):
        known = wording.words.get(table, NO_WORDS)
        for key in sorted(set(keys) - known.keys()):
            faults.add(file, f"words.{table}.{key}", "is missing")
    for table, names in _PHRASES.items():
        phrases = wording.phrases.get(table, NO_CASES)
        for key in sorted(set(names) - phrases.keys()):
            faults.add(file, f"phrases.{table}.{key}", "is missing")
    heads, facts = (wording.phrases.get(table, NO_CASES).keys() for table in ("head", "fact"))
    for key in sorted(heads ^ facts):
        faults.add(file, f"phrases.head.{key}", "stands in one of head and fact only")


def _needed(
    wording: Wording, definitions: Definitions, attested: AttestedTable
) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield each table of words with the keys that it needs."""
    for table, code in _ATTESTED.items():
        row = attested.row(code)
        yield table, () if row is None else row.words
    for table in _TRUTHS:
        yield table, _YES_NO
    yield from _of_definitions(definitions)
    origins, materials = (
        wording.words.get(f"specimen.{key}", NO_WORDS) for key in ("origin", "material")
    )
    yield "specimen.noun", map(".".join, product(("", *origins), ("", *materials)))
    yield "months-of-year", map(str, range(1, 13))
    yield "basis", Basis
    yield "match", Match
    yield "asides", Unused
    yield "scan-condition", {name for name, cases in wording.sentences.items() if NO_SCAN in cases}
    yield "datum", {name for name, cases in wording.sentences.items() if cases}
    yield "element", wording.phrases.get("claim", NO_CASES)
    yield "topic", {key.partition(".")[0] for key in wording.phrases.get("claim", NO_CASES)}


def _of_definitions(definitions: Definitions) -> Iterator[tuple[str, Iterable[str]]]:
    grading, staging = definitions.grading, definitions.staging
    yield "treatment.type", definitions.symptoms.locoregional
    columns = {column for site in definitions.sites.sites.values() for column in site.columns}
    answers = (Status.MET, Status.NOT_MET, Status.UNKNOWN)
    yield "primary.site", definitions.sites.sites
    yield "quality", (f"{column}.{answer}" for column in columns for answer in answers)
    yield "family", staging.families
    yield "focus.class", staging.known_classes
    yield "typical-imaging", staging.typical_imaging.values()
    yield "carcinoma.differentiation", grading.carcinoma_differentiation
    yield (
        "specimen.histology",
        grading.carcinoma_histologies | grading.net_histologies | grading.out_of_scope_histologies,
    )
    yield (
        "specimen.differentiation",
        grading.carcinoma_differentiation | grading.net_differentiation,
    )
    yield "unit", {definitions.burden.unit, grading.ki67.unit, grading.mitoses.unit} - {""}
