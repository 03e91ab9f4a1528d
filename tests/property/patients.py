"""Records that a hospital can send: random ones of every element, made consistent.

The record format can state things that no consistent FHIR record can. Each repair below says why;
nothing else is changed, and what is left is stated and read back word for word.
"""

import copy

from hypothesis import strategies as st
from tests.property.records import (
    ANY_DATE,
    AS_OF,
    BASELINE,
    CATALOGUE,
    at,
    sections,
)

from nelm_fhir.core.dates import DaySpan, before
from nelm_fhir.core.logic import MET

SITES = CATALOGUE.definitions.sites
PERIODS = ["2025-11-28/2025-12-03", "2026-03-30/2026-04-02", "2026-05-30/2026-06-03"]
PLACES_OF_PERIODS = [
    ("specimens", "*", "date"),
    ("liver", "involvement", "*", "date"),
    ("liver", "judged_on"),
    ("response_events", "*", "date"),
    ("scans", "*", "date"),
    ("extrahepatic", "*", "first_seen"),
    ("extrahepatic", "*", "adjudication", "date"),
    ("liver_transplant", "planned_date"),
]
"""Where FHIR takes a Period (decision 17); a dateTime component of an attested entry takes none."""

SEVERAL = {
    **BASELINE,
    "primaries": {
        "p-1": {
            "site": "ileum",
            "resection": {
                "performed": True,
                "date": "2025-04-01",
                "margin": "R1",
                "lymphadenectomy": False,
                "pn": "pN2",
            },
        },
        "p-2": {"site": "pancreas-tail", "resection": {"performed": False}},
    },
    "extrahepatic": {
        "f-1": {
            "class": "bone",
            "organ": "bone",
            "status": "confirmed",
            "first_seen": "2025-08-31",
            "treatment": "radiotherapy",
            "treatment_end": "2025-11-30",
        },
        "f-2": {
            "class": "solid-organ",
            "organ": "lung",
            "status": "suspected",
            "first_seen": "2026-01-15",
            "adjudication": {
                "verdict": "false-positive",
                "signed": True,
                "by": "Board A",
                "date": "2026-02-28",
            },
        },
        "f-3": {"class": "node", "organ": "distant lymph nodes", "status": "confirmed"},
    },
    "response_events": {
        "r-1": {"date": "2025-08-31", "category": "PD", "modality": "CT"},
        "r-2": {"date": "2026-03-01", "category": "PR", "modality": "MRI"},
    },
    "progression_treatments": {"t-1": {"type": "TACE", "end_date": "2025-11-30"}},
}
"""A patient of whom there are several of everything."""
TRANSPLANTED = {
    **BASELINE,
    "liver_transplant": {
        "performed": True,
        "date": "2025-12-01",
        "within_milan_at_lt": True,
    },
    "recurrence": {
        "status": "confirmed",
        "date": "2026-04-15",
        "sites": ["bone"],
        "mib1_text": "8-12 %",
        "resectable": False,
        "chromogranin_a": "212 ng/mL",
        "under_treatment": True,
    },
}


@st.composite
def patients(draw):
    """A record that a consistent FHIR record can state, mostly around a full one."""
    bases = [BASELINE, BASELINE, SEVERAL, TRANSPLANTED, {}]
    record = copy.deepcopy(draw(st.sampled_from(bases)))
    record["as_of"] = AS_OF
    everything = sections(ANY_DATE)
    names, number = st.sampled_from(sorted(everything)), draw(st.integers(0, 8))
    for name in draw(st.lists(names, min_size=number, max_size=number, unique=True)):
        fresh = draw(everything[name])
        if draw(st.booleans()) and isinstance(fresh, dict):
            record[name] = {**record.get(name, {}), **fresh}
        else:
            record[name] = fresh
    for place in draw(st.lists(st.sampled_from(PLACES_OF_PERIODS), max_size=2, unique=True)):
        _put(record, place, draw(st.sampled_from(PERIODS)))
    return consistent(record)


def _put(record, place, period):
    """Replace the dates that stand at a place."""
    name, *rest = place
    keys = list(record) if name == "*" else [name] if name in record else []
    for key in keys:
        if rest:
            _put(record[key], rest, period)
        else:
            record[key] = period


# --- what no consistent FHIR record can state -----------------------------------------------------


def consistent(record):
    """Return the record without what no consistent FHIR record can state."""
    for repair in (_primaries, _liver, _courses, _foci, _symptoms, _transplant, _recurrence):
        repair(record)
    return _without_nothing(record)


