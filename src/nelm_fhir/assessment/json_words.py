"""What every key of the JSON contract means; `nelm schema result` shows it beside its type.

Ids are those of the rule book and of the mappings. Source: rules 1.1, 1.3, 15.2.
"""

from collections.abc import Mapping
from typing import Final

Words = Mapping[str, str]

RESULT: Final[Words] = {
    "as_of": "the day of judgment; nothing dated later counts",
    "patient": "the patient as Type/id; null where the input names none",
    "patient_version": "version of the Patient resource that was read",
    "condition": "the Condition of the liver metastases, else of the primary",
    "neuroendocrine": "whether the record holds any neuroendocrine finding",
    "options": "switches of the center, each on or off",
    "verdicts": "one per judged criteria set, in the order of the catalogue; never combined",
    "flags": "ids of the flags of the patient; a flag never changes a verdict",
    "references": "ids of published group figures that may stand beside the verdicts",
    "reference_notes": "ids of the notes that accompany these figures",
    "surveillance": "ids of texts of published practice; never an instruction",
    "notes": "ids of notes of bodies without a verdict of their own (NANETS, UK)",
    "texts": "by id: the sentence and source of every id that this result names",
    "issues": "problems of the data: what could not be used as it stands, and where",
    "counts": "resources by type read, and by reason passed over or unusable",
    "program": "name and version of the program",
    "catalogue_digest": "digest of all mappings and overlays that were loaded",
    "input_digest": "digest of the profile with its evidence, without the as-of date",
    "notice": "the standard notice; it belongs to every display of this result",
    "facts": "everything of the record that any criterion looked at, each thing once",
    "left_out": "resources that were dropped, each with the reason; those nobody reads not named",
}
VERDICT: Final[Words] = {
    "set": "id of the criteria set",
    "version": "version of the set as encoded here",
    "title": "name of the set as shown",
    "citation": "publication of the set",
    "verdict": "the first that applies: not-applicable, not-met, deferred, indeterminate, met",
    "deciding": "ids of the criteria, or of the scope, that the verdict rests on",
    "earliest": "of a deferred verdict: first day on which the running clocks can be satisfied",
    "missing": "of an indeterminate or deferred verdict: the unknown criteria that count",
    "flags": "ids of the flags of this set",
    "notes": "ids of what this set wants shown with it",
    "criteria": "every criterion of the set, in its order",
}
CRITERION: Final[Words] = {
    "id": "id of the criterion",
    "kind": "how it counts; relative criteria never do",
    "label": "short name",
    "statement": "what is asked, in one sentence",
    "status": "met, not-met, unknown or not-applicable",
    "reason": "why it is unknown or not-applicable, else null",
    "value": "the value considered, in words",
    "observed": "the value considered, for programs: an interval, a date, a word or a truth",
    "limit": "what the value was compared with; alternatives are joined by |",
    "running": "whether it is a waiting time that runs; it has not failed",
    "earliest": "of a running clock: first day on which it can be satisfied",
    "evidence": "resource versions and elements that the status rests on",
    "set_aside": "what was read and not used, each with the reason",
    "paths": "elements of the profile that are lacking",
    "settle": "what would settle it when it is unknown",
    "quote": "words of the publication",
    "source": "key and place of the source",
    "basis": "how the text was available, and project policies",
    "answers": "what each definition answered that the criterion asks; empty outside the scope",
}
ANSWER: Final[Words] = {
    "asks": "name of the definition",
    "branch": "answers of one branch must all hold; several branches are alternatives",
    "status": "met, not-met, unknown or not-applicable",
    "reason": "why it is unknown or not-applicable, else null",
    "running": "whether it is a waiting time that runs; it has not failed",
    "told": "the sentences that say it, as keys of the texts with typed values",
    "used": "ids of the facts that it rests on",
    "aside": "facts that were looked at and not used, each with the reason",
}
TOLD: Final[Words] = {
    "case": "key of the sentence, below the definition",
    "beside": "whether it is said besides the answer, so that nothing settles it",
    "words": "what fills the fields of the sentence",
}
FACT: Final[Words] = {
    "id": "place in the profile",
    "kind": "what it is: specimen, scan, focus ...",
    "elements": "its elements, by their names in the record format",
}
ELEMENT: Final[Words] = {
    "name": "name of the element",
    "value": "its value; null where it is unknown, with the reason",
    "text": "text as recorded where the value is what was read in it",
    "reason": "why it is unknown",
    "evidence": "resource versions and elements that it was read from",
    "set_aside": "what was stated of the same element and not used",
}
MISSING: Final[Words] = {
    "criterion": "id of the unknown criterion",
    "reason": "why it is unknown",
    "paths": "elements of the profile that are lacking",
    "settle": "the datum or decision that would settle it",
}
