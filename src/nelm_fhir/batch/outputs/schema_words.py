"""What every key of the outputs of a batch means; `nelm schema` shows it beside its type."""

from collections.abc import Mapping
from typing import Final

Words = Mapping[str, str]

WORKLIST: Final[Words] = {
    "patient": "the patient as Type/id",
    "as_of": "the day of judgment",
    "place": "where the patient stands in the worklist: the best single verdict, in this order",
    "earliest": "first day on which a deferred set can be satisfied, the earliest of all sets",
    "verdicts": "one per judged criteria set, in the order of the catalogue; never combined",
    "missing": "what has to be found or done, over all sets, each thing once",
    "flags": "flags of the sets and of the patient; a flag never changes a verdict",
    "issues": "number of problems of the data: what could not be used as it stands",
    "input_digest": "digest of the profile with its evidence, without the as-of date",
    "notice": "the standard notice; it belongs to every display of this line",
}
VERDICT: Final[Words] = {
    "set": "id of the criteria set",
    "version": "version of the set as encoded here",
    "title": "name of the set as shown",
    "verdict": "verdict of the set",
    "earliest": "of a deferred verdict: first day on which the running clocks can be satisfied",
    "deciding": "the criteria, or the scope, that the verdict rests on",
    "missing": "of an indeterminate or deferred verdict: the unknown criteria that count",
    "flags": "ids of the flags of this set",
}
CRITERION: Final[Words] = {
    "id": "id of the criterion",
    "label": "short name",
    "why": "why it has its status, in one or more sentences",
    "settle": "what would settle it when it is unknown, else null",
}
LACKING: Final[Words] = {
    "datum": "what it is about",
    "settle": "what has to be found or done",
    "settles": "the criteria that it would settle",
}
SETTLES: Final[Words] = {
    "title": "name of the criteria set",
    "criterion": "id of the criterion",
    "condition": "the condition under which it settles this criterion; empty without one",
    "partly": "whether something else is needed besides",
}
CHANGE: Final[Words] = {
    "patient": "the patient as Type/id",
    "set": "id of the criteria set",
    "title": "name of the set as shown",
    "version_before": "version of the set in the last run; null without a verdict",
    "version": "version of the set; null without a verdict",
    "before": "verdict of the last run; null where there was none",
    "after": "verdict of this run; null where there is none",
    "as_of_before": "the day of judgment of the last run",
    "as_of": "the day of judgment",
    "behind": "what turned the verdict: each thing that did, found by judging step by step",
    "criteria": "the criteria that a verdict names, then or now, and that answer otherwise",
    "data": "the resources behind it that appeared, changed or vanished, where data turned it",
}
TURNED: Final[Words] = {
    "id": "id of the criterion",
    "label": "short name",
    "before": "its status in the last run; running is a waiting time that has not ended",
    "reason_before": "why it was unknown or not-applicable, else null",
    "after": "its status; running is a waiting time that has not ended",
    "reason": "why it is unknown or not-applicable, else null",
}
DATUM: Final[Words] = {
    "resource": "the resource as Type/id",
    "fate": "what became of it since the last run",
    "version_before": "its version in the last run",
    "version": "its version now",
    "recorded": "its clinical date as recorded",
    "criteria": "the criteria that look at it; none where the verdict names none that does",
}
SUMMARY: Final[Words] = {
    "as_of": "the day of judgment",
    "program": "name and version of the program",
    "catalogue_digest": "digest of all mappings and overlays that were loaded",
    "patients": "how many patients stand where; the deceased stand in no other count",
    "verdicts": "by criteria set how many patients have each verdict",
    "missing": "which data are missing, those that most patients lack first",
    "disagreements": "by pair of sets how many patients have different verdicts",
    "failed": "how many patients have a dead letter, by the class of the error",
    "changes": "how many verdicts differ from the last run, by what is behind it",
}
MISSING: Final[Words] = {
    "datum": "what it is about",
    "patients": "how many patients lack it",
    "nothing_else": "how many of them lack nothing else",
    "criteria": "how many patients have this criterion open for it",
}
PAIR: Final[Words] = {
    "first": "id of a criteria set",
    "second": "id of another one",
    "patients": "how many patients have different verdicts of the two",
    "opposed": "how many of them meet one and do not meet the other",
    "verdicts": "the pairs of verdicts that differ",
}
LETTER: Final[Words] = {
    "patient": "the patient as Type/id; null where the record tells none",
    "source": "the file, relative to the source, where one file is one patient",
    "error": "class of the error",
    "reason": "what is wrong and where; never a value of the record",
    "remedy": "what to do about it",
    "outcome": "the same as an OperationOutcome of FHIR",
    "input_hash": "SHA-256 of the patient's lines",
    "attempts": "number of runs in which this very input failed",
    "input": "the patient's lines as they were read, only with --keep-input",
}
RUN: Final[Words] = {
    "source": "what was named as the source",
    "fingerprint": "digest of what the source held",
    "as_of": "the day of judgment",
    "sets": "the criteria sets that were judged",
    "options": "switches that are on",
    "overlays": "overlays that were given, each with its folder",
    "catalogue_digest": "digest of all mappings and overlays that were loaded",
    "program": "name and version of the program",
    "engine": "which engine ran; it changes no result",
    "keep_input": "whether the dead letters hold the input",
    "written_back": "the strategy by which results were written back; null where none were",
    "site_codes": "the site's category or type of what was written back: system|code|display",
    "compared_with": "the run that changes are told from; null for the first",
    "counts": "what was counted",
    "outputs": "SHA-256 of every other file of the folder",
}
COUNTS: Final[Words] = {
    "judged": "patients that were judged, the deceased among them",
    "failed": "patients that could not be assessed",
    "deceased": "patients who are deceased; they stand in no worklist",
    "passed_over": "patients without a neuroendocrine finding or attested entry",
    "files": "files that were read",
    "lines": "lines that were read",
    "bytes": "bytes that were read",
    "deleted": "resources that the source withdrew",
    "outcomes": "lines by which the exporting server reports a problem",
    "lost": "lines that could not be read and belong to nobody known",
    "incomplete": "files that could not be read to their end",
}