def _primaries(record):
    """Keep tumors that a reader can tell apart, and no day of what was not resected.

    Two tumors of one site, or of which one refines the other, are one to the reader, and one
    without site joins another (table Assembly, row primary).
    """
    kept = {}
    for key, primary in record.get("primaries", {}).items():
        if all(_differ(primary.get("site"), other.get("site")) for other in kept.values()):
            kept[key] = primary
        resection = primary.get("resection", {})
        if resection.get("performed") is False:
            planned = {k: v for k, v in resection.items() if k in {"performed", "planned_at_lt"}}
            primary["resection"] = planned
    if "primaries" in record:
        record["primaries"] = kept


def _differ(one, other):
    unknown = {None, SITES.unknown_primary}
    return not ({one, other} & unknown or one in _line(other) or other in _line(one))


def _line(site):
    """A site and every coarser one that it refines."""
    return [site, *_line(SITES.refines[site])] if site in SITES.refines else [site]


def _liver(record):
    """Keep bounds that R4 can say, estimates that differ, and the day of a judgment that is there.

    R4 compares with one bound only, includes both ends of a Range, and orders them; "from 0" is the
    absent bound (15.2). Equal estimates are one statement to the reader.
    """
    liver = record.get("liver", {})
    for estimate in liver.get("involvement", {}).values():
        low, high = estimate.get("low"), estimate.get("high")
        both = low is not None and high is not None
        if both and low > high:
            estimate["low"], estimate["high"] = high, low
        if both or low is None:
            estimate.pop("low_open", None)
        if both or high is None:
            estimate.pop("high_open", None)
        if estimate.get("low") == 0 and estimate.get("high") != 0:
            del estimate["low"]
            estimate.pop("low_open", None)
        if estimate.get("high") == 0:
            estimate["low"] = 0
            estimate.pop("high_open", None)
    if "involvement" in liver:
        liver["involvement"] = _distinct(liver["involvement"])
    if not {"distribution", "resectability", "extent_judgment"} & liver.keys():
        liver.pop("judged_on", None)
        liver.pop("judged_by", None)


def _courses(record):
    """Two statements that are equal in everything are one to the reader (table Assembly)."""
    for name in ("response_events", "progression_treatments"):
        if name in record:
            record[name] = _distinct(record[name])


def _distinct(entries):
    told = []
    return {k: v for k, v in entries.items() if v not in told and not told.append(v)}


def _foci(record):
    """Keep what has something to stand on.

    Organ and first sight stand on a Condition, which is confirmed or suspected (absent means
    confirmed, 15.2). A treatment that is not named has no end; a judgment is signed or not, and one
    without verdict is none.
    """
    for focus in record.get("extrahepatic", {}).values():
        if {"organ", "first_seen"} & focus.keys():
            focus.setdefault("status", "confirmed")
        if "treatment" not in focus:
            focus.pop("treatment_end", None)
        judged = focus.get("adjudication", {})
        if "verdict" in judged:
            judged.setdefault("signed", False)
        else:
            focus.pop("adjudication", None)


def _symptoms(record):
    """Give a list without order one, and let kind and day of a malignancy be those of one."""
    syndrome, other = record.get("functional_syndrome", {}), record.get("other_malignancy", {})
    if "failed_therapies" in syndrome:
        syndrome["failed_therapies"] = sorted(set(syndrome["failed_therapies"]))
    if other:
        other.setdefault("present", True)


def _transplant(record):
    """Keep day and Milan of a transplantation that was done."""
    transplant = record.get("liver_transplant", {})
    if transplant.get("performed") is not True:
        transplant.pop("date", None)
        transplant.pop("within_milan_at_lt", None)


def _recurrence(record):
    """Let a focus first seen after the transplantation be the recurrence that it is.

    It has a day then (table Assembly). Chromogranin A belongs to a recurrence only if measured
    after the transplantation. A list of sites has no order, and an empty one is none.
    """
    recurrence = record.setdefault("recurrence", {})
    day = _span(at(record, ("liver_transplant", "date")))
    if day is None or day.latest.isoformat() >= record["as_of"]:
        recurrence.pop("chromogranin_a", None)
    if "sites" in recurrence:
        recurrence["sites"] = sorted(recurrence["sites"])
        if not recurrence["sites"]:
            del recurrence["sites"]
    seen = [
        focus
        for focus in record.get("extrahepatic", {}).values()
        if day and "first_seen" in focus and before(day, _span(focus["first_seen"])) is MET
    ]
    if seen:
        firm = any(focus["status"] == "confirmed" for focus in seen)
        recurrence["status"] = "confirmed" if firm else "suspected"
        recurrence.setdefault("date", max(_span(f["first_seen"]).latest for f in seen).isoformat())


def _span(text):
    return None if text is None else DaySpan.parse(text)


def _without_nothing(value):
    """Drop empty objects, which mean the same as absent ones (15.1)."""
    if not isinstance(value, dict):
        return value
    kept = {key: _without_nothing(member) for key, member in value.items()}
    return {key: member for key, member in kept.items() if member != {}}
